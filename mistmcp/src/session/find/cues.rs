//! What a question says beside its subject: at one site or in all, how many, now or before, as written or in effect.

use super::lexicon::Lexicon;
use super::words::Word;

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// A number.
    Count,
    /// What a word stands for.
    Definition,
    /// What is.
    State,
    /// What was.
    Event,
    /// How it is meant to be.
    Config,
    /// What takes effect in the end.
    Effective,
    /// How it went over time.
    Trend,
    /// Why.
    Cause,
    /// One site.
    Site,
    /// All of the organization.
    Org,
}

/// What is said, and what it asks for.
const CUES: &[(&str, Cue)] = &[
    (
        "how many, number of, count, counts, how often, how much, top, most, usage,  total number, amount of, breakdown, tally",
        Cue::Count,
    ),
    (
        "what does, meaning, definition, kinds of, types of, which types, possible, which metrics, what metrics, all event types, event types, alarm types, what kinds, which kinds, exist, there are, are there, supported, capabilities, support, subscribe",
        Cue::Definition,
    ),
    (
        "now, right now, currently, current, at the moment, is up, are up, is down, are down, status, state, online, offline, uptime, live, load, statistics, stats, health",
        Cue::State,
    ),
    (
        "event, events, happened, happen, history, when did, yesterday, last week, last night, last hour, last day, log, logs, ago, since, past, was, were, did, recently, restarts, reboots, disconnects, failures, failed, errors, rejects, rejected, denials, denied",
        Cue::Event,
    ),
    (
        "serial number of, part number of, configured, config, configuration, settings, setup, defined, definition of, define",
        Cue::Config,
    ),
    (
        "in effect, effective, inherited, derived, applied, applies, apply, resulting, in use, broadcast, including templates",
        Cue::Effective,
    ),
    (
        "over time, trend, trends, graph, chart, time series, timeline, per hour, per day, hourly, daily, over the, over the last",
        Cue::Trend,
    ),
    ("why, root cause, cause, causes, reason, reasons, because, explain why", Cue::Cause),
    (
        "all sites, every site, each site, any site, across sites, which site, which sites, what site, what sites, per site, by site, across all, whole org, entire org, organization, org wide, orgwide, organization wide, company, company wide, enterprise, everywhere, global, globally, network wide, worldwide, all branches, all offices, all stores, all locations, across the, every branch, every office, sites, branches, fleet, estate",
        Cue::Org,
    ),
    (
        "site, the office, the branch, the store, the building, the campus, the warehouse, branch, office, store, building, warehouse, school, hotel, clinic, hospital, plant, factory, here, headquarters, hq, campus",
        Cue::Site,
    ),
];

/// Before the name of a place.
const BEFORE_PLACES: [&str; 7] = ["at", "in", "from", "for", "near", "of", "on"];

/// The cues of a question, and which of its words do nothing else: the place that it asks about.
#[derive(Debug)]
pub(super) struct Cues {
    found: Vec<Cue>,
    spent: Vec<bool>,
}

/// The table, ready for use.
#[derive(Debug)]
pub(super) struct CueTable(Lexicon<Cue>);

impl CueTable {
    pub(super) fn new() -> Self {
        Self(Lexicon::new(CUES.iter().map(|(said, cue)| (*said, *cue))))
    }

    pub(super) fn stems(&self) -> impl Iterator<Item = &str> {
        self.0.stems()
    }

    /// Reads the cues of a question. `is_known` tells words of the field from names.
    pub(super) fn read(&self, words: &[Word], is_known: impl Fn(&Word) -> bool) -> Cues {
        let mut cues = Cues { found: Vec::new(), spent: vec![false; words.len()] };
        let mut place = 0;
        while place < words.len() {
            let mut next = place + 1;
            for (end, cue) in self.0.at(words, place) {
                // What is said in three words is said in none of them: a serial number counts nothing.
                if end - place >= 3 {
                    next = next.max(end);
                }
                // One site and many have one stem.
                let many = words[end - 1].text.ends_with('s') && end - place == 1;
                match cue {
                    Cue::Site if many => {}
                    Cue::Org if end - place == 1 && is_site(&words[place]) && !many => {}
                    _ => cues.found.push(*cue),
                }
            }
            place = next;
        }
        cues.spend_places(words, is_known);
        if cues.asks(Cue::Org) {
            cues.found.retain(|cue| *cue != Cue::Site);
        }
        cues
    }
}

