//! Parser of `.env` files. `docs/clients.md` documents the grammar: nothing is expanded and nothing is escaped, so that a
//! value is what the file shows.

use std::fmt;

/// The content of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// Names and values, in the order of the file. A name may repeat.
    pub(super) variables: Vec<(String, String)>,
    /// Lines that are no variable, in the order of the file.
    pub(super) unreadable: Vec<Unreadable>,
}

/// A line that is no variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Its number, from 1.
    pub(super) line: usize,
    pub(super) mistake: Mistake,
    /// Its text. It may hold a secret, and is for searching alone.
    pub(super) text: String,
}

/// Why a line is no variable. The message is the remedy, and repeats nothing of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Mistake {
    NoVariable,
    Name,
    Space,
    OpenQuote(char),
    AfterQuote(char),
    Encoding,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVariable => formatter.write_str("it is no `NAME=value`; a comment begins with `#`"),
            Self::Name => formatter.write_str(
                "what stands before `=` is no name: write `NAME=value`, with letters, digits and `_` in the name",
            ),
            Self::Space => {
                formatter.write_str("put quotes around a value with spaces: `NAME='two words'`")
            }
            Self::OpenQuote(quote) => write!(formatter, "its value begins with {quote}, and no {quote} closes it"),
            Self::AfterQuote(quote) => {
                let other = if *quote == '"' { '\'' } else { '"' };
                write!(
                    formatter,
                    "something follows the {quote} that closes the value; put a value that contains {quote} into {other}"
                )
            }
            Self::Encoding => formatter.write_str("it is not UTF-8: save the file as UTF-8"),
        }
    }
}

/// Reads a file. What cannot be read is left out and does not affect the lines after it.
pub(super) fn parse(bytes: &[u8]) -> Content {
    let text = String::from_utf8_lossy(bytes);
    let mut content = Content::default();
    let (mut rest, mut number) = (&*text, 0);
    while !rest.is_empty() {
        number += 1;
        let (line, following) = split_line(rest);
        let (step, lines) = match variable(line, rest) {
            Ok(None) => (following, 0),
            Ok(Some((name, value, end))) => {
                content.variables.push((name, value));
                (end, rest[..rest.len() - end.len()].trim_end_matches(['\r', '\n']).matches('\n').count())
            }
            Err(mistake) => {
                let mistake = if line.contains('\u{fffd}') { Mistake::Encoding } else { mistake };
                content.unreadable.push(Unreadable { line: number, mistake, text: line.to_owned() });
                (following, 0)
            }
        };
        rest = step;
        number += lines;
    }
    content
}

/// The text without the lines of a variable.
pub(in crate::cli) fn without(text: &str, name: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let (line, following) = split_line(rest);
        let (is_of_name, end) = match variable(line, rest) {
            Ok(Some((found, _, end))) => (found == name, end),
            Ok(None) | Err(_) => (false, following),
        };
        if !is_of_name {
            kept.push_str(&rest[..rest.len() - end.len()]);
        }
        rest = end;
    }
    kept
}

/// Reads the variable that begins in `line`, the first line of `rest`; and what follows the end of its last line.
fn variable<'a>(line: &str, rest: &'a str) -> Result<Option<(String, String, &'a str)>, Mistake> {
    let bare = line.trim();
    if bare.is_empty() || bare.starts_with('#') {
        return Ok(None);
    }
    let (before, _) = line.split_once('=').ok_or(Mistake::NoVariable)?;
    let name = before.trim();
    let name = match name.strip_prefix("export") {
        Some(exported) if exported.starts_with([' ', '\t']) => exported.trim_start(),
        _ => name,
    };
    if !is_name(name) {
        return Err(Mistake::Name);
    }
    let after = &rest[before.len() + 1..];
    let value = after.trim_start_matches([' ', '\t']);
    let (value, end) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(&value[1..], quote)?,
        _ => unquoted(after)?,
    };
    if value.contains('\u{fffd}') {
        return Err(Mistake::Encoding);
    }
    Ok(Some((name.to_owned(), value.to_owned(), end)))
}

/// Reads a value up to its closing quote, over several lines where it is so long.
fn quoted(text: &str, quote: char) -> Result<(&str, &str), Mistake> {
    let (value, after) = text.split_once(quote).ok_or(Mistake::OpenQuote(quote))?;
    let (trailing, end) = split_line(after);
    let trailing = trailing.trim();
    if trailing.is_empty() || trailing.starts_with('#') {
        Ok((value, end))
    } else {
        Err(Mistake::AfterQuote(quote))
    }
}

