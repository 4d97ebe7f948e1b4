use serde_json::{Map, json};

use super::super::table::TableBuilder;
use super::*;

fn notes(sql: &str) -> String {
    let rows = json!([
        {
            "mac": "5c5b350e0001", "last_seen": 1_795_389_660, "when": 1_795_389_660_250_i64, "up": true, "speed": 1000,
            "band": "24", "mixed": 7, "site_id": "0a000000-0000-4000-8000-000000000001", "name": "a",
            "version": "0.12.27139",
            "ip": ["10.0.0.1"], "vlan": [20], "tag": ["20"], "either": "x", "SSID": "A", "ssid": "a", "big": u64::MAX,
            "day": "2026-11-30 02:13:34.000000+00:00", "ports": { "ge-0/0/1": { "up": true } },
        },
        {
            "mac": "5c5b350e0002", "last_seen": 1_795_389_661.5, "up": false, "speed": 100, "band": "5",
            "mixed": "auto", "either": ["y"], "big": 5,
        },
    ]);
    let mut builder = TableBuilder::new().unwrap();
    builder.insert(rows.as_array().unwrap(), None).unwrap();
    let table = Arc::new(builder.finish(None, Vec::new(), Map::new()).unwrap());
    of_comparisons(sql, &[("t".to_owned(), table)]).concat().join("; ")
}

