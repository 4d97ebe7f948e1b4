//! Tools that a query names, [`Names`].

/// Number of words of a name that are taken for the name within a sentence.
const UNMISTAKABLE: usize = 4;

/// Names of tools, in a form that letter case, separators and a missing or additional plural `s` do not change.
pub(super) struct Names(Vec<Name>);

struct Name {
    key: String,
    /// Whether the name consists of several words.
    is_compound: bool,
}

/// A word of a query.
struct QueryWord {
    /// Its range in the joined keys of all words.
    start: usize,
    end: usize,
    /// Index of the identifier that it is a part of, such as `list_site_wlans`.
    identifier: usize,
    /// Whether it says nothing beside a name, such as "use" or "the".
    is_filler: bool,
}

/// Key of a name or a part of it.
pub(super) fn key(word: &str) -> String {
    word.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .filter(|letter| *letter != 's')
        .collect()
}

impl Names {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let compound =
            |name: &str| name.contains(|letter: char| letter.is_uppercase() || !letter.is_alphanumeric());
        Self(names.map(|name| Name { key: key(name), is_compound: compound(name) }).collect())
    }

    /// Whether a tool's name contains a key.
    pub(super) fn contains(&self, tool: usize, part: &str) -> bool {
        self.0[tool].key.contains(part)
    }

    /// For each tool the length of its name if the query gives it, and otherwise zero. A name is given as an
    /// identifier in any notation, as the words of a whole query, or as four or more words of a sentence.
    pub(super) fn given(&self, query: &str, is_filler: impl Fn(&str) -> bool) -> Vec<usize> {
        let mut joined = String::new();
        let mut tokens = Vec::new();
        let identifiers =
            query.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-'));
        for (identifier, written) in identifiers.enumerate() {
            for word in written.split(['_', '-']).filter(|word| !word.is_empty()) {
                let start = joined.len();
                joined.push_str(&key(word));
                let is_filler = is_filler(&word.to_lowercase());
                tokens.push(QueryWord { start, end: joined.len(), identifier, is_filler });
            }
        }
        let given = |name: &Name| {
            let begins = |token: &QueryWord| joined[token.start..].starts_with(&name.key);
            let found = !name.key.is_empty()
                && (0..tokens.len())
                    .any(|first| begins(&tokens[first]) && Self::is_given(name, &tokens, first));
            if found { name.key.len() } else { 0 }
        };
        self.0.iter().map(given).collect()
    }

    /// Whether the words from `first` on, which begin with a name, are given as that name.
    fn is_given(name: &Name, tokens: &[QueryWord], first: usize) -> bool {
        let end = tokens[first].start + name.key.len();
        let Some(last) = tokens.iter().position(|token| token.end == end) else { return false };
        let (before, rest) = tokens.split_at(first);
        let Some((run, after)) = rest.split_at_checked((last + 1).saturating_sub(first)) else {
            return false;
        };
        let identifier = run.first().map(|token| token.identifier);
        let is_same = |token: &QueryWord| Some(token.identifier) == identifier;
        let is_identifier = run.iter().all(is_same) && !before.iter().chain(after).any(is_same);
        (is_identifier && name.is_compound)
            || run.len() >= UNMISTAKABLE
            || before.iter().chain(after).all(|token| token.is_filler)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(query: &str) -> Vec<&'static str> {
        let tools =
            ["getOrg", "getOrgStats", "listSiteWlans", "listApiTokens", "countOrgNacClientEvents", "ping"];
        let lengths =
            Names::new(tools.into_iter()).given(query, |word| ["use", "the", "tool"].contains(&word));
        let mut named: Vec<_> = tools.into_iter().zip(lengths).filter(|(_, length)| *length > 0).collect();
        named.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
        named.into_iter().map(|(tool, _)| tool).collect()
    }

    #[test]
    fn a_name_is_given_in_any_notation() {
        for query in [
            "getOrgStats",
            "GETORGSTATS",
            "get_org_stats",
            "Get-Org-Stat",
            "`getOrgStats`",
            "what does “getOrgStats” do?",
            "which sites are in the answer of getOrgStats(org_id)",
            "get org stats",
            "use the tool get org stats",
        ] {
            assert_eq!(given(query).first(), Some(&"getOrgStats"), "{query}");
        }
        assert_eq!(given("listSiteWlans or getOrgStats").len(), 2);
        assert_eq!(given("per day count org nac client events by site"), ["countOrgNacClientEvents"]);
        assert_eq!(given("ping"), ["ping"]);
    }

    #[test]
    fn words_that_happen_to_be_a_name_are_not_one() {
        for query in
            ["list API tokens of the organization", "get org admins", "can I ping the gateway", "", "s", "_-"]
        {
            assert_eq!(given(query), [""; 0], "{query}");
        }
    }
}
