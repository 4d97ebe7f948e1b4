//! The key `hints` of `#[mist_tool]`: [`Hints`].

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::attribute::Method;
use super::entry::Entry;
use crate::diagnostics::Diagnostics;
use crate::names;

const HINTS: [&str; 4] = ["read_only", "destructive", "idempotent", "open_world"];

/// `hints(…)`: which of MCP's annotations are overridden, in the order of [`HINTS`].
#[derive(Default)]
pub(super) struct Hints([Option<(Ident, bool)>; 4]);

impl Hints {
    pub(super) fn read(&mut self, list: &[Entry], diagnostics: &mut Diagnostics) {
        for entry in list {
            let value = entry.value.switch();
            let key = entry.key.to_string();
            let place = HINTS.iter().position(|hint| *hint == key);
            match (place, value) {
                (Some(place), _) if self.0[place].is_some() => {
                    diagnostics.report(&entry.key, format!("`{key}` is given twice; remove one of them"));
                }
                (Some(place), Some(value)) => self.0[place] = Some((entry.key.clone(), value)),
                (Some(_), None) => diagnostics
                    .report(entry, format!("`{key}` is on or off: write `{key}` or `{key} = false`")),
                (None, _) => {
                    let all = || format!("the hints are {}", names::quoted(&HINTS));
                    let remedy = names::did_you_mean(&key, HINTS, all);
                    diagnostics.report(&entry.key, format!("unknown hint `{key}`; {remedy}"));
                }
            }
        }
    }

    /// Holds the hints against the method: what only reads destroys nothing.
    pub(super) fn check(&self, method: Option<Method>, diagnostics: &mut Diagnostics) {
        let [read_only, destructive, ..] = &self.0;
        let reads = read_only.as_ref().map_or(method == Some(Method::Get), |(_, value)| *value);
        if let Some((key, true)) = destructive.as_ref().filter(|_| reads) {
            diagnostics.report(
                key,
                "a tool that only reads is not destructive; add `read_only = false`, or remove this",
            );
        }
    }

    /// The expression for the hints of a tool, overridden: those of its method; MCP's defaults where it has a body,
    /// of which nothing is known; those of a reader where it says that it is one.
    pub(super) fn expression(&self, method: Option<Method>) -> TokenStream {
        let reads = matches!(&self.0[0], Some((_, true)));
        let base = match method {
            _ if reads => quote!(::mistmcp::Hints::READ),
            None => quote!(::mistmcp::Hints::UNSPECIFIED),
            Some(Method::Get) => quote!(::mistmcp::Hints::READ),
            Some(Method::Post) => quote!(::mistmcp::Hints::CREATE),
            Some(Method::Put) => quote!(::mistmcp::Hints::REPLACE),
            Some(Method::Delete) => quote!(::mistmcp::Hints::DELETE),
        };
        let overrides: TokenStream =
            self.0.iter().flatten().map(|(hint, value)| quote!(#hint: #value,)).collect();
        if overrides.is_empty() { base } else { quote!(::mistmcp::Hints { #overrides ..#base }) }
    }
}
