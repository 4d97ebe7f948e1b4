use mistmcp::ErrorKind;
use mistmcp_tests::{HttpClient, Launch, Lifecycle};
use serde_json::{Value, json};

use super::{over_sites, process, query};
use crate::process::{Process, call};

async fn with_rows() -> Process {
    let rows: Vec<_> = (0..1_000)
        .map(|number| json!({ "n": number, "text": format!("{number} {}", "a".repeat(500)), "tags": [number] }))
        .collect();
    process(json!({ "results": rows })).await
}

#[tokio::test]
async fn whatever_does_not_only_read_is_refused() {
    let process = with_rows().await;
    let session = process.session("one");
    for sql in [
        "UPDATE t SET n = 1",
        "DELETE FROM t",
        "WITH x AS (SELECT 1) DELETE FROM t",
        "REPLACE INTO t VALUES (1)",
    ] {
        let error = query(&session, sql).await.expect_err(sql).to_string();
        assert!(error.contains("may only read"), "{sql}: {error}");
    }
    for sql in [
        "ATTACH 'file:/tmp/x' AS x",
        "DETACH _t0",
        "PRAGMA table_list",
        "PRAGMA hard_heap_limit=0",
        "INSERT INTO t VALUES (1)",
        "UPDATE _t0.rows SET n = 1",
        "DELETE FROM _t0.rows",
        "WITH x AS (SELECT 1) DELETE FROM _t0.rows",
        "CREATE TABLE x (a)",
        "CREATE TEMP TABLE x AS SELECT * FROM t",
        "CREATE TEMP VIEW x AS SELECT 1",
        "CREATE VIRTUAL TABLE x USING fts5(a)",
        "DROP VIEW t",
        "DROP TABLE _t0.rows",
        "ALTER TABLE _t0.rows RENAME TO x",
        "CREATE INDEX x ON rows (n)",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        "VACUUM INTO '/tmp/x'",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT x",
        "EXPLAIN SELECT 1",
        "EXPLAIN QUERY PLAN SELECT 1",
        "SELECT load_extension('/tmp/x.so')",
        "SELECT randomblob(1000000000)",
        "SELECT zeroblob(1000000000)",
        "SELECT hex(zeroblob(1000000000))",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT readfile('/etc/passwd')",
        "SELECT fts3_tokenizer('x')",
        "SELECT sqlite_version()",
        "SELECT sqlite_compileoption_get(1)",
        "SELECT json_patch('{}', '{}')",
        "SELECT json_pretty('{}')",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_temp_schema",
        "SELECT * FROM _t0.sqlite_schema",
        "SELECT * FROM pragma_table_info('rows')",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM dbstat",
        "SELECT * FROM json_each('[1]') UNION SELECT 1, 1, 1, 1, 1, 1, 1, 1 FROM sqlite_master",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE rows",
        "SELECT 1; /* a comment */ ATTACH 'x' AS y",
        "SELECT 1 -- a comment\n; PRAGMA table_list",
        "SELECT 1; garbage",
        "SELECT 1 AS a\0; SELECT 2",
        "SELECT 'a\0b' AS x",
        "SELECT \"n\0\" FROM t",
        "WITH pragma_table_list AS (SELECT 1 AS x) SELECT * FROM pragma_table_list, pragma_database_list",
        "SELECT (WITH pragma_table_list AS (SELECT 1 AS x) SELECT x FROM pragma_table_list), name FROM pragma_table_list",
        "SELECT (WITH pragma_table_list AS (SELECT 1 AS x) SELECT x FROM pragma_table_list), count(*) FROM pragma_table_list",
        "/* SELECT 1 */ PRAGMA table_list",
        "-- SELECT 1",
        "/* only a comment */",
        ";",
    ] {
        let error = query(&session, sql).await.expect_err(sql);
        assert_eq!(error.kind(), ErrorKind::Arguments, "{sql}: {error}");
    }
    assert_eq!(
        query(&session, "SELECT count(*) AS n FROM t").await.unwrap()["results"],
        json!([{ "n": 1_000 }])
    );
    let own =
        "WITH pragma_x AS (SELECT 7 AS y), dbstat AS (SELECT 8) SELECT count(*) AS n FROM pragma_x, dbstat";
    assert_eq!(query(&session, own).await.unwrap()["results"], json!([{ "n": 1 }]));
    let error = query(&session, "SELECT 'a\0b' AS x").await.unwrap_err().to_string();
    assert!(error.contains("U+0000"), "{error}");
}

