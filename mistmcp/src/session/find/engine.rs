//! The search: what tools there are, what their words mean, and which fit a question best.

use std::collections::{HashMap, HashSet};

use super::change::verb;
use super::cues::CueTable;
use super::index::Postings;
use super::lexicon::Lexicon;
use super::question::{Alternative, Concept, Question};
use super::small::is_small;
use super::spelling::{Spelling, corrected};
use super::synonyms::{Related, related, spellings};
use super::words::Word;
use crate::catalog::Entry;

/// How soon more of a word stops counting more: the `k1` of BM25F.
const SATURATION: f64 = 1.2;
/// How telling a word is that no tool has.
const UNKNOWN: f64 = 4.0;
/// How much of a question, weighed by how telling its words are, a tool has to have.
const FITTING: f64 = 0.45;
/// How much it matters that a tool is about nothing else.
const NAMING: f64 = 0.4;
/// What is far worse than the best is not shown beside it.
const BESIDE_BEST: f64 = 0.3;

/// Everything that searching needs, made once.
#[derive(Debug)]
pub(in crate::session) struct Engine {
    pub(super) spelling: Spelling,
    pub(super) related: Lexicon<Related>,
    pub(super) cues: CueTable,
    postings: Postings,
    /// The stems of the tools and of the tables.
    known: HashSet<String>,
    /// The same words as people write them.
    written: HashSet<String>,
}

impl Engine {
    pub(in crate::session) fn new(entries: &[Entry]) -> Self {
        let spelling = Spelling::new();
        let related_rows = Lexicon::new(related());
        let cues = CueTable::new();
        let postings = Postings::new(entries, &spelling);
        let known = postings.stems().chain(spelling.stems()).chain(related_rows.stems()).chain(cues.stems());
        let known: HashSet<_> = known.map(str::to_owned).collect();
        let mut written: HashSet<String> = HashSet::new();
        let texts = entries.iter().flat_map(|entry| [entry.tool().name, entry.tool().description]);
        let tables = related().map(|(said, _)| said).chain(spellings().map(|(_, others)| others));
        for text in texts.chain(tables).chain(super::change::vocabulary()) {
            let plain = text.split(|letter: char| !letter.is_alphanumeric());
            written.extend(plain.filter(|word| word.len() > 1).map(str::to_lowercase));
        }
        Self { spelling, related: related_rows, cues, postings, known, written }
    }

    /// Whether a word is one of the field, or of the language.
    pub(super) fn is_known(&self, word: &Word) -> bool {
        self.known.contains(&word.stem) || self.written.contains(&word.text) || is_small(word)
    }

    /// The words, with typing mistakes set right.
    pub(super) fn right(&self, read: Vec<Word>) -> Vec<Word> {
        let right = |(place, word): (usize, Word)| {
            // Within a sentence, a capital is a name's.
            if self.is_known(&word) || word.named && place > 0 {
                return word;
            }
            corrected(&word, &self.written).map_or(word, |meant| Word::new(meant, false))
        };
        read.into_iter().enumerate().map(right).collect()
    }

    /// Whether a query orders a change.
    pub(in crate::session) fn orders_change(&self, query: &str) -> bool {
        verb(&self.words(query)).is_some_and(|verb| verb.orders)
    }

    /// The places of the best `most` of those tools that fit and may be used, best first. Where none fits and the
    /// query begins with a verb of change, those that are nearest to the rest of it.
    pub(in crate::session) fn search(
        &self,
        query: &str,
        usable: impl Fn(usize) -> bool,
        most: usize,
    ) -> Vec<usize> {
        let words = self.words(query);
        let ranked = |words: &[Word], least: f64| {
            let mut ranked = self.ranked(&self.read(words), least);
            ranked.retain(|(place, _)| usable(*place));
            ranked
        };
        let mut fitting = ranked(&words, FITTING);
        if fitting.is_empty()
            && let Some(verb) = verb(&words)
        {
            fitting = ranked(&words[verb.end..], 0.0);
        }
        let best = fitting.first().map_or(0.0, |(_, score)| *score);
        let beside = fitting.into_iter().take_while(|(_, score)| *score >= BESIDE_BEST * best);
        beside.map(|(place, _)| place).take(most).collect()
    }

    /// The places of the tools that have at least such a part of the question, and how well they fit, best first.
    fn ranked(&self, question: &Question, least: f64) -> Vec<(usize, f64)> {
        let mut scores = vec![(0.0, 0.0); self.postings.profiles().len()];
        let mut whole = 0.0;
        for concept in &question.concepts {
            let telling = self.telling(concept);
            whole += telling;
            for (score, (points, share)) in scores.iter_mut().zip(self.matches(concept)) {
                score.0 += points;
                score.1 += telling * share;
            }
        }
        let asked = asked(question);
        let mut fitting: Vec<_> = scores
            .into_iter()
            .zip(self.postings.profiles())
            .enumerate()
            .filter(|(_, ((points, covered), _))| *points > 0.0 && *covered >= least * whole)
            .map(|(place, ((points, _), profile))| {
                (place, points * profile.fitness(&question.cues) * self.naming(place, &asked))
            })
            .collect();
        fitting.sort_by(|(left, a), (right, b)| b.total_cmp(a).then(left.cmp(right)));
        fitting
    }

    /// A tool whose name says more than was asked is for something more special.
    fn naming(&self, place: usize, asked: &HashMap<&str, f64>) -> f64 {
        let (mut said, mut whole) = (0.0, 0.0);
        for stem in &self.postings.names()[place] {
            let rarity = self.postings.rarity(stem);
            said += rarity * asked.get(stem.as_str()).copied().unwrap_or(0.0);
            whole += rarity;
        }
        1.0 - NAMING + NAMING * if whole > 0.0 { said / whole } else { 1.0 }
    }

