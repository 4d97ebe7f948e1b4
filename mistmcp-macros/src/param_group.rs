//! The expansion of `#[derive(ParamGroup)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

use crate::diagnostics::Diagnostics;
use crate::parameter::{Parameter, Role};
use crate::{runtime, span};

/// `#[derive(ParamGroup)]`: the descriptors of a struct's fields, and how the struct is read from a call.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut diagnostics = Diagnostics::default();
    let path = runtime::named(&input.attrs, &mut diagnostics);
    let expansion = expansion(&input, diagnostics);
    runtime::at(path.as_ref(), expansion)
}

fn expansion(input: &DeriveInput, mut diagnostics: Diagnostics) -> TokenStream {
    let parameters = parameters(input, &mut diagnostics);
    if let Err(mistakes) = diagnostics.finish() {
        let (name, (generics, arguments, clause)) = (&input.ident, input.generics.split_for_impl());
        // The tools that take it have nothing wrong with them.
        return quote! {
            #mistakes
            impl #generics ::mistmcp::ParamGroup for #name #arguments #clause {
                const PARAMS: &'static [::mistmcp::Param] = &[];

                fn read(_: &mut ::mistmcp::Arguments) -> ::mistmcp::Result<Self> {
                    ::core::unreachable!()
                }
            }
        };
    }
    let (name, given) = (&input.ident, span::local("arguments"));
    let checks = parameters
        .iter()
        .filter_map(|parameter| parameter.check(&quote!(<#name as ::mistmcp::ParamGroup>::PARAMS)));
    let descriptors = parameters.iter().map(Parameter::descriptor);
    let readings = parameters.iter().map(|parameter| {
        let (field, reading) = (&parameter.name, parameter.reading());
        quote!(#field: #reading)
    });
    quote! {
        impl ::mistmcp::ParamGroup for #name {
            const PARAMS: &'static [::mistmcp::Param] = &[#(#descriptors),*];

            fn read(#given: &mut ::mistmcp::Arguments) -> ::mistmcp::Result<Self> {
                ::core::result::Result::Ok(Self { #(#readings),* })
            }
        }
        #(#checks)*
    }
}

fn parameters(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Vec<Parameter> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            Fields::Unnamed(_) | Fields::Unit => {
                diagnostics.report(
                    &input.ident,
                    "a group of parameters is a struct with named fields, one a parameter: name them",
                );
                return Vec::new();
            }
        },
        _ => {
            diagnostics.report(
                &input.ident,
                "a group of parameters is a struct with named fields, one a parameter; \
                 for an enum of values derive `Choice`",
            );
            return Vec::new();
        }
    };
    if !input.generics.params.is_empty() {
        diagnostics.report(&input.generics.params, "a group of parameters takes no generics: name the types");
    }
    fields
        .iter()
        .filter_map(|field| {
            let name = field.ident.clone()?;
            let parameter = Parameter::read(name, field.ty.clone(), &field.attrs, diagnostics);
            if parameter.role == Role::Body {
                diagnostics.report(
                    &parameter.name,
                    "a group has no body: move `#[body]` to a parameter of the tool",
                );
            }
            Some(parameter)
        })
        .collect()
}
