//! The server that MCP's conformance suite asks for, made of annotated functions: what a tool can answer, tell and ask.
//!
//! ```console
//! $ cargo run -p mistmcp-tests --example conformance -- -p 3000      # at http://127.0.0.1:3000/mcp, no account
//! $ tests/clients/conformance/run                                    # the whole suite against it, in both revisions
//! ```

mod answers;
mod handler;
mod questions;
mod resources;
mod schemas;

use std::process::ExitCode;

use mistmcp::Program;

mistmcp::category! {
    /// What the conformance suite calls.
    conformance
}

fn main() -> ExitCode {
    Program::new()
        .default_to("demo", "true")
        .default_to("transport", "http")
        .default_to("mode", "all")
        .run_with(|server| handler::Fixture::new(server.with_log()))
}
