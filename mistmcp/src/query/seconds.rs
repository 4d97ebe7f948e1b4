//! `strftime('%s', …)` as the number of seconds ([`with_numbers`]). SQLite's is a text, which only a plain column of
//! numbers compares with as a number: every number, also that of `max(last_seen)`, is less than every text.

use super::tokens::{SqlToken, tokens};

/// What stands for the format and for the comma after it: white space that statements do not have.
const FORMAT: &str = "\u{c}\u{c}\u{c}";
const COMMA: &str = "\u{c}";

/// A statement with `unixepoch(…)` for each `strftime('%s', …)`. Both have the same length, so that the places in
/// SQLite's messages are those of the statement as it is written.
pub(super) fn with_numbers(sql: &str) -> String {
    let tokens = tokens(sql);
    let place = |text: &str| text.as_ptr().addr() - sql.as_ptr().addr();
    let (mut changed, mut done) = (String::with_capacity(sql.len()), 0);
    for (number, token) in tokens.iter().enumerate() {
        if let [SqlToken::Word(name), open, inside @ ..] = &tokens[number..]
            && token.is_word("strftime")
            && open.is_sign("(")
            && is_of_seconds(inside)
            && let [SqlToken::Text(format), after, ..] = inside
        {
            let format = place(format) - 1;
            let between = &sql[place(name) + name.len()..format];
            changed.push_str(&sql[done..place(name)]);
            changed.push_str(&[&in_case_of(name, "unixepoch"), between, FORMAT].concat());
            done = format + "'%s'".len();
            if let SqlToken::Sign(comma @ ",") = after {
                changed.push_str(&[&sql[done..place(comma)], COMMA].concat());
                done = place(comma) + 1;
            }
        }
    }
    changed.push_str(&sql[done..]);
    changed
}

/// The name of a result's column as the statement has it, of a name that [`with_numbers`] may have changed.
pub(super) fn as_written(name: &str) -> String {
    let is_between = |text: &&str| tokens(text).is_empty();
    let (mut written, mut done) = (String::with_capacity(name.len()), 0);
    for pair in tokens(name).windows(2) {
        let [SqlToken::Word(word), SqlToken::Sign(open @ "(")] = pair else { continue };
        let start = word.as_ptr().addr() - name.as_ptr().addr();
        let inside = open.as_ptr().addr() + 1 - name.as_ptr().addr();
        let before = name[inside..].split_once(FORMAT).map(|(before, _)| before).filter(is_between);
        let Some(before) = before.filter(|_| pair[0].is_word("unixepoch")) else { continue };
        written.push_str(&name[done..start]);
        written.push_str(
            &[&in_case_of(word, "strftime"), &name[start + word.len()..inside], before, "'%s'"].concat(),
        );
        done = inside + before.len() + FORMAT.len();
        let before = name[done..].split_once(COMMA).map(|(before, _)| before);
        if let Some(before) = before.filter(is_between) {
            written.push_str(&[before, ","].concat());
            done += before.len() + COMMA.len();
        }
    }
    written.push_str(&name[done..]);
    written
}

/// Whether the tokens after the parenthesis of `strftime(` are those of a number of seconds.
pub(super) fn is_of_seconds(inside: &[SqlToken<'_>]) -> bool {
    match inside {
        [SqlToken::Text(format), after @ ..] if format == "%s" => match after {
            [] | [SqlToken::Sign(")"), ..] => true,
            [SqlToken::Sign(","), time, ..] => !time.is_sign(")"),
            _ => false,
        },
        _ => false,
    }
}

/// A name of a function with upper case where another name has it.
fn in_case_of(other: &str, name: &str) -> String {
    let letters = name.chars().zip(other.chars().cycle());
    let cased = letters.map(
        |(letter, other)| {
            if other.is_ascii_uppercase() { letter.to_ascii_uppercase() } else { letter }
        },
    );
    cased.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_numbers_in_statements_of_the_same_length() {
        for (sql, wanted) in [
            ("SELECT strftime('%s','now', '-1 hour')", "SELECT unixepoch(____'now', '-1 hour')"),
            ("x > STRFTIME ( '%s' , a.\"b\") AND 1", "x > UNIXEPOCH ( ___ _ a.\"b\") AND 1"),
            ("strftime('%s') + strfTime( '%s',a)", "unixepoch(___) + unixEpoch( ____a)"),
            ("strftime('%s',a), unixepoch(    a)", "unixepoch(____a), unixepoch(    a)"),
            ("strftime(/* ( */ '%s' -- ,\n, 'now')", "unixepoch(/* ( */ ___ -- ,\n_ 'now')"),
            (
                "é strftime('%s',strftime('%s','now'), 'unixepoch')",
                "é unixepoch(____unixepoch(____'now'), 'unixepoch')",
            ),
            ("strftime('%H','now')", "strftime('%H','now')"),
            ("'strftime(''%s'',1)' -- strftime('%s',1)", "'strftime(''%s'',1)' -- strftime('%s',1)"),
            ("strftime('%s' || x, 1), strftime, strftime(", "strftime('%s' || x, 1), strftime, strftime("),
            ("strftime('%s',), strftime('%s'", "strftime('%s',), strftime('%s'"),
        ] {
            let changed = with_numbers(sql);
            assert_eq!(changed.replace('\u{c}', "_"), wanted);
            assert_eq!((changed.len(), as_written(&changed)), (sql.len(), sql.to_owned()));
        }
    }
}