#[test]
fn comparisons_of_values_that_are_never_equal_have_a_note() {
    for (sql, wanted) in [
        ("SELECT 1 FROM t WHERE last_seen < datetime('now','-1 hour')", "seconds since 1970, and datetime()"),
        ("SELECT 1 FROM t x WHERE x.last_seen > '2026-11-29T00:00:00Z'", "unixepoch("),
        ("SELECT 1 FROM t WHERE date('now') < last_seen", "date()"),
        ("SELECT 1 FROM t WHERE last_seen BETWEEN '2026-01-01' AND 5", "'2026-01-01'"),
        ("SELECT 1 FROM t WHERE last_seen > CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
        ("SELECT 1 FROM t WHERE \"when\" > '-1d'", "milliseconds since 1970"),
        ("SELECT 1 FROM t WHERE last_seen > strftime('%Y-%m', 'now')", "strftime()"),
        ("SELECT 1 FROM t WHERE last_seen LIKE '2026-11-29%'", "'2026-11-29%'"),
        ("SELECT date(last_seen) AS day FROM t", "date(\"last_seen\", 'unixepoch')"),
        ("SELECT strftime('%H', x.last_seen, '+1 hour') AS hour FROM t x", "strftime"),
        ("SELECT datetime(\"when\") AS at FROM t", "\"when\" / 1000, 'unixepoch'"),
        ("SELECT 1 FROM t WHERE up = 'true'", "\"up\" = 1"),
        ("SELECT 1 FROM t WHERE up IN ('yes', 'no')", "'yes'"),
        ("SELECT 1 FROM t WHERE speed = 'auto'", "never equal to the text 'auto'"),
        ("SELECT 1 FROM t AS a WHERE a.band > 5", "CAST(\"band\" AS INTEGER) > 5"),
        ("SELECT 1 FROM t WHERE mixed = 7", "CAST(\"mixed\" AS TEXT) = '7'"),
        ("SELECT 1 FROM t WHERE mixed = '7'", "CAST(\"mixed\" AS TEXT) = '7'"),
        ("SELECT 1 FROM t WHERE mac = '5C:5B:35:0E:00:01'", "separators: 5c5b350e0001"),
        ("SELECT 1 FROM t WHERE mac IN ('5C5B350E0001')", "5c5b350e0001"),
        ("SELECT 1 FROM t WHERE mac LIKE '5c-5b-35%'", "5c5b35%"),
        ("SELECT 1 FROM t WHERE site_id = 'Leeds'", "'Leeds' is none"),
        ("SELECT 1 FROM t WHERE name = ''", "Write \"name\" IS NULL"),
        ("SELECT 1 FROM t WHERE name IN ('', 'x')", "Write \"name\" IS NULL"),
        ("SELECT 1 FROM t WHERE ssid = 'a'", "the field `ssid` is \"ssid_2\""),
        ("SELECT Ssid FROM t", "\"Ssid\" is the field `SSID`"),
        ("SELECT 1 FROM t WHERE big = 18446744073709551615", "'18446744073709551615'"),
        ("SELECT max(big) FROM t", "max(\"big\") is inexact"),
        ("SELECT 1 FROM t WHERE strftime('%H', last_seen, 'unixepoch') = 10", "never equal to the number 10"),
        ("SELECT 1 FROM t WHERE strftime('%H', last_seen, 'unixepoch') BETWEEN 8 AND 17", "the number 8"),
    ] {
        let note = notes(sql);
        assert!(note.contains(wanted), "{sql}: {note}");
    }
}

#[test]
fn lists_that_are_compared_with_single_values_have_a_note_that_names_their_values() {
    for (sql, wanted) in [
        ("SELECT 1 FROM t WHERE ip = '10.0.0.1'", "json_each(\"ip\") WHERE value = '10.0.0.1')"),
        ("SELECT 1 FROM t x WHERE x.ip LIKE '10.0.%'", "json_each(x.\"ip\") WHERE value LIKE '10.0.%')"),
        ("SELECT 1 FROM t WHERE ip LIKE '%0.1'", "value LIKE '%0.1'"),
        ("SELECT 1 FROM t WHERE ip GLOB '10.*'", "value GLOB '10.*'"),
        ("SELECT 1 FROM t WHERE ip IN ('10.0.0.1', '10.0.0.2')", "value = '10.0.0.1'"),
        ("SELECT 1 FROM t WHERE ip <> '10.0.0.1'", "write NOT EXISTS"),
        ("SELECT 1 FROM t WHERE lower(ip) = 'a'", "value = 'a'"),
        ("SELECT 1 FROM t WHERE CAST(vlan AS INTEGER) = 20", "value = 20)"),
        ("SELECT 1 FROM t WHERE vlan = 20 AND up", "json_each(\"vlan\") WHERE value = 20)"),
        ("SELECT 1 FROM t WHERE vlan = '20'", "value = 20)"),
        ("SELECT 1 FROM t WHERE tag = 20", "value = '20')"),
        ("SELECT 1 FROM t WHERE vlan > 6", "value > 6)"),
        ("SELECT 1 FROM t WHERE vlan BETWEEN 6 AND 9", "value >= 6)"),
        ("SELECT 1 FROM t WHERE vlan IS 20", "value = 20)"),
        ("SELECT 1 FROM t WHERE either = 'y'", "CASE WHEN json_valid(\"either\")"),
        ("SELECT 1 FROM t a JOIN t b ON a.name = b.ip", "json_each(b.\"ip\") WHERE value = a.\"name\")"),
        ("SELECT 1 FROM t a JOIN t b ON a.vlan = b.tag", "CAST(value AS TEXT)"),
        ("SELECT 1 FROM t WHERE ip IN (SELECT name FROM t)", "value IN (SELECT …)"),
        ("SELECT 1 FROM t WHERE name NOT IN (SELECT DISTINCT ip FROM t)", "the `value` of json_each(\"ip\")"),
        ("SELECT avg(vlan) FROM t", "avg(\"vlan\") takes a list for a text"),
        ("SELECT 1 FROM t WHERE ports = 'ge-0/0/1'", "`key` and `value`"),
        ("WITH c AS (SELECT ip FROM t) SELECT 1 FROM c WHERE c.ip = '10.0.0.1'", "json_each(c.\"ip\")"),
        ("SELECT 1 FROM (SELECT t.ip AS address FROM t) s WHERE s.address = 'x'", "json_each(s.\"address\")"),
        ("SELECT t.ip AS ip FROM t WHERE ip = 'x'", "value = 'x'"),
    ] {
        let note = notes(sql);
        assert!(note.contains(wanted), "{sql}: {note}");
    }
}

#[test]
fn times_in_different_units_have_a_note() {
    for (sql, wanted) in [
        ("SELECT 1 FROM t WHERE \"when\" > unixepoch('now', '-1 hour')", "write \"when\" / 1000"),
        ("SELECT 1 FROM t WHERE \"when\" - 60000 > unixepoch()", "write (\"when\" - 60000) / 1000"),
        ("SELECT 1 FROM t WHERE t.\"when\" > unixepoch()", "write t.\"when\" / 1000"),
        ("SELECT 1 FROM t WHERE unixepoch() - \"when\" < 3600", "unixepoch() is in seconds"),
        ("SELECT 1 FROM t WHERE \"when\" > unixepoch() - 3600", "milliseconds since 1970"),
        ("SELECT 1 FROM t WHERE \"when\" BETWEEN unixepoch('now', '-1 day') AND unixepoch()", "milliseconds"),
        ("SELECT 1 FROM t WHERE \"when\" > 1795389000", "1795389000 is in seconds"),
        ("SELECT 1 FROM t a JOIN t b ON a.\"when\" > b.last_seen", "b.last_seen is in seconds"),
        ("SELECT 1 FROM t WHERE last_seen > 1795389000000", "1795389000000 is in milliseconds"),
        ("SELECT datetime(\"when\", 'unixepoch') AS at FROM t", "\"when\" / 1000, 'unixepoch'"),
        ("SELECT 1 FROM t WHERE day > unixepoch('now', '-1 hour')", "write unixepoch(\"day\")"),
        ("SELECT 1 FROM t WHERE day - unixepoch() > -3600", "write unixepoch(\"day\")"),
    ] {
        let note = notes(sql);
        assert!(note.contains(wanted), "{sql}: {note}");
    }
}

#[test]
fn values_are_followed_through_names_aggregates_and_arithmetic() {
    for (sql, wanted) in [
        (
            "SELECT max(last_seen) m FROM t GROUP BY up HAVING m > datetime('now')",
            "\"m\" is a time in seconds",
        ),
        (
            "WITH x AS (SELECT max(last_seen) AS last_seen FROM t) SELECT 1 FROM x WHERE last_seen > '2026-11-30'",
            "unixepoch(",
        ),
        (
            "SELECT 1 FROM t GROUP BY up HAVING min(\"when\") < '2026-11-30'",
            "unixepoch('now', '-1 hour') * 1000",
        ),
        (
            "WITH x(m) AS (SELECT last_seen + 0 FROM t) SELECT 1 FROM x WHERE x.m > '2026-11-30'",
            "a time in seconds",
        ),
        (
            "SELECT strftime('%H', last_seen, 'unixepoch') h FROM t GROUP BY h HAVING h BETWEEN 8 AND 18",
            "CAST(\"h\" AS INTEGER)",
        ),
        (
            "WITH x AS (SELECT strftime('%H', last_seen, 'unixepoch') h FROM t) SELECT 1 FROM x WHERE x.h < 18",
            "CAST(x.h AS INTEGER)",
        ),
        ("SELECT 1 FROM t WHERE substr(band, 1, 1) = 2", "CAST(substr(…) AS INTEGER)"),
        ("SELECT 1 FROM t GROUP BY up HAVING max(band) > 5", "CAST(max(\"band\") AS INTEGER)"),
        ("SELECT site_id, count(*) n FROM t GROUP BY 1 HAVING n >= '5'", "write 5 without quotes"),
        (
            "SELECT 1 FROM t GROUP BY up HAVING max(last_seen) IS strftime('%s' || '', 'now')",
            "strftime(…) is a text",
        ),
        ("SELECT 1 FROM t GROUP BY up HAVING max(speed) IS NOT '1000'", "write 1000 without quotes"),
        ("SELECT 1 FROM t GROUP BY up HAVING count(*) IS NOT DISTINCT FROM '5'", "write 5 without quotes"),
        ("SELECT 1 FROM t WHERE -speed < '-5'", "write -5 without quotes"),
        (
            "SELECT 1 FROM t GROUP BY up HAVING max(last_seen) > CURRENT_TIMESTAMP",
            "and CURRENT_TIMESTAMP is a text",
        ),
        ("SELECT 1 FROM t WHERE mac = lower('5C:5B:35:0E:00:01')", "separators: 5c5b350e0001"),
        ("SELECT 1 FROM t WHERE mac = trim('5C5B350E0001')", "separators: 5c5b350e0001"),
        ("SELECT 1 FROM t WHERE speed / 3600 > '1'", "speed / 3600 is a number"),
        ("SELECT 1 FROM t WHERE coalesce(speed, 0) > '100'", "write 100 without"),
        ("SELECT 1 FROM t WHERE json_array_length(ip) IN ('1', '2')", "write 1 without"),
        ("SELECT count(*) OVER (PARTITION BY up) n FROM t ORDER BY n = '2'", "write 2 without"),
        (
            "SELECT 1 FROM t WHERE last_seen > unixepoch('now', '-6 hours') * 1000",
            "unixepoch('now', '-6 hours') * 1000 is in milliseconds",
        ),
        ("SELECT 1 FROM t WHERE last_seen < unixepoch()*1000 - 900000", "divide that by 1000"),
        ("SELECT 1 FROM t WHERE last_seen > julianday('now', '-6 hours')", "julianday(…) is in days"),
        ("WITH x AS (SELECT max(\"when\") AS w FROM t) SELECT unixepoch() - w FROM x", "write \"w\" / 1000"),
        (
            "SELECT 1 FROM t WHERE datetime(last_seen, 'unixepoch') > '2026-11-30T00:00:00Z'",
            "datetime('2026-11-30T00:00:00Z')",
        ),
        ("SELECT 1 FROM t WHERE day < strftime('%Y-%m-%dT%H:%M:%SZ', 'now')", "datetime(strftime(…))"),
        ("SELECT 1 FROM t WHERE lower(mac) = '5c:5b:35:0e:00:01'", "separators: 5c5b350e0001"),
        (
            "SELECT 1 FROM t a JOIN (SELECT '5C:5B:35:0E:00:01' m) b ON a.mac = b.m",
            "separators: 5c5b350e0001",
        ),
        ("SELECT 1 FROM t GROUP BY up HAVING max(version) < '0.9.1'", "max(\"version\") COLLATE VERSION"),
        (
            "WITH x AS (SELECT up, max(version) v FROM t GROUP BY 1) SELECT 1 FROM x WHERE x.v BETWEEN '0.9' AND '1'",
            "write x.v COLLATE VERSION",
        ),
        (
            "SELECT up, min(version) AS v FROM t GROUP BY 1 ORDER BY up, v DESC LIMIT 5",
            "write \"v\" COLLATE VERSION",
        ),
        (
            "SELECT row_number() OVER (ORDER BY trim(version)) FROM t",
            "write trim(\"version\") COLLATE VERSION",
        ),
        ("SELECT 1 FROM t WHERE upper(mac) LIKE '5C:5B%'", "separators: 5c5b%"),
        ("SELECT CASE mac WHEN '5C:5B:35:0E:00:01' THEN 1 END FROM t", "separators: 5c5b350e0001"),
    ] {
        let note = notes(sql);
        assert!(note.contains(wanted), "{sql}: {note}");
    }
}

#[test]
fn a_statement_with_one_name_for_many_expressions_is_looked_at_in_bounded_time() {
    let items = ["b + b AS a, ", "c + c AS b, ", "d + d AS c, ", "e + e AS d, "].map(|item| item.repeat(300));
    assert_eq!(notes(&format!("SELECT {} 1 AS e FROM t WHERE a > 'x'", items.concat())), "");
    let counted = |before| {
        notes(&format!("SELECT up FROM t GROUP BY 1 HAVING count(*) IN ({} '5')", "1, ".repeat(before)))
    };
    assert_eq!((counted(MAX_COMPARISONS).as_str(), counted(9).is_empty()), ("", false));
}

#[test]
fn comparisons_that_find_what_they_seem_to_have_no_note() {
    for sql in [
        "SELECT max(last_seen) m FROM t GROUP BY up HAVING m > strftime('%s', 'now') AND count(*) > 5",
        "SELECT 1 FROM t WHERE \"when\" / 1000 > strftime('%s', 'now', '-15 minutes') AND last_seen * 1000 > \"when\"",
        "SELECT max(version) FROM t x WHERE x.version < '0.9' AND version > 1 OR max(version) = '0.12' ORDER BY version",
        "SELECT max(version) v FROM t GROUP BY up HAVING v COLLATE VERSION < '0.9' ORDER BY max(version COLLATE VERSION)",
        "WITH x AS (SELECT version AS v FROM t) SELECT 1 FROM x, t WHERE v < '0.9' AND max(v) < t.version ORDER BY x.v",
        "SELECT 1 FROM t WHERE upper(mac) = '5C5B350E0001' AND datetime(day) > '2026-11-30 00:00:00'",
        "SELECT CAST(band AS INTEGER) b, count(*) n FROM t GROUP BY 1 HAVING b > '5' AND n > 2 AND max(band) > '5'",
        "SELECT CASE WHEN up THEN 'a' ELSE 1 END c FROM t WHERE c = 1 AND coalesce(speed, 'n/a') = 'n/a'",
        "SELECT 1 FROM t WHERE julianday('now') - julianday(last_seen, 'unixepoch') < 1 AND ip ->> 0 = 5",
        "SELECT 1 FROM t WHERE last_seen > unixepoch() - 3600 AND speed < '1000' AND up = '1' AND up = true",
        "SELECT 1 FROM t WHERE last_seen > strftime('%s', 'now')",
        "SELECT date(last_seen, 'unixepoch') AS a, strftime('%H', last_seen, 'auto') AS b, date(speed) AS c FROM t",
        "SELECT 1 FROM t WHERE site_id <> '' AND mac != '' AND speed <> '' AND site_id NOT IN ('')",
        "SELECT 1 FROM t WHERE datetime(last_seen, 'unixepoch') > '2026-01-01'",
        "SELECT 1 FROM t WHERE mac = '5c5b350e0001' AND mac LIKE '5C5B%' AND band = 5 AND band = '5'",
        "SELECT 1 FROM t WHERE name = '5C:5B:35:0E:00:01' AND mixed = 'auto'",
        "SELECT datetime(last_seen, 'unixepoch') AS last_seen FROM t ORDER BY last_seen > '2026'",
        "WITH c AS (SELECT datetime(last_seen, 'unixepoch') last_seen FROM t) SELECT 1 FROM c WHERE last_seen > '2026'",
        "SELECT 1 FROM t JOIN x ON x.last_seen > '2026' WHERE 'last_seen > ''2026''' = name",
        "SELECT last_seen, 'up = ''true''' FROM t WHERE speed + 1 > 5 AND site_id LIKE '0a%'",
        "SELECT 1 FROM t, json_each(t.ip) AS i WHERE i.value = '10.0.0.1' AND ip LIKE '%\"10.0.0.1\"%' AND ip <> '[]'",
        "SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM json_each(t.vlan) WHERE value = 20) AND instr(ip, '10.0') > 0",
        "SELECT value AS ip FROM t, json_each(t.ip) WHERE ip = 'x'",
        "SELECT 1 FROM (SELECT j.value ip FROM t, json_each(t.ip) j) s WHERE s.ip = 'x'",
        "SELECT ip, count(*) FROM t WHERE ip IS NOT NULL AND ip <> '' GROUP BY ip",
        "SELECT 1 FROM t a JOIN t b ON a.ip = b.ip AND a.vlan = b.vlan AND ip IN (SELECT ip FROM t)",
        "SELECT 1 FROM t WHERE json_array_length(vlan) = 2 AND ip ->> '$[0]' = 'x'",
        "SELECT 1 FROM t WHERE \"when\" > unixepoch('now', '-1 hour') * 1000 AND \"when\" / 1000 > unixepoch() - 60",
        "SELECT \"when\" - 3600000, datetime(\"when\" / 1000, 'unixepoch') FROM t WHERE \"when\" > 1795389000000",
        "SELECT 1 FROM t WHERE unixepoch(day) > unixepoch('now') - 60 AND last_seen > 1795389000 AND day > '2026-11'",
        "SELECT SSID, ssid_2 FROM t WHERE big = '18446744073709551615' AND name = '' OR name IS NULL",
        "SELECT 1 FROM t WHERE strftime('%H', last_seen, 'unixepoch') = '10'",
        "SELECT 1 FROM t WHERE CAST(strftime('%H', last_seen, 'unixepoch') AS INTEGER) > 8",
        "SELECT 1 FROM t WHERE -strftime('%H', last_seen, 'unixepoch') < -18",
        "SELECT 1 FROM t WHERE mac = lower('5C5B350E0001') AND mac IN (lower('5C5B350E0002'))",
        "WITH a AS (SELECT mac, last_seen FROM t), b AS (SELECT mac, datetime(max(last_seen), 'unixepoch') AS \
         last_seen FROM t GROUP BY 1) SELECT 1 FROM a JOIN b USING (mac) WHERE a.last_seen > unixepoch() - 3600",
        "WITH x AS (SELECT count(*) AS v FROM t UNION ALL SELECT max(name) FROM t) SELECT 1 FROM x WHERE v = 'b'",
        "WITH x(v) AS (SELECT max(name) FROM t EXCEPT SELECT 1) SELECT 1 FROM x WHERE v = 1",
        "SELECT 1 FROM t WHERE last_seen IS NOT NULL AND up IS TRUE AND speed IS '1000' AND name IS NOT 'x'",
    ] {
        assert_eq!(notes(sql), "", "{sql}");
    }
}
