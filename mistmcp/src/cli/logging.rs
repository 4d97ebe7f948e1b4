use std::io::{self, IsTerminal};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

/// Logs to standard error: warnings, and with `debug` each call's method, path, status and time.
pub(super) fn start(debug: bool) {
    let own = if debug { Level::DEBUG } else { Level::WARN };
    let filter = Targets::new().with_default(Level::WARN).with_target("mistmcp", own).with_target(
        // It warns of clients that go away, which is no news.
        "rmcp",
        Level::ERROR,
    );
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    // A program that has set up its own keeps it.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}
