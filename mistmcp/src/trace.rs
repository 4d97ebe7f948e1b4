//! What requests came to, as spans of OpenTelemetry: one for each request of MCP, and below it one for each request that
//! goes to Mist. They are exported over OTLP where the feature `otlp` is on and the environment asks for it.
//!
//! Spans are handed from hand to hand, and are none of the log's: whoever waits for an answer of Mist's may carry on with
//! what another call has begun, and what the log leaves out, it leaves out for all who listen.

mod variables;

#[cfg(feature = "otlp")]
mod client_span;
#[cfg(feature = "otlp")]
mod collector;
#[cfg(feature = "otlp")]
mod export;
#[cfg(feature = "otlp")]
mod handler;
#[cfg(not(feature = "otlp"))]
mod noop;
#[cfg(feature = "otlp")]
mod propagation;
#[cfg(feature = "otlp")]
mod settings;
#[cfg(feature = "otlp")]
mod span;
#[cfg(feature = "otlp")]
mod template;

#[cfg(not(feature = "otlp"))]
pub(crate) use noop::{ClientSpans, Trace, Tracing};
#[cfg(feature = "otlp")]
pub(crate) use {client_span::ClientSpans, export::Tracing, span::Trace};