impl Cues {
    pub(super) fn asks(&self, cue: Cue) -> bool {
        self.found.contains(&cue)
    }

    pub(super) fn is_spent(&self, place: usize) -> bool {
        self.spent[place]
    }

    /// "at site Berlin", "in Berlin", "of all sites", "Berlin office": where, not what.
    fn spend_places(&mut self, words: &[Word], is_known: impl Fn(&Word) -> bool) {
        for (place, word) in words.iter().enumerate() {
            let after = |count: usize| place.checked_sub(count).and_then(|before| words.get(before));
            let is_before =
                |word: Option<&Word>| word.is_some_and(|word| BEFORE_PLACES.contains(&word.text.as_str()));
            let is_name = !is_known(word);
            let article = |word: Option<&Word>| {
                word.is_some_and(|word| {
                    matches!(
                        word.text.as_str(),
                        "the" | "our" | "this" | "my" | "a" | "all" | "every" | "each"
                    )
                })
            };
            let placed = is_before(after(1)) || article(after(1)) && is_before(after(2));
            // What is "of" something may be anything, unless it is written like a name.
            let loosely = ["of", "for", "on"].iter().any(|small| {
                [1, 2].iter().any(|count| after(*count).is_some_and(|before| before.text == *small))
            });
            let placed_name = placed && (word.named || !loosely);
            if is_name && (placed_name || after(1).is_some_and(is_site)) {
                self.spent[place] = true;
                if word.named && placed && !is_before_verb(words, place) {
                    self.found.push(Cue::Site);
                }
            }
            let after_name = place > 0 && self.spent[place - 1];
            if is_site(word) && (placed || after_name) {
                self.spent[place] = true;
            }
        }
    }
}

fn is_site(word: &Word) -> bool {
    matches!(
        word.text.as_str(),
        "site"
            | "sites"
            | "office"
            | "offices"
            | "branch"
            | "branches"
            | "store"
            | "stores"
            | "building"
            | "buildings"
            | "warehouse"
            | "campus"
            | "location"
            | "locations"
            | "hq"
            | "headquarters"
            | "school"
            | "hotel"
            | "hospital"
            | "plant"
            | "factory"
            | "clinic"
    )
}

/// "from Apple devices": a name that says what, not where.
fn is_before_verb(words: &[Word], place: usize) -> bool {
    words.get(place + 1).is_some_and(|word| matches!(word.stem.as_str(), "devic" | "client" | "user" | "ap"))
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn read(text: &str) -> Cues {
        let known = [
            "clients", "at", "in", "the", "of", "all", "which", "have", "sites", "site", "how", "many",
            "office", "for",
        ];
        CueTable::new().read(&words(text), |word| known.contains(&word.text.as_str()))
    }

    #[test]
    fn one_site_is_told_from_all_of_them() {
        for (text, site, org) in [
            ("clients at site X", true, false),
            ("clients in Berlin", true, false),
            ("clients in the Berlin office", true, false),
            ("clients of all sites", false, true),
            ("which sites have clients", false, true),
            ("clients of the organization", false, true),
            ("clients", false, false),
        ] {
            let cues = read(text);
            assert_eq!((cues.asks(Cue::Site), cues.asks(Cue::Org)), (site, org), "{text}");
        }
    }

    #[test]
    fn the_name_of_a_place_is_not_searched_for() {
        let cues = read("how many clients at site Berlin");
        assert_eq!(cues.spent, [false, false, false, false, true, true]);
        assert!(cues.asks(Cue::Count));
    }
}
