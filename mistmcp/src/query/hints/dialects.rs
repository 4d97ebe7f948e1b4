//! What SQLite has in place of the words and functions of other dialects of SQL: [`WORDS`] and [`FUNCTIONS`].

/// What stands for the words of another dialect. A hint is for a statement that has all of its words in this order. `'`
/// is any text, `0` any number, and `[` any name in quotes or brackets.
pub(super) const WORDS: &[(&[&str], &str)] = &[
    (&["ILIKE"], "Use LIKE, which does not distinguish upper and lower case."),
    (&["RLIKE"], NO_REGEXP),
    (&["SIMILAR", "TO"], NO_REGEXP),
    (&["AT", "TIME", "ZONE"], UTC),
    (&["INTERVAL", "'"], INTERVAL),
    (&["INTERVAL", "0"], INTERVAL),
    (
        &["DISTINCT", "ON"],
        "In place of DISTINCT ON, number the rows with row_number() OVER (PARTITION BY …) AS n in a subquery, and take \
         those WHERE n = 1.",
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

pub(super) const NO_REGEXP: &str = "Use LIKE or GLOB in place of regular expressions.";
const UTC: &str =
    "Times are UTC. Add the difference of a time zone: datetime(seconds, 'unixepoch', '+1 hour').";
const INTERVAL: &str = "Use unixepoch('now', '-1 day') in place of INTERVAL: times are seconds since 1970.";
const LATERAL: &str = "Use json_each(t.\"column\") for lists, and a correlated subquery otherwise.";
const ARRAY: &str = "Use json_array(…), and json_each to read one.";
const DIVISION: &str = "Use / , which is a division without remainder between integers.";
const LIMIT: &str = "Write LIMIT and a number at the end of the statement.";
const DATE_PART: &str = "Use strftime('%Y', seconds, 'unixepoch'), with %Y, %m, %d, %H, %M or %w.";
const UNNEST: &str = "Use json_each: FROM t, json_each(t.\"column\") makes a row of each item.";
const SERIES: &str = "Use a recursion: WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10) \
    SELECT n FROM n.";
const JSON_EXTRACT: &str = "Use column ->> '$.name' or json_extract(column, '$.name').";
const MEDIAN: &str = "Take the row in the middle: SELECT avg(x) FROM (SELECT x, row_number() OVER (ORDER BY x) AS n, \
    count(*) OVER () AS c FROM t WHERE x IS NOT NULL) WHERE n IN ((c + 1) / 2, (c + 2) / 2).";
const NO_LOGARITHM: &str = "There are no logarithms, powers and angles, only sqrt: answer with the numbers themselves, \
    and compute from those.";

/// What stands for a function of another dialect.
pub(super) const FUNCTIONS: &[(&[&str], &str)] = &[
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
