//! The signature of the annotated function: [`Signature`].

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{FnArg, Pat, PatType, ReturnType, Safety, Type};

use super::function::Function;
use crate::diagnostics::Diagnostics;
use crate::documentation;
use crate::parameter::{Parameter, refuse_attributes, refuse_unknown_attributes};

/// What the annotated function says: its description, and what its arguments are.
pub(super) struct Signature {
    pub(super) function: Function,
    pub(super) description: String,
    pub(super) arguments: Vec<Argument>,
}

/// An argument of the function, in its order.
pub(super) enum Argument {
    /// `&Mist` or `&Call`, by whatever name: the type of the reference, and what it leads to.
    Context {
        reference: Type,
        referent: Type,
    },
    Parameter(Parameter),
}

impl Signature {
    /// Reads the function. `None` where it is none.
    pub(super) fn read(item: &TokenStream, diagnostics: &mut Diagnostics) -> Option<Self> {
        let function: Function = match syn::parse2(item.clone()) {
            Ok(function) => function,
            Err(error) => {
                diagnostics.keep(error);
                return None;
            }
        };
        let description = documentation::text(&function.attributes);
        check(&function, &description, diagnostics);
        let arguments = function
            .signature
            .inputs
            .iter()
            .filter_map(|input| match input {
                FnArg::Receiver(receiver) => {
                    diagnostics.report(
                        receiver,
                        "a tool is a free function: remove `self`, and take `&Mist` for the client",
                    );
                    None
                }
                FnArg::Typed(typed) => argument(typed, diagnostics),
            })
            .collect();
        Some(Self { function, description, arguments })
    }

    /// The parameters that the model fills in, groups among them.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Parameter(parameter) => Some(parameter),
            Argument::Context { .. } => None,
        })
    }
}

fn check(function: &Function, description: &str, diagnostics: &mut Diagnostics) {
    let signature = &function.signature;
    let name = &signature.ident;
    if signature.asyncness.is_none() {
        diagnostics.report(&signature.fn_token, "a tool waits for the network: write `async fn`");
    }
    let safety = match &signature.safety {
        Safety::Default => None,
        Safety::Safe(token) => Some(token.to_token_stream()),
        Safety::Unsafe(token) => Some(token.to_token_stream()),
    };
    let constness = signature.constness.as_ref().map(ToTokens::to_token_stream);
    let abi = signature.abi.as_ref().map(ToTokens::to_token_stream);
    for qualifier in [constness, safety, abi].into_iter().flatten() {
        diagnostics.report(&qualifier, format!("a tool is a plain `async fn`: remove `{qualifier}`"));
    }
    if !signature.generics.params.is_empty() {
        diagnostics.report(
            &signature.generics.params,
            "a tool takes no generics: name the types, and leave out the lifetimes",
        );
    }
    if let Some(clause) = &signature.generics.where_clause {
        diagnostics.report(clause, "a tool takes no generics: remove the `where` clause");
    }
    if description.is_empty() {
        diagnostics.report(
            name,
            format!("`{name}` has no description: write a `///` above it that says what one learns from it"),
        );
    }
    match (&function.body, &signature.output) {
        (Some(_), ReturnType::Default) => {
            diagnostics.report(name, "a tool with a body answers: write `-> Result<Reply>`");
        }
        (None, output @ ReturnType::Type(..)) => {
            diagnostics.report(output, "a plain endpoint answers what Mist answers: remove the return type");
        }
        _ => {}
    }
}

const OWNED: &str = "a parameter is owned: only `&Mist` and `&Call` are handed over as references; \
                     take `String` for a text";

fn argument(typed: &PatType, diagnostics: &mut Diagnostics) -> Option<Argument> {
    match &*typed.ty {
        Type::Reference(reference) => match last_segment(&reference.elem) {
            None => diagnostics.report(&typed.ty, OWNED),
            Some(text) if text == "str" => diagnostics.report(&typed.ty, OWNED),
            Some(shared) if reference.mutability.is_some() => {
                diagnostics.report(&typed.ty, format!("many calls share the `{shared}`: take `&{shared}`"));
                return None;
            }
            Some(shared) => {
                if let Some(lifetime) = reference.lifetime.as_ref().filter(|it| it.ident == "static") {
                    diagnostics
                        .report(lifetime, format!("a call has it only until it ends: take `&{shared}`"));
                }
                refuse_attributes(&typed.attrs, diagnostics);
                let (reference, referent) = ((*typed.ty).clone(), (*reference.elem).clone());
                return Some(Argument::Context { reference, referent });
            }
        },
        Type::ImplTrait(_) => diagnostics.report(&typed.ty, "a tool takes no generics: name the type"),
        _ => {}
    }
    refuse_unknown_attributes(&typed.attrs, diagnostics);
    let Pat::Ident(name) = &*typed.pat else {
        diagnostics.report(
            &typed.pat,
            "a parameter has a name, by which clients fill it in: write one in place of this pattern",
        );
        return None;
    };
    let ty = (*typed.ty).clone();
    Some(Argument::Parameter(Parameter::read(name.ident.clone(), ty, &typed.attrs, diagnostics)))
}

fn last_segment(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}
