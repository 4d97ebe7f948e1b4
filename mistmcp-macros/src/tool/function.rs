//! The annotated function: [`Function`].

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Block, FnArg, Ident, Pat, PatType, PatWild, ReturnType, Token, Visibility, parse_quote,
};

use crate::parameter::Parameter;

/// The annotated function as it was written, and as the compiler is to see it.
#[derive(Clone)]
pub(super) struct Function {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) signature: syn::Signature,
    pub(super) body: Option<Block>,
}

impl Function {
    /// What belongs on the tool's `static`. Without a body that is all the compiler sees; with one there is the
    /// function as well, and keeps what is about functions.
    pub(super) fn attributes_of_static(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| {
            self.body.is_none() || ["doc", "cfg"].iter().any(|name| attribute.path().is_ident(name))
        })
    }

    /// What decides whether the tool is there at all, and so belongs on everything that is made of it.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
    }

    /// The function with nothing of the macro's own on its arguments.
    pub(super) fn without_helpers(&self) -> TokenStream {
        let (attributes, visibility, body) = (&self.attributes, &self.visibility, &self.body);
        let mut signature = self.signature.clone();
        for argument in &mut signature.inputs {
            if let FnArg::Typed(argument) = argument {
                argument.attrs.retain(Parameter::stays);
            }
        }
        // The macro requires `async`, also of a function that waits for nothing.
        quote!(#(#attributes)* #[allow(clippy::unused_async)] #visibility #signature #body)
    }

    /// The function so that the compiler has nothing to add, once a mistake in it has been told.
    pub(super) fn mended(mut self) -> TokenStream {
        let signature = &mut self.signature;
        signature.asyncness.get_or_insert_default();
        (signature.constness, signature.abi) = (None, None);
        name_each_once(&mut signature.inputs);
        let count = signature.inputs.len();
        signature.inputs = std::mem::take(&mut signature.inputs)
            .into_iter()
            .filter(|argument| matches!(argument, FnArg::Typed(_)))
            .collect();
        // A body may speak of a `self` that is no longer there.
        if self.body.is_none() || signature.inputs.len() < count {
            signature.output = ReturnType::Default;
            self.body = Some(parse_quote!({}));
            self.attributes.push(parse_quote!(#[allow(unused)]));
        } else if matches!(signature.output, ReturnType::Default) {
            signature.output = parse_quote!(-> ::mistmcp::Result<::mistmcp::Reply>);
        }
        self.without_helpers()
    }
}

fn name_each_once(arguments: &mut Punctuated<FnArg, Token![,]>) {
    let mut seen: Vec<Ident> = Vec::new();
    for argument in arguments {
        let FnArg::Typed(PatType { pat, .. }) = argument else { continue };
        let Pat::Ident(name) = &**pat else { continue };
        if seen.contains(&name.ident) {
            **pat = Pat::Wild(PatWild { attrs: Vec::new(), underscore_token: <Token![_]>::default() });
        } else {
            seen.push(name.ident.clone());
        }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let not_a_function = input.error("a tool is a function: write `async fn` below `#[mist_tool]`");
        let signature = input.parse().map_err(|error: syn::Error| {
            if input.peek(Token![fn]) || input.peek(Token![async]) { error } else { not_a_function }
        })?;
        let body = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            None
        } else {
            Some(input.parse()?)
        };
        Ok(Self { attributes, visibility, signature, body })
    }
}
