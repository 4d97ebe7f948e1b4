//! Compile errors of the macros: [`Diagnostics`].

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far. Every message of these macros is made here, and always at a token.
#[derive(Default)]
pub(crate) struct Diagnostics {
    found: Option<syn::Error>,
}

impl Diagnostics {
    /// Reports `message` at `at`, underlining all of it.
    pub(crate) fn report(&mut self, at: &impl ToTokens, message: impl std::fmt::Display) {
        self.keep(syn::Error::new_spanned(at, message));
    }

    /// Keeps a mistake that parsing found.
    pub(crate) fn keep(&mut self, error: syn::Error) {
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    /// `Ok` where nothing was reported; else everything that was, as one list of compile errors.
    pub(crate) fn finish(self) -> Result<(), TokenStream> {
        match self.found {
            Some(found) => Err(found.to_compile_error()),
            None => Ok(()),
        }
    }
}
