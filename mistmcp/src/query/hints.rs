//! Hints for a statement in another dialect of SQL ([`of_syntax`]), for functions that there are not ([`of_function`]), and for the
//! rules and limits of SQLite ([`of_limit`]).

use super::functions;
use super::tokens::{Token, tokens};
use crate::text::is_any_of;

/// What stands for the words of another dialect. A hint is for a statement that has all of its words in this order. `'` is any
/// text, `0` any number, and `[` any name in quotes or brackets.
const WORDS: &[(&[&str], &str)] = &[
    (&["ILIKE"], "Use LIKE, which does not distinguish upper and lower case."),
    (&["RLIKE"], NO_REGEXP),
    (&["SIMILAR", "TO"], NO_REGEXP),
    (&["AT", "TIME", "ZONE"], UTC),
    (&["INTERVAL", "'"], INTERVAL),
    (&["INTERVAL", "0"], INTERVAL),
    (
        &["DISTINCT", "ON"],
        "In place of DISTINCT ON, number the rows with row_number() OVER (PARTITION BY …) AS n in a subquery, and take those \
         WHERE n = 1.",
    ),
    (
        &["QUALIFY"],
        "In place of QUALIFY, compute the window function in a subquery, and filter that with WHERE.",
    ),
    (&["FETCH", "FIRST"], LIMIT),
    (&["FETCH", "NEXT"], LIMIT),
    (&["SELECT", "TOP", "0"], LIMIT),
    (&["SELECT", "TOP", "("], LIMIT),
    (&["EXTRACT", "FROM"], DATE_PART),
    (&["SUBSTRING", "FROM"], "Use substr(text, start, length)."),
    (&["POSITION", "IN"], "Use instr(text, part)."),
    (&["JOIN", "LATERAL"], LATERAL),
    (&[",", "LATERAL"], LATERAL),
    (&["LATERAL", "VIEW"], LATERAL),
    (&["CROSS", "APPLY"], LATERAL),
    (&["OUTER", "APPLY"], LATERAL),
    (&["UNNEST", "("], UNNEST),
    (&["PIVOT", "("], "Use count(*) FILTER (WHERE …) for each column in place of PIVOT."),
    (&["GROUPING", "SETS"], "Join the groups with UNION ALL."),
    (&["WITH", "ROLLUP"], "Join the groups with UNION ALL."),
    (&["ARRAY", "["], ARRAY),
    (&["ARRAY", "("], ARRAY),
    (&["ANY", "("], "Use IN (…) in place of = ANY (…)."),
    (&["DIV", "0"], DIVISION),
    (&["DIV", "("], DIVISION),
];

const NO_REGEXP: &str = "Use LIKE or GLOB in place of regular expressions.";
const UTC: &str =
    "Times are UTC. Add the difference of a time zone: datetime(seconds, 'unixepoch', '+1 hour').";
const INTERVAL: &str = "Use unixepoch('now', '-1 day') in place of INTERVAL: times are seconds since 1970.";
const LATERAL: &str = "Use json_each(t.\"column\") for lists, and a correlated subquery otherwise.";
const ARRAY: &str = "Use json_array(…), and json_each to read one.";
const DIVISION: &str = "Use / , which is a division without remainder between integers.";
const LIMIT: &str = "Write LIMIT and a number at the end of the statement.";
const DATE_PART: &str = "Use strftime('%Y', seconds, 'unixepoch'), with %Y, %m, %d, %H, %M or %w.";
const UNNEST: &str = "Use json_each: FROM t, json_each(t.\"column\") makes a row of each item.";
const SERIES: &str = "Use a recursion: WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10) SELECT n FROM n.";
const JSON_EXTRACT: &str = "Use column ->> '$.name' or json_extract(column, '$.name').";
const MEDIAN: &str = "Take the row in the middle: SELECT avg(x) FROM (SELECT x, row_number() OVER (ORDER BY x) AS n, count(*) OVER () AS c \
     FROM t WHERE x IS NOT NULL) WHERE n IN ((c + 1) / 2, (c + 2) / 2).";
