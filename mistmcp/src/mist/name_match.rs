//! Names of objects ([`Name`]), and fuzzy matching of user input against them ([`find`]).

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use crate::text::is_unseen;
use crate::work::steps::count;

/// How well a name matches the input, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatchKind {
    /// Equal.
    Exact,
    /// Equal except for kinds of white space and Unicode normalization.
    Spelling,
    /// Also except for letter case.
    Case,
    /// The name contains the input.
    Part,
}

/// The `items` with the best match, and how good it is.
pub(super) fn find<'a, T>(
    items: &'a [T],
    written: &str,
    name: impl Fn(&T) -> &Name,
) -> Option<(MatchKind, Vec<&'a T>)> {
    /// Shorter parts match too many names.
    const SHORTEST_PART: usize = 2;
    let exact: Vec<_> = items.iter().filter(|item| **name(item) == *written).collect();
    if !exact.is_empty() {
        return Some((MatchKind::Exact, exact));
    }
    let Name(written) = Name::from(written);
    if written.caseless.is_empty() {
        return None;
    }
    let is_part = written.caseless.chars().count() >= SHORTEST_PART;
    let [mut spelling, mut case, mut part] = [const { Vec::new() }; 3];
    for item in items {
        let Name(name) = name(item);
        if name.spelled == written.spelled {
            spelling.push(item);
        }
        if name.caseless == written.caseless {
            case.push(item);
        }
        if is_part && name.caseless.contains(&*written.caseless) {
            part.push(item);
        }
    }
    let by_kind = [(MatchKind::Spelling, spelling), (MatchKind::Case, case), (MatchKind::Part, part)];
    by_kind.into_iter().find(|(_, matching)| !matching.is_empty())
}

/// A name with its normalized forms, which are made once for all that is compared with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name(Arc<Forms>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Forms {
    name: Box<str>,
    /// What a reader sees.
    spelled: Box<str>,
    /// The same without letter case.
    caseless: Box<str>,
}

impl Name {
    /// Bytes that it takes.
    pub(super) fn weight(&self) -> usize {
        let Forms { name, spelled, caseless } = &*self.0;
        size_of::<Forms>() + name.len() + spelled.len() + caseless.len()
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        count(1);
        let is_seen = |letter: &char| letter.is_whitespace() || !is_unseen(*letter);
        let plain: String = name.nfkc().filter(is_seen).map(plain).collect();
        let spelled = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        // Upper case first, for letters that have several lower-case forms.
        let caseless: String = spelled.to_uppercase().to_lowercase().nfkc().collect();
        Self(Arc::new(Forms { name: name.into(), spelled: spelled.into(), caseless: caseless.into() }))
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.name
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self)
    }
}

/// The keyboard character that looks like `letter`.
fn plain(letter: char) -> char {
    match letter {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str], written: &str) -> Option<(MatchKind, Vec<String>)> {
        let names: Vec<_> = names.iter().map(|name| Name::from(*name)).collect();
        find(&names, written, |name| name)
            .map(|(kind, names)| (kind, names.into_iter().map(Name::to_string).collect()))
    }

    #[test]
    fn a_name_is_found_however_its_spaces_and_letters_are_encoded() {
        for (name, written) in [
            ("Z\u{fc}rich HQ", "Zu\u{308}rich HQ"),
            ("Zu\u{308}rich HQ", "z\u{fc}rich hq"),
            ("Head Office", "Head\u{a0}Office"),
            ("Head\u{a0}Office", "head office"),
            ("Head  Office ", "Head Office"),
            ("Head Office", "\u{200b}Head\tOffice\n"),
            ("Head\u{202f}\u{2003}Office", "Head Office"),
            ("Head-Office", "Head\u{2011}Office"),
            ("O'Hare", "O\u{2019}Hare"),
            ("Stra\u{df}e 1", "STRASSE 1"),
            ("\u{39f}\u{394}\u{39f}\u{3a3}", "\u{3bf}\u{3b4}\u{3bf}\u{3c2}"),
            ("\u{ff21}\u{ff30}1", "ap1"),
            ("AP\u{3164}1", "ap1"),
            ("AP 1", "AP\u{7}\u{180e} 1\u{85}"),
        ] {
            let (kind, names) = found(&["Other", name], written).unwrap();
            assert!(kind != MatchKind::Part && names == [name], "{name:?} {written:?}: {kind:?} {names:?}");
        }
    }

    #[test]
    fn the_best_fit_wins() {
        let names = ["Leeds Office", "LEEDS", "Leeds\u{a0}", "Leeds"];
        for (count, written, kind) in [
            (4, "Leeds", MatchKind::Exact),
            (3, "Leeds", MatchKind::Spelling),
            (2, "Leeds", MatchKind::Case),
            (1, "Leeds", MatchKind::Part),
            (4, "office", MatchKind::Part),
        ] {
            let (found, names) = found(&names[..count], written).unwrap();
            assert_eq!((found, names.len()), (kind, 1), "{count} {written}: {names:?}");
        }
        assert_eq!(found(&names, "leed").unwrap().1.len(), 4);
        for written in ["", " ", "\u{200b}", "L", "York"] {
            assert_eq!(found(&names, written), None, "{written:?}");
        }
    }
}
