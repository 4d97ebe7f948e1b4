//! The arguments of `#[mist_tool]`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, Ident, Lit, LitStr, Path};

use super::entry::{Entry, Value, entries};
use super::hints::Hints;
use crate::diagnostics::Diagnostics;
use crate::{literal, names};

const KEYS: [&str; 13] = [
    "category",
    "get",
    "post",
    "put",
    "delete",
    "name",
    "hints",
    "answers",
    "item_takes",
    "questions",
    "essential",
    "view",
    "crate",
];
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
    /// The key, and the parameters that are sent with the optional id too.
    pub(super) item_takes: Option<(Ident, LitStr)>,
    /// What people ask when they need the tool.
    pub(super) questions: Vec<LitStr>,
    /// Every session lists the tool.
    pub(super) essential: bool,
    /// The view that shows the tool's answer.
    pub(super) view: Option<LitStr>,
    /// Where the runtime is, if not at `::mistmcp`.
    pub(super) path: Option<Path>,
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
        let (entries, complete) = entries(tokens, diagnostics);
        attribute.incomplete = !complete;
        let mut seen: Vec<Ident> = Vec::new();
        for entry in entries {
            if seen.contains(&entry.key) {
                diagnostics.report(&entry.key, format!("`{}` is given twice; remove one of them", entry.key));
            } else {
                seen.push(entry.key.clone());
                attribute.take(&entry, diagnostics);
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
            "item_takes" => {
                self.item_takes = self.text(entry, diagnostics).map(|names| (entry.key.clone(), names));
            }
            "questions" => self.questions(entry, diagnostics),
            "essential" => match entry.value.switch() {
                Some(essential) => self.essential = essential,
                None => diagnostics
                    .report(entry, "`essential` is on or off: write `essential` or `essential = false`"),
            },
            "view" => self.view = self.text(entry, diagnostics),
            "crate" => match &entry.value {
                Value::Expr(Expr::Path(path)) if path.qself.is_none() => self.path = Some(path.path.clone()),
                _ => diagnostics.report(
                    entry,
                    "`crate` takes the path of the runtime: write `crate = my_crate::mistmcp`",
                ),
            },
            "hints" => match &entry.value {
                Value::List(list) => self.hints.read(list, diagnostics),
                Value::Expr(_) | Value::Nothing => diagnostics.report(
                    &entry.key,
                    "`hints` takes a list: write `hints(idempotent = false, open_world)`",
                ),
            },
            _ => {
                self.incomplete = true;
                diagnostics.report(&entry.key, format!("unknown key `{key}`; {}", remedy(&key)));
            }
        }
    }

    fn questions(&mut self, entry: &Entry, diagnostics: &mut Diagnostics) {
        let Value::Expr(Expr::Array(list)) = &entry.value else {
            let list = match &entry.value {
                Value::Expr(value) if matches!(literal::of(value), Some(Lit::Str(_))) => {
                    value.to_token_stream().to_string()
                }
                _ => "\"…\", \"…\"".to_owned(),
            };
            let mistake = format!("`questions` takes a list of texts: write `questions = [{list}]`");
            diagnostics.report(&entry.key, mistake);
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
        // A text without its quotes is a name.
        let text = match &entry.value {
            Value::Expr(Expr::Path(name)) => name.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        let text = text.as_deref().unwrap_or("…");
        let mistake = format!("`{0}` takes a text: write `{0} = \"{text}\"`", entry.key);
        match &entry.value {
            Value::Expr(value) => diagnostics.report(value, mistake),
            Value::Nothing | Value::List(_) => diagnostics.report(&entry.key, mistake),
        }
        None
    }
}

/// What to write in place of the unknown key `key`.
fn remedy(key: &str) -> String {
    match key {
        "description" | "doc" | "title" => {
            "the tool's description is the `///` above its function".to_owned()
        }
        "path" | "url" | "endpoint" | "method" => {
            "write the method as the key of the path: `get = \"/api/v1/…\"`".to_owned()
        }
        "read_only" | "destructive" | "idempotent" | "open_world" => {
            format!("it is a hint: write `hints({key})`")
        }
        _ => {
            let all = || format!("the keys are {}", names::quoted(&KEYS));
            names::did_you_mean(&key.to_lowercase(), KEYS, all)
        }
    }
}
