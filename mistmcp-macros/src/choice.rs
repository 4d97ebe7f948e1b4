//! The expansion of `#[derive(Choice)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Variant};

use crate::diagnostics::Diagnostics;
use crate::{documentation, names, runtime};

/// `#[derive(Choice)]`: the spellings of an enum's values, in the order of its variants.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut diagnostics = Diagnostics::default();
    let mut values = values(&input, &mut diagnostics);
    let brief = documentation::brief(&input.attrs, &mut diagnostics);
    let path = runtime::named(&input.attrs, &mut diagnostics);
    let mistakes = diagnostics.finish().err();
    if mistakes.is_some() {
        // The tools that take it have nothing wrong with them.
        values.clear();
    }
    let (name, (generics, arguments, clause)) = (&input.ident, input.generics.split_for_impl());
    let description = documentation::text(&input.attrs);
    let brief = brief.map(|brief| quote!(const BRIEF: &'static str = #brief;));
    let (variants, spellings): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    let expansion = quote! {
        #mistakes
        impl #generics ::mistmcp::Choice for #name #arguments #clause {
            const DESCRIPTION: &'static str = #description;
            #brief
            const VALUES: &'static [(&'static str, Self)] = &[#((#spellings, Self::#variants)),*];
        }
    };
    runtime::at(path.as_ref(), expansion)
}

fn values(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Vec<(Ident, String)> {
    if !input.generics.params.is_empty() {
        diagnostics.report(&input.generics.params, "a choice takes no generics: remove them");
    }
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("mist")) {
        diagnostics.report(&attribute.meta, "a spelling belongs to a variant: move it there, or remove it");
    }
    let Data::Enum(data) = &input.data else {
        diagnostics.report(
            &input.ident,
            "a choice is an enum, one variant a value; for a struct of parameters derive `ParamGroup`",
        );
        return Vec::new();
    };
    if data.variants.is_empty() {
        diagnostics.report(&input.ident, "a choice has at least one value: add a variant");
    }
    let mut values: Vec<(Ident, String)> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            diagnostics.report(
                &variant.fields,
                format!("`{}` is one value and holds nothing: remove its fields", variant.ident),
            );
        }
        let spelling = spelling(variant, diagnostics);
        if let Some((first, _)) = values.iter().find(|(_, taken)| *taken == spelling) {
            diagnostics.report(
                &variant.ident,
                format!(
                    "`{first}` is already spelled `{spelling}`; give this one its own with `#[mist(\"…\")]`"
                ),
            );
        }
        values.push((variant.ident.clone(), spelling));
    }
    values
}

fn spelling(variant: &Variant, diagnostics: &mut Diagnostics) -> String {
    let mut spelling = names::snake_case(&variant.ident.unraw().to_string());
    let mut attributes = variant.attrs.iter().filter(|attribute| attribute.path().is_ident("mist"));
    if let Some(attribute) = attributes.next() {
        match attribute.parse_args::<LitStr>() {
            Ok(written) => spelling = written.value(),
            Err(_) => diagnostics.report(&attribute.meta, "a spelling is one text: write `#[mist(\"24\")]`"),
        }
    }
    for second in attributes {
        diagnostics
            .report(&second.meta, format!("`{}` is spelled twice; remove one of the two", variant.ident));
    }
    spelling
}
