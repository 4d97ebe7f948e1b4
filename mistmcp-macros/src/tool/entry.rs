//! The grammar of `#[mist_tool(…)]`: keys with their values, and commas between them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Lit, LitStr, Token, parenthesized, token};

use crate::diagnostics::Diagnostics;
use crate::literal;

/// `key`, `key = value` or `key(list)`.
pub(super) struct Entry {
    pub(super) key: Ident,
    pub(super) value: Value,
}

pub(super) enum Value {
    Nothing,
    Expr(Expr),
    List(Vec<Entry>),
}

impl Value {
    /// What the value of a switch says: its key alone is on.
    pub(super) fn switch(&self) -> Option<bool> {
        match self {
            Self::Nothing => Some(true),
            Self::Expr(value) => match literal::of(value) {
                Some(Lit::Bool(flag)) => Some(flag.value),
                _ => None,
            },
            Self::List(_) => None,
        }
    }
}

/// Reads the entries, going on past each mistake. The flag says whether there was none.
pub(super) fn entries(tokens: TokenStream, diagnostics: &mut Diagnostics) -> (Vec<Entry>, bool) {
    let (mut entries, mut complete) = (Vec::new(), true);
    let mut mistake = |error| {
        complete = false;
        diagnostics.keep(error);
    };
    let parse = |input: ParseStream<'_>| read_entries(input, None, &mut entries, &mut mistake);
    if let Err(error) = parse.parse2(tokens) {
        mistake(error);
    }
    (entries, complete)
}

/// Reads the entries of the attribute, or of the list behind the key `list`.
fn read_entries(
    input: ParseStream<'_>,
    list: Option<&Ident>,
    entries: &mut Vec<Entry>,
    mistake: &mut impl FnMut(syn::Error),
) -> syn::Result<()> {
    while !input.is_empty() {
        match read_entry(input, list, mistake) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                mistake(error);
                skip_to_comma(input)?;
            }
        }
        if input.is_empty() {
            break;
        }
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            continue;
        }
        let next: TokenTree = input.fork().parse()?;
        if let TokenTree::Ident(key) = &next {
            mistake(syn::Error::new_spanned(key, format!("a `,` is missing before `{key}`; write one")));
        } else {
            let text = next.to_string();
            mistake(syn::Error::new_spanned(
                next,
                format!("nothing is expected here but a `,`; remove `{text}`"),
            ));
            skip_to_comma(input)?;
            input.parse::<Option<Token![,]>>()?;
        }
    }
    Ok(())
}

fn read_entry(
    input: ParseStream<'_>,
    list: Option<&Ident>,
    mistake: &mut impl FnMut(syn::Error),
) -> syn::Result<Entry> {
    let key = read_key(input, list)?;
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        // A missing value is reported where the key is read, with the form that it takes.
        let missing = input.is_empty() || input.peek(Token![,]);
        let value = if missing { Value::Nothing } else { Value::Expr(input.parse()?) };
        return Ok(Entry { key, value });
    }
    if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        let mut entries = Vec::new();
        if list.is_none() && key == "hints" {
            read_entries(&content, Some(&key), &mut entries, mistake)?;
        } else {
            // Nothing else takes a list, which is told where the value is read.
            content.parse::<TokenStream>()?;
        }
        return Ok(Entry { key, value: Value::List(entries) });
    }
    if input.is_empty() || input.peek(Token![,]) || input.peek(syn::Ident::peek_any) {
        return Ok(Entry { key, value: Value::Nothing });
    }
    let next: TokenTree = input.fork().parse()?;
    Err(syn::Error::new_spanned(next, format!("a value stands behind `=`: write `{key} = …`")))
}

fn read_key(input: ParseStream<'_>, list: Option<&Ident>) -> syn::Result<Ident> {
    if input.peek(syn::Ident::peek_any) {
        return input.call(syn::Ident::parse_any);
    }
    let next: TokenTree = input.fork().parse()?;
    let text = input.fork().parse::<Lit>().ok().and_then(|literal| match literal {
        Lit::Str(text) => Some(text),
        _ => None,
    });
    let message = match (text, list) {
        (Some(text), Some(list)) => {
            format!("`{list}` takes names without quotes: write `{list}({})`", text.value())
        }
        (Some(text), None) => {
            format!("a text has a key before it: write `{} = {}`", key_of(&text), text.token())
        }
        (None, _) => format!("a key is expected here: remove `{next}`"),
    };
    Err(syn::Error::new_spanned(next, message))
}

/// The key that a text without one was probably written for.
fn key_of(text: &LitStr) -> &'static str {
    if text.value().starts_with('/') { "get" } else { "category" }
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let key = &self.key;
        tokens.extend(match &self.value {
            Value::Nothing => quote!(#key),
            Value::Expr(value) => quote!(#key = #value),
            Value::List(list) => quote!(#key(#(#list),*)),
        });
    }
}
