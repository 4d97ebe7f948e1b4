//! What the replicas of one service share: a Redis, and a key by which all of them know whom a hash stands for.

mod client;
mod fault;
mod key;
mod location;
mod timeout;

pub(crate) use client::{RedisClient, Unavailable};
pub(crate) use key::{Key, same};
pub(crate) use location::Location;
