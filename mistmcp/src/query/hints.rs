//! Hints for a statement in another dialect of SQL ([`of_syntax`]), for functions that there are not ([`of_function`]),
//! and for the rules and limits of SQLite ([`of_limit`]).

mod dialects;

use dialects::{FUNCTIONS, NO_REGEXP, WORDS};

use super::functions;
use super::tokens::{SqlToken, tokens};
use crate::text::is_any_of;

/// What stands for a function of another dialect, or for a table that it makes.
pub(super) fn of_function(written: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(names, _)| is_any_of(written, names)).map(|(_, hint)| *hint)
}

/// The hint for a statement that SQLite cannot parse.
pub(super) fn of_syntax(sql: &str) -> Option<String> {
    if sql.contains("```") {
        return Some("Send the SQL alone, without ``` around it.".to_owned());
    }
    let is_foreign_space =
        |letter: &char| !letter.is_ascii() && letter.is_whitespace() || *letter == '\u{200b}';
    if let Some(place) = sql.chars().position(|letter| is_foreign_space(&letter)) {
        return Some(format!(
            "Character {} is a no-break or other special space: write a plain one.",
            place + 1
        ));
    }
    if sql.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']) {
        return Some("Write plain quotes: 'text' and \"name\".".to_owned());
    }
    let tokens = tokens(sql);
    if let Some((_, hint)) = WORDS.iter().find(|(words, _)| has_words(&tokens, words)) {
        return Some((*hint).to_owned());
    }
    let signs = [
        ("::", "Use CAST(value AS TEXT) in place of value::text."),
        ("~", NO_REGEXP),
        ("~*", NO_REGEXP),
        ("{", "Write the names and values themselves: nothing is filled in."),
    ];
    let is_there = |sign: &str| tokens.iter().any(|token| token.is_sign(sign));
    signs.into_iter().find(|(sign, _)| is_there(sign)).map(|(_, hint)| hint.to_owned())
}

/// What makes a statement fast that took too long.
pub(super) fn of_time(sql: &str) -> String {
    let tokens = tokens(sql);
    let has = |word: &str| tokens.iter().any(|token| token.is_word(word));
    let conditions = join_conditions(&tokens);
    let joins_by_or = conditions.iter().any(|condition| condition.iter().any(|token| token.is_word("OR")));
    let joins_by_function = conditions.iter().any(|condition| {
        condition.windows(2).any(|pair| {
            (pair[0].is_word("ON") || pair[0].is_word("AND"))
                && matches!(pair[1], SqlToken::Word(name) if functions::is_allowed(name))
        })
    });
    let joins_right = tokens.windows(2).any(|pair| {
        (pair[0].is_word("RIGHT") || pair[0].is_word("FULL"))
            && (pair[1].is_word("JOIN") || pair[1].is_word("OUTER"))
    });
    let hints = [
        (
            joins_right,
            "RIGHT and FULL JOIN compare each row with each: write a LEFT JOIN, and for FULL another one with UNION \
             ALL.",
        ),
        (joins_by_or, "A JOIN by OR compares each row with each: write one JOIN for each case, with UNION."),
        (
            joins_by_function,
            "A JOIN by a function compares each row with each: compute it first, WITH x AS MATERIALIZED (SELECT \
             lower(name) AS name FROM t), and join by that column.",
        ),
        (has("RECURSIVE"), "Give each recursion its end."),
    ];
    let fitting: Vec<_> = hints.into_iter().filter(|(fits, _)| *fits).map(|(_, hint)| hint).collect();
    format!(
        "{}{}Give each JOIN its condition, and group or filter each table before joining it.",
        fitting.join(" "),
        if fitting.is_empty() { "" } else { " " }
    )
}

