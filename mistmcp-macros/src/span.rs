//! Spans of the expansion: of its own variables, and for errors that the compiler finds in it.

use proc_macro2::{Ident, Span};
use quote::ToTokens;

/// A variable of the expansion, which nothing in the code around it can mean: neither a tool's function nor its body.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Where `written` begins and ends. Code from the one to the other is underlined as all of it: on stable Rust no
/// single span can be made that covers several tokens.
pub(crate) fn ends(written: &impl ToTokens) -> (Span, Span) {
    let mut spans = written.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
