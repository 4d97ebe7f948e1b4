//! Spans for errors that the compiler finds in the expansion.

use proc_macro2::Span;
use quote::ToTokens;

/// Where `written` begins and ends. Code from the one to the other is underlined as all of it: on stable Rust no
/// single span can be made that covers several tokens.
pub(crate) fn ends(written: &impl ToTokens) -> (Span, Span) {
    let mut spans = written.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
