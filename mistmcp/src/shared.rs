//! What the replicas of one service share: a Redis, and a key by which all of them know whom a hash stands for.

mod fault;
mod hearing;
mod key;
mod link;
mod location;

pub(crate) use key::{Key, same};
pub(crate) use link::{Away, Link};
pub(crate) use location::Location;
