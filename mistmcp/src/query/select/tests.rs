use super::super::table::TableBuilder;
use super::*;
use serde_json::{Value, json};

fn tables(rows: &[(&str, Value)]) -> Arc<[(String, Arc<Table>)]> {
    let table = |rows: &Value| {
        let mut builder = TableBuilder::new().unwrap();
        builder.insert(rows.as_array().unwrap(), None).unwrap();
        Arc::new(builder.finish(None, Vec::new(), serde_json::Map::new()).unwrap())
    };
    rows.iter().map(|(name, rows)| ((*name).to_owned(), table(rows))).collect()
}

fn selected(tables: &Arc<[(String, Arc<Table>)]>, sql: &str, time: Duration) -> Result<Selected, Failure> {
    let request = SelectRequest { sql: sql.into(), tables: Arc::clone(tables), offset: 0, room: 100_000 };
    select(&request, &Stop::after(time))
}

const LONG: Duration = Duration::from_mins(10);

#[test]
fn a_row_is_bounded_before_it_is_copied() {
    let tables = tables(&[("t", json!([{ "a": 1 }]))]);
    for value in ["a", "CAST(a AS BLOB)"] {
        let columns = vec![value; 300].join(", ");
        let sql = format!(
            "WITH w AS MATERIALIZED (SELECT printf('%.*c', 1000000, 'x') AS a) SELECT {columns} FROM w"
        );
        let outcome = selected(&tables, &sql, LONG);
        assert!(matches!(outcome, Err(Failure::RowTooLong)), "{value}: {outcome:?}");
    }
    let sql = "SELECT printf('%.*c', 900000, 'x') AS a, printf('%.*c', 900000, 'y') AS b";
    assert_eq!(selected(&tables, sql, LONG).unwrap().rows.len(), 1);
}

#[test]
fn long_functions_end_soon_after_the_deadline() {
    let tables = tables(&[("t", json!([{ "a": 1 }]))]);
    let long = "printf('%.*c', 1000000, 'a') AS a, '%' || printf('%.*c', 190, 'a') || 'b' AS p";
    for expression in [
        "a LIKE p",
        "a GLOB replace(p, '%', '*')",
        "upper(a)",
        "replace(a, 'a', 'b')",
        "hex(substr(a, 1, 400000))",
    ] {
        let columns = vec![format!("length({expression})"); 150].join(" + ");
        let sql = format!(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n), \
             w AS MATERIALIZED (SELECT {long}) SELECT sum({columns}) FROM w, n"
        );
        let outcome = selected(&tables, &sql, Duration::from_millis(200));
        assert!(matches!(outcome, Err(Failure::TimedOut)), "{expression}: {outcome:?}");
    }
}

#[test]
fn versions_are_compared_by_their_numbers() {
    let row = |version: &str, site: i64| json!({ "version": version, "site": site, "ap": { "fw_version": version }, "name": version });
    let rows =
        json!([row("0.12.27139", 1), row("0.9.1", 1), row("0.14.2", 2), row("0.14.10", 2), row("0.9.1", 2)]);
    let tables = tables(&[
        ("t", rows),
        ("fixed", json!([{ "site": 1, "version": "0.10.0" }, { "site": 2, "version": "0.9.1" }])),
    ]);
    for (sql, wanted) in [
        ("SELECT count(*) AS n FROM t WHERE version < '0.9.1'", json!(0)),
        ("SELECT count(*) AS n FROM t WHERE '0.12' > t.version", json!(2)),
        ("SELECT count(*) AS n FROM t WHERE version BETWEEN '0.12' AND '0.14.5'", json!(2)),
        ("SELECT count(*) AS n FROM t WHERE \"ap.fw_version\" >= '0.14.10'", json!(1)),
        ("SELECT max(version) || min(version) AS n FROM t", json!("0.14.100.9.1")),
        ("SELECT version AS n FROM t ORDER BY version DESC LIMIT 1", json!("0.14.10")),
        ("SELECT max(v) AS n FROM (SELECT version AS v FROM t WHERE site = 1)", json!("0.12.27139")),
        ("WITH x AS (SELECT version AS v FROM t) SELECT count(*) AS n FROM x WHERE v > '0.9.1'", json!(3)),
        ("SELECT count(DISTINCT version) AS n FROM t", json!(4)),
        ("SELECT count(*) AS n FROM t JOIN fixed f USING (site) WHERE t.version < f.version", json!(1)),
        (
            "SELECT count(*) AS n FROM t WHERE EXISTS (SELECT 1 FROM fixed f WHERE f.version = t.version)",
            json!(2),
        ),
        (
            "SELECT count(*) AS n FROM t WHERE (SELECT max(f.version) FROM fixed f) COLLATE VERSION < version",
            json!(3),
        ),
        ("SELECT count(*) AS n FROM t WHERE version = '0.09.1' OR version < 0.5", json!(0)),
        // A name is a text.
        ("SELECT count(*) AS n FROM t WHERE name < '0.9.1'", json!(3)),
        ("SELECT count(*) AS n FROM t WHERE name COLLATE VERSION < '0.9.1'", json!(0)),
    ] {
        let row = &selected(&tables, sql, LONG).unwrap().rows[0];
        assert_eq!(row["n"], wanted, "{sql}");
    }
}

