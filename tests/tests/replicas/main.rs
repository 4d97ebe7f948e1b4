//! Several replicas of the real binary and a real Redis: to their clients they are one server.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod budgets;
mod outage;
mod ownership;
mod secrecy;
mod sessions;
mod stage;
mod starting;
mod streams;
mod tracing;
