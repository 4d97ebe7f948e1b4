//! Fuzzy matching of user input against object names: [`find`].

use unicode_normalization::UnicodeNormalization;

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
    name: impl Fn(&T) -> &str,
) -> Option<(MatchKind, Vec<&'a T>)> {
    /// Shorter parts match too many names.
    const SHORTEST_PART: usize = 2;
    let exact: Vec<_> = items.iter().filter(|item| name(item) == written).collect();
    if !exact.is_empty() {
        return Some((MatchKind::Exact, exact));
    }
    let written = Folded::of(written);
    if written.caseless.is_empty() {
        return None;
    }
    let is_part = written.caseless.chars().count() >= SHORTEST_PART;
    let [mut spelling, mut case, mut part] = [const { Vec::new() }; 3];
    for item in items {
        let name = Folded::of(name(item));
        if name.spelled == written.spelled {
            spelling.push(item);
        }
        if name.caseless == written.caseless {
            case.push(item);
        }
        if is_part && name.caseless.contains(&written.caseless) {
            part.push(item);
        }
    }
    let by_kind = [(MatchKind::Spelling, spelling), (MatchKind::Case, case), (MatchKind::Part, part)];
    by_kind.into_iter().find(|(_, matching)| !matching.is_empty())
}

/// Normalized text: what a reader sees, and the same without letter case.
struct Folded {
    spelled: String,
    caseless: String,
}

impl Folded {
    fn of(text: &str) -> Self {
        let plain: String = text.nfkc().filter(|letter| !is_invisible(*letter)).map(plain).collect();
        let spelled = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        // Upper case first, for letters that have several lower-case forms.
        let caseless = spelled.to_uppercase().to_lowercase().nfkc().collect();
        Self { spelled, caseless }
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

/// Zero-width characters: joiners, direction marks, variation selectors, tags.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str], written: &str) -> Option<(MatchKind, Vec<String>)> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        find(&names, written, String::as_str)
            .map(|(kind, names)| (kind, names.into_iter().cloned().collect()))
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