#[test]
fn numbers_and_texts_are_compared_as_numbers() {
    let rows = json!([
        { "speed": 100, "load": 1.5, "up": true, "vlan": "50", "mixed": 7, "list": [1], "id": 7, "real": "1.5" },
        {
            "speed": 1000, "load": 2, "up": false, "vlan": "0050", "mixed": "7.0", "list": [2], "id": "7", "real": 1.5,
        },
    ]);
    let tables = tables(&[("t", rows), ("v", json!([{ "id": 50 }]))]);
    for (sql, wanted) in [
        ("SELECT count(*) AS n FROM t WHERE speed < '1000'", json!(1)),
        ("SELECT count(*) AS n FROM t WHERE speed = '100'", json!(1)),
        ("SELECT count(*) AS n FROM t WHERE load > '1.6'", json!(1)),
        ("SELECT count(*) AS n FROM t WHERE up = '1'", json!(1)),
        ("SELECT count(*) AS n FROM t JOIN v ON t.vlan = v.id", json!(2)),
        ("SELECT count(*) AS n FROM t WHERE vlan = 50", json!(1)),
        ("SELECT count(*) AS n FROM t WHERE mixed = 7", json!(1)),
        // Numbers that some rows write as a text are numbers.
        ("SELECT count(*) AS n FROM t WHERE id = 7", json!(2)),
        ("SELECT count(*) AS n FROM t WHERE id = '7'", json!(2)),
        ("SELECT count(*) AS n FROM t a JOIN t b ON a.id = b.id", json!(4)),
        ("SELECT group_concat(id || typeof(id)) AS n FROM t", json!("7integer,7integer")),
        ("SELECT group_concat(real || typeof(real)) AS n FROM t", json!("1.5real,1.5real")),
        // No value becomes another one.
        ("SELECT group_concat(vlan || typeof(vlan)) AS n FROM t", json!("50text,0050text")),
        ("SELECT group_concat(load || typeof(load)) AS n FROM t", json!("1.5real,2integer")),
        ("SELECT group_concat(mixed || typeof(mixed)) AS n FROM t", json!("7integer,7.0text")),
        ("SELECT sum(j.value) AS n FROM t, json_each(t.list) j", json!(3)),
        ("SELECT count(*) AS n FROM t GROUP BY up HAVING max(speed) < strftime('%s', 'now')", json!(1)),
        (
            "WITH x AS (SELECT max(load) AS m FROM t) SELECT count(*) AS n FROM x WHERE m > strftime('%s', 'now')",
            json!(0),
        ),
        ("SELECT count(*) AS n FROM t WHERE ifnull(speed + 0, 0) < strftime ( '%s' )", json!(2)),
        ("SELECT typeof(strftime('%s', 'now')) || typeof(strftime('%H', 'now')) AS n", json!("integertext")),
    ] {
        let rows = selected(&tables, sql, LONG).unwrap().rows;
        assert_eq!(rows[0]["n"], wanted, "{sql}");
    }
}

