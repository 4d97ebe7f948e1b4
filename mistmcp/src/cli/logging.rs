//! Logging to standard error.

mod entry;

use std::fmt;
use std::io::{self, IsTerminal};

use jiff::Timestamp;
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets, dynamic_filter_fn};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::Context;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

use super::flags::{Flags, LogFormat, Transport};
use super::output;
use crate::identity::identity;

/// The span of a call whose client asked for verbose logs.
const VERBOSE: &str = "verbose";

/// Logs to standard error: warnings, over HTTP a line a call, and with `--debug`, or for a client that asks for it,
/// each request to Mist with its method, path, status and time.
pub(super) fn start(flags: &Flags) {
    // A subcommand ignores the variables of a server.
    let over_http = flags.transport == Transport::Http && flags.command.is_none();
    let own = match over_http {
        _ if flags.debug => Level::DEBUG,
        true => Level::INFO,
        false => Level::WARN,
    };
    // The static maximum level. Only over HTTP does the level depend on the call.
    let most = if over_http { Level::DEBUG } else { own };
    // The program's own crate, whose tools log as well.
    let own_crate = identity().name.replace('-', "_");
    let targets = Targets::new()
        .with_default(Level::WARN)
        .with_target("mistmcp", most)
        .with_target(own_crate, most)
        .with_target(
            // It warns of clients that disconnect, which is normal.
            "rmcp",
            Level::ERROR,
        )
        .with_target(
            // Its errors are answers that could not be sent to a client that has disconnected. They name neither the
            // request nor the client, and any client can cause them.
            "rmcp::service",
            if flags.debug { LevelFilter::ERROR } else { LevelFilter::OFF },
        );
    let whose = dynamic_filter_fn(move |metadata, context| {
        *metadata.level() <= own || metadata.name() == VERBOSE || is_verbose(context)
    });
    // Filtered globally, so that a check whether a line is enabled sees the filter.
    let logged = tracing_subscriber::registry().with(whose.with_max_level_hint(Level::DEBUG)).with(targets);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false).with_timer(Clock);
    // A program that has installed its own subscriber keeps it.
    let _ = match flags.log_format {
        LogFormat::Text => {
            let lines = lines.with_ansi(io::stderr().is_terminal()).fmt_fields(entry::fields());
            logged.with(lines).try_init()
        }
        LogFormat::Json => {
            if flags.command.is_none() {
                output::write_errors_in_json();
            }
            let lines = lines.with_writer(|| entry::JsonEntries(io::stderr()));
            let lines = lines.json().flatten_event(true).with_span_list(false);
            logged.with(lines).try_init()
        }
    };
}

/// The time of a line, in UTC to the microsecond.
struct Clock;

impl FormatTime for Clock {
    fn format_time(&self, line: &mut Writer<'_>) -> fmt::Result {
        write!(line, "{:.6}", Timestamp::now())
    }
}

fn is_verbose<S: Subscriber + for<'a> LookupSpan<'a>>(context: &Context<'_, S>) -> bool {
    context.lookup_current().is_some_and(|span| span.scope().any(|span| span.name() == VERBOSE))
}