const NO_LOGARITHM: &str = "There are no logarithms, powers and angles, only sqrt: answer with the numbers themselves, and compute from those.";

/// What stands for a function of another dialect.
const FUNCTIONS: &[(&[&str], &str)] = &[
    (&["json_each", "jsonb_each"], "It is a table: FROM t, json_each(t.\"column\")."),
    (&["json_tree"], "It is a table: FROM t, json_tree(t.\"column\")."),
    (
        &[
            "regexp",
            "rlike",
            "regexp_like",
            "regexp_matches",
            "regexp_match",
            "regexp_replace",
            "regexp_substr",
        ],
        NO_REGEXP,
    ),
    (&["left"], "Use substr(text, 1, count)."),
    (&["right"], "Use substr(text, -count)."),
    (&["lpad", "rpad"], "Use printf('%10s', text), or '%-10s' for spaces at the end."),
    (&["least"], "Use min with several arguments."),
    (&["greatest"], "Use max with several arguments."),
    (
        &["now", "getdate", "sysdate", "current"],
        "Use unixepoch(), the seconds since 1970 as in Mist's times.",
    ),
    (&["to_timestamp", "from_unixtime", "todatetime"], "Use datetime(seconds, 'unixepoch')."),
    (&["to_unixtime", "unix_timestamp", "epoch"], "Use unixepoch('2026-01-31 08:00:00')."),
    (
        &[
            "log", "ln", "log2", "log10", "exp", "pow", "power", "sin", "cos", "tan", "asin", "acos", "atan",
            "atan2", "pi", "radians", "degrees",
        ],
        NO_LOGARITHM,
    ),
    (&["array_agg", "json_agg", "jsonb_agg", "collect_list"], "Use json_group_array(x)."),
    (&["json_object_agg", "map_agg"], "Use json_group_object(name, value)."),
    (&["listagg", "array_to_string"], "Use group_concat(x, ', ' ORDER BY x)."),
    (&["mod"], "Use the operator: a % b."),
    (&["div"], "Use a / b, which is a division without remainder between integers."),
    (&["median", "percentile", "percentile_cont", "percentile_disc", "quantile", "approx_quantile"], MEDIAN),
    (&["mode"], "Use GROUP BY x ORDER BY count(*) DESC LIMIT 1."),
    (
        &["stddev", "stdev", "std", "stddev_pop", "variance", "var_pop"],
        "Use sqrt(avg(x * x) - avg(x) * avg(x)).",
    ),
    (
        &["date_trunc", "time_bucket", "datetrunc"],
        "Use strftime('%Y-%m-%d %H:00', seconds, 'unixepoch') for hours, and date(seconds, 'unixepoch') for days.",
    ),
    (
        &[
            "extract",
            "date_part",
            "datepart",
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "dayofweek",
            "weekday",
        ],
        DATE_PART,
    ),
    (
        &["date_format", "to_char", "format_datetime", "formatdatetime"],
        "Use strftime('%Y-%m-%d', seconds, 'unixepoch').",
    ),
    (
        &["datediff", "date_diff", "timestampdiff", "age"],
        "Times are seconds: subtract them, and divide by 86400.0 for days.",
    ),
    (
        &["date_add", "dateadd", "date_sub", "adddate", "interval"],
        "Times are seconds: add or subtract them, a day is 86400.",
    ),
    (&["convert_tz", "from_utc_timestamp", "timezone"], UTC),
    (&["trunc", "truncate", "int", "integer", "to_number"], "Use CAST(x AS INTEGER)."),
    (&["convert", "try_cast", "to_text", "str"], "Use CAST(x AS TEXT)."),
    (&["generate_series", "range", "sequence"], SERIES),
    (
        &[
            "unnest",
            "explode",
            "flatten",
            "jsonb_array_elements",
            "json_array_elements",
            "openjson",
            "json_table",
        ],
        UNNEST,
    ),
    (&["nvl", "isnull"], "Use ifnull(x, y)."),
    (
        &["strpos", "charindex", "position", "locate", "contains"],
        "Use instr(text, part), which is 0 if there is none.",
    ),
    (&["len", "char_length", "character_length", "string_length"], "Use length(text)."),
    (&["startswith", "starts_with", "endswith", "ends_with"], "Use text LIKE 'part%' or text LIKE '%part'."),
    (
        &["split_part", "split", "string_split", "substring_index"],
        "Use substr(text, 1, instr(text, '-') - 1) and so on.",
    ),
    (
        &["array_length", "cardinality", "json_length", "jsonb_array_length", "size"],
        "Use json_array_length(column).",
    ),
    (
        &[
            "json_value",
            "json_query",
            "jsonb_extract_path_text",
            "json_extract_scalar",
            "json_get",
            "get_json_object",
        ],
        JSON_EXTRACT,
    ),
    (&["count_if", "countif", "sum_if", "sumif"], "Use count(*) FILTER (WHERE condition)."),
    (&["bool_or"], "Use max(condition), which is 1 or 0."),
    (&["bool_and", "every"], "Use min(condition), which is 1 or 0."),
    (&["any", "some", "all"], "Use IN (…) in place of = ANY (…)."),
];

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
                && matches!(pair[1], Token::Word(name) if functions::is_allowed(name))
        })
    });
    let joins_right = tokens.windows(2).any(|pair| {
        (pair[0].is_word("RIGHT") || pair[0].is_word("FULL"))
            && (pair[1].is_word("JOIN") || pair[1].is_word("OUTER"))
    });
    let hints = [
        (
            joins_right,
            "RIGHT and FULL JOIN compare each row with each: write a LEFT JOIN, and for FULL another one with UNION ALL.",
        ),
        (joins_by_or, "A JOIN by OR compares each row with each: write one JOIN for each case, with UNION."),
        (
            joins_by_function,
            "A JOIN by a function compares each row with each: compute it first, WITH x AS MATERIALIZED (SELECT lower(name) AS \
             name FROM t), and join by that column.",
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
fn join_conditions<'a>(tokens: &'a [Token<'a>]) -> Vec<&'a [Token<'a>]> {
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
    let is_end = |token: &Token<'_>| ENDS.iter().any(|word| token.is_word(word));
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

/// Whether a statement has these words or signs in this order: one after the other, or inside of a function's parentheses.
fn has_words(tokens: &[Token<'_>], words: &[&str]) -> bool {
    let [first, others @ ..] = words else { return true };
    let fits = |token: &Token<'_>, word: &str| match word {
        "'" => matches!(token, Token::Text(_)),
        "0" => matches!(token, Token::Number(_)),
        "[" => matches!(token, Token::Quoted(_)),
        _ => token.is_word(word) || token.is_sign(word),
    };
    let follows = |after: &[Token<'_>]| match (others, after) {
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
            "A name of WITH reads itself. Give it a name that no table has; a recursion is WITH RECURSIVE n(n) AS (SELECT 1 \
             UNION ALL SELECT n + 1 FROM n WHERE n < 10).",
        ),
        ("no such collation sequence", "There are BINARY, NOCASE and RTRIM."),
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
            "SELECT 1 FROM a JOIN b ON a.x = b.x AND a.y = b.y WHERE a.z = 1 AND length(b.z) = 3 AND (a.u = 1 OR a.v = 2)",
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
            ("no such collation sequence: foo", "", "NOCASE"),
            ("incomplete input", "", "too early"),
            ("integer overflow", "SELECT abs(x) FROM t", "CAST(x AS REAL)"),
            ("integer overflow", "SELECT sum(x) FROM t", "total()"),
        ] {
            let remedy = of_limit(message, sql).unwrap_or_default();
            assert!(remedy.contains(wanted), "{message}: {remedy}");
        }
    }
}
