//! Searching tools by what one wants to know: BM25 over the words of each tool, its name counting most.

use std::collections::HashMap;

use serde_json::json;

use super::manage::description;
use super::{Access, Session};
use crate::Result;
use crate::argument::Arguments;
use crate::catalog::Entry;
use crate::reply::Reply;

const SHOWN: usize = 5;
/// How much of a query, weighed by how telling its words are, a tool has to have.
const FITTING: f64 = 0.5;

impl Session {
    pub(super) fn find(&self, arguments: &mut Arguments) -> Result<Reply> {
        let query: String = arguments.take("query")?;
        let entries = self.settings.catalog().entries();
        let found: Vec<_> = self
            .settings
            .index()
            .search(&query)
            .into_iter()
            .map(|place| &entries[place])
            .filter(|entry| self.access(entry) != Access::Never)
            .take(SHOWN)
            .map(description)
            .collect();
        if found.is_empty() {
            return Reply::json(json!({
                "tools": [],
                "note": "Nothing fits. These tools only read the Mist configuration, state and history; try other words.",
            }));
        }
        Reply::json(json!({ "tools": found }))
    }
}

/// The words of every tool, ready to be searched.
#[derive(Debug)]
pub(super) struct Index {
    tools: Vec<Words>,
    /// In how many tools a word occurs.
    spread: HashMap<String, f64>,
    mean_length: f64,
}

/// How often each word occurs in a tool, weighed by where.
#[derive(Debug)]
struct Words {
    weights: HashMap<String, f64>,
    length: f64,
}

impl Index {
    pub(super) fn new(entries: &[Entry]) -> Self {
        let tools: Vec<_> = entries.iter().map(Words::of).collect();
        let mut spread = HashMap::new();
        for word in tools.iter().flat_map(|tool| tool.weights.keys()) {
            *spread.entry(word.clone()).or_insert(0.0) += 1.0;
        }
        let count = u32::try_from(tools.len().max(1)).map_or(1.0, f64::from);
        let mean_length = tools.iter().map(|tool| tool.length).sum::<f64>() / count;
        Self { tools, spread, mean_length }
    }

    /// The places of the tools that fit, best first.
    fn search(&self, query: &str) -> Vec<usize> {
        let mut words: Vec<_> = words(query).filter(|word| !is_filler(word)).collect();
        words.sort();
        words.dedup();
        let whole: f64 = words.iter().map(|word| self.rarity(word)).sum();
        let mut scored: Vec<_> = self
            .tools
            .iter()
            .enumerate()
            .filter_map(|(place, tool)| {
                let (score, covered) = self.score(tool, &words);
                (covered > 0.0 && covered >= FITTING * whole).then_some((place, score))
            })
            .collect();
        scored.sort_by(|(left, a), (right, b)| b.total_cmp(a).then(left.cmp(right)));
        scored.into_iter().map(|(place, _)| place).collect()
    }

    /// The score of a tool, and how much of the query it has.
    fn score(&self, tool: &Words, words: &[String]) -> (f64, f64) {
        // The usual constants of BM25.
        const SATURATION: f64 = 1.2;
        const LENGTH: f64 = 0.75;
        let mut sum = (0.0, 0.0);
        for word in words {
            let Some(weight) = tool.weights.get(word) else { continue };
            let rarity = self.rarity(word);
            let norm = SATURATION * (1.0 - LENGTH + LENGTH * tool.length / self.mean_length);
            sum.0 += rarity * weight * (SATURATION + 1.0) / (weight + norm);
            sum.1 += rarity;
        }
        sum
    }

    /// How telling a word is: the rarer, the more. One that no tool has tells most.
    fn rarity(&self, word: &str) -> f64 {
        let count = u32::try_from(self.tools.len()).map_or(0.0, f64::from);
        let with = self.spread.get(word).copied().unwrap_or(0.0);
        (1.0 + (count - with + 0.5) / (with + 0.5)).ln()
    }
}

impl Words {
    fn of(entry: &Entry) -> Self {
        let tool = entry.tool();
        let mut counted = Self { weights: HashMap::new(), length: 0.0 };
        counted.add(tool.name, 3.0);
        counted.add(tool.category, 1.5);
        counted.add(tool.description, 1.0);
        for param in entry.params() {
            counted.add(param.name, 0.4);
        }
        counted
    }

    fn add(&mut self, text: &str, weight: f64) {
        for word in words(text) {
            *self.weights.entry(word).or_insert(0.0) += weight;
            self.length += weight;
        }
    }
}

/// The words of a text or of a name in camelCase, in lower case and in the singular.
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::with_capacity(text.len() + 8);
    let mut previous_is_small = false;
    for letter in text.chars() {
        if letter.is_uppercase() && previous_is_small {
            spaced.push(' ');
        }
        previous_is_small = letter.is_lowercase();
        spaced.push(if letter.is_alphanumeric() { letter } else { ' ' });
    }
    let words: Vec<_> = spaced.split_whitespace().map(|word| singular(&word.to_lowercase())).collect();
    words.into_iter()
}

fn singular(word: &str) -> String {
    match word {
        _ if word.len() > 4 && word.ends_with("ies") => format!("{}y", &word[..word.len() - 3]),
        _ if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") => {
            word[..word.len() - 1].to_owned()
        }
        _ => word.to_owned(),
    }
}

fn is_filler(word: &str) -> bool {
    const FILLERS: [&str; 40] = [
        "a", "about", "all", "an", "and", "any", "are", "at", "by", "can", "do", "does", "find", "for",
        "from", "get", "give", "has", "have", "how", "i", "in", "is", "it", "list", "me", "my", "of", "on",
        "our", "show", "that", "the", "there", "thi", "to", "what", "which", "with", "you",
    ];
    FILLERS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_falls_into_its_words() {
        let split: Vec<_> = words("listSiteRrmEvents: what's new, policies?").collect();
        assert_eq!(split, ["list", "site", "rrm", "event", "what", "s", "new", "policy"]);
    }
}
