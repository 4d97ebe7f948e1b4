//! Several replicas of the real binary with a real Redis: to clients they are one server.
//!
//! Without an installed Redis or nginx these tests are left out, and the build script says so.
#![cfg(replicas)]
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod budgets;
mod emptied;
mod fixture;
mod hanging;
mod killed;
mod outage;
mod ownership;
mod refusals;
mod releases;
mod rolling;
mod secrecy;
mod service;
mod sessions;
mod slow;
mod starting;
mod streams;
mod tracing;
mod user;
