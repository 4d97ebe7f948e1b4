//! Propagation of the W3C trace context from a request: [`Parent`].

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use rmcp::model::RequestMetaObject;

use http::HeaderMap;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
/// Maximum length of a `tracestate`: what W3C requires to be propagated. It is stored with each
/// span.
const LONGEST_STATE: usize = 512;

/// Trace context that a request carries.
#[derive(Debug, Default)]
pub(super) struct Parent {
    /// From the request's `_meta`, or else from its HTTP headers.
    pub(super) context: Context,
    /// The context of the headers, if `_meta` has another one.
    pub(super) link: Option<SpanContext>,
}

impl Parent {
    pub(super) fn of(meta: &RequestMetaObject, headers: Option<&HeaderMap>) -> Self {
        let by_headers = headers.and_then(|headers| TraceHeaders::by_headers(headers)?.context());
        match TraceHeaders::by_meta(meta).and_then(TraceHeaders::context) {
            Some(context) => Self { context: remote(context), link: by_headers },
            None => Self { context: by_headers.map(remote).unwrap_or_default(), link: None },
        }
    }
}

fn remote(context: SpanContext) -> Context {
    Context::new().with_remote_span_context(context)
}

/// The header texts of a trace context.
struct TraceHeaders {
    parent: String,
    state: Option<String>,
}

impl TraceHeaders {
    fn by_meta(meta: &RequestMetaObject) -> Option<Self> {
        let parent = meta.get_traceparent()?.to_owned();
        Some(Self { parent, state: meta.get_tracestate().map(str::to_owned) })
    }

    fn by_headers(headers: &HeaderMap) -> Option<Self> {
        let all =
            |name| headers.get_all(name).iter().map(|value| value.to_str().ok()).collect::<Option<Vec<_>>>();
        match all(TRACEPARENT)?.as_slice() {
            [parent] => {
                let state =
                    all(TRACESTATE).filter(|states| !states.is_empty()).map(|states| states.join(","));
                Some(Self { parent: (*parent).to_owned(), state })
            }
            _ => None,
        }
    }

    /// Parses the context; `None` if it is malformed.
    fn context(self) -> Option<SpanContext> {
        if !is_well_formed(&self.parent) {
            return None;
        }
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &self);
        Some(context.span().span_context().clone()).filter(SpanContext::is_valid)
    }
}

impl Extractor for TraceHeaders {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            TRACEPARENT => Some(&self.parent),
            TRACESTATE => self.state.as_deref().filter(|state| state.len() <= LONGEST_STATE),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT, TRACESTATE]
    }
}

/// Checks the length of each part, because the propagator accepts shorter ones.
fn is_well_formed(parent: &str) -> bool {
    let parts: Vec<_> = parent.splitn(5, '-').collect();
    let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let lengths = parts.iter().zip([2, 32, 16, 2]);
    // Later versions may have more parts.
    parts.len() >= 4 && lengths.into_iter().all(|(part, length)| part.len() == length && is_hex(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn meta(parent: &str) -> RequestMetaObject {
        let mut meta = RequestMetaObject::default();
        meta.set_traceparent(parent);
        meta
    }

    fn headers(trace_headers: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in trace_headers {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn trace(parent: &Parent) -> String {
        parent.context.span().span_context().trace_id().to_string()
    }

    #[test]
    fn meta_wins_over_headers_which_are_linked() {
        let parent = Parent::of(&meta(META), Some(&headers(&[(TRACEPARENT, HEADER)])));
        assert_eq!(trace(&parent), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(parent.link.unwrap().span_id().to_string(), "00f067aa0ba902b7");
    }

    #[test]
    fn a_malformed_context_is_ignored() {
        let [version, trace_id, span_id, flags] =
            ["00", "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "01"];
        for parent in [
            String::new(),
            "x".to_owned(),
            "1-1-1-1".to_owned(),
            format!("ff-{trace_id}-{span_id}-{flags}"),
            format!("{version}-{trace_id}-{span_id}"),
            format!("{version}-{trace_id}-{span_id}-{flags}-more"),
            format!("{version}-{}-{span_id}-{flags}", trace_id.to_uppercase()),
            format!("{version}-{}-{span_id}-{flags}", "0".repeat(32)),
            format!("{version}-{trace_id}-{}-{flags}", "0".repeat(16)),
            format!("{version}-+{}-{span_id}-{flags}", &trace_id[1..]),
            format!("{version}-{}-{span_id}-{flags}", "ü".repeat(16)),
        ] {
            let parent = Parent::of(&meta(&parent), Some(&headers(&[(TRACEPARENT, HEADER)])));
            assert_eq!(trace(&parent), "4bf92f3577b34da6a3ce929d0e0e4736", "{parent:?}");
            assert!(parent.link.is_none());
        }
        let twice = headers(&[(TRACEPARENT, HEADER), (TRACEPARENT, META)]);
        assert!(!Parent::of(&RequestMetaObject::default(), Some(&twice)).context.has_active_span());
    }

    #[test]
    fn a_tracestate_is_kept_up_to_its_maximum_length() {
        for (states, kept) in [
            (vec!["a=1", "b=2"], "a=1,b=2"),
            (vec!["no state"], ""),
            (vec![&*format!("a={}", "x".repeat(LONGEST_STATE))], ""),
        ] {
            let mut trace_headers = vec![(TRACEPARENT, HEADER)];
            trace_headers.extend(states.into_iter().map(|state| (TRACESTATE, state)));
            let parent = Parent::of(&RequestMetaObject::default(), Some(&headers(&trace_headers)));
            assert_eq!(parent.context.span().span_context().trace_state().header(), kept);
        }
    }
}
