//! The answer tools in process, over the demo cloud behind a proxy: how many rounds of requests an answer takes, parts
//! that fail in every way, and rows that are changed at random.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod alike;
mod arguments;
mod client_kinds;
mod demo_session;
mod faults;
mod forms;
mod incomplete;
mod inventory;
mod negotiation;
mod pages;
mod past_windows;
mod problems;
mod proxy;
mod questions;
mod random_rows;
mod request_limits;
mod see;
mod sentences;
mod valid;
