use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Block, FnArg, Pat, PatType, ReturnType, Token, Type, Visibility};

use crate::diagnostics::Diagnostics;
use crate::documentation;
use crate::parameter::Parameter;

/// The annotated function: its parts as they were written, and what its arguments are.
pub(super) struct Signature {
    attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) function: syn::Signature,
    pub(super) body: Option<Block>,
    pub(super) description: String,
    pub(super) arguments: Vec<Argument>,
}

/// An argument of the function, in its order.
pub(super) enum Argument {
    /// `&Mist`: the client.
    Mist(Type),
    /// `&Call`: what this call is about.
    Call(Type),
    Parameter(Parameter),
}

impl Signature {
    /// Reads the function. `None` where it is none.
    pub(super) fn read(item: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut signature = match Self::parse.parse2(item.clone()) {
            Ok(signature) => signature,
            Err(error) => {
                diagnostics.keep(error);
                return None;
            }
        };
        signature.check(diagnostics);
        signature.read_arguments(diagnostics);
        Some(signature)
    }

    fn check(&self, diagnostics: &mut Diagnostics) {
        let function = &self.function;
        if function.asyncness.is_none() {
            diagnostics.report(&function.fn_token, "a tool waits for the network: write `async fn`");
        }
        if !function.generics.params.is_empty() {
            diagnostics.report(
                &function.generics,
                "a tool takes no generics: its parameters become one schema; name the types",
            );
        }
        if let Some(clause) = &function.generics.where_clause {
            diagnostics.report(clause, "a tool takes no generics: remove the `where` clause");
        }
        if self.description.is_empty() {
            diagnostics.report(
                &function.ident,
                format!(
                    "`{}` has no description: write a `///` above it that says what one learns from it",
                    function.ident
                ),
            );
        }
        match (&self.body, &function.output) {
            (Some(_), ReturnType::Default) => {
                diagnostics.report(&function.ident, "a tool with a body answers: write `-> Result<Reply>`");
            }
            (None, output @ ReturnType::Type(..)) => diagnostics
                .report(output, "a plain endpoint answers what Mist answers: remove the return type"),
            _ => {}
        }
    }

    fn read_arguments(&mut self, diagnostics: &mut Diagnostics) {
        for input in &self.function.inputs {
            match input {
                FnArg::Receiver(receiver) => diagnostics.report(
                    receiver,
                    "a tool is a free function: remove `self`, and take `&Mist` for the client",
                ),
                FnArg::Typed(typed) => {
                    if let Some(argument) = argument(typed, diagnostics) {
                        self.arguments.push(argument);
                    }
                }
            }
        }
    }

    /// The parameters that the model fills in, groups among them.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Parameter(parameter) => Some(parameter),
            Argument::Mist(_) | Argument::Call(_) => None,
        })
    }

    /// The `///` and other attributes of the function, without what belongs to this macro.
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The function as plain Rust: nothing of the macro's own on its arguments, and a body where it had none.
    pub(super) fn without_helpers(&self) -> TokenStream {
        let (attributes, visibility) = (&self.attributes, &self.visibility);
        let mut function = self.function.clone();
        function.inputs = function
            .inputs
            .into_iter()
            .filter_map(|input| match input {
                FnArg::Receiver(_) => None,
                FnArg::Typed(typed) => Some(FnArg::Typed(self.plain(typed))),
            })
            .collect();
        match &self.body {
            Some(body) => quote!(#(#attributes)* #visibility #function #body),
            None => {
                function.output = ReturnType::Default;
                quote! {
                    #(#attributes)* #[allow(unused, clippy::unused_async)]
                    #visibility #function { ::core::unreachable!() }
                }
            }
        }
    }

    fn plain(&self, mut argument: PatType) -> PatType {
        argument.attrs.clear();
        if self.body.is_none() {
            // Names matter to a body alone, and two equal ones have been reported already.
            *argument.pat =
                Pat::Wild(syn::PatWild { attrs: Vec::new(), underscore_token: <Token![_]>::default() });
        }
        argument
    }
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let not_a_function = input.error("a tool is a function: write `async fn` below `#[mist_tool]`");
        let function = input.parse().map_err(|error: syn::Error| {
            if input.peek(Token![fn]) || input.peek(Token![async]) { error } else { not_a_function }
        })?;
        let body = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            None
        } else {
            Some(input.parse()?)
        };
        Ok(Self {
            description: documentation::text(&attributes),
            attributes,
            visibility,
            function,
            body,
            arguments: Vec::new(),
        })
    }
}

fn argument(typed: &PatType, diagnostics: &mut Diagnostics) -> Option<Argument> {
    if let Type::Reference(reference) = &*typed.ty {
        match last_segment(&reference.elem).as_deref() {
            Some("Mist") if reference.mutability.is_none() => {
                return Some(Argument::Mist((*typed.ty).clone()));
            }
            Some("Call") if reference.mutability.is_none() => {
                return Some(Argument::Call((*typed.ty).clone()));
            }
            _ => {
                diagnostics.report(
                    &typed.ty,
                    "a parameter is owned: only `&Mist` and `&Call` are handed over as references; \
                     take `String` for a text",
                );
                return None;
            }
        }
    }
    let Pat::Ident(name) = &*typed.pat else {
        diagnostics.report(&typed.pat, "a parameter has a name: clients fill it in by that");
        return None;
    };
    Some(Argument::Parameter(Parameter::read(
        name.ident.clone(),
        (*typed.ty).clone(),
        &typed.attrs,
        diagnostics,
    )))
}

fn last_segment(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

impl ToTokens for Argument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Mist(ty) | Self::Call(ty) => ty.to_tokens(tokens),
            Self::Parameter(parameter) => parameter.name.to_tokens(tokens),
        }
    }
}
