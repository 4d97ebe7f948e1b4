//! The Redis that replicas of one service share: [`RedisClient`], and the [`Key`] with which all of them hash
//! identities.

mod client;
mod fault;
mod location;
mod timeout;

pub(crate) use client::{RedisClient, Unavailable};
pub(crate) use location::Location;
