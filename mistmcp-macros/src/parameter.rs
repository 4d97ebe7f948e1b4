//! What a parameter is, be it an argument of a tool's function or a field of a group.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, ExprUnary, Ident, Lit, Meta, Type, UnOp};

use crate::diagnostics::Diagnostics;
use crate::{documentation, names};

const ATTRIBUTES: [&str; 3] = ["body", "default", "flatten"];

/// One parameter, or one group of them, as it was written.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) description: String,
    pub(crate) default: Option<String>,
    pub(crate) role: Role,
}

/// What a parameter stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Value,
    Group,
    Body,
}

impl Parameter {
    /// Reads the attributes of a parameter, reporting what does not belong there.
    pub(crate) fn read(
        name: Ident,
        ty: Type,
        attributes: &[Attribute],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut parameter =
            Self { name, ty, description: documentation::text(attributes), default: None, role: Role::Value };
        for attribute in attributes {
            parameter.read_attribute(attribute, diagnostics);
        }
        parameter
    }

    fn read_attribute(&mut self, attribute: &Attribute, diagnostics: &mut Diagnostics) {
        let path = attribute.path();
        let takes_no_value = |diagnostics: &mut Diagnostics| {
            if !matches!(attribute.meta, Meta::Path(_)) {
                diagnostics.report(&attribute.meta, "this attribute takes no value; remove it");
            }
        };
        if path.is_ident("flatten") {
            takes_no_value(diagnostics);
            self.role = Role::Group;
        } else if path.is_ident("body") {
            takes_no_value(diagnostics);
            self.role = Role::Body;
        } else if path.is_ident("default") {
            match default_value(&attribute.meta) {
                Some(value) => self.default = Some(value),
                None => diagnostics.report(
                    &attribute.meta,
                    "a default is a text, a number or a boolean: write `#[default = 100]`",
                ),
            }
        } else if !["doc", "allow", "expect", "cfg", "cfg_attr"].iter().any(|known| path.is_ident(known)) {
            let written = path.get_ident().map(Ident::to_string).unwrap_or_default();
            diagnostics.report(
                path,
                format!(
                    "a parameter has no attribute `{written}`{}",
                    match names::did_you_mean(&written, ATTRIBUTES) {
                        nothing if nothing.is_empty() =>
                            "; there are `flatten`, `default` and `body`".to_owned(),
                        suggestion => suggestion,
                    }
                ),
            );
        }
    }

    /// The name as Mist has it: `r#type` is `type`.
    pub(crate) fn name_text(&self) -> String {
        self.name.unraw().to_string()
    }

    /// The constant descriptor: `Param::of::<SiteId>("site_id")` and its kin, spanned at the type.
    pub(crate) fn descriptor(&self) -> TokenStream {
        let (name, ty, description) = (self.name_text(), &self.ty, &self.description);
        let span = ty.span();
        let made = match self.role {
            Role::Group => return quote_spanned!(span=> ::mistmcp::Param::group::<#ty>()),
            Role::Body if description.is_empty() => {
                quote_spanned!(span=> ::mistmcp::Param::body::<#ty>(#name, "The object to send."))
            }
            Role::Body => quote_spanned!(span=> ::mistmcp::Param::body::<#ty>(#name, #description)),
            Role::Value if description.is_empty() => {
                quote_spanned!(span=> ::mistmcp::Param::of::<#ty>(#name))
            }
            Role::Value => {
                quote_spanned!(span=> ::mistmcp::Param::described::<#ty>(#name, #description))
            }
        };
        match &self.default {
            Some(default) => quote_spanned!(span=> #made.default(#default)),
            None => made,
        }
    }

    /// The expression that reads this parameter out of a call's `arguments`.
    pub(crate) fn reading(&self) -> TokenStream {
        let (name, span) = (self.name_text(), self.ty.span());
        match self.role {
            Role::Group => quote_spanned!(span=> arguments.group()?),
            Role::Body => quote_spanned!(span=> arguments.body(#name)?),
            Role::Value => quote_spanned!(span=> arguments.take(#name)?),
        }
    }
}

fn default_value(meta: &Meta) -> Option<String> {
    let Meta::NameValue(pair) = meta else { return None };
    match &pair.value {
        Expr::Lit(ExprLit { lit, .. }) => literal(lit),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match &**expr {
            Expr::Lit(ExprLit { lit: lit @ (Lit::Int(_) | Lit::Float(_)), .. }) => {
                literal(lit).map(|number| format!("-{number}"))
            }
            _ => None,
        },
        _ => None,
    }
}

fn literal(literal: &Lit) -> Option<String> {
    match literal {
        Lit::Str(text) => Some(text.value()),
        Lit::Int(number) => Some(number.base10_digits().to_owned()),
        Lit::Float(number) => Some(number.base10_digits().to_owned()),
        Lit::Bool(flag) => Some(flag.value.to_string()),
        _ => None,
    }
}