    /// How much a concept tells.
    fn telling(&self, concept: &Concept) -> f64 {
        let of = |alternative: &Alternative| {
            let known = alternative.stems.iter().filter(|stem| self.postings.knows(stem));
            known.map(|stem| self.postings.rarity(stem) * alternative.weight).fold(0.0, f64::max)
        };
        let most = concept.alternatives.iter().map(of).fold(0.0, f64::max);
        if most > 0.0 { most.min(UNKNOWN) } else { UNKNOWN }
    }

    /// For each tool its points for a concept, and what share of the concept it has.
    fn matches(&self, concept: &Concept) -> Vec<(f64, f64)> {
        let mut best = vec![(0.0, 0.0); self.postings.profiles().len()];
        for alternative in &concept.alternatives {
            let words = u32::try_from(alternative.stems.len().max(1)).map_or(1.0, f64::from);
            let mut sums = vec![(0.0, 0.0); best.len()];
            for stem in &alternative.stems {
                let rarity = self.postings.rarity(stem);
                for (tool, weight) in self.postings.with(stem) {
                    let saturated = weight * (SATURATION + 1.0) / (weight + SATURATION);
                    sums[*tool].0 += rarity * saturated / words.sqrt();
                    // A word that is in a parameter alone is there, but hardly what the tool is about.
                    sums[*tool].1 += (0.4 + weight).min(1.0) / words;
                }
            }
            for (best, (points, share)) in best.iter_mut().zip(sums) {
                let near = if alternative.weight < 0.5 { 0.6 } else { 1.0 };
                best.0 = f64::max(best.0, points * alternative.weight);
                best.1 = f64::max(best.1, share * near);
            }
        }
        best
    }
}

/// All words that a question may mean, and how nearly.
fn asked(question: &Question) -> HashMap<&str, f64> {
    let mut asked = HashMap::new();
    for alternative in question.concepts.iter().flat_map(|concept| &concept.alternatives) {
        for stem in &alternative.stems {
            let weight: &mut f64 = asked.entry(stem.as_str()).or_default();
            *weight = weight.max(alternative.weight);
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::*;
    use crate::session::Control;
    use crate::{Hints, OrgId, Param, Run, Tool};

    const SITE: &[Param] = &[Param::described::<String>("site_id", "Id or name")];
    const ORG: &[Param] = &[Param::described::<Option<OrgId>>("org_id", "If several")];

    const fn tool(name: &'static str, description: &'static str, params: &'static [Param]) -> Tool {
        Tool {
            name,
            description,
            category: "orgs",
            hints: Hints::READ,
            params,
            run: Run::Control(Control::Find),
            location: Location::caller(),
        }
    }

    static TOOLS: [Tool; 6] = [
        tool("searchOrgWirelessClients", "Which wireless clients the organization saw.", ORG),
        tool("searchSiteWirelessClients", "Which wireless clients a site saw.", SITE),
        tool("countSiteWirelessClients", "How many wireless clients a site has: buckets.", SITE),
        tool("listOrgWlans", "The WLANs that the organization defines.", ORG),
        tool("listOrgAuditLogs", "Who changed what in the organization, where and when.", ORG),
        tool("searchOrgSwOrGwPorts", "Ports of switches and gateways: link, speed, PoE.", ORG),
    ];

    fn found(query: &str) -> Vec<&'static str> {
        let entries: Vec<_> = TOOLS.iter().map(Entry::new).collect();
        Engine::new(&entries).search(query, |_| true, 5).into_iter().map(|place| TOOLS[place].name).collect()
    }

    #[test]
    fn a_site_that_is_named_prefers_what_a_site_has() {
        assert_eq!(found("wireless clients at site Berlin")[0], "searchSiteWirelessClients");
        assert_eq!(found("wireless clients of all sites")[0], "searchOrgWirelessClients");
        assert_eq!(found("wireless clients")[0], "searchOrgWirelessClients");
        assert_eq!(found("how many wireless clients in Berlin")[0], "countSiteWirelessClients");
    }

    #[test]
    fn what_engineers_say_finds_what_the_tools_call_it() {
        assert_eq!(found("list our SSIDs")[0], "listOrgWlans");
        assert_eq!(found("who has deleted something")[0], "listOrgAuditLogs");
        assert_eq!(found("power over ethernet")[0], "searchOrgSwOrGwPorts");
    }

    #[test]
    fn a_misspelled_word_finds_what_was_meant() {
        assert_eq!(found("swich ports")[0], "searchOrgSwOrGwPorts");
        assert_eq!(found("wirelss clients")[0], "searchOrgWirelessClients");
    }

    #[test]
    fn an_order_to_change_something_finds_what_is_nearest_to_it() {
        for (query, nearest) in [
            ("create a WLAN", "listOrgWlans"),
            ("please delete the switch ports", "searchOrgSwOrGwPorts"),
            ("disconnect the wireless client of the flux capacitor", "searchOrgWirelessClients"),
            ("join a WLAN", "listOrgWlans"),
        ] {
            assert_eq!(found(query)[0], nearest, "{query}");
        }
    }

    #[test]
    fn nothing_fits_another_field() {
        for query in ["weather in Berlin", "write a poem", ""] {
            assert_eq!(found(query), Vec::<&str>::new(), "{query}");
        }
    }
}
