//! Tokens of a statement, for indexes, notes and hints ([`tokens`]). SQLite itself parses the statement.

use std::borrow::Cow;

/// A token. Comments are left out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
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
/// Signs that make an expression of two operands.
const ARITHMETIC: [&str; 10] = ["+", "-", "*", "/", "%", "||", "->", "->>", ".", "&"];
const COMPARISONS: [&str; 8] = ["=", "==", "<", "<=", ">", ">=", "<>", "!="];

impl Token<'_> {
    /// Whether it is this keyword.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(written) if written.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self, Self::Sign(written) if *written == sign)
    }

    /// The name that it may be.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Quoted(name) => Some(name),
            Self::Text(_) | Self::Number(_) | Self::Sign(_) => None,
        }
    }

    fn is_arithmetic(&self) -> bool {
        matches!(self, Self::Sign(sign) if ARITHMETIC.contains(sign))
    }
}

/// The tokens of a statement.
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
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
            _ if is_number => Token::Number(written),
            _ if is_of_word(letter) => Token::Word(written),
            _ => Token::Sign(written),
        });
        rest = after;
    }
    tokens
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$' || !letter.is_ascii()
}

/// The quoted token at the begin of a text, and what follows it.
fn quoted(text: &str, quote: char) -> (Token<'_>, &str) {
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
    let token = if quote == '\'' { Token::Text(written) } else { Token::Quoted(written) };
    (token, inside.get(length + 1..).unwrap_or_default())
}

/// The place of the parenthesis that closes the one before these tokens.
pub(super) fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") if depth == 0 => return true,
            Token::Sign(")") => depth -= 1,
            _ => {}
        }
        false
    })
}

