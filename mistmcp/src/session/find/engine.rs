//! The index of tools, [`Index`], and how a query is ranked against it: by words and by meaning at once.

use std::collections::{HashMap, HashSet};

use super::lexical::{Bm25, Cosines, number_of};
use super::questions::questions;
use super::text::{Text, Vocabulary, Words, sections};
use super::vectors::{Direction, Vectors, cosine};
use super::weights::{CONFIDENCE, FIELDS, WEIGHTS, WITHOUT_QUESTIONS};
use crate::catalog::{Catalog, Entry};

/// How many nearest questions of a tool are averaged.
const NEAREST: usize = 3;
/// The cosine from which a query is taken for an order like one of the unanswerable questions.
const LIKE_AN_ORDER: f32 = 0.6;
/// The cosine from which a prompt or category fits a query.
const TOPIC_FITS: f32 = 0.7;
/// Prompts and categories in an answer at most.
const MOST_TOPICS: usize = 2;

/// Everything that a search needs, made once at the first query.
pub(in crate::session) struct Index {
    text: Text,
    vectors: Vectors,
    tools: Vec<Tool>,
    fields: Bm25,
    /// The directions of the titles, descriptions and questions of all tools, one after the other.
    directions: Vec<Direction>,
    cosines: Cosines,
    vocabulary: HashMap<char, Vec<String>>,
    unanswerable: Vec<(Direction, bool)>,
    prompts: Vec<(&'static str, Direction)>,
    categories: Vec<(&'static str, Direction)>,
}

/// A tool in the index.
struct Tool {
    /// Where its texts are among all.
    texts: std::ops::Range<usize>,
    has_questions: bool,
    counts: bool,
    scope: Scope,
}

/// Whether a tool is one of two that differ in asking for one site or for the organization.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Alone,
    Site,
    Organization,
}

/// What a query found: places in the catalog, best first, and how well they fit.
#[derive(Debug, Default)]
pub(in crate::session) struct Found {
    pub(in crate::session) places: Vec<usize>,
    /// Probability that the query can be answered at all.
    pub(in crate::session) confidence: f32,
    /// Whether the query looks like an order to change something.
    pub(in crate::session) orders_change: bool,
    /// Names of prompts that fit, and of categories.
    pub(in crate::session) prompts: Vec<&'static str>,
    pub(in crate::session) categories: Vec<&'static str>,
}

/// What speaks for a tool: one number for each of [`WEIGHTS`].
pub(super) type Features = [f32; WEIGHTS.len()];

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Index").field("tools", &self.tools.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// Indexes the tools of a catalog, but for the questions of those that `without` names.
    pub(in crate::session) fn new(catalog: &Catalog, without: &HashSet<&str>) -> Self {
        let (text, vectors) = (Text::new(), Vectors::new());
        let entries = catalog.entries();
        let questions = questions(catalog, without);
        let mut vocabulary: HashMap<char, HashSet<String>> = HashMap::new();
        let mut read = |written: &str| {
            for word in text.words(written).into_iter().filter(|word| word.len() > 3) {
                if let Some(first) = word.chars().next() {
                    vocabulary.entry(first).or_default().insert(word);
                }
            }
            text.read(written, None)
        };
        let (mut tools, mut texts, mut documents) = (Vec::new(), Vec::new(), Vec::new());
        let twins = Twins::of(entries);
        for (entry, questions) in entries.iter().zip(&questions) {
            let tool = entry.tool();
            let title = read(entry.definition().title.as_deref().unwrap_or(tool.name));
            let description = read(tool.description);
            let category = read(&tool.category.replace('_', " "));
            let names: Vec<_> = entry.params().iter().map(|param| param.name.replace('_', " ")).collect();
            let params = read(&names.join(" "));
            let start = texts.len();
            let asked: Vec<Words> = questions.iter().map(|question| read(question)).collect();
            let own = if questions.is_empty() { WITHOUT_QUESTIONS } else { 1 };
            let words: Vec<_> = asked.iter().flat_map(|words| words.telling.iter().cloned()).collect();
            let repeated =
                |words: &Words| std::iter::repeat_n(&words.telling, own).flatten().cloned().collect();
            documents.push(vec![
                repeated(&title),
                repeated(&description),
                words,
                category.telling,
                params.telling,
            ]);
            texts.extend([title, description].into_iter().chain(asked).map(|words| words.stems));
            tools.push(Tool {
                texts: start..texts.len(),
                has_questions: !questions.is_empty(),
                counts: tool.name.starts_with("count"),
                scope: twins.scope(tool.name),
            });
        }
        let unanswerable = sections(include_str!("../../../search/unanswerable.txt"))
            .into_iter()
            .map(|(section, line)| (vectors.direction(&text.read(line, None).stems), section == "change"))
            .collect();
        let fields = Bm25::new(&documents, &FIELDS);
        let cosines = Cosines::new(&texts.iter().map(Vec::as_slice));
        let directions = texts.iter().map(|stems| vectors.direction(stems)).collect();
        let sorted = |(first, words): (char, HashSet<String>)| {
            let mut words: Vec<_> = words.into_iter().collect();
            words.sort();
            (first, words)
        };
        let vocabulary = vocabulary.into_iter().map(sorted).collect();
        let topic =
            |name: &'static str, about: &str| (name, vectors.direction(&text.read(about, None).stems));
        let prompts = catalog.prompts().iter();
        let prompts = prompts.map(|it| topic(it.name, &format!("{} {}", it.title, it.description))).collect();
        let categories = catalog.categories().iter().map(|it| topic(it.name, it.description)).collect();
        Self {
            text,
            vectors,
            tools,
            fields,
            directions,
            cosines,
            vocabulary,
            unanswerable,
            prompts,
            categories,
        }
    }

