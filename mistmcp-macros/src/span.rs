//! Where the compiler is to point, when it finds what these macros cannot see.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// The first and the last token of something written. Code put between the two is underlined as that whole: on
/// stable Rust no single span can be made that covers several tokens.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    first: Span,
    last: Span,
}

impl Ends {
    pub(crate) fn of(written: &impl ToTokens) -> Self {
        let mut spans = written.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        let last = spans.last().unwrap_or(first);
        // Names are looked up where the macro is used, also where a `macro_rules!` wrote the tokens.
        let here = Span::call_site();
        Self { first: here.located_at(first), last: here.located_at(last) }
    }

    /// A call of `function` with `arguments`.
    pub(crate) fn call(self, function: impl FnOnce(Span) -> TokenStream, arguments: &TokenStream) -> TokenStream {
        let (function, last) = (function(self.first), self.last);
        quote_spanned!(last=> #function(#arguments))
    }

    pub(crate) fn last(self) -> Span {
        self.last
    }
}
