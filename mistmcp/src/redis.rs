//! The Redis that the replicas of one service share: [`RedisClient`], and where it is ([`Location`]).

mod client;
mod fault;
mod location;
mod timeout;

pub(crate) use client::{RedisClient, Unavailable};
pub(crate) use location::Location;