    /// The `most` tools that fit a query best, among those that may be used.
    pub(in crate::session) fn search(
        &self,
        query: &str,
        usable: impl Fn(usize) -> bool,
        most: usize,
    ) -> Found {
        let words = self.read(query);
        let features = self.features(&words);
        let mut scored: Vec<_> = (0..self.tools.len())
            .filter(|place| usable(*place))
            .map(|place| (score(&features[place]), place))
            .collect();
        scored.sort_by(|(left, a), (right, b)| right.total_cmp(left).then(a.cmp(b)));
        let best = scored.first().map(|(_, place)| features[*place]).unwrap_or_default();
        scored.truncate(most);
        let direction = self.vectors.direction(&words.stems);
        let nearest = |change: bool| {
            let of = self.unanswerable.iter().filter(|(_, is_change)| *is_change == change);
            of.map(|(other, _)| cosine(&direction, other)).fold(-1.0, f32::max)
        };
        let (change, other) = (nearest(true), nearest(false));
        Found {
            places: scored.into_iter().map(|(_, place)| place).collect(),
            confidence: self.confidence(&words, &best, change.max(other)),
            orders_change: change >= other && change >= LIKE_AN_ORDER,
            prompts: fitting(&self.prompts, &direction),
            categories: fitting(&self.categories, &direction),
        }
    }

    /// The features of all tools for a query, and those that confidence is made of: for fitting the weights.
    pub(in crate::session) fn explain(&self, query: &str) -> (Vec<Features>, Vec<f32>) {
        let words = self.read(query);
        let features = self.features(&words);
        let best = features.iter().max_by(|a, b| score(a).total_cmp(&score(b))).copied().unwrap_or_default();
        let direction = self.vectors.direction(&words.stems);
        let nearest =
            self.unanswerable.iter().map(|(other, _)| cosine(&direction, other)).fold(-1.0, f32::max);
        let confidence = self.evidence(&words, &best, nearest).to_vec();
        (features, confidence)
    }

    /// The stems of a text, as the texts of tools are read: what the vectors are made from.
    pub(in crate::session) fn stems(&self, text: &str) -> Vec<String> {
        self.text.read(text, None).stems
    }