#[test]
fn an_empty_table_has_any_column_without_values() {
    let tables = tables(&[
        ("e", json!([])),
        ("f", json!([])),
        ("t", json!([{ "name": "a", "gone": null, "stat": {} , "long": "x".repeat(300 * 1024) }])),
    ]);
    for (sql, rows) in [
        ("SELECT name, type FROM e", json!([])),
        ("SELECT type, count(*) AS n FROM e GROUP BY 1 ORDER BY 2 DESC", json!([])),
        ("SELECT x.name, y.\"radio.band\" FROM e x JOIN f y ON x.mac = y.mac WHERE x.up = 1", json!([])),
        ("SELECT \"radio.band\" FROM e", json!([])),
        ("SELECT t.name, e.type FROM t LEFT JOIN e ON e.name = t.name", json!([{ "name": "a" }])),
        ("SELECT t.name FROM t WHERE t.name NOT IN (SELECT site FROM e)", json!([{ "name": "a" }])),
        ("SELECT name, long FROM t", json!([{ "name": "a" }])),
        ("SELECT count(*) AS n, count(mac) AS m FROM e", json!([{ "n": 0, "m": 0 }])),
        ("SELECT name FROM e JOIN f USING (mac)", json!([])),
    ] {
        let outcome = selected(&tables, sql, LONG);
        assert_eq!(
            Value::from(outcome.unwrap_or_else(|error| panic!("{sql}: {error:?}")).rows),
            rows,
            "{sql}"
        );
    }
}

#[test]
fn an_unknown_column_of_a_table_with_rows_stays_an_error() {
    let tables = tables(&[("t", json!([{ "name": "a" }])), ("e", json!([]))]);
    for sql in ["SELECT nme FROM t", "SELECT t.nme FROM t, e", "SELECT x.a FROM t", "SELECT e.a.b FROM e"] {
        let outcome = selected(&tables, sql, LONG);
        let is_unknown =
            matches!(&outcome, Err(Failure::Sql { message, .. }) if message.contains("no such column"));
        assert!(is_unknown, "{sql}: {outcome:?}");
    }
}

#[test]
fn rows_keep_their_order_whatever_other_statements_ran_in_between() {
    let rows: Vec<_> = (0..300)
        .map(|number: u32| {
            let mac = format!("{:012x}", number * 7919 % 307);
            json!({ "mac": mac, "site": number % 5, "load": f64::from(number) / 2.0 })
        })
        .collect();
    let tables = tables(&[("t", rows.clone().into()), ("u", rows.clone().into())]);
    let correlated =
        "SELECT a.mac, (SELECT count(*) FROM u WHERE u.mac = a.mac AND u.site = a.site) AS n FROM t a";
    let plain =
        ["SELECT mac FROM t", "SELECT DISTINCT site FROM u", "SELECT site, mac FROM u WHERE site IN (3, 1)"];
    let all = |sql: &str| selected(&tables, sql, LONG).unwrap().rows;
    let before = plain.map(all);
    let macs = |rows: &[Value]| rows.iter().map(|row| row["mac"].clone()).collect::<Vec<_>>();
    assert_eq!(macs(&before[0]), macs(&rows));
    let counted = all(correlated);
    assert!(counted.iter().all(|row| row["n"] == 1) && counted.len() == rows.len());
    assert_eq!(plain.map(all), before);
    assert_eq!(all(correlated), counted);
    // A copy has the values of the table, and all columns that the statement may read.
    for (sql, wanted) in [
        ("SELECT * FROM t a WHERE 1 = (SELECT count(*) FROM u WHERE u.mac = a.mac)", rows[2].clone()),
        (
            "SELECT typeof(\"load\") AS type FROM t a WHERE EXISTS (SELECT 1 FROM u NATURAL JOIN t WHERE u.mac = \
             a.mac)",
            json!({ "type": "real" }),
        ),
        ("SELECT a.load FROM t a WHERE EXISTS (SELECT 1 FROM u WHERE u.mac = a.mac)", json!({ "load": 1.0 })),
    ] {
        assert_eq!(all(sql)[2], wanted, "{sql}");
    }
}

