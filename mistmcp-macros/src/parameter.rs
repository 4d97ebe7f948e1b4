//! What a parameter is, be it an argument of a tool's function or a field of a group.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprUnary, Ident, Lit, Meta, Type, UnOp};

use crate::diagnostics::Diagnostics;
use crate::{default, documentation, literal, names, span};

const ATTRIBUTES: [&str; 4] = ["flatten", "default", "body", "brief"];
const LINTS: [&str; 4] = ["allow", "expect", "warn", "deny"];

/// One parameter, or one group of them, as it was written.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) description: String,
    /// The description in fewer words, for the model.
    pub(crate) brief: Option<String>,
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
    /// Reads the attributes of a parameter. Those of others are not looked at.
    pub(crate) fn read(
        name: Ident,
        ty: Type,
        attributes: &[Attribute],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut parameter = Self {
            name,
            ty,
            description: documentation::text(attributes),
            brief: documentation::brief(attributes, diagnostics),
            default: None,
            role: Role::Value,
        };
        for attribute in attributes {
            parameter.read_attribute(attribute, diagnostics);
        }
        if let Some(brief) = attributes.iter().find(|attribute| attribute.path().is_ident("brief"))
            && (parameter.role == Role::Group || parameter.description.is_empty())
        {
            let problem = if parameter.role == Role::Group {
                "a group has no description of its own in the tool list: remove this"
            } else {
                "`#[brief]` shortens a description: write the whole one as `///` above it"
            };
            diagnostics.report(brief.path(), problem);
        }
        let default = attributes.iter().find(|attribute| attribute.path().is_ident("default"));
        if let Some(default) = default.filter(|_| parameter.role != Role::Value) {
            diagnostics.report(
                default.path(),
                "only a single parameter has a default; remove this, or the other attribute",
            );
        }
        parameter
    }

    /// Whether an attribute is the compiler's, to stay on the function that a tool was made of.
    pub(crate) fn stays(attribute: &Attribute) -> bool {
        LINTS.iter().any(|known| attribute.path().is_ident(known))
    }

    fn read_attribute(&mut self, attribute: &Attribute, diagnostics: &mut Diagnostics) {
        let path = attribute.path();
        if path.is_ident("flatten") {
            self.take_role(Role::Group, attribute, diagnostics);
        } else if path.is_ident("body") {
            self.take_role(Role::Body, attribute, diagnostics);
        } else if path.is_ident("default") {
            match default_value(&attribute.meta) {
                Some(value) => {
                    if let Some(wanted) = default::mismatch(&self.ty, &value) {
                        diagnostics.report(
                            &attribute.meta,
                            format!("the default is `{value}`, but the parameter takes {wanted}: correct one of them"),
                        );
                    }
                    self.default = Some(value);
                }
                None => diagnostics.report(
                    &attribute.meta,
                    "a default is a text, a number or a boolean: write `#[default = 100]`",
                ),
            }
        }
    }

    fn take_role(&mut self, role: Role, attribute: &Attribute, diagnostics: &mut Diagnostics) {
        if !matches!(attribute.meta, Meta::Path(_)) {
            diagnostics.report(&attribute.meta, "this attribute takes no value; remove it");
        }
        if self.role != Role::Value {
            diagnostics.report(
                attribute.path(),
                "a parameter is a group or the body, never both; remove one of `#[flatten]` and `#[body]`",
            );
        }
        self.role = role;
    }

    /// The name as Mist has it: `r#type` is `type`.
    pub(crate) fn name_text(&self) -> String {
        self.name.unraw().to_string()
    }

    /// Whether this is what goes into the hole `name` of a path.
    pub(crate) fn fills(&self, name: &str) -> bool {
        self.role == Role::Value && self.name_text() == name
    }

    /// The constant descriptor: `Param::of::<SiteId>("site_id")` and its kin, spanned at the type.
    pub(crate) fn descriptor(&self) -> TokenStream {
        let (name, ty, description) = (self.name_text(), &self.ty, self.description.as_str());
        let (first, last) = span::ends(ty);
        let (constructor, arguments) = match (self.role, description) {
            (Role::Group, _) => ("group", quote!()),
            (Role::Body, "") => ("body", quote!(#name, "The object to send.")),
            (Role::Body, description) => ("body", quote!(#name, #description)),
            (Role::Value, "") => ("of", quote!(#name)),
            (Role::Value, description) => ("described", quote!(#name, #description)),
        };
        let constructor = Ident::new(constructor, first);
        let function = quote_spanned!(first=> ::mistmcp::Param::#constructor::<#ty>);
        let default = self.default.as_ref().map(|default| quote_spanned!(last=> .default(#default)));
        let brief = self.brief.as_ref().map(|brief| quote_spanned!(last=> .brief(#brief)));
        quote_spanned!(last=> #function(#arguments) #brief #default)
    }

    /// The check that a type without a description is not left without one, spanned at the type.
    pub(crate) fn check(&self, params: &TokenStream) -> Option<TokenStream> {
        if self.role != Role::Value || !self.description.is_empty() {
            return None;
        }
        let (name, (first, last)) = (self.name_text(), span::ends(&self.ty));
        let assertion = quote_spanned!(first=> ::mistmcp::__private::assert_described);
        let assertion = quote_spanned!(last=> #assertion(#params, #name));
        Some(quote!(const _: () = #assertion;))
    }

    /// The expression that reads this parameter out of a call's `arguments`.
    pub(crate) fn reading(&self) -> TokenStream {
        let (name, ty, arguments) = (self.name_text(), &self.ty, span::local("arguments"));
        match self.role {
            Role::Group => quote!(#arguments.group::<#ty>()?),
            Role::Body => quote!(#arguments.body::<#ty>(#name)?),
            Role::Value => quote!(#arguments.take::<#ty>(#name)?),
        }
    }
}

/// Reports attributes of an argument that is no parameter, where nobody reads them.
pub(crate) fn refuse_attributes(attributes: &[Attribute], diagnostics: &mut Diagnostics) {
    for attribute in attributes.iter().filter(|attribute| !Parameter::stays(attribute)) {
        diagnostics.report(
            attribute,
            "`&Mist` and `&Call` take neither description nor attribute: remove this, or take a parameter without `&`",
        );
    }
}

/// Reports what these macros do not know on a tool's parameter, where nobody else reads attributes.
pub(crate) fn refuse_unknown_attributes(attributes: &[Attribute], diagnostics: &mut Diagnostics) {
    for path in attributes.iter().filter(|attribute| !Parameter::stays(attribute)).map(Attribute::path) {
        if path.is_ident("doc") || ATTRIBUTES.iter().any(|known| path.is_ident(known)) {
            continue;
        }
        let written = path.to_token_stream().to_string().replace(' ', "");
        let all = || format!("there are {}", names::quoted(&ATTRIBUTES));
        let remedy = names::did_you_mean(&written, ATTRIBUTES, all);
        diagnostics.report(path, format!("a parameter has no attribute `{written}`; {remedy}"));
    }
}

fn default_value(meta: &Meta) -> Option<String> {
    let Meta::NameValue(pair) = meta else { return None };
    match &pair.value {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match literal::of(expr)? {
            number @ (Lit::Int(_) | Lit::Float(_)) => spelled(number).map(|number| format!("-{number}")),
            _ => None,
        },
        value => spelled(literal::of(value)?),
    }
}

fn spelled(literal: &Lit) -> Option<String> {
    match literal {
        Lit::Str(text) => Some(text.value()),
        Lit::Int(number) => Some(number.base10_digits().to_owned()),
        Lit::Float(number) => Some(number.base10_digits().to_owned()),
        Lit::Bool(flag) => Some(flag.value.to_string()),
        _ => None,
    }
}