/// The conditions of the joins of a statement, each from its `ON` to the next clause.
fn join_conditions<'a>(tokens: &'a [SqlToken<'a>]) -> Vec<&'a [SqlToken<'a>]> {
    const ENDS: [&str; 17] = [
        "ON",
        "JOIN",
        "LEFT",
        "RIGHT",
        "FULL",
        "INNER",
        "CROSS",
        "NATURAL",
        "WHERE",
        "GROUP",
        "HAVING",
        "ORDER",
        "LIMIT",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "SELECT",
    ];
    let is_end = |token: &SqlToken<'_>| ENDS.iter().any(|word| token.is_word(word));
    let on = tokens.iter().enumerate().filter(|(_, token)| token.is_word("ON"));
    on.map(|(place, _)| {
        let after = &tokens[place + 1..];
        // The parenthesis of a subquery or of the joined tables may end it as well.
        let end = super::tokens::closing(after).unwrap_or(after.len());
        let end = after[..end].iter().position(is_end).unwrap_or(end);
        &tokens[place..place + 1 + end]
    })
    .collect()
}

/// Whether a statement has these words or signs in this order: one after the other, or inside of a function's
/// parentheses.
fn has_words(tokens: &[SqlToken<'_>], words: &[&str]) -> bool {
    let [first, others @ ..] = words else { return true };
    let fits = |token: &SqlToken<'_>, word: &str| match word {
        "'" => matches!(token, SqlToken::Text(_)),
        "0" => matches!(token, SqlToken::Number(_)),
        "[" => matches!(token, SqlToken::Quoted(_)),
        _ => token.is_word(word) || token.is_sign(word),
    };
    let follows = |after: &[SqlToken<'_>]| match (others, after) {
        ([last], [open, inside @ ..]) if open.is_sign("(") && *last != "(" => {
            let end = super::tokens::closing(inside).unwrap_or(inside.len());
            inside[..end].iter().any(|token| fits(token, last))
        }
        _ => others.iter().zip(after).filter(|(word, token)| fits(token, word)).count() == others.len(),
    };
    tokens.iter().enumerate().any(|(place, token)| fits(token, first) && follows(&tokens[place + 1..]))
}

/// The remedy for a rule or a limit of SQLite, by a part of its message.
pub(super) fn of_limit(message: &str, sql: &str) -> Option<&'static str> {
    let has_sum = tokens(sql).iter().any(|token| token.is_word("SUM"));
    let overflow = if has_sum {
        "Use total() in place of sum()."
    } else {
        "Use CAST(x AS REAL): the number is larger than an integer can be."
    };
    let remedies = [
        ("window function", "Compute it in a subquery, and filter that."),
        ("misuse of aggregate", "Filter groups with HAVING, or compute it in a subquery."),
        ("misuse of aliased aggregate", "Filter groups with HAVING, or compute it in a subquery."),
        ("integer overflow", overflow),
        ("variable number", "There are no parameters: write the value into the SQL."),
        ("too many SQL variables", "There are no parameters: write the value into the SQL."),
        ("Expression tree is too large", "Use IN (…) in place of many ORs, and fewer levels of expressions."),
        ("parser stack overflow", "Use fewer levels of subqueries and expressions."),
        ("Recursion limit", "Use fewer levels of parentheses, subqueries and expressions."),
        ("nested too deep", "Use fewer levels of subqueries, and fewer names of WITH that read one another."),
        (
            "circular reference",
            "A name of WITH reads itself. Give it a name that no table has; a recursion is WITH RECURSIVE n(n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10).",
        ),
        ("no such collation sequence", "There are BINARY, NOCASE, RTRIM and VERSION."),
        (
            "incomplete input",
            "It ends too early: an expression, a name, a quote or a closing parenthesis is missing.",
        ),
        ("too many terms in compound SELECT", "Use fewer UNIONs, or IN (…)."),
        ("too many arguments on function", "Give it 40 arguments at most."),
        ("at most 64 tables in a join", "Join fewer tables."),
        ("too many columns", "Name the columns that you need in place of `*`."),
        (
            "malformed JSON",
            "Not every value in that column is JSON: test it with json_valid, or leave out what is NULL.",
        ),
    ];
    remedies.into_iter().find(|(part, _)| message.contains(part)).map(|(_, remedy)| remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_another_dialect_have_a_hint_where_they_are_words() {
        for (sql, wanted) in [
            ("SELECT name FROM t WHERE name ilike 'a'", "Use LIKE"),
            ("SELECT name FROM t WHERE name RLIKE 'a'", "LIKE or GLOB"),
            ("SELECT name FROM t WHERE name ~ 'a'", "LIKE or GLOB"),
            ("SELECT name FROM t WHERE name !~* 'a'", "LIKE or GLOB"),
            ("SELECT now() AT TIME ZONE 'x'", "Times are UTC"),
            ("SELECT 1 FROM t WHERE x > now() - INTERVAL '1 day'", "unixepoch('now', '-1 day')"),
            ("SELECT DISTINCT ON (a) b FROM t", "row_number()"),
            ("SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1", "in a subquery"),
            ("SELECT a FROM t FETCH FIRST 5 ROWS ONLY", "LIMIT"),
            ("SELECT TOP 5 a FROM t", "LIMIT"),
            ("```sql\nSELECT 1\n```", "without ```"),
            ("SELECT\u{a0}1", "Character 7"),
            ("SELECT \u{201c}a\u{201d} FROM t", "plain quotes"),
            ("SELECT extract(hour FROM t) FROM x", "strftime"),
            ("SELECT a::text FROM t", "CAST"),
            ("SELECT * FROM t CROSS JOIN LATERAL x", "json_each"),
            ("SELECT * FROM t, LATERAL json_each(x)", "json_each"),
            ("SELECT * FROM t OUTER APPLY (SELECT 1)", "json_each"),
            ("SELECT now() - INTERVAL 1 DAY FROM t", "unixepoch"),
            ("SELECT 1 FROM t WHERE a = ANY (ARRAY['x'])", "json_array"),
            ("SELECT 1 FROM t WHERE a = ANY ('{x}')", "Use IN"),
            ("SELECT a DIV 60 FROM t", "Use / "),
        ] {
            let hint = of_syntax(sql).unwrap_or_default();
            assert!(hint.contains(wanted), "{sql}: {hint}");
        }
        for sql in [
            "SELECT 'INTERVAL ~ ILIKE' FORM t",
            "SELECT \"top\" FORM t",
            "SELECT top FORM t",
            "SELECT interval FORM t",
            "SELECT array, any, div FORM t WHERE apply = 1",
            "SELECT pivot, unnest FORM t",
            "SELECT DISTINCT a FORM t JOIN u ON a = b",
            "SELECT a -- ~ :: QUALIFY\nFORM t",
        ] {
            assert_eq!(of_syntax(sql), None, "{sql}");
        }
    }

    #[test]
    fn functions_of_another_dialect_have_a_substitute() {
        for (function, wanted) in [
            ("LOG", "sqrt"),
            ("array_agg", "json_group_array"),
            ("listagg", "group_concat"),
            ("MOD", "%"),
            ("median", "row_number()"),
            ("date_trunc", "strftime"),
            ("regexp_like", "LIKE or GLOB"),
            ("trunc", "CAST(x AS INTEGER)"),
            ("generate_series", "RECURSIVE"),
            ("unnest", "json_each"),
        ] {
            assert!(of_function(function).is_some_and(|hint| hint.contains(wanted)), "{function}");
        }
        assert_eq!(of_function("count"), None);
        // What has a hint is no function that there is.
        for (names, _) in FUNCTIONS {
            for name in *names {
                assert!(!super::super::functions::is_allowed(name), "{name}");
            }
        }
    }

    #[test]
    fn a_statement_that_took_too_long_has_the_advice_that_fits_it() {
        for (sql, wanted) in [
            ("SELECT 1 FROM a FULL JOIN b ON a.x = b.x", "LEFT JOIN"),
            ("SELECT 1 FROM a JOIN b ON a.x = b.x OR a.y = b.y", "UNION"),
            ("SELECT 1 FROM a JOIN b ON lower(a.x) = lower(b.x)", "MATERIALIZED"),
            ("WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT 1 FROM n", "its end"),
            ("SELECT 1 FROM a, b", "Give each JOIN its condition"),
        ] {
            assert!(of_time(sql).contains(wanted), "{sql}: {}", of_time(sql));
        }
        for sql in [
            "SELECT 1 FROM a JOIN b ON a.x = b.x",
            "SELECT 1 FROM a JOIN b ON a.x = b.x WHERE a.y = 1 OR lower(b.z) = 'c'",
            "SELECT 1 FROM a JOIN b ON a.x = b.x AND a.y = b.y WHERE a.z = 1 AND length(b.z) = 3 AND (a.u = 1 OR a.v = \
             2)",
            "SELECT 1 FROM (SELECT a.x FROM a JOIN b ON a.x = b.x) WHERE x = 1 OR x = 2",
            "SELECT a.full, a.right FROM a JOIN b USING (x)",
        ] {
            assert!(!of_time(sql).contains("each row with each"), "{sql}: {}", of_time(sql));
        }
    }

    #[test]
    fn limits_have_a_remedy() {
        for (message, sql, wanted) in [
            ("misuse of aliased window function rn", "", "subquery"),
            ("misuse of aliased aggregate n", "", "HAVING"),
            ("Recursion limit", "", "parentheses"),
            ("VIEWs and/or subqueries nested too deep", "", "fewer levels"),
            ("circular reference: aps", "", "name that no table has"),
            ("no such collation sequence: foo", "", "VERSION"),
            ("incomplete input", "", "too early"),
            ("integer overflow", "SELECT abs(x) FROM t", "CAST(x AS REAL)"),
            ("integer overflow", "SELECT sum(x) FROM t", "total()"),
        ] {
            let remedy = of_limit(message, sql).unwrap_or_default();
            assert!(remedy.contains(wanted), "{message}: {remedy}");
        }
    }
}