#[test]
fn a_table_with_many_columns_can_be_read_in_subqueries() {
    let row: serde_json::Map<_, _> =
        (0..1_400).map(|number| (format!("{}{number}", "name".repeat(40)), number.into())).collect();
    let rows = vec![Value::from(row); 3];
    let tables = tables(&[("t", rows.into())]);
    let name = format!("{}7", "name".repeat(40));
    for column in ["a.*", "count(*)"] {
        let sql =
            format!("SELECT {column} FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.{name} = a.{name})");
        assert!(!selected(&tables, &sql, LONG).unwrap().rows.is_empty(), "{column}");
    }
}

#[test]
fn columns_and_mistakes_of_seconds_are_told_as_they_are_written() {
    let sql = "SELECT strftime('%s', '2026-01-31'), 1 AS x";
    let selected = selected(&tables(&[]), sql, LONG).unwrap();
    assert_eq!(selected.columns, ["strftime('%s', '2026-01-31')", "x"]);
    assert_eq!(selected.rows, [json!({ "strftime('%s', '2026-01-31')": 1_769_817_600, "x": 1 })]);
    let sql =
        "SELECT strftime('%s','2026-01-31'), STRFTIME ('%s', '2026-01-31'), unixepoch(    '2026-01-31')";
    let names =
        ["strftime('%s','2026-01-31')", "STRFTIME ('%s', '2026-01-31')", "unixepoch(    '2026-01-31')"];
    assert_eq!(self::selected(&tables(&[]), sql, LONG).unwrap().columns, names);
    let long = format!("max({}1)", "strftime('%s',1), ".repeat(30));
    let sql = format!("SELECT *, * FROM (SELECT {long})");
    let columns = self::selected(&tables(&[]), &sql, LONG).unwrap().columns;
    assert!(long.starts_with(columns[0].trim_end_matches('…')) && columns[0].len() <= LONGEST_NAME);
    let sql = "SELECT strftime('%s', 'now'), nme";
    let outcome = self::selected(&tables(&[]), sql, LONG);
    let offset = sql.find("nme");
    assert!(matches!(outcome, Err(Failure::Sql { offset: found, .. }) if found == offset));
}

#[test]
fn invisible_characters_that_an_expression_makes_are_shown() {
    let tables = tables(&[("t", json!([{ "a": "{\"x\": \"\\u202e\"}" }]))]);
    for (expression, wanted) in [
        ("json_extract(a, '$.x')", "<U+202E>"),
        ("char(27) || '[2J'", "<U+001B>[2J"),
        ("char(0x200b) || 'ü'", "<U+200B>ü"),
    ] {
        let rows = selected(&tables, &format!("SELECT {expression} AS n FROM t"), LONG).unwrap().rows;
        assert_eq!(rows[0]["n"], wanted, "{expression}");
    }
    let named = selected(&tables, "SELECT 1 AS \"a\u{202e}b\" FROM t", LONG).unwrap();
    assert_eq!((named.columns[0].as_str(), &named.rows[0]["a<U+202E>b"]), ("a<U+202E>b", &json!(1)));
}

#[test]
fn infinite_numbers_are_texts() {
    let rows = selected(&tables(&[]), "SELECT 9e999 AS a, -9e999 AS b", LONG).unwrap().rows;
    assert_eq!(rows, [json!({ "a": "Infinity", "b": "-Infinity" })]);
}

#[tokio::test]
async fn a_statement_whose_call_is_gone_keeps_its_permits_until_it_has_ended() {
    let call = Call::unattended();
    let queue = JobQueue::default();
    let of_query = Arc::new(concurrency::query_permit(&queue, &call).await.unwrap());
    let held = Arc::downgrade(&of_query);
    let permit = concurrency::statement_permit(&queue, &call).await.unwrap();
    let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT sum(n) FROM n";
    let request = SelectRequest { sql: sql.into(), tables: tables(&[]), offset: 0, room: 1_000 };
    let mut running = Box::pin(run_once(request, permit, of_query, LONG));
    assert!(futures_util::poll!(&mut running).is_pending());
    drop(running);
    // The statement may have ended by now, because it was stopped; in any case its permits come back.
    while held.strong_count() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
