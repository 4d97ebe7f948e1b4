use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, Token};

use super::attribute::{Entry, Method, Value, quoted};
use crate::diagnostics::Diagnostics;
use crate::names;

const HINTS: [&str; 4] = ["read_only", "destructive", "idempotent", "open_world"];

/// `hints(…)`: which of MCP's annotations are overridden, in the order of [`HINTS`].
#[derive(Default)]
pub(super) struct Hints([Option<bool>; 4]);

impl Hints {
    pub(super) fn read(&mut self, list: &Punctuated<Entry, Token![,]>, diagnostics: &mut Diagnostics) {
        for entry in list {
            let value = match &entry.value {
                Value::Nothing => Some(true),
                Value::Expr(Expr::Lit(literal)) => match &literal.lit {
                    Lit::Bool(flag) => Some(flag.value),
                    _ => None,
                },
                _ => None,
            };
            let key = entry.key.to_string();
            let place = HINTS.iter().position(|hint| *hint == key);
            match (place, value) {
                (Some(place), Some(value)) => self.0[place] = Some(value),
                (Some(_), None) => diagnostics
                    .report(entry, format!("`{key}` is on or off: write `{key}` or `{key} = false`")),
                (None, _) => {
                    let remedy = match names::did_you_mean(&key, HINTS) {
                        nothing if nothing.is_empty() => format!("; the hints are {}", quoted(&HINTS)),
                        suggestion => suggestion,
                    };
                    diagnostics.report(&entry.key, format!("unknown hint `{key}`{remedy}"));
                }
            }
        }
    }

    /// The expression for the hints of a tool: those of its method (one without an endpoint only reads), overridden.
    pub(super) fn expression(&self, method: Option<Method>) -> TokenStream {
        let base = match method {
            None | Some(Method::Get) => quote!(::mistmcp::Hints::READ),
            Some(Method::Post) => quote!(::mistmcp::Hints::CREATE),
            Some(Method::Put) => quote!(::mistmcp::Hints::REPLACE),
            Some(Method::Delete) => quote!(::mistmcp::Hints::DELETE),
        };
        let overrides = HINTS.iter().zip(self.0).filter_map(|(hint, value)| {
            let hint = syn::Ident::new(hint, proc_macro2::Span::call_site());
            value.map(|value| quote!(#hint: #value,))
        });
        let overrides: TokenStream = overrides.collect();
        if overrides.is_empty() { base } else { quote!(::mistmcp::Hints { #overrides ..#base }) }
    }
}
