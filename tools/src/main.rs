//! The server: the runtime, with this crate's tools linked in.

use std::process::ExitCode;

// Without a mention the linker drops the crate, and its tools with it.
use mistmcp_tools as _;

fn main() -> ExitCode {
    mistmcp::main()
}