/// Statements that would take all time or memory, and the kind of error that ends each.
fn bombs() -> Vec<(String, &'static [ErrorKind])> {
    const TIME: &[ErrorKind] = &[ErrorKind::Deadline];
    const SIZE: &[ErrorKind] = &[ErrorKind::Size];
    const EITHER: &[ErrorKind] = &[ErrorKind::Deadline, ErrorKind::Size];
    const REFUSED: &[ErrorKind] = &[ErrorKind::Arguments];
    const ANY: &[ErrorKind] = &[ErrorKind::Deadline, ErrorKind::Size, ErrorKind::Arguments];
    let columns: Vec<_> = (0..10_000).map(|number| format!("1 AS c{number}")).collect();
    let mut doubling = "WITH a0 AS (SELECT 1 AS x)".to_owned();
    for level in 1..30 {
        doubling = format!("{doubling}, a{level} AS (SELECT l.x FROM a{0} l, a{0} r)", level - 1);
    }
    doubling += " SELECT count(*) FROM a29";
    let deep = format!("SELECT json_extract('{}1{}', '$')", "[".repeat(9_000), "]".repeat(9_000));
    let nested = format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    let negated = format!("SELECT {} 1", "NOT ".repeat(4_000));
    let selects = format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(1_000));
    // The order of the rows is random, and each comparison takes a thousand equal values first.
    let keys = format!(
        "SELECT count(*) FROM t a, t b, t c GROUP BY {} a.n * 7919 % 1009 + b.n",
        "a.n < 0, ".repeat(900)
    );
    vec![
        ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r".to_owned(), TIME),
        ("WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT n + 1 FROM r) SELECT max(n) FROM r".to_owned(), EITHER),
        ("SELECT count(*) FROM t a, t b, t c, t d WHERE a.n + b.n + c.n + d.n < 0".to_owned(), TIME),
        ("SELECT a.text || b.text AS x FROM t a, t b, t c ORDER BY x".to_owned(), EITHER),
        ("SELECT count(*) FROM (SELECT DISTINCT a.text || b.text || c.n FROM t a, t b, t c)".to_owned(), EITHER),
        ("SELECT group_concat(a.text) FROM t a, t b, t c".to_owned(), EITHER),
        ("SELECT json_group_array(a.text) FROM t a, t b, t c".to_owned(), EITHER),
        ("SELECT count(*) FROM t a, t b, json_each(a.tags) c, json_each(b.tags) d, t e WHERE e.text LIKE c.value".to_owned(), TIME),
        ("SELECT sum(n) OVER (ORDER BY text ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM (SELECT a.n, a.text || b.text AS text FROM t a, t b)".to_owned(), EITHER),
        ("SELECT printf('%1000000000d', 1)".to_owned(), SIZE),
        ("SELECT replace(replace(replace(replace(text, 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa'), 'a', 'aaaaaaaaaa') FROM t".to_owned(), SIZE),
        (format!("SELECT '{}' LIKE '{}b'", "a".repeat(9_000), "%a".repeat(4_000)), ANY),
        (format!("SELECT '{}' GLOB '{}b'", "a".repeat(9_000), "*a".repeat(4_000)), ANY),
        ("SELECT text REGEXP '(a+)+$' FROM t".to_owned(), REFUSED),
        (format!("SELECT {}", columns.join(",")), REFUSED),
        (deep, REFUSED),
        (nested, REFUSED),
        (negated, REFUSED),
        (selects, REFUSED),
        (doubling, ANY),
        (keys, EITHER),
        ("SELECT count(*) FROM t a, t b GROUP BY (printf('%.*c', 900000, 'x') || a.n || b.n) COLLATE NOCASE".to_owned(), EITHER),
        (format!("SELECT '{}'", "x".repeat(30_000)), REFUSED),
    ]
}

#[tokio::test]
async fn a_statement_without_end_or_measure_ends_with_a_clear_error_and_the_next_one_runs() {
    let process = with_rows().await;
    let session = process.session("one");
    for (sql, kinds) in bombs() {
        let shown = &sql[..sql.len().min(120)];
        let error = query(&session, &sql).await.expect_err(shown);
        assert!(kinds.contains(&error.kind()), "{shown}: {:?}: {error}", error.kind());
        let count = query(&session, "SELECT count(*) AS n FROM t").await;
        assert_eq!(count.unwrap()["results"], json!([{ "n": 1_000 }]), "after {shown}");
    }
}

#[tokio::test]
async fn names_of_tables_and_columns_with_quotes_are_names_and_nothing_else() {
    let row = json!({ "a\"; DROP TABLE rows; --": 1, "b' OR 1=1": 2, "c]": 3, "": 4, "д": 5, "x\u{0}y": 6 });
    let process = process(json!({ "results": [row] })).await;
    let session = process.session("one");
    for name in ["t\"; DROP VIEW t; --", "it's", "a b", "[t]", "_t0", "rows", "main", "temp", "select", "д"]
    {
        let quoted = name.replace('"', "\"\"");
        let sql = format!(
            "SELECT \"a\"\"; DROP TABLE rows; --\" + \"b' OR 1=1\" + \"c]\" + \"д\" AS sum, count(*) AS n FROM \"{quoted}\""
        );
        let source = json!({ "tool": "searchOrgSites", "arguments": { "org_id": super::ORG } });
        let answer = call(&session, "queryRows", json!({ "tables": { name: source }, "sql": sql })).await;
        let answer: Value =
            serde_json::from_str(&answer.unwrap_or_else(|error| panic!("{name}: {error}"))).unwrap();
        assert_eq!(answer["results"], json!([{ "sum": 11, "n": 1 }]), "{name}");
    }
}

