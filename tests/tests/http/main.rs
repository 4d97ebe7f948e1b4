//! The real binary over HTTP, with well-behaved and hostile clients: each has its own token, cloud and tools,
//! isolated from the others.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod admission;
mod arguments;
mod audit;
mod audit_limit;
mod audit_tokens;
mod audit_unwritable;
mod bodies;
mod ceiling;
mod crowd;
mod dashboard;
mod delays;
mod ending;
mod fixture;
mod headers;
mod health;
mod idle;
mod isolation;
mod large_answers;
mod limits;
mod logs;
mod negotiation;
mod oauth;
mod origins;
mod ownership;
mod page;
mod resuming;
mod settings;
mod shared_lookups;
mod tls;
mod tokens;
mod views;
