//! The real binary: what it sends to Mist, what it answers to real MCP clients, and how it fails.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod command_line;
mod demo;
mod env_file;
mod expected;
mod faults;
mod forgiving;
mod lookups;
mod modes;
mod requests;
mod secrecy;
mod stdio;