/// Reads a value up to the end of its line, or to a `#` after white space.
fn unquoted(text: &str) -> Result<(&str, &str), Mistake> {
    let (line, end) = split_line(text);
    let mut hashes = line.match_indices('#').map(|(place, _)| place);
    let comment = hashes.find(|place| line[..*place].ends_with(char::is_whitespace));
    let value = line[..comment.unwrap_or(line.len())].trim();
    if value.contains(char::is_whitespace) { Err(Mistake::Space) } else { Ok((value, end)) }
}

/// The first line, without its end, and what follows.
fn split_line(text: &str) -> (&str, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    (line.strip_suffix('\r').unwrap_or(line), rest)
}

fn is_name(text: &str) -> bool {
    let starts = text.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_');
    starts && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(text: &str) -> Vec<(String, String)> {
        let content = parse(text.as_bytes());
        assert_eq!(content.unreadable, [], "{text:?}");
        content.variables
    }

    fn value(line: &str) -> String {
        let variables = variables(&format!("A={line}\nB=next\n"));
        assert_eq!(variables[1], ("B".to_owned(), "next".to_owned()), "{line:?}");
        variables[0].1.clone()
    }

    fn mistakes(text: &str) -> Vec<(usize, Mistake)> {
        parse(text.as_bytes()).unreadable.into_iter().map(|line| (line.line, line.mistake)).collect()
    }

    #[test]
    fn a_value_is_what_the_file_shows() {
        for (line, wanted) in [
            ("one", "one"),
            ("", ""),
            ("\"\"", ""),
            (" spaced \t", "spaced"),
            ("'two words'", "two words"),
            ("\"two words\"  # note", "two words"),
            ("'it'# note", "it"),
            ("abc$def", "abc$def"),
            ("\"abc$def\"", "abc$def"),
            ("${PATH}", "${PATH}"),
            ("\"${PATH:-x}`id`$(id)\"", "${PATH:-x}`id`$(id)"),
            ("C:\\certs\\new.pem", "C:\\certs\\new.pem"),
            ("\"C:\\certs\\new.pem\"", "C:\\certs\\new.pem"),
            ("\"C:\\certs\\\"", "C:\\certs\\"),
            ("\"\\\\server\\share\"", "\\\\server\\share"),
            ("'say \"hi\"'", "say \"hi\""),
            ("\"it's\"", "it's"),
            ("it's", "it's"),
            ("a\"b'c", "a\"b'c"),
            ("a=b==", "a=b=="),
            ("#fff", "#fff"),
            ("a#b", "a#b"),
            ("a # b", "a"),
            (" # b", ""),
            ("'-----BEGIN\nx=1\n-----END'", "-----BEGIN\nx=1\n-----END"),
        ] {
            assert_eq!(value(line), wanted, "{line:?}");
        }
    }

    #[test]
    fn names_comments_and_line_ends_are_read() {
        let read = variables("# A=0\r\n\r\n  export\tA = 1\r\nexport=2\n\tB.c_3='x'\r\nA=4");
        let wanted = [("A", "1"), ("export", "2"), ("B.c_3", "x"), ("A", "4")];
        assert_eq!(read, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_reported_by_its_number_and_spares_the_others() {
        for (line, mistake) in [
            ("APP_NAME=My App", Mistake::Space),
            ("A=\"one\" two", Mistake::AfterQuote('"')),
            ("A='it's'", Mistake::AfterQuote('\'')),
            ("A=\"open", Mistake::OpenQuote('"')),
            ("A='open", Mistake::OpenQuote('\'')),
            ("A: yaml", Mistake::NoVariable),
            ("  \"A\": \"json\",", Mistake::NoVariable),
            ("-----BEGIN CERTIFICATE-----", Mistake::NoVariable),
            ("set A=1", Mistake::Name),
            ("$env:A=\"1\"", Mistake::Name),
            ("1A=1", Mistake::Name),
            ("=1", Mistake::Name),
        ] {
            let text = format!("X='1\n2'\n{line}\nY=3\n");
            assert_eq!(mistakes(&text), [(3, mistake)], "{line:?}");
            let names: Vec<_> = parse(text.as_bytes()).variables.into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["X", "Y"], "{line:?}");
        }
        let latin1 = parse(b"# f\xfcr\nA=caf\xe9\nB=1\n");
        assert_eq!((latin1.unreadable[0].line, latin1.unreadable[0].mistake), (2, Mistake::Encoding));
        assert_eq!(latin1.variables, [("B".to_owned(), "1".to_owned())]);
    }

    proptest::proptest! {
        #[test]
        fn any_value_without_quotes_is_read_as_it_is_in_either_quotes(value in "[^'\"\u{fffd}]{0,40}") {
            for quote in ['"', '\''] {
                let read = variables(&format!("A={quote}{value}{quote}\n"));
                proptest::prop_assert_eq!(&read[0].1, &value);
            }
        }

        #[test]
        fn anything_is_read_without_a_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            parse(&bytes);
        }
    }
}