#[tokio::test]
async fn hidden_values_are_not_reached_by_any_expression() {
    let secrets = ["hunter2-psk", "s3cr3t-radius", "k3y-material"];
    let row = json!({
        "name": "a", "psk": secrets[0], "auth_servers": [{ "host": "h", "secret": secrets[1] }],
        "wxtunnel": { "ipsec": { "psk": secrets[0] } },
        "cli": [format!("set system root-authentication plain-text-password-value {}", secrets[2])],
        "certs": { "ge-0/0/1": { "private_key": secrets[2] } },
    });
    let process = process(json!({ "results": [row] })).await;
    let session = process.session("one");
    for sql in [
        "SELECT * FROM t",
        "SELECT hex(psk) AS x, quote(psk) AS y, substr(psk, 1, 3) AS z, length(psk) AS l, unicode(psk) AS u FROM t",
        "SELECT j.* FROM t, json_tree(t.auth_servers) j",
        "SELECT json_extract(auth_servers, '$[0].secret') AS s, auth_servers ->> '$[0].secret' AS r FROM t",
        "SELECT \"wxtunnel.ipsec.psk\" AS p, certs, \"certs.ge-0/0/1.private_key\" AS k FROM t",
        "SELECT group_concat(psk) AS g, max(psk) AS m, json_group_array(psk) AS j FROM t",
        "SELECT psk LIKE 'hunter2%' AS a, psk GLOB 'h*' AS b, psk = 'hunter2-psk' AS c, instr(psk, 'hunter') AS d FROM t",
        "SELECT value FROM t, json_each(t.cli)",
        "SELECT upper(psk) || lower(auth_servers) || replace(certs, ':', '=') AS x FROM t",
    ] {
        let answer = query(&session, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let text = answer.to_string().to_lowercase();
        for secret in secrets {
            let hexadecimal = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
            assert!(!text.contains(secret) && !text.contains(&hexadecimal), "{sql}: {text}");
        }
        for found in ["a", "b", "c", "d"] {
            assert!(matches!(answer["results"][0][found].as_i64(), None | Some(0)), "{sql}: {text}");
        }
    }
    for table in ["_t0.rows", "rows", "main.rows", "temp.rows", "(SELECT * FROM rows)"] {
        let error =
            query(&session, &format!("SELECT count(*), name FROM {table}")).await.unwrap_err().to_string();
        assert!(error.contains("rows"), "{table}: {error}");
    }
    let described = call(&session, "queryRows", {
        let mut arguments = over_sites("");
        arguments.as_object_mut().unwrap().remove("sql");
        arguments
    });
    let described = described.await.unwrap();
    assert!(secrets.iter().all(|secret| !described.contains(secret)), "{described}");
}

#[tokio::test]
async fn other_sessions_work_while_one_exhausts_its_queries() {
    let server = Launch::new("--demo").serve().await;
    let client = || HttpClient::new(&server, "");
    let attacker = client().connect(Lifecycle::Legacy).await;
    let other = client().connect(Lifecycle::Legacy).await;
    let tables = json!({ "t": { "tool": "searchOrgWirelessClients" } });
    let endless = "SELECT count(*) FROM t a, t b, t c, t d WHERE a.mac || b.mac || c.mac || d.mac = ''";
    let greedy = "SELECT DISTINCT a.mac || b.mac || c.mac FROM t a, t b, t c";
    let attack = |sql: &str| attacker.refusal("queryRows", json!({ "tables": tables, "sql": sql }));
    let honest = async {
        for _ in 0..20 {
            assert!(other.call("getSelf", json!({})).await.contains("demo@"));
            let found = other.call("findTools", json!({ "query": "sites" })).await;
            assert!(found.contains("searchOrgSites"));
        }
    };
    let (first, second, ()) = tokio::join!(attack(endless), attack(greedy), honest);
    assert!(
        first.contains("took longer") && (second.contains("took longer") || second.contains("memory")),
        "{second}"
    );
    let answer =
        other.call("queryRows", json!({ "tables": tables, "sql": "SELECT count(*) AS n FROM t" })).await;
    assert!(answer.contains("\"n\":245"), "{answer}");
}
