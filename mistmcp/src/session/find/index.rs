//! The words of every tool, by field, ready to be searched.

use std::collections::HashMap;

use super::profile::Profile;
use super::small;
use super::spelling::Spelling;
use super::words::words;
use crate::catalog::{Category, Entry};

/// What is read of a tool.
#[derive(Clone, Copy)]
enum Field {
    Name,
    Description,
    /// What its description says after the first sentence.
    Remark,
    Category,
    Parameters,
}

impl Field {
    const ALL: [Self; 5] = [Self::Name, Self::Description, Self::Remark, Self::Category, Self::Parameters];

    /// How much a word counts there, and how far a long field counts less by the word: the `w` and `b` of BM25F.
    fn weight(self) -> (f64, f64) {
        match self {
            Self::Name => (3.0, 0.5),
            Self::Description => (2.0, 0.5),
            Self::Remark => (0.6, 0.5),
            Self::Category => (0.8, 0.5),
            Self::Parameters => (0.35, 0.6),
        }
    }
}

/// All tools by their words.
#[derive(Debug)]
pub(super) struct Postings {
    /// In which tools a word is, and with what weight.
    tools: Vec<Vec<(usize, f64)>>,
    /// The places of words in it.
    places: HashMap<String, usize>,
    names: Vec<Vec<String>>,
    profiles: Vec<Profile>,
}

impl Postings {
    pub(super) fn new(entries: &[Entry], spelling: &Spelling) -> Self {
        let about: HashMap<_, _> =
            inventory::iter::<Category>().map(|category| (category.name, category.description)).collect();
        let mut reader = Reader { spelling, read: HashMap::new(), places: HashMap::new() };
        let read: Vec<_> = entries
            .iter()
            .map(|entry| reader.fields(entry, about.get(entry.tool().category).copied().unwrap_or_default()))
            .collect();
        let means = Field::ALL.map(|field| {
            let total: usize = read.iter().map(|fields| fields[field as usize].len()).sum();
            (number(total) / number(read.len().max(1))).max(1.0)
        });
        let mut tools = vec![Vec::<(usize, f64)>::new(); reader.places.len()];
        for (tool, fields) in read.iter().enumerate() {
            for ((field, stems), mean) in Field::ALL.into_iter().zip(fields).zip(means) {
                let (weight, length_counts) = field.weight();
                let each = weight / (1.0 - length_counts + length_counts * number(stems.len()) / mean);
                for stem in stems {
                    match tools[*stem].last_mut() {
                        Some((last, weight)) if *last == tool => *weight += each,
                        _ => tools[*stem].push((tool, each)),
                    }
                }
            }
        }
        let names = entries.iter().map(|entry| name(entry.tool().name, spelling)).collect();
        Self { tools, places: reader.places, names, profiles: entries.iter().map(Profile::of).collect() }
    }

    pub(super) fn knows(&self, stem: &str) -> bool {
        self.places.contains_key(stem)
    }

    pub(super) fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The tools with a word, and how much of it each has.
    pub(super) fn with(&self, stem: &str) -> &[(usize, f64)] {
        self.places.get(stem).map_or(&[], |place| &self.tools[*place])
    }

    /// The words of each tool's name.
    pub(super) fn names(&self) -> &[Vec<String>] {
        &self.names
    }

    /// How telling a word is: the rarer, the more. Being only in parameters makes no word common.
    pub(super) fn rarity(&self, stem: &str) -> f64 {
        let tools = number(self.profiles.len());
        let with: f64 = self.with(stem).iter().map(|(_, weight)| weight.min(1.0)).sum();
        (1.0 + (tools - with + 0.5).max(0.0) / (with + 0.5)).ln()
    }

    pub(super) fn stems(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }
}

/// Reads texts. Most parameters are those of many tools, so each text is read once.
struct Reader<'a> {
    spelling: &'a Spelling,
    read: HashMap<&'static str, Vec<usize>>,
    places: HashMap<String, usize>,
}

impl Reader<'_> {
    /// The places of the stems of a text, without small words.
    fn stems(&mut self, text: &'static str) -> Vec<usize> {
        if let Some(stems) = self.read.get(text) {
            return stems.clone();
        }
        let words = self.spelling.same(words(text)).into_iter();
        let telling = words.filter(|word| !small::is_small(word));
        let stems: Vec<_> = telling.map(|word| self.place(word.stem)).collect();
        self.read.insert(text, stems.clone());
        stems
    }

    fn place(&mut self, stem: String) -> usize {
        let next = self.places.len();
        *self.places.entry(stem).or_insert(next)
    }

    /// The stems of each field of a tool in a category that is about this.
    fn fields(&mut self, entry: &Entry, about: &'static str) -> [Vec<usize>; 5] {
        let tool = entry.tool();
        let (first, remarks) = sentences(tool.description);
        let mut parameters = Vec::new();
        for param in entry.params() {
            // Those of nearly every tool say nothing of one.
            if !matches!(
                param.name,
                "org_id"
                    | "site_id"
                    | "start"
                    | "end"
                    | "duration"
                    | "sort"
                    | "limit"
                    | "page"
                    | "search_after"
            ) {
                parameters.extend(self.stems(param.name));
                parameters.extend(self.stems(param.description));
                parameters.dedup();
            }
        }
        [
            name(tool.name, self.spelling).into_iter().map(|stem| self.place(stem)).collect(),
            self.stems(first),
            remarks.flat_map(|remark| self.stems(remark)).collect(),
            [self.stems(tool.category), self.stems(about)].concat(),
            parameters,
        ]
    }
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(0.0, f64::from)
}

/// What a name says beside its verb and its scope, which are the profile's.
fn name(name: &str, spelling: &Spelling) -> Vec<String> {
    let mut words = words(name);
    let scoped = words.get(1).is_some_and(|word| matches!(word.text.as_str(), "org" | "site" | "self"));
    if scoped {
        words.remove(1);
    }
    if !matches!(words.first().map(|word| word.text.as_str()), Some("download" | "export" | "troubleshoot")) {
        words.drain(..words.len().min(1));
    }
    spelling.same(words).into_iter().map(|word| word.stem).collect()
}

/// The first sentence, and of the others those that speak of this tool and not of another.
fn sentences(description: &'static str) -> (&'static str, impl Iterator<Item = &'static str>) {
    let mut sentences = description.split_inclusive(". ");
    let first = sentences.next().unwrap_or_default();
    // "How many … there are: buckets. Rows: `searchOrgAlarms`."
    let first = first.split(": `").next().unwrap_or_default();
    (first, sentences.filter(|sentence| !names_tool(sentence)))
}

/// Whether a sentence names a tool, in backquotes; parameters are in small letters.
fn names_tool(sentence: &str) -> bool {
    sentence.split('`').skip(1).step_by(2).any(|quoted| quoted.contains(char::is_uppercase))
}
