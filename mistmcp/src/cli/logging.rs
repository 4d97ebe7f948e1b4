use std::io::{self, IsTerminal};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::Context;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

use super::flags::{Flags, LogFormat, Transport};

/// The span of a call whose client asked for verbose logs.
const VERBOSE: &str = "verbose";

/// Logs to standard error: warnings, over HTTP a line a call, and with `--debug`, or for a client that asks for it,
/// each request to Mist with its method, path, status and time.
pub(super) fn start(flags: &Flags) {
    let own = match flags.transport {
        _ if flags.debug => Level::DEBUG,
        Transport::Http => Level::INFO,
        Transport::Stdio => Level::WARN,
    };
    let filter = dynamic_filter_fn(move |metadata, context| wanted(metadata, context, own));
    let filter = filter.with_max_level_hint(Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false);
    // A program that has set up its own keeps it.
    let _ = match flags.log_format {
        LogFormat::Text => {
            let lines = lines.with_ansi(io::stderr().is_terminal());
            tracing_subscriber::registry().with(lines.with_filter(filter)).try_init()
        }
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_span_list(false);
            tracing_subscriber::registry().with(lines.with_filter(filter)).try_init()
        }
    };
}

fn wanted<S: Subscriber + for<'a> LookupSpan<'a>>(
    metadata: &Metadata<'_>,
    context: &Context<'_, S>,
    own: Level,
) -> bool {
    let ours = metadata.target().starts_with("mistmcp");
    if metadata.is_span() {
        return ours;
    }
    if metadata.target().starts_with("rmcp") {
        // It warns of clients that go away, which is no news.
        return *metadata.level() <= Level::ERROR;
    }
    let level = if ours { own } else { Level::WARN };
    *metadata.level() <= level || (ours && is_verbose(context))
}

fn is_verbose<S: Subscriber + for<'a> LookupSpan<'a>>(context: &Context<'_, S>) -> bool {
    context.lookup_current().is_some_and(|span| span.scope().any(|span| span.name() == VERBOSE))
}
