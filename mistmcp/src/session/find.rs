//! The tool `findTools`, which searches tools by a question. [`Index`] ranks; this module writes
//! the reply.

mod classifiers;
mod engine;
mod lexical;
mod names;
mod phrases;
mod questions;
mod similarity;
mod text;
mod texts;
mod tokens;
mod vectors;
mod weights;

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

pub(super) use engine::Index;
pub use questions::Questions;
pub use questions::registered;

use super::meta_tools::{MOST_FOUND, Query};
use super::{Session, Settings};
use crate::argument::{Arguments, UpTo};
use crate::catalog::{Audience, Category, Entry};
use crate::prompt::Prompt;
use crate::reply::Reply;
use crate::{Result, work};

/// Default of `limit`.
const SHOWN: usize = 5;

/// Result of a search, best first.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// Whether the best tools match well.
    pub(crate) is_good: bool,
    /// Whether the query looks like a request to change something.
    pub(crate) orders_change: bool,
    pub(crate) tools: Vec<&'a Entry>,
    pub(crate) prompts: Vec<&'static Prompt>,
    pub(crate) categories: Vec<&'static Category>,
}

impl Session {
    pub(super) async fn find(&self, arguments: &mut Arguments) -> Result<Reply> {
        let Query(query) = arguments.take("query")?;
        let limit = arguments.take::<Option<UpTo<MOST_FOUND>>>("limit")?.map_or(SHOWN, UpTo::get);
        let category = arguments.take::<Option<String>>("category")?.filter(|name| !name.trim().is_empty());
        let category = category.map(|name| self.settings.category(&name)).transpose()?;
        let settings = Arc::clone(&self.settings);
        let search = move || settings.search(&query, limit, category).reply(&settings);
        Reply::json(work::search(None, search).await?)
    }
}

impl Settings {
    /// Searches the tools that sessions can reach, and the matching prompts and categories.
    pub(crate) fn search(&self, query: &str, most: usize, category: Option<&Category>) -> Found<'_> {
        let entries = self.catalog().entries();
        let usable = |place: usize| {
            let entry = &entries[place];
            self.reaches(entry) && category.is_none_or(|category| category.name == entry.tool().category)
        };
        let found = self.index().search(query, usable, most);
        let prompts = self.prompts().filter(|prompt| found.prompts.contains(&prompt.name));
        let categories = self.categories().filter(|category| found.categories.contains(&category.name));
        Found {
            is_good: found.confidence >= weights::GOOD,
            orders_change: found.orders_change && self.tools().all(|entry| entry.tool().hints.read_only),
            prompts: prompts.collect(),
            categories: categories.collect(),
            tools: found.places.into_iter().map(|place| &entries[place]).collect(),
        }
    }

    /// Names of the tools for a query, without restrictions, and whether they match well: for the
    /// evaluation.
    #[doc(hidden)]
    pub fn found(&self, query: &str) -> (Vec<&'static str>, bool) {
        let found = self.search(query, SHOWN, None);
        (found.tools.iter().map(|entry| entry.tool().name).collect(), found.is_good)
    }

    /// These settings with an index without the questions of some tools: for the evaluation.
    #[doc(hidden)]
    pub fn without_questions(self, names: &HashSet<&str>) -> Self {
        let index = Index::new(self.catalog(), names);
        self.with_index(index)
    }

    /// The features of a query: for fitting the weights.
    #[doc(hidden)]
    pub fn explain(&self, query: &str) -> Value {
        let (tools, confidence, words) = self.index().explain(query);
        json!({
            "tools": tools,
            "confidence": confidence,
            "stems": words.stems,
            "pattern": words.pattern,
            "content": words.content,
            "flags": [words.one_site, words.all_sites],
        })
    }

    /// Number of the index's stems without a vector, which is zero after the vectors were built: for the evaluation.
    #[doc(hidden)]
    pub fn words_without_vector(&self) -> usize {
        self.index().without_vector()
    }

    /// The stems of a text in the index, and those that carry meaning: for building the vectors.
    #[doc(hidden)]
    pub fn read(&self, text: &str) -> Value {
        let words = self.index().words(text);
        json!({ "stems": words.stems, "content": words.content, "pattern": words.pattern })
    }
}

impl Settings {
    /// Description of a tool for a model that calls it: its parameters as text, with type, meaning,
    /// values and default.
    pub(super) fn description(&self, entry: &Entry) -> Value {
        let parameters = entry.parameters(Audience::Model);
        let required =
            parameters.iter().filter(|parameter| parameter.required).map(|parameter| parameter.name);
        let required: Vec<_> = required.collect();
        let written = parameters.iter().map(|parameter| {
            let about = parameter.about.trim_end_matches('.');
            let kind = parameter.kind.as_str();
            let text = if about.is_empty() { kind.to_owned() } else { format!("{kind}: {about}") };
            (parameter.name.to_owned(), Value::from(self.described(&text).into_owned()))
        });
        json!({
            "tool": entry.tool().name,
            "category": entry.tool().category,
            "description": self.definition(entry).description,
            "parameters": written.collect::<Map<_, _>>(),
            "required": required,
        })
    }
}

impl Found<'_> {
    /// The reply of `findTools`.
    fn reply(&self, settings: &Settings) -> Value {
        let mut reply = Map::new();
        reply.insert("fit".into(), self.fit().into());
        reply.insert("tools".into(), self.tools.iter().map(|entry| settings.description(entry)).collect());
        if !self.prompts.is_empty() {
            reply.insert("prompts".into(), self.prompts.iter().map(|prompt| prompt.name).collect());
        }
        if !self.categories.is_empty() {
            reply.insert("categories".into(), self.categories.iter().map(|category| category.name).collect());
        }
        if let Some(note) = self.note() {
            reply.insert("note".into(), note.into());
        }
        Value::Object(reply)
    }

    /// Quality of the best match, as a word.
    pub(crate) fn fit(&self) -> &'static str {
        if self.is_good { "good" } else { "weak" }
    }

    /// Advice if nothing matches well.
    pub(crate) fn note(&self) -> Option<&'static str> {
        match (self.tools.is_empty(), self.is_good, self.orders_change) {
            (true, ..) => Some(
                "No tool can be used here. Ask without `category`, or ask the operator for more categories.",
            ),
            (_, true, _) => None,
            (_, _, true) => Some(
                "This server only reads: it cannot change anything. If that was not meant, ask in other words; these tools \
                 are the nearest.",
            ),
            (_, _, false) => Some(
                "No tool fits this well; these are the nearest. Ask in English, in other words, or with fewer.",
            ),
        }
    }
}

/// Problems of the registered questions, one per line: unknown tools, and questions that are empty,
/// repeated or too long.
#[doc(hidden)]
pub fn question_problems(settings: &Settings) -> Vec<String> {
    const LONGEST: usize = 200;
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    for (name, question) in registered() {
        if settings.catalog().find(name).is_none() {
            problems.push(format!("there is no tool `{name}`, for the question: {question}"));
        }
        if question.len() > LONGEST {
            problems.push(format!("{name}: a question has more than {LONGEST} bytes: {question}"));
        }
        if !seen.insert((name, question.to_lowercase())) {
            problems.push(format!("{name}: a question stands twice: {question}"));
        }
    }
    problems
}
