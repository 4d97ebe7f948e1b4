//! The path of the runtime in an expansion: `::mistmcp`, or what `crate = path` names.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Path};

use crate::diagnostics::Diagnostics;

/// An expansion in which `path`, if there is one, stands in place of each `::mistmcp`.
pub(crate) fn at(path: Option<&Path>, expansion: TokenStream) -> TokenStream {
    let Some(path) = path else { return expansion };
    let mut tokens: Vec<TokenTree> = Vec::new();
    for token in expansion {
        match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), at(Some(path), group.stream()));
                inner.set_span(group.span());
                tokens.push(inner.into());
            }
            TokenTree::Ident(name) if name == "mistmcp" && begins_path(&tokens) => {
                tokens.truncate(tokens.len() - 2);
                tokens.extend(path.to_token_stream());
            }
            other => tokens.push(other),
        }
    }
    tokens.into_iter().collect()
}

/// Whether what comes next is the first name of a path from the root: two colons with no name and no closing `>` before them.
fn begins_path(tokens: &[TokenTree]) -> bool {
    const KEYWORDS: [&str; 8] = ["as", "dyn", "for", "impl", "in", "mut", "return", "where"];
    let is =
        |token: &TokenTree, wanted| matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted);
    let [before @ .., first, second] = tokens else { return false };
    let continues = match before {
        [.., TokenTree::Ident(name)] => KEYWORDS.iter().all(|keyword| name != keyword),
        [.., minus, end] if is(end, '>') => !is(minus, '-'),
        _ => false,
    };
    is(first, ':') && is(second, ':') && !continues
}

/// The path of `#[mistmcp(crate = path)]` on a type.
pub(crate) fn named(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> Option<Path> {
    let mut path = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("mistmcp")) {
        let read = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                path = Some(meta.value()?.parse()?);
                return Ok(());
            }
            Err(meta.error("unknown key; the only one is `crate`"))
        });
        if read.is_err() {
            diagnostics.report(
                &attribute.meta,
                "this names the path of the runtime: write `#[mistmcp(crate = my_crate::mistmcp)]`",
            );
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn each_path_from_the_root_is_replaced_and_no_other() {
        let path: Path = syn::parse_quote!(facade::runtime);
        let expansion = quote! {
            static TOOL: ::mistmcp::Tool = ::mistmcp::Tool { mistmcp: other::mistmcp::A, of: Vec::<u8>::mistmcp };
            impl ::mistmcp::ParamGroup for ::other::mistmcp::Group {
                fn read(_: &mut ::mistmcp::Arguments) -> ::mistmcp::Result<<A as ::mistmcp::Context>::Of> {}
            }
        };
        let replaced = quote! {
            static TOOL: facade::runtime::Tool = facade::runtime::Tool { mistmcp: other::mistmcp::A, of: Vec::<u8>::mistmcp };
            impl facade::runtime::ParamGroup for ::other::mistmcp::Group {
                fn read(_: &mut facade::runtime::Arguments) -> facade::runtime::Result<<A as facade::runtime::Context>::Of> {}
            }
        };
        assert_eq!(at(Some(&path), expansion.clone()).to_string(), replaced.to_string());
        assert_eq!(at(None, expansion.clone()).to_string(), expansion.to_string());
    }
}
