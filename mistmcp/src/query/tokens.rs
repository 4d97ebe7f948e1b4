//! Tokens of a statement, for indexes, notes and hints ([`tokens`]). SQLite itself parses the statement.

use std::borrow::Cow;

/// A token. Comments are left out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SqlToken<'a> {
    /// A keyword, or a name without quotes.
    Word(&'a str),
    /// A name in quotes.
    Quoted(Cow<'a, str>),
    /// A text in single quotes.
    Text(Cow<'a, str>),
    Number(&'a str),
    /// An operator or a punctuation mark.
    Sign(&'a str),
}

/// Signs of several characters, the longest first.
const SIGNS: [&str; 12] = ["->>", "->", "||", "<=", "<>", "<<", ">=", ">>", "==", "!=", "::", "~*"];
impl SqlToken<'_> {
    /// Whether it is this keyword.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(written) if written.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self, Self::Sign(written) if *written == sign)
    }

    /// By how much the depth of parentheses changes behind it.
    pub(super) fn depth_change(&self) -> i32 {
        match self {
            Self::Sign("(") => 1,
            Self::Sign(")") => -1,
            _ => 0,
        }
    }

    /// The name that it may be.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Quoted(name) => Some(name),
            Self::Text(_) | Self::Number(_) | Self::Sign(_) => None,
        }
    }
}

/// The tokens of a statement.
pub(super) fn tokens(sql: &str) -> Vec<SqlToken<'_>> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(letter) = rest.chars().next() {
        let is_number = letter.is_ascii_digit();
        let length = match letter {
            _ if letter.is_whitespace() => {
                rest = &rest[letter.len_utf8()..];
                continue;
            }
            '-' if rest.starts_with("--") => {
                rest = rest.split_once('\n').map_or("", |(_, after)| after);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest[2..].split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            '\'' | '"' | '`' | '[' => {
                let (token, after) = quoted(rest, letter);
                tokens.push(token);
                rest = after;
                continue;
            }
            _ if is_number || is_of_word(letter) => rest
                .find(|other: char| !(is_of_word(other) || is_number && other == '.'))
                .unwrap_or(rest.len()),
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                sign.map_or(letter.len_utf8(), |sign| sign.len())
            }
        };
        let (written, after) = rest.split_at(length);
        tokens.push(match letter {
            _ if is_number => SqlToken::Number(written),
            _ if is_of_word(letter) => SqlToken::Word(written),
            _ => SqlToken::Sign(written),
        });
        rest = after;
    }
    tokens
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$' || !letter.is_ascii()
}

/// The quoted token at the begin of a text, and what follows it.
fn quoted(text: &str, quote: char) -> (SqlToken<'_>, &str) {
    let end = if quote == '[' { ']' } else { quote };
    let inside = &text[1..];
    let mut from = 0;
    let length = loop {
        match inside[from..].find(end) {
            None => break inside.len(),
            // A doubled quote is one of the text.
            Some(place) if quote != '[' && inside[from + place + 1..].starts_with(end) => from += place + 2,
            Some(place) => break from + place,
        }
    };
    let doubled = format!("{end}{end}");
    let mut written = Cow::Borrowed(&inside[..length]);
    if quote != '[' && written.contains(&doubled) {
        written = Cow::Owned(written.replace(&doubled, &end.to_string()));
    }
    let token = if quote == '\'' { SqlToken::Text(written) } else { SqlToken::Quoted(written) };
    (token, inside.get(length + 1..).unwrap_or_default())
}

/// The place of the parenthesis that closes the one before these tokens.
pub(super) fn closing(tokens: &[SqlToken<'_>]) -> Option<usize> {
    let mut depth = 0_i32;
    tokens.iter().position(|token| {
        depth += token.depth_change();
        depth < 0
    })
}

/// The calls of the functions of which `known` knows the names, with the tokens of their arguments.
pub(super) fn calls<'a, T>(
    tokens: &'a [SqlToken<'a>],
    known: impl Fn(&str) -> Option<T>,
) -> impl Iterator<Item = (T, &'a [SqlToken<'a>])> {
    tokens.windows(2).enumerate().filter_map(move |(place, pair)| {
        let [SqlToken::Word(name), SqlToken::Sign("(")] = pair else { return None };
        let function = known(name)?;
        let inside = &tokens[place + 2..];
        Some((function, &inside[..closing(inside).unwrap_or(inside.len())]))
    })
}

/// The names that a statement defines with `WITH`, in lower case.
pub(super) fn defined_names(tokens: &[SqlToken<'_>]) -> Vec<String> {
    let name = |(place, token): (usize, &SqlToken<'_>)| {
        let is_definition = match &tokens[place + 1..] {
            [open, ..] if open.is_sign("(") => true,
            [word, ..] => word.is_word("MATERIALIZED") || word.is_word("NOT"),
            [] => false,
        };
        if !is_definition || !token.is_word("AS") {
            return None;
        }
        let before = &tokens[..place];
        // Its columns may stand in parentheses.
        let open = before.iter().rposition(|token| token.is_sign("("));
        let before = match (before.last(), open) {
            (Some(close), Some(open)) if close.is_sign(")") => &before[..open],
            _ => before,
        };
        let name = before.last()?;
        name.name().map(str::to_lowercase)
    };
    tokens.iter().enumerate().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_names_and_comments_are_told_apart() {
        let sql = "SELECT a.\"b \"\"c\", 'it''s' -- x = 'y'\nFROM t /* z */ WHERE `q`>=1.5 AND [w]->>'$'<>'";
        let name = |name: &'static str| SqlToken::Quoted(name.into());
        assert_eq!(
            tokens(sql),
            [
                SqlToken::Word("SELECT"),
                SqlToken::Word("a"),
                SqlToken::Sign("."),
                name("b \"c"),
                SqlToken::Sign(","),
                SqlToken::Text("it's".into()),
                SqlToken::Word("FROM"),
                SqlToken::Word("t"),
                SqlToken::Word("WHERE"),
                name("q"),
                SqlToken::Sign(">="),
                SqlToken::Number("1.5"),
                SqlToken::Word("AND"),
                name("w"),
                SqlToken::Sign("->>"),
                SqlToken::Text("$".into()),
                SqlToken::Sign("<>"),
                SqlToken::Text("".into()),
            ]
        );
        for broken in ["'", "\"", "[", "`a", "/*", "--", "'é", "\"é\"\"", "é'ü", "''''", "/* ü"] {
            tokens(broken);
        }
    }

    #[test]
    fn names_of_with_are_found() {
        let sql = "WITH RECURSIVE a AS (SELECT 1 AS x), B(n, m) AS NOT MATERIALIZED (SELECT 2), \"c d\" AS \
                   MATERIALIZED (SELECT 3) SELECT n AS e FROM a AS f WHERE CAST(x AS TEXT) = 'g AS (h'";
        assert_eq!(defined_names(&tokens(sql)), ["a", "b", "c d"]);
    }
}
