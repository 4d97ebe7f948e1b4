use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::endpoint::Endpoint;
use super::model::Model;
use super::signature::{Argument, Signature};
use crate::parameter::{Parameter, Role};

/// One `static` and its registration; before it, for a tool with a body, the function itself.
pub(super) fn tool(model: &Model, signature: &Signature) -> TokenStream {
    let function = &signature.function.ident;
    let constant = format_ident!("{}", function.to_string().to_uppercase(), span = function.span());
    let (visibility, documentation) = (&signature.visibility, signature.attributes());
    let (name, category, description) = (&model.name, &model.category, &signature.description);
    let hints = model.hints.expression(model.endpoint.as_ref().map(|endpoint| endpoint.method));
    let params = signature.parameters().map(|parameter| descriptor(parameter, model.endpoint.as_ref()));
    let (kept, run) = match &model.endpoint {
        Some(endpoint) => (TokenStream::new(), endpoint_run(endpoint)),
        None => (signature.without_helpers(), body_run(signature)),
    };
    let checks = model.endpoint.as_ref().map(|endpoint| group_checks(endpoint, signature));
    quote! {
        #kept
        #(#documentation)*
        #visibility static #constant: ::mistmcp::Tool = ::mistmcp::Tool {
            name: #name,
            description: #description,
            category: #category,
            hints: #hints,
            params: &[#(#params),*],
            run: #run,
            location: ::core::panic::Location::caller(),
        };
        ::mistmcp::__private::register!(#constant);
        #checks
    }
}

/// A parameter's descriptor, checked by the compiler where the path says whether it may be left out.
fn descriptor(parameter: &Parameter, endpoint: Option<&Endpoint>) -> TokenStream {
    let made = parameter.descriptor();
    let name = parameter.name_text();
    let hole = endpoint.and_then(|endpoint| endpoint.holes.iter().find(|hole| hole.name == name));
    let span = parameter.ty.span();
    match hole {
        Some(hole) if parameter.role == Role::Value && hole.optional => {
            quote_spanned!(span=> #made.fills_optional_hole())
        }
        Some(_) if parameter.role == Role::Value => quote_spanned!(span=> #made.fills_hole()),
        _ => made,
    }
}

fn endpoint_run(endpoint: &Endpoint) -> TokenStream {
    let (method, path) = (endpoint.method.constructor(), &endpoint.path);
    quote!(::mistmcp::Run::Endpoint(::mistmcp::Endpoint::#method(#path)))
}

fn body_run(signature: &Signature) -> TokenStream {
    let function = &signature.function.ident;
    let arguments = signature.arguments.iter().map(|argument| match argument {
        Argument::Mist(_) => quote!(mist),
        Argument::Call(_) => quote!(call),
        Argument::Parameter(parameter) => parameter.reading(),
    });
    let takes = |wanted: fn(&Argument) -> bool| signature.arguments.iter().any(wanted);
    let mist = if takes(|argument| matches!(argument, Argument::Mist(_))) { quote!(mist) } else { quote!(_) };
    let call = if takes(|argument| matches!(argument, Argument::Call(_))) { quote!(call) } else { quote!(_) };
    let given = if takes(|argument| matches!(argument, Argument::Parameter(_))) {
        quote!(mut arguments)
    } else {
        quote!(_)
    };
    quote! {
        ::mistmcp::Run::Body(|#mist, #call, #given| {
            ::std::boxed::Box::pin(async move { #function(#(#arguments),*).await })
        })
    }
}

/// With a group among the parameters, the compiler is asked whether it fills the holes that no other parameter does.
fn group_checks(endpoint: &Endpoint, signature: &Signature) -> TokenStream {
    let groups: Vec<_> = signature
        .parameters()
        .filter(|parameter| parameter.role == Role::Group)
        .map(|parameter| &parameter.ty)
        .collect();
    let given: Vec<String> = signature
        .parameters()
        .filter(|parameter| parameter.role != Role::Group)
        .map(Parameter::name_text)
        .collect();
    if groups.is_empty() {
        return TokenStream::new();
    }
    let span = endpoint.path.span();
    endpoint
        .holes
        .iter()
        .map(|hole| &hole.name)
        .filter(|hole| !given.contains(hole))
        .map(|hole| {
            let mistake =
                format!("path names `{{{hole}}}`, but no parameter and no group has a `{hole}`; add one");
            quote_spanned! {span=>
                const _: () = ::mistmcp::__private::assert_filled(
                    &[#(<#groups as ::mistmcp::ParamGroup>::PARAMS),*], #hole, #mistake,
                );
            }
        })
        .collect()
}
