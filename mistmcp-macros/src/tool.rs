//! `#[mist_tool]`: attribute and signature → model → expansion.

mod attribute;
mod endpoint;
mod entry;
mod expand;
mod function;
mod hints;
mod model;
mod signature;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Diagnostics;
use crate::runtime;
use attribute::Attribute;
use model::Model;
use signature::Signature;

/// Expands one annotated function. With a mistake in it, all mistakes are told and the function stays, mended, so
/// that an editor goes on working and the compiler does not tell the same mistakes again.
pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let attribute = Attribute::read(attribute, &mut diagnostics);
    let path = attribute.path.clone();
    let Some(signature) = Signature::read(item, &mut diagnostics) else {
        let mistakes = diagnostics.finish().err();
        return quote!(#mistakes #item);
    };
    let model = Model::new(attribute, &signature, &mut diagnostics);
    let expansion = match diagnostics.finish() {
        Ok(()) => expand::tool(&model, &signature),
        Err(mistakes) => {
            let checks = expand::checks_of_groups(&model, &signature);
            let function = signature.function.mended();
            quote!(#mistakes #function #checks)
        }
    };
    runtime::at(path.as_ref(), expansion)
}
