use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Lit, LitStr, Token, parenthesized};

use super::hints::Hints;
use crate::diagnostics::Diagnostics;
use crate::{literal, names};

const KEYS: [&str; 9] = ["category", "get", "post", "put", "delete", "name", "hints", "answers", "questions"];
/// The longest question, in bytes.
const LONGEST_QUESTION: usize = 200;

/// What stands in `#[mist_tool(…)]`, each value with its tokens.
#[derive(Default)]
pub(super) struct Attribute {
    pub(super) category: Option<LitStr>,
    pub(super) name: Option<LitStr>,
    pub(super) endpoint: Option<(Method, LitStr)>,
    pub(super) hints: Hints,
    pub(super) answers: Option<Answers>,
    /// What people ask when they need the tool.
    pub(super) questions: Vec<LitStr>,
    /// Something could not be read: what seems missing may only be mistyped.
    pub(super) incomplete: bool,
}

/// What an endpoint answers, where that does not follow from the tool's name and parameters.
pub(super) struct Answers {
    key: Ident,
    list: bool,
}

impl Answers {
    /// The variant of `mistmcp::Answers`.
    pub(super) fn variant(&self) -> Ident {
        Ident::new(if self.list { "List" } else { "Object" }, Span::call_site())
    }

    /// Only an endpoint answers what Mist does.
    pub(super) fn check(&self, has_endpoint: bool, diagnostics: &mut Diagnostics) {
        if !has_endpoint {
            diagnostics.report(
                &self.key,
                "`answers` says what an endpoint answers, and this tool has none; remove it",
            );
        }
    }
}

/// A method of HTTP that a tool's endpoint can have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    /// The constructor of `mistmcp::Endpoint` for this method.
    pub(super) fn constructor(self) -> Ident {
        let name = match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Delete => "delete",
        };
        Ident::new(name, Span::call_site())
    }

    pub(super) fn takes_body(self) -> bool {
        matches!(self, Self::Post | Self::Put)
    }
}

impl Attribute {
    /// Reads the keys, going on past each mistake.
    pub(super) fn read(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut attribute = Self::default();
        match Punctuated::<Entry, Token![,]>::parse_terminated.parse2(tokens) {
            Ok(entries) => {
                let mut seen: Vec<Ident> = Vec::new();
                for entry in entries {
                    if seen.contains(&entry.key) {
                        diagnostics.report(
                            &entry.key,
                            format!("`{}` is given twice; remove one of them", entry.key),
                        );
                    } else {
                        seen.push(entry.key.clone());
                        attribute.take(&entry, diagnostics);
                    }
                }
            }
            Err(error) => {
                attribute.incomplete = true;
                diagnostics.keep(error);
            }
        }
        attribute
    }

    fn take(&mut self, entry: &Entry, diagnostics: &mut Diagnostics) {
        let key = entry.key.to_string();
        match key.as_str() {
            "category" => self.category = self.text(entry, diagnostics),
            "name" => self.name = self.text(entry, diagnostics),
            "get" => self.endpoint(Method::Get, entry, diagnostics),
            "post" => self.endpoint(Method::Post, entry, diagnostics),
            "put" => self.endpoint(Method::Put, entry, diagnostics),
            "delete" => self.endpoint(Method::Delete, entry, diagnostics),
            "answers" => self.answers = self.answers(entry, diagnostics),
            "questions" => self.questions(entry, diagnostics),
            "hints" => match &entry.value {
                Value::List(list) => self.hints.read(list, diagnostics),
                Value::Expr(_) | Value::Nothing => diagnostics.report(
                    &entry.key,
                    "`hints` takes a list: write `hints(idempotent = false, open_world)`",
                ),
            },
            _ => {
                self.incomplete = true;
                let all = || format!("the keys are {}", names::quoted(&KEYS));
                let remedy = names::did_you_mean(&key, KEYS, all);
                diagnostics.report(&entry.key, format!("unknown key `{key}`{remedy}"));
            }
        }
    }

    fn questions(&mut self, entry: &Entry, diagnostics: &mut Diagnostics) {
        let Value::Expr(Expr::Array(list)) = &entry.value else {
            diagnostics
                .report(&entry.key, "`questions` takes a list of texts: write `questions = [\"…\", \"…\"]`");
            return;
        };
        let mut seen = Vec::new();
        for item in &list.elems {
            let Some(Lit::Str(question)) = literal::of(item) else {
                diagnostics.report(item, "a question is a text; put it into quotes");
                continue;
            };
            let text = question.value().trim().to_lowercase();
            if text.is_empty() {
                diagnostics.report(item, "the question is empty; write one, or remove it");
            } else if text.len() > LONGEST_QUESTION {
                let mistake = format!("the question has more than {LONGEST_QUESTION} bytes; shorten it");
                diagnostics.report(item, mistake);
            } else if seen.contains(&text) {
                diagnostics.report(item, "the question stands here twice; remove one of them");
            } else {
                seen.push(text);
                self.questions.push(question.clone());
            }
        }
    }

    fn endpoint(&mut self, method: Method, entry: &Entry, diagnostics: &mut Diagnostics) {
        if let Some((_, first)) = &self.endpoint {
            let first = first.value();
            diagnostics.report(
                &entry.key,
                format!("a tool has one endpoint and this one has `{first}` already; remove one of them"),
            );
        } else if let Some(path) = self.text(entry, diagnostics) {
            self.endpoint = Some((method, path));
        }
    }

    fn answers(&mut self, entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Answers> {
        let text = self.text(entry, diagnostics)?;
        let list = match text.value().as_str() {
            "list" => true,
            "object" => false,
            _ => {
                diagnostics
                    .report(&text, "`answers` is `\"list\"` or `\"object\"`: write `answers = \"list\"`");
                return None;
            }
        };
        Some(Answers { key: entry.key.clone(), list })
    }

    fn text(&mut self, entry: &Entry, diagnostics: &mut Diagnostics) -> Option<LitStr> {
        if let Value::Expr(value) = &entry.value
            && let Some(Lit::Str(text)) = literal::of(value)
        {
            return Some(text.clone());
        }
        self.incomplete = true;
        let mistake = format!("`{0}` takes a text: write `{0} = \"…\"`", entry.key);
        match &entry.value {
            Value::Expr(value) => diagnostics.report(value, mistake),
            Value::Nothing | Value::List(_) => diagnostics.report(&entry.key, mistake),
        }
        None
    }
}

/// `key`, `key = value` or `key(list)`.
pub(super) struct Entry {
    pub(super) key: Ident,
    pub(super) value: Value,
}

pub(super) enum Value {
    Nothing,
    Expr(Expr),
    List(Punctuated<Entry, Token![,]>),
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.parse()?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Value::Expr(input.parse()?)
        } else if input.peek(syn::token::Paren) {
            let list;
            parenthesized!(list in input);
            Value::List(Punctuated::parse_terminated(&list)?)
        } else {
            Value::Nothing
        };
        Ok(Self { key, value })
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let key = &self.key;
        tokens.extend(match &self.value {
            Value::Nothing => quote!(#key),
            Value::Expr(value) => quote!(#key = #value),
            Value::List(list) => quote!(#key(#list)),
        });
    }
}
