//! OpenTelemetry tracing: a server span per MCP request, and a client span per request to Mist
//! below it. Spans are exported over OTLP if the feature `otlp` is on and the environment asks for
//! it.
//!
//! Spans are passed explicitly and are independent of the spans of `tracing`: a waiter may continue
//! with a request that another call has started, and the log filter would drop spans for all
//! subscribers.

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
