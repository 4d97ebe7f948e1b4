//! A checked tool: [`Model`], made of the attribute and the signature.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use super::attribute::{Answers, Attribute};
use super::endpoint::Endpoint;
use super::hints::Hints;
use super::signature::{Argument, Signature};
use crate::diagnostics::Diagnostics;
use crate::names;
use crate::parameter::{Parameter, Role};

/// The longest name that stays within 64 characters when a client puts `mcp__mistmcp__` before it.
const LONGEST_NAME: usize = 50;

/// A tool, as attribute and function say it together.
pub(super) struct Model {
    pub(super) name: LitStr,
    pub(super) category: LitStr,
    pub(super) questions: Vec<LitStr>,
    pub(super) essential: bool,
    pub(super) view: Option<LitStr>,
    pub(super) hints: Hints,
    pub(super) endpoint: Option<Endpoint>,
    pub(super) answers: Option<Answers>,
    pub(super) item_takes: Option<LitStr>,
}

impl Model {
    /// Holds the attribute against the function. What is wrong is reported; the model is then for nothing but
    /// [`super::expand::checks_of_groups`].
    pub(super) fn new(attribute: Attribute, signature: &Signature, diagnostics: &mut Diagnostics) -> Self {
        let function = &signature.function.signature.ident;
        let name = name(attribute.name, function, diagnostics);
        let category = attribute.category.inspect(|category| check_category(category, diagnostics));
        let view = attribute.view.inspect(|view| check_view(view, diagnostics));
        if category.is_none() && !attribute.incomplete {
            diagnostics.keep(syn::Error::new(
                Span::call_site(),
                "a tool belongs to a category: write `#[mist_tool(category = \"…\", …)]`",
            ));
        }
        let endpoint = attribute.endpoint.map(|(method, path)| Endpoint::read(method, path, diagnostics));
        let parameters: Vec<_> = signature.parameters().collect();
        check_names(&parameters, diagnostics);
        match (&endpoint, &signature.function.body) {
            (Some(endpoint), Some(body)) => {
                diagnostics.keep(syn::Error::new(
                    body.brace_token.span.open(),
                    format!(
                        "a tool has an endpoint or a body, never both; remove the body and end with `;`, \
                         or remove `{} = …`",
                        endpoint.method.constructor()
                    ),
                ));
                endpoint.check_holes(&parameters, diagnostics);
            }
            (None, None) if !attribute.incomplete => diagnostics.report(
                function,
                format!(
                    "`{function}` has neither an endpoint nor a body; add `get = \"/api/v1/…\"`, or a body"
                ),
            ),
            (Some(endpoint), None) => {
                check_endpoint(endpoint, signature, &parameters, diagnostics);
            }
            (None, _) => check_no_body_parameter(&parameters, diagnostics),
        }
        attribute.hints.check(endpoint.as_ref().map(|endpoint| endpoint.method), diagnostics);
        let has_endpoint = endpoint.is_some() || attribute.incomplete;
        if let Some(answers) = &attribute.answers {
            answers.check(has_endpoint, diagnostics);
        }
        if let Some((key, _)) = attribute.item_takes.as_ref().filter(|_| !has_endpoint) {
            diagnostics
                .report(key, "`item_takes` says what an endpoint is sent, and this tool has none; remove it");
        }
        Self {
            name,
            category: category.unwrap_or_else(|| LitStr::new("", Span::call_site())),
            questions: attribute.questions,
            essential: attribute.essential,
            view,
            hints: attribute.hints,
            endpoint,
            answers: attribute.answers,
            item_takes: attribute.item_takes.map(|(_, names)| names),
        }
    }
}

fn name(written: Option<LitStr>, function: &Ident, diagnostics: &mut Diagnostics) -> LitStr {
    let (name, at_function) = match written {
        Some(name) => (name, false),
        None => (LitStr::new(&names::camel_case(&function.unraw().to_string()), function.span()), true),
    };
    let text = name.value();
    let well_formed = text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let mistake = if !well_formed {
        Some(format!("`{text}` is no name for a tool: write a letter, then letters, digits and `_`"))
    } else if text.len() > LONGEST_NAME {
        Some(format!(
            "`{text}` has {} characters, and clients take 64 with a prefix of their own: shorten it to {LONGEST_NAME}",
            text.len()
        ))
    } else {
        None
    };
    match mistake {
        Some(mistake) if at_function => diagnostics.report(function, mistake),
        Some(mistake) => diagnostics.report(&name, mistake),
        None => {}
    }
    name
}

fn check_category(category: &LitStr, diagnostics: &mut Diagnostics) {
    let text = category.value();
    let well_formed = text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if !well_formed {
        diagnostics.report(
            category,
            format!("`{text}` is no name for a category: write it as its module is called, like `sites_rrm`"),
        );
    }
}

fn check_view(view: &LitStr, diagnostics: &mut Diagnostics) {
    let text = view.value();
    let well_formed = text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    if !well_formed {
        diagnostics.report(
            view,
            format!(
                "`{text}` is no name for a view: write lower-case words with hyphens, like `site-health`"
            ),
        );
    }
}

fn check_names(parameters: &[&Parameter], diagnostics: &mut Diagnostics) {
    let values = parameters.iter().filter(|parameter| parameter.role != Role::Group);
    let mut seen: Vec<String> = Vec::new();
    for parameter in values {
        let name = parameter.name_text();
        if seen.contains(&name) {
            diagnostics.report(
                &parameter.name,
                format!("parameter `{name}` is named twice; rename or remove one of them"),
            );
        }
        seen.push(name);
    }
}

fn check_endpoint(
    endpoint: &Endpoint,
    signature: &Signature,
    parameters: &[&Parameter],
    diagnostics: &mut Diagnostics,
) {
    for argument in &signature.arguments {
        if let Argument::Context { reference, .. } = argument {
            diagnostics.report(
                reference,
                "a plain endpoint has no code to hand this to; remove it, or give the tool a body in place of \
                 the endpoint",
            );
        }
    }
    endpoint.check_holes(parameters, diagnostics);
    let mut bodies = parameters.iter().filter(|parameter| parameter.role == Role::Body);
    if let Some(body) = bodies.next() {
        if !endpoint.method.takes_body() {
            diagnostics.report(
                &body.name,
                format!(
                    "a `{}` sends no body; remove `#[body]`, or use `post` or `put`",
                    endpoint.method.constructor()
                ),
            );
        }
        for second in bodies {
            diagnostics.report(
                &second.name,
                format!("a request has one body and `{}` is it already; remove this `#[body]`", body.name),
            );
        }
    }
}

fn check_no_body_parameter(parameters: &[&Parameter], diagnostics: &mut Diagnostics) {
    for parameter in parameters.iter().filter(|parameter| parameter.role == Role::Body) {
        diagnostics.report(
            &parameter.name,
            "`#[body]` goes with `post` or `put`; in a tool with a body of its own, take a plain parameter",
        );
    }
}
