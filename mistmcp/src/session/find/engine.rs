//! Search index of tools, [`Index`], which ranks tools for a query by words and by meaning.

use std::collections::HashSet;

use foldhash::HashMap;

use super::classifiers::{decisions, kinds};
use super::lexical::{Bm25, Cosines, Stems, number_of};
use super::names::{self, Names};
use super::phrases::sections;
use super::questions::questions;
use super::similarity::{Similarities, density, matching_topics, norm};
use super::text::{Text, Vocabulary, Words};
use super::texts::Texts;
use super::vectors::{Embedding, Embeddings, Vectors};
use super::weights::{CONFIDENCE, FIELDS, WEIGHTS, WITHOUT_QUESTIONS};
use crate::catalog::{Catalog, Entry};

/// Number of texts of a tool beside its questions: title and description.
const OWN_TEXTS: usize = 2;
/// In the description of a tool that another one replaces.
const DEPRECATED: &str = "Deprecated";
/// Parameters of scope, which are not a subject.
const SCOPES: [&str; 2] = ["org_id", "site_id"];
/// Minimum length of a part of a tool's name as a query.
const SHORTEST_PART: usize = 3;
/// Lead of a tool whose name contains the query, and for each letter of its name of one that the query names.
const NAMED: f32 = 10.0;

