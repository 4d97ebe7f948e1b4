//! The expansion of `#[mist_tool]`: [`tool`].

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, ReturnType, Type};

use super::endpoint::Endpoint;
use super::function::Function;
use super::model::Model;
use super::signature::{Argument, Signature};
use crate::parameter::{Parameter, Role};
use crate::span;

/// One `static` and its registration; before it, for a tool with a body, the function itself; after it, what only
/// the compiler can check.
pub(super) fn tool(model: &Model, signature: &Signature) -> TokenStream {
    let function = &signature.function;
    let constant = constant(&function.signature.ident);
    let (kept, run) = match &model.endpoint {
        Some(endpoint) => (TokenStream::new(), endpoint_run(endpoint, model)),
        None => (function.without_helpers(), body_run(signature)),
    };
    let (declared, end) = (declared(&constant, function), quote_spanned!(constant.span()=> ;));
    let (name, category, description) = (&model.name, &model.category, &signature.description);
    let (questions, essential) = (&model.questions, model.essential);
    let view = match &model.view {
        Some(view) => quote!(::core::option::Option::Some(#view)),
        None => quote!(::core::option::Option::None),
    };
    let hints = model.hints.expression(model.endpoint.as_ref().map(|endpoint| endpoint.method));
    let params = signature.parameters().map(Parameter::descriptor);
    let conditions: TokenStream = function.conditions().map(ToTokens::to_token_stream).collect();
    let checks = checks(model.endpoint.as_ref(), signature, &constant);
    quote! {
        #kept
        #declared ::mistmcp::Tool {
            name: #name,
            description: #description,
            category: #category,
            questions: &[#(#questions),*],
            essential: #essential,
            view: #view,
            hints: #hints,
            params: &[#(#params),*],
            run: #run,
            location: ::core::panic::Location::caller(),
        } #end
        #conditions
        ::mistmcp::__private::register!(#constant);
        #(#conditions #checks)*
    }
}

/// `pub static LIST_SITES: Tool =`, spanned (as is its end) where two functions of one name are to be underlined.
fn declared(constant: &Ident, function: &Function) -> TokenStream {
    let (visibility, attributes) = (&function.visibility, function.attributes_of_static());
    quote_spanned!(constant.span()=> #(#attributes)* #visibility static #constant: ::mistmcp::Tool =)
}

/// The name of a tool's `static`: `list_site_events` is `LIST_SITE_EVENTS`.
fn constant(function: &Ident) -> Ident {
    format_ident!("{}", function.unraw().to_string().to_uppercase(), span = function.span())
}

fn endpoint_run(endpoint: &Endpoint, model: &Model) -> TokenStream {
    let (method, path) = (endpoint.method.constructor(), &endpoint.path);
    let answers = model.answers.as_ref().map(|answers| {
        let variant = answers.variant();
        quote!(.answers(::mistmcp::Answers::#variant))
    });
    let item_takes = model.item_takes.as_ref().map(|names| quote!(.item_takes(#names)));
    quote!(::mistmcp::Run::Endpoint(::mistmcp::Endpoint::#method(#path)#answers #item_takes))
}

fn body_run(signature: &Signature) -> TokenStream {
    let function = &signature.function.signature;
    let (name, arguments) = (&function.ident, &signature.arguments);
    let [own_mist, own_call, own_arguments] = ["mist", "call", "arguments"].map(span::local);
    let values = arguments.iter().map(|argument| match argument {
        Argument::Context { referent, .. } => {
            let (first, last) = span::ends(referent);
            let context = quote_spanned!(first=> ::mistmcp::__private::Context);
            quote_spanned!(last=> <#referent as #context>::of(#own_mist, #own_call))
        }
        Argument::Parameter(parameter) => parameter.reading(),
    });
    let (mut mist, mut call, mut given) = (quote!(_), quote!(_), quote!(_));
    for argument in arguments {
        match argument {
            Argument::Context { .. } => (mist, call) = (quote!(#own_mist), quote!(#own_call)),
            Argument::Parameter(_) => given = quote!(mut #own_arguments),
        }
    }
    // What the function returns is held against what a tool answers; where they differ, its type is underlined.
    let (first, last) = match &function.output {
        ReturnType::Type(_, ty) => span::ends(ty),
        ReturnType::Default => span::ends(name),
    };
    let wanted = quote_spanned!(first=> ::mistmcp::Result<::mistmcp::Reply>);
    let mut called = name.clone();
    called.set_span(first);
    let answer = quote_spanned!(last=> #called(#(#values),*).await);
    quote! {
        ::mistmcp::Run::Body(|#mist, #call, #given| {
            ::std::boxed::Box::pin(async move {
                let reply: #wanted = #answer;
                reply
            })
        })
    }
}

/// What only the compiler can check, for it alone knows the types: that every parameter is described, and that the
/// holes of the path are filled by parameters that may be left out, or may not, as the path says.
fn checks(endpoint: Option<&Endpoint>, signature: &Signature, constant: &Ident) -> Vec<TokenStream> {
    let params = quote!(#constant.params);
    let mut checks: Vec<_> =
        signature.parameters().filter_map(|parameter| parameter.check(&params)).collect();
    if let Some(endpoint) = endpoint {
        checks.extend(endpoint.holes.iter().map(|hole| {
            let (name, optional) = (&hole.name, hole.optional);
            let filling = signature.parameters().find(|parameter| parameter.fills(name));
            let (first, last) =
                filling.map_or_else(|| span::ends(&endpoint.path), |parameter| span::ends(&parameter.ty));
            let assertion = quote_spanned!(first=> ::mistmcp::__private::assert_filled);
            let assertion = quote_spanned!(last=> #assertion(#params, #name, #optional));
            quote!(const _: () = #assertion;)
        }));
    }
    checks
}

/// Of a tool with a mistake that the macro sees: the checks that the groups fill the holes of the path which no plain
/// parameter fills, so that mistakes in the path are told together with the others.
pub(super) fn checks_of_groups(model: &Model, signature: &Signature) -> TokenStream {
    let is_group =
        |parameter: &&Parameter| parameter.role == Role::Group && matches!(parameter.ty, Type::Path(_));
    let groups: Vec<_> = signature.parameters().filter(is_group).map(Parameter::descriptor).collect();
    let Some(endpoint) = model.endpoint.as_ref().filter(|_| !groups.is_empty()) else {
        return TokenStream::new();
    };
    let values = signature.parameters().filter(|parameter| parameter.role == Role::Value);
    let plain: Vec<_> = values.map(Parameter::name_text).collect();
    let (first, last) = span::ends(&endpoint.path);
    let assertion = quote_spanned!(first=> ::mistmcp::__private::assert_in_groups);
    let conditions: TokenStream = signature.function.conditions().map(ToTokens::to_token_stream).collect();
    let unfilled = endpoint.holes.iter().map(|hole| &hole.name).filter(|name| !plain.contains(name));
    let checks = unfilled.map(|name| {
        let asserted = quote_spanned!(last=> #assertion(&[#(#groups),*], &[#(#plain),*], #name));
        quote!(#conditions const _: () = #asserted;)
    });
    checks.collect()
}