    fn read(&self, query: &str) -> Words {
        let is_stem = |stem: &str| self.fields.has(stem) || self.vectors.has(stem);
        self.text.read(query, Some(&Vocabulary { words: &self.vocabulary, is_stem: &is_stem }))
    }

    fn features(&self, words: &Words) -> Vec<Features> {
        let fields = self.fields.scores(&words.telling);
        let by_words = self.cosines.with(&words.stems);
        let direction = self.vectors.direction(&words.stems);
        let by_meaning: Vec<_> = self.directions.iter().map(|text| cosine(&direction, text)).collect();
        let on = |condition: bool| if condition { 1.0 } else { 0.0 };
        let of = |(tool, fields): (&Tool, f32)| {
            let words_best = by_words[tool.texts.clone()].iter().copied().fold(0.0, f32::max);
            let nearest = nearest(&by_meaning[tool.texts.clone()]);
            let mean = nearest.iter().sum::<f32>() / number_of(nearest.len()).max(1.0);
            let (site, org) = (tool.scope == Scope::Site, tool.scope == Scope::Organization);
            let one_site = words.one_site && !words.all_sites;
            [
                fields,
                words_best,
                nearest.first().copied().unwrap_or_default(),
                mean,
                on(tool.counts && words.counts),
                on(tool.counts && !words.counts),
                on(site && one_site),
                on(site && !one_site),
                on(org && words.all_sites),
                on(org && one_site),
                on(!tool.has_questions),
            ]
        };
        self.tools.iter().zip(fields).map(of).collect()
    }

    /// What confidence is made of: likeness by words and by meaning, the lead over the nearest unanswerable question, the
    /// share of known words, and the number of words.
    fn evidence(&self, words: &Words, best: &Features, unanswerable: f32) -> [f32; 6] {
        let known = words.telling.iter().filter(|stem| self.fields.has(stem)).count();
        let share = number_of(known) / number_of(words.telling.len()).max(1.0);
        let length = number_of(words.telling.len()).min(8.0) / 8.0;
        [1.0, best[1], best[2], best[2] - unanswerable, share, length]
    }

    fn confidence(&self, words: &Words, best: &Features, unanswerable: f32) -> f32 {
        let evidence = self.evidence(words, best, unanswerable);
        let sum: f32 = evidence.iter().zip(CONFIDENCE).map(|(evidence, weight)| evidence * weight).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// The names of the topics that fit a direction, best first.
fn fitting(topics: &[(&'static str, Direction)], direction: &[f32]) -> Vec<&'static str> {
    let near = topics.iter().map(|(name, topic)| (cosine(direction, topic), *name));
    let mut near: Vec<_> = near.filter(|(cosine, _)| *cosine >= TOPIC_FITS).collect();
    near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    near.into_iter().map(|(_, name)| name).take(MOST_TOPICS).collect()
}

fn score(features: &Features) -> f32 {
    features.iter().zip(WEIGHTS).map(|(feature, weight)| feature * weight).sum()
}

/// The greatest of the cosines, greatest first.
fn nearest(cosines: &[f32]) -> Vec<f32> {
    let mut nearest: Vec<f32> = Vec::with_capacity(NEAREST + 1);
    for cosine in cosines {
        let place = nearest.iter().position(|other| other < cosine).unwrap_or(nearest.len());
        if place < NEAREST {
            nearest.insert(place, *cosine);
            nearest.truncate(NEAREST);
        }
    }
    nearest
}

/// The names of tools, to tell which have a twin of another scope.
struct Twins<'a>(HashSet<&'a str>);

impl<'a> Twins<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        Self(entries.iter().map(|entry| entry.tool().name).collect())
    }

    fn scope(&self, name: &str) -> Scope {
        let has = |from: &str, to: &str| {
            name.contains(from) && {
                let twin = name.replacen(from, to, 1);
                self.0.contains(twin.as_str()) || self.0.contains(format!("{twin}s").as_str())
            }
        };
        match (has("Site", "Org"), has("Org", "Site")) {
            (true, _) => Scope::Site,
            (_, true) => Scope::Organization,
            _ => Scope::Alone,
        }
    }
}