/// The names that a statement defines with `WITH`, in lower case.
pub(super) fn defined_names(tokens: &[Token<'_>]) -> Vec<String> {
    let name = |(place, token): (usize, &Token<'_>)| {
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

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand<'a> {
    /// A column, with the table or alias before it.
    Column(Option<&'a str>, &'a str),
    Text(&'a str),
    Number(&'a str),
    /// A function, with its arguments' tokens.
    Call(&'a str, &'a [Token<'a>]),
}

/// A comparison of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison<'a> {
    pub(super) table: Option<&'a str>,
    pub(super) column: &'a str,
    pub(super) operator: &'a str,
    pub(super) other: Operand<'a>,
}

/// Words that are no column.
const KEYWORDS: [&str; 14] = [
    "AND", "OR", "NOT", "WHERE", "ON", "SELECT", "HAVING", "WHEN", "THEN", "ELSE", "CASE", "BETWEEN", "IN",
    "NULL",
];

/// The comparisons of a column with a column, a literal or a function.
pub(super) fn comparisons<'a>(tokens: &'a [Token<'a>]) -> Vec<Comparison<'a>> {
    let mut found = Vec::new();
    let mut add = |column: Option<Operand<'a>>, operator: &'a str, other: Option<Operand<'a>>| {
        if let (Some(Operand::Column(table, column)), Some(other)) = (column, other) {
            found.push(Comparison { table, column, operator, other });
        }
    };
    for (place, token) in tokens.iter().enumerate() {
        let (before, after) = (&tokens[..place], &tokens[place + 1..]);
        let without_not = match before {
            [before @ .., not] if not.is_word("NOT") => before,
            before => before,
        };
        match token {
            Token::Sign(sign) if COMPARISONS.contains(sign) => {
                let (left, right) = (operand_before(before), operand(after));
                add(left, sign, right);
                add(right, sign, left);
            }
            Token::Word(word) if token.is_word("LIKE") => {
                add(operand_before(without_not), word, operand(after));
            }
            Token::Word(word) if token.is_word("BETWEEN") => {
                let column = operand_before(without_not);
                add(column, word, operand(after));
                let upper = after.iter().position(|token| token.is_word("AND"));
                add(column, word, upper.and_then(|and| operand(&after[and + 1..])));
            }
            Token::Word(word) if token.is_word("IN") => {
                let column = operand_before(without_not);
                let [open, list @ ..] = after else { continue };
                let end = if open.is_sign("(") { closing(list).unwrap_or(0) } else { 0 };
                for item in &list[..end] {
                    match item {
                        Token::Text(text) => add(column, word, Some(Operand::Text(text))),
                        Token::Number(number) => add(column, word, Some(Operand::Number(number))),
                        Token::Sign(",") => {}
                        // A subquery or an expression.
                        _ => break,
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn column_name<'a>(token: &'a Token<'a>) -> Option<&'a str> {
    token.name().filter(|_| !KEYWORDS.iter().any(|keyword| token.is_word(keyword)))
}

/// The operand that ends these tokens, if it is one as a whole.
fn operand_before<'a>(tokens: &'a [Token<'a>]) -> Option<Operand<'a>> {
    let (operand, before) = match tokens {
        [before @ .., Token::Text(text)] => (Operand::Text(text), before),
        [before @ .., Token::Number(number)] => (Operand::Number(number), before),
        [.., close] if close.is_sign(")") => call_before(tokens)?,
        [before @ .., table, dot, column] if dot.is_sign(".") => {
            (Operand::Column(Some(table.name()?), column.name()?), before)
        }
        [before @ .., name] => (Operand::Column(None, column_name(name)?), before),
        [] => return None,
    };
    (!before.last().is_some_and(Token::is_arithmetic)).then_some(operand)
}

/// The operand at the begin of these tokens, if it is one as a whole.
fn operand<'a>(tokens: &'a [Token<'a>]) -> Option<Operand<'a>> {
    let (operand, rest) = match tokens {
        [Token::Text(text), rest @ ..] => (Operand::Text(text), rest),
        [Token::Number(number), rest @ ..] => (Operand::Number(number), rest),
        [table, dot, column, rest @ ..] if dot.is_sign(".") => {
            (Operand::Column(Some(table.name()?), column.name()?), rest)
        }
        [Token::Word(name), open, rest @ ..] if open.is_sign("(") => {
            let length = closing(rest)?;
            (Operand::Call(name, &rest[..length]), &rest[length + 1..])
        }
        [name, rest @ ..] => (Operand::Column(None, column_name(name)?), rest),
        [] => return None,
    };
    (!rest.first().is_some_and(Token::is_arithmetic)).then_some(operand)
}

/// The function whose closing parenthesis ends these tokens, and the tokens before it.
fn call_before<'a>(tokens: &'a [Token<'a>]) -> Option<(Operand<'a>, &'a [Token<'a>])> {
    let mut depth = 0_usize;
    let open = tokens.iter().rposition(|token| {
        match token {
            Token::Sign(")") => depth += 1,
            Token::Sign("(") => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    match &tokens[..open] {
        [before @ .., Token::Word(name)] => {
            Some((Operand::Call(name, tokens.get(open + 1..tokens.len() - 1)?), before))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_names_and_comments_are_told_apart() {
        let sql = "SELECT a.\"b \"\"c\", 'it''s' -- x = 'y'\nFROM t /* z */ WHERE `q`>=1.5 AND [w]->>'$'<>'";
        let name = |name: &'static str| Token::Quoted(name.into());
        assert_eq!(
            tokens(sql),
            [
                Token::Word("SELECT"),
                Token::Word("a"),
                Token::Sign("."),
                name("b \"c"),
                Token::Sign(","),
                Token::Text("it's".into()),
                Token::Word("FROM"),
                Token::Word("t"),
                Token::Word("WHERE"),
                name("q"),
                Token::Sign(">="),
                Token::Number("1.5"),
                Token::Word("AND"),
                name("w"),
                Token::Sign("->>"),
                Token::Text("$".into()),
                Token::Sign("<>"),
                Token::Text("".into()),
            ]
        );
        for broken in ["'", "\"", "[", "`a", "/*", "--", "'é", "\"é\"\"", "é'ü", "''''", "/* ü"] {
            tokens(broken);
        }
    }

    #[test]
    fn names_of_with_are_found() {
        let sql = "WITH RECURSIVE a AS (SELECT 1 AS x), B(n, m) AS NOT MATERIALIZED (SELECT 2), \"c d\" AS MATERIALIZED (SELECT 3) \
                   SELECT n AS e FROM a AS f WHERE CAST(x AS TEXT) = 'g AS (h'";
        assert_eq!(defined_names(&tokens(sql)), ["a", "b", "c d"]);
    }

    #[test]
    fn comparisons_have_a_column_and_its_other_side() {
        let found = |sql: &str| {
            let tokens = tokens(sql);
            comparisons(&tokens)
                .into_iter()
                .map(|found| format!("{} {} {:?}", found.column, found.operator, found.other))
                .collect::<Vec<_>>()
        };
        for (sql, wanted) in [
            ("WHERE a.mac = 'x'", &["mac = Text(\"x\")"][..]),
            ("ON x.mac=y.id", &["mac = Column(Some(\"y\"), \"id\")", "id = Column(Some(\"x\"), \"mac\")"]),
            ("WHERE 5 < band", &["band < Number(\"5\")"]),
            ("WHERE lower(a) = \"b.c\"", &["b.c = Call(\"lower\", [Word(\"a\")])"]),
            ("WHERE t NOT BETWEEN '1' AND '2'", &["t BETWEEN Text(\"1\")", "t BETWEEN Text(\"2\")"]),
            ("WHERE t IN ('1', 2)", &["t IN Text(\"1\")", "t IN Number(\"2\")"]),
            ("WHERE t IN (SELECT 'x' FROM a)", &[]),
            ("WHERE t > date('now')", &["t > Call(\"date\", [Text(\"now\")])"]),
            ("WHERE a + b > 'x' AND c = d || 'x' AND NOT (f(a)) = 1", &[]),
            ("= = ) = ( IN BETWEEN", &[]),
        ] {
            assert_eq!(found(sql), wanted, "{sql}");
        }
    }
}
