//! The words of a text: where they end, what stands for a kind of value, and their stems.

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// As written, in lower case.
    pub(super) text: String,
    /// What its forms have in common: `connect` of connects, connected, connection.
    pub(super) stem: String,
    /// Written like a name: with a capital, or in quotes.
    pub(super) named: bool,
}

impl Word {
    pub(super) fn new(text: &str, named: bool) -> Self {
        let text = text.to_lowercase();
        Self { stem: stem(&text), text, named }
    }
}

/// The words of a text. An address stands for its kind: `5c:5b:35:00:11:22` is `mac`, `ge-0/0/1` is `port`.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for chunk in text.split_whitespace() {
        let quoted = chunk.starts_with(['"', '\'', '`', '“']);
        let chunk = chunk.trim_matches(|letter: char| !letter.is_alphanumeric());
        if let Some(kind) = kind(chunk) {
            words.push(Word::new(kind, false));
            continue;
        }
        let chunk = chunk.replace('’', "'");
        for part in chunk.split(|letter: char| !letter.is_alphanumeric() && letter != '\'') {
            let part = part.strip_suffix("'s").unwrap_or(part).replace('\'', "");
            for piece in pieces(&part) {
                let named = quoted || piece.starts_with(char::is_uppercase);
                words.push(Word::new(piece, named));
            }
        }
    }
    words
}

/// What an address or an id is one of.
fn kind(chunk: &str) -> Option<&'static str> {
    if !chunk.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let digits: String = chunk.chars().filter(|letter| !matches!(letter, ':' | '-' | '.')).collect();
    let hexadecimal = digits.chars().all(|letter| letter.is_ascii_hexdigit());
    let parts = |separators: &[char]| chunk.split(separators).count();
    if hexadecimal && digits.len() == 12 && (chunk.len() == 12 || parts(&[':', '-', '.']) > 2) {
        return Some("mac");
    }
    if hexadecimal && digits.len() == 32 {
        return Some("id");
    }
    if parts(&['.']) == 4 && chunk.split('.').all(|part| part.parse::<u8>().is_ok()) {
        return Some("ip");
    }
    let interface = chunk.split_once('-').is_some_and(|(media, place)| {
        media.len() == 2 && place.contains('/') && place.starts_with(|first: char| first.is_ascii_digit())
    });
    interface.then_some("port")
}

/// A tool's name falls into its words; any other word stays whole, be it written PoE or WiFi.
fn pieces(word: &str) -> Vec<&str> {
    const VERBS: [&str; 7] = ["list", "get", "search", "count", "export", "download", "troubleshoot"];
    let is_tool = VERBS.iter().any(|verb| {
        word.get(..verb.len()).is_some_and(|head| head.eq_ignore_ascii_case(verb))
            && word[verb.len()..].starts_with(char::is_uppercase)
    });
    if is_tool { camel(word) } else { Vec::from_iter((!word.is_empty()).then_some(word)) }
}

/// The words of a name in camelCase: `get`, `Org`, `WLAN`.
fn camel(name: &str) -> Vec<&str> {
    let letters: Vec<_> = name.char_indices().collect();
    let is =
        |place: usize, test: fn(char) -> bool| letters.get(place).is_some_and(|(_, letter)| test(*letter));
    let starts = (1..letters.len()).filter(|&place| {
        let after_small = is(place - 1, char::is_lowercase);
        // The P of `AAMWProfiles`, but not that of `APs`.
        let ends_capitals = is(place + 1, char::is_lowercase) && is(place + 2, char::is_lowercase);
        is(place, char::is_uppercase) && (after_small || ends_capitals)
    });
    let mut bounds: Vec<_> = starts.map(|place| letters[place].0).collect();
    bounds.insert(0, 0);
    bounds.push(name.len());
    bounds.windows(2).map(|bound| &name[bound[0]..bound[1]]).collect()
}

/// A light stemmer: it takes off the endings of plurals, of verbs, and of the nouns made from them.
fn stem(word: &str) -> String {
    // Telling apart what endings would throw together.
    const WHOLE: [&str; 6] = ["setting", "settings", "class", "missing", "building", "string"];
    if !word.is_ascii() || word.len() < 4 && !word.ends_with('s') || word.len() < 3 {
        return word.to_owned();
    }
    if WHOLE.contains(&word) {
        return word.trim_end_matches('s').to_owned();
    }
    let mut stem = singular(word);
    for ending in ["ation", "ating", "ated", "ate", "ing", "ed", "ion"] {
        let Some(rest) = stem.strip_suffix(ending) else { continue };
        let spoken = rest.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        if rest.len() >= 3 && spoken && (ending != "ion" || rest.ends_with(['t', 's'])) {
            stem = undoubled(rest);
            break;
        }
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    if stem.len() > 3 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}

fn singular(word: &str) -> String {
    let bare = |count: usize| word[..word.len() - count].to_owned();
    match word {
        _ if word.len() > 4 && word.ends_with("ies") => format!("{}y", bare(3)),
        _ if word.len() > 4 && ["ches", "shes", "sses", "xes"].iter().any(|end| word.ends_with(end)) => {
            bare(2)
        }
        _ if ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) => word.to_owned(),
        // Short words in -s are as a rule no plurals: dns, has; aps and ids are.
        _ if word.len() == 3 && !matches!(word, "aps" | "ids" | "ips" | "gws") => word.to_owned(),
        _ if word.ends_with('s') => bare(1),
        _ => word.to_owned(),
    }
}

/// `plan` of planning; call and pass keep theirs.
fn undoubled(stem: &str) -> String {
    let mut letters = stem.chars().rev();
    match (letters.next(), letters.next()) {
        (Some(last), Some(before)) if last == before && !matches!(last, 'l' | 's' | 'z' | 'e') => {
            stem[..stem.len() - 1].to_owned()
        }
        _ => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.stem).collect()
    }

    #[test]
    fn the_name_of_a_tool_falls_into_its_words() {
        assert_eq!(stems("listSiteRogueAPs"), ["list", "sit", "rogu", "ap"]);
        assert_eq!(camel("listOrgAAMWProfiles"), ["list", "Org", "AAMW", "Profiles"]);
        assert_eq!(stems("PoE on WiFi"), ["poe", "on", "wifi"]);
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for forms in [
            "connect connects connected connecting connection connections",
            "policy policies",
            "upgrade upgrades upgraded upgrading",
            "switch switches",
            "authorize authorized authorization authorizations",
            "plan plans planned planning",
            "ap aps",
        ] {
            let stems = stems(forms);
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{stems:?}");
        }
    }

    #[test]
    fn an_address_stands_for_its_kind() {
        assert_eq!(stems("5c:5b:35:00:11:22 5c5b.3500.1122 10.0.0.1"), ["mac", "mac", "ip"]);
        assert_eq!(stems("ge-0/0/5? 978c48e6-6ef6-11e6-8bbf-02e208b2d34f."), ["port", "id"]);
        assert_eq!(stems("what's 802.1X"), ["what", "802", "1x"]);
    }
}