/// Index of all tools, built at the first query.
pub(in crate::session) struct Index {
    text: Text,
    vectors: Vectors,
    tools: Vec<Tool>,
    names: Names,
    stems: Stems,
    fields: Bm25,
    /// Vectors of all titles, descriptions, questions and unanswerable questions, without
    /// duplicates.
    embeddings: Embeddings,
    cosines: Cosines,
    /// Words of the tools' texts, without proper names, by their first letters, with a line break after each.
    vocabulary: HashMap<char, String>,
    /// Indexes of the questions that no tool answers, and whether each requests a change.
    unanswerable: Vec<(u32, bool)>,
    prompts: Vec<(&'static str, Embedding)>,
    categories: Vec<(&'static str, Embedding)>,
}

/// A tool in the index.
struct Tool {
    /// Indexes of its texts.
    texts: Box<[u32]>,
    /// Indexes of its kinds.
    kinds: Box<[usize]>,
    scope: Scope,
    /// Whether another tool differs only in scope.
    has_twin: bool,
    /// Whether it requires an argument beside site and organization.
    needs_id: bool,
    /// Whether its description says that another tool replaces it.
    is_replaced: bool,
}

/// The scope of a tool, from its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Other,
    Site,
    Organization,
}

/// Result of a query: indexes in the catalog, best first, and their confidence.
#[derive(Debug, Default)]
pub(in crate::session) struct Found {
    pub(in crate::session) places: Vec<usize>,
    /// Probability that a tool can answer the query.
    pub(in crate::session) confidence: f32,
    /// Whether the query looks like a request to change something.
    pub(in crate::session) orders_change: bool,
    /// Names of matching prompts and categories.
    pub(in crate::session) prompts: Vec<&'static str>,
    pub(in crate::session) categories: Vec<&'static str>,
}

/// Features of a tool for a query: one number for each of [`WEIGHTS`].
pub(super) type Features = [f32; WEIGHTS.len()];

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Index").field("tools", &self.tools.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// Indexes the tools of a catalog, without the questions of the tools in `without`.
    pub(in crate::session) fn new(catalog: &Catalog, without: &HashSet<&str>) -> Self {
        let (text, vectors) = (Text::new(), Vectors::new());
        let entries = catalog.entries();
        let questions = questions(catalog, without);
        // The definitions of all tools, which have the titles as well, would take a megabyte.
        let titles: Vec<_> = entries.iter().map(Entry::title).collect();
        let mut texts = Texts::new(&text, &vectors);
        let (mut tools, mut documents) = (Vec::new(), Vec::new());
        let subjects: Vec<_> = entries.iter().map(|entry| subject(entry.tool().name)).collect();
        for (place, (entry, questions)) in entries.iter().zip(&questions).enumerate() {
            let tool = entry.tool();
            let title = texts.add(&titles[place]);
            let description = texts.add(tool.description);
            let category = texts.content(&tool.category.replace('_', " "));
            let params: Vec<_> = entry.params().iter().map(|param| param.name.replace('_', " ")).collect();
            let params = texts.content(&params.join(" "));
            let asked: Vec<_> = questions.iter().map(|question| texts.ask(question)).collect();
            let own = if questions.is_empty() { WITHOUT_QUESTIONS } else { 1 };
            let repeated = |place: u32| texts.content[place as usize].repeat(own);
            let words = asked.iter().flat_map(|place| texts.content[*place as usize].iter().copied());
            documents.push(vec![repeated(title), repeated(description), words.collect(), category, params]);
            let mut required = entry.params().iter().filter(|param| param.required()).map(|param| param.name);
            tools.push(Tool {
                texts: [title, description].into_iter().chain(asked).collect::<Vec<_>>().into(),
                kinds: kinds(&titles[place], tool.category, &text),
                scope: Scope::of(tool.name),
                has_twin: subjects.iter().filter(|subject| **subject == subjects[place]).count() > 1,
                needs_id: required.any(|name| !SCOPES.contains(&name)),
                is_replaced: tool.description.contains(DEPRECATED),
            });
        }
        let lines = sections(include_str!("../../../search/unanswerable.txt"));
        let lines = lines.into_iter().map(|(section, line)| (texts.ask(line), section == "change"));
        let unanswerable = lines.collect();
        let vocabulary = texts.vocabulary();
        let (stems, numbers) = texts.finish();
        let of_fields = || (Bm25::new(&documents, &FIELDS), Embeddings::new(&numbers, &stems, &vectors));
        let ((fields, embeddings), cosines) = std::thread::scope(|threads| {
            let other = threads.spawn(of_fields);
            let cosines = Cosines::new(&numbers);
            (other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), cosines)
        });
        let topic = |name: &'static str, about: &str| {
            let rows = text.read(about).stems.into_iter().filter_map(|stem| vectors.row(&stem));
            (name, vectors.embedding(rows))
        };
        let prompts = catalog.prompts().iter();
        let prompts = prompts.map(|it| topic(it.name, &format!("{} {}", it.title, it.description))).collect();
        let categories = catalog.categories().iter().map(|it| topic(it.name, it.description)).collect();
        Self {
            text,
            vectors,
            tools,
            names: Names::new(entries.iter().map(|entry| entry.tool().name)),
            stems,
            fields,
            embeddings,
            cosines,
            vocabulary,
            unanswerable,
            prompts,
            categories,
        }
    }

    /// The best `most` tools for a query, among the permitted ones.
    pub(in crate::session) fn search(
        &self,
        query: &str,
        usable: impl Fn(usize) -> bool,
        most: usize,
    ) -> Found {
        let (words, similarities) = self.read(query);
        let is_known = words.stems.iter().any(|stem| self.knows(stem));
        let features = if is_known {
            self.features(&words, &similarities)
        } else {
            let (words, similarities) = self.read(self.text.general);
            self.features(&words, &similarities)
        };
        let given = self.names.given(query, |word| self.text.is_filler(word));
        let part = names::key(query);
        let is_part = part.len() >= SHORTEST_PART && !is_known;
        let named = |place: usize| match given[place] {
            0 if is_part && self.names.contains(place, &part) => NAMED,
            length => NAMED * number_of(length),
        };
        let mut scored: Vec<_> = (0..self.tools.len())
            .filter(|place| usable(*place))
            .map(|place| (score(&features[place]) + named(place), place))
            .collect();
        scored.sort_by(|(left, a), (right, b)| right.total_cmp(left).then(a.cmp(b)));
        let first = scored.first().map(|(_, place)| *place);
        let best = first.map(|place| features[place]).unwrap_or_default();
        let is_given = first.is_some_and(|place| given[place] > 0);
        scored.truncate(most);
        let confidence_features = self.confidence_features(&words, &best, &similarities);
        let sum: f32 =
            confidence_features.iter().zip(CONFIDENCE).map(|(feature, weight)| feature * weight).sum();
        Found {
            places: scored.into_iter().map(|(_, place)| place).collect(),
            confidence: if is_given { 1.0 } else { 1.0 / (1.0 + (-sum).exp()) },
            orders_change: similarities.decisions.order > 0.0,
            prompts: matching_topics(&self.prompts, &similarities.embedding),
            categories: matching_topics(&self.categories, &similarities.embedding),
        }
    }

    /// Features of all tools for a query, those of the confidence, and the query's words: for fitting the weights.
    pub(in crate::session) fn explain(&self, query: &str) -> (Vec<Features>, Vec<f32>, Words) {
        let (words, mut similarities) = self.read(query);
        similarities.drop_equal_texts();
        let features = self.features(&words, &similarities);
        let best = features.iter().max_by(|a, b| score(a).total_cmp(&score(b))).copied().unwrap_or_default();
        let confidence_features = self.confidence_features(&words, &best, &similarities).to_vec();
        (features, confidence_features, words)
    }

    /// Words of a text, as indexed: for building the vectors.
    pub(in crate::session) fn words(&self, text: &str) -> Words {
        self.text.read(text)
    }

    /// Number of stems without a vector.
    pub(in crate::session) fn without_vector(&self) -> usize {
        self.stems.without_row()
    }

    fn knows(&self, stem: &str) -> bool {
        self.stems.get(stem, &self.vectors).is_some()
    }

    /// Parses a query and compares it with all texts.
    fn read(&self, query: &str) -> (Words, Similarities) {
        let is_stem = |stem: &str| self.knows(stem);
        let words = self.text.read_query(query, &Vocabulary { words: &self.vocabulary, is_stem: &is_stem });
        let embedding = self.vectors.embedding(words.stems.iter().filter_map(|stem| self.vectors.row(stem)));
        let by_words = self.cosines.with(&self.stems.of(&words.stems, &self.vectors));
        let by_meaning = self.embeddings.with(&embedding);
        let decisions = decisions(&words);
        (words, Similarities { embedding, by_words, by_meaning, decisions })
    }

    /// Similarity of a query, by words and by meaning, to the nearest request for a change, and to
    /// the nearest other unanswerable question.
    fn unanswerable(&self, similarities: &Similarities) -> [(f32, f32); 2] {
        [true, false].map(|change| {
            let of = self.unanswerable.iter().filter(|(_, is_change)| *is_change == change);
            of.fold((0.0, -1.0), |(words, meaning), (place, _)| {
                let place = *place as usize;
                (similarities.by_words[place].max(words), similarities.by_meaning[place].max(meaning))
            })
        })
    }

    fn features(&self, words: &Words, similarities: &Similarities) -> Vec<Features> {
        let fields = self.fields.scores(&self.stems.of(&words.content, &self.vectors));
        let on = |condition: bool| if condition { 1.0 } else { 0.0 };
        let of = |(tool, fields): (&Tool, f32)| {
            let by_words = tool.texts.iter().map(|place| similarities.by_words[*place as usize]);
            let by_meaning = tool.texts.iter().map(|place| similarities.by_meaning[*place as usize]);
            let words_best = by_words.fold(0.0, f32::max);
            let meaning_best = by_meaning.clone().fold(0.0, f32::max);
            let bare = on(tool.texts.len() <= OWN_TEXTS);
            let of_scope = |scope, twin| tool.scope == scope && tool.has_twin == twin;
            let (site, org) = (of_scope(Scope::Site, true), of_scope(Scope::Organization, true));
            let (alone_site, alone_org) =
                (of_scope(Scope::Site, false), of_scope(Scope::Organization, false));
            let one_site = words.one_site;
            [
                fields,
                words_best,
                meaning_best,
                norm(by_meaning),
                tool.kinds.iter().map(|kind| similarities.decisions.kinds[*kind]).sum(),
                on(site && one_site),
                on(site && !one_site),
                on(org && words.all_sites),
                on(org && one_site),
                bare,
                on(alone_site && one_site),
                on(alone_site && !one_site),
                on(alone_org && words.all_sites),
                on(alone_org && one_site),
                on(tool.needs_id),
                on(tool.is_replaced),
                bare * fields,
                bare * words_best,
                bare * meaning_best,
            ]
        };
        self.tools.iter().zip(fields).map(of).collect()
    }

    /// Features of the confidence: similarity to the best tool by words, by meaning and on average;
    /// its margins over the nearest request for a change and over the nearest other unanswerable
    /// question, by words and by meaning each; the share of known words; the number of words; the density
    /// by meaning of the texts of tools and of unanswerable questions; and the decisions of the classifiers.
    fn confidence_features(
        &self,
        words: &Words,
        best: &Features,
        similarities: &Similarities,
    ) -> [f32; CONFIDENCE.len()] {
        let known = self
            .stems
            .of(&words.content, &self.vectors)
            .iter()
            .filter(|stem| self.fields.has(**stem))
            .count();
        let share = number_of(known) / number_of(words.content.len()).max(1.0);
        let length = number_of(words.content.len()).min(8.0) / 8.0;
        let [change, other] = self.unanswerable(similarities);
        let mut of_tools = similarities.by_meaning.clone();
        let places = self.unanswerable.iter().map(|(place, _)| *place as usize);
        let unanswerable: Vec<_> = places.map(|place| std::mem::take(&mut of_tools[place])).collect();
        [
            1.0,
            best[1],
            best[2],
            best[3],
            best[1] - change.0,
            best[1] - other.0,
            best[2] - change.1,
            best[2] - other.1,
            share,
            length,
            density(of_tools.into_iter()),
            density(unanswerable.into_iter()),
            similarities.decisions.answerable,
            similarities.decisions.order,
        ]
    }
}

fn score(features: &Features) -> f32 {
    features.iter().zip(WEIGHTS).map(|(feature, weight)| feature * weight).sum()
}

impl Scope {
    /// The first scope in a name.
    fn of(name: &str) -> Self {
        match (name.find("Site"), name.find("Org")) {
            (Some(site), org) if org.is_none_or(|org| site < org) => Self::Site,
            (_, Some(_)) => Self::Organization,
            _ => Self::Other,
        }
    }
}

/// A tool's name without its scope and plurals: equal for tools that differ only in scope.
fn subject(name: &str) -> String {
    let name = match Scope::of(name) {
        Scope::Site => name.replacen("Site", "", 1),
        Scope::Organization => name.replacen("Org", "", 1),
        Scope::Other => name.to_owned(),
    };
    name.trim_end_matches("Derived").to_lowercase().replace('s', "")
}
