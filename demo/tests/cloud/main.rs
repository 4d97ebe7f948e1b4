//! The demo cloud, asked over real sockets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test's helper fails the test")]

mod access;
mod believable;
mod faults;
mod filters;
mod paging;
mod peer;
mod repeat;
mod schemas;
