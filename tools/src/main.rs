//! The server: the runtime, with this crate's tools linked in.

use std::process::ExitCode;

use mimalloc::MiMalloc;

// Without a mention the linker drops the crate, and its tools with it.
use mistmcp_tools as _;

// A call makes hundreds of small allocations, at which the systems' own allocators are slower, and musl's by far.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    // Named here, and not by the executable, which packages call otherwise.
    mistmcp::Program::new().name("mistmcp").version(env!("CARGO_PKG_VERSION")).title("Juniper Mist").run()
}
