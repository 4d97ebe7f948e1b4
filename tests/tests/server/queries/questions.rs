use mistmcp_tests::{Launch, Lifecycle};
use serde_json::{Value, json};

use super::{process, query};

/// Questions with their tables, SQL and rows over the demo network.
const QUESTIONS: &str = include_str!("../../../expected/queries.json");

#[tokio::test]
async fn each_question_is_answered_with_its_rows() {
    let questions: Vec<Value> = serde_json::from_str(QUESTIONS).unwrap();
    assert!(questions.len() >= 40, "{}", questions.len());
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    let mut wrong = Vec::new();
    for asked in questions {
        let arguments = json!({ "tables": asked["tables"], "sql": asked["sql"] });
        let answer = client.json("queryRows", arguments).await;
        let is_whole =
            answer["tables"].as_object().unwrap().values().all(|table| table.get("partial").is_none());
        if answer["results"] != asked["rows"] || !is_whole {
            wrong.push(format!("{}: {} instead of {}", asked["question"], answer, asked["rows"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_result_has_rows_total_tables_and_calls() {
    let client = Launch::new("--demo").client(Lifecycle::Stateless).await;
    let tables = json!({ "aps": { "tool": "listOrgDevicesStats", "arguments": { "type": "ap" } } });
    let sql = "SELECT name, NULL AS empty, mac, name FROM aps ORDER BY name LIMIT 1";
    let answer = client.json("queryRows", json!({ "tables": tables, "sql": sql })).await;
    let row = answer["results"][0].as_object().unwrap();
    assert_eq!(row.keys().collect::<Vec<_>>(), ["name", "mac", "name_2"], "{answer}");
    assert_eq!((&answer["total"], &answer["calls"]), (&json!(1), &json!(1)), "{answer}");
    assert_eq!(answer["tables"]["aps"]["rows"], 30, "{answer}");
    assert!(answer["tables"]["aps"]["as_of"].as_str().unwrap().ends_with('Z'), "{answer}");
    // Stateless requests of one token have their tables in common.
    let again = client.json("queryRows", json!({ "tables": tables, "sql": sql })).await;
    assert_eq!((&again["results"], &again["calls"]), (&answer["results"], &json!(0)), "{again}");
    assert_eq!(again["tables"], answer["tables"]);
}

#[tokio::test]
async fn a_table_tells_the_window_that_the_call_did_not_choose() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    let query = |arguments: Value| {
        let tables = json!({ "t": { "tool": "searchOrgDeviceEvents", "arguments": arguments } });
        json!({ "tables": tables, "sql": "SELECT min(timestamp) AS first FROM t" })
    };
    let answer = client.json("queryRows", query(json!({}))).await;
    let table = &answer["tables"]["t"];
    let [start, end] =
        ["start", "end"].map(|name| table[name].as_i64().unwrap_or_else(|| panic!("{answer}")));
    assert_eq!(end - start, 86_400, "{answer}");
    assert!(
        answer["results"][0]["first"].as_f64().unwrap() >= f64::from(i32::try_from(start).unwrap()),
        "{answer}"
    );
    let answer = client.json("queryRows", query(json!({ "duration": "7d" }))).await;
    assert!(answer["tables"]["t"].get("start").is_none(), "{answer}");
    // Without SQL as well, and for a tool whose answer does not tell its window.
    let tables = json!({ "tables": { "t": "searchOrgDeviceEvents", "u": "searchOrgWirelessClients", "d": "listOrgSites" } });
    let tables = client.json("queryRows", tables).await["tables"].clone();
    assert!(tables["t"]["start"].is_i64(), "{}", tables["t"]);
    assert!(tables["u"].get("start").or(tables["u"].get("window_default")).is_some(), "{}", tables["u"]);
    assert!(!tables["d"].to_string().contains("window_default") && tables["d"].get("start").is_none());
}

#[tokio::test]
async fn samples_have_their_times_and_an_object_tells_of_its_lists() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    let tables = json!({ "d": { "tool": "listOrgDevicesStats", "arguments": { "type": "ap" } } });
    let sql = "SELECT site_id, mac FROM d LIMIT 1";
    let devices = client.json("queryRows", json!({ "tables": tables, "sql": sql })).await;
    let (site, mac) = (&devices["results"][0]["site_id"], &devices["results"][0]["mac"]);
    let arguments = json!({ "site_id": site, "device_id": mac, "metrics": "num_clients" });
    let samples = json!({ "tool": "getSiteInsightMetricsForAP", "arguments": arguments });
    let sql = "SELECT count(rt) AS times, count(*) AS rows, count(DISTINCT rt) AS different FROM t";
    let answer = client.json("queryRows", json!({ "tables": { "t": samples }, "sql": sql })).await;
    let row = &answer["results"][0];
    assert!(row["rows"].as_i64().unwrap() > 1 && row["times"] == row["rows"], "{answer}");
    assert_eq!(row["different"], row["rows"], "{answer}");
    for (tool, wanted) in [("listMspLicenses", "json_each("), ("listInsightMetrics", "columns begin with")] {
        let query = json!({ "tables": { "k": tool }, "sql": "SELECT count(*) AS n FROM k" });
        let answer = client.json("queryRows", query).await;
        assert!(answer["tables"]["k"]["note"].as_str().unwrap_or_default().contains(wanted), "{answer}");
    }
}

#[tokio::test]
async fn without_sql_the_columns_are_described_with_types_examples_and_cost() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    let tables = json!({ "aps": "listOrgDevicesStats", "wlans": "listOrgWlans" });
    let answer = client.json("queryRows", json!({ "tables": tables })).await;
    let columns = &answer["tables"]["aps"]["columns"];
    assert_eq!(columns["radio_stat.band_5.channel"], "integer: 36", "{answer}");
    assert_eq!(columns["power_constrained"], "0 or 1: 0", "{answer}");
    assert_eq!(answer["tables"]["wlans"]["columns"]["bands"], "JSON: [\"24\",\"5\",\"6\"]", "{answer}");
    assert_eq!(
        (&answer["tables"]["aps"]["rows"], &answer["tables"]["aps"]["calls"]),
        (&json!(30), &json!(1))
    );
    assert!(answer["calls_left"].as_u64().unwrap() > 4_000, "{answer}");
}

#[tokio::test]
async fn values_have_sqlites_types() {
    let process = process(json!({ "results": [
        { "name": "a", "up": true, "load": 1.5, "count": 3, "tags": ["x", "y"], "big": 9_007_199_254_740_993_i64,
          "if_stat": { "ge-0/0/1": { "up": false } }, "Name": "other", "q\"uote": 1 },
        { "name": "b" },
    ] }))
    .await;
    let session = process.session("one");
    for (sql, wanted) in [
        (
            "SELECT typeof(up) AS a, typeof(load) AS b, typeof(count) AS c, typeof(tags) AS d FROM t WHERE name = 'a'",
            json!([{ "a": "integer", "b": "real", "c": "integer", "d": "text" }]),
        ),
        ("SELECT big FROM t WHERE big IS NOT NULL", json!([{ "big": 9_007_199_254_740_993_i64 }])),
        (
            "SELECT t.name, j.value FROM t, json_each(t.tags) j ORDER BY 2 DESC",
            json!([{ "name": "a", "value": "y" }, { "name": "a", "value": "x" }]),
        ),
        (
            "SELECT j.key AS port, j.value ->> 'up' AS up FROM t, json_each(t.if_stat) j",
            json!([{ "port": "ge-0/0/1", "up": 0 }]),
        ),
        ("SELECT \"if_stat.ge-0/0/1.up\" AS up FROM t WHERE name = 'a'", json!([{ "up": 0 }])),
        (
            "SELECT Name_2 AS other, \"q\"\"uote\" AS quote FROM t LIMIT 1",
            json!([{ "other": "other", "quote": 1 }]),
        ),
        ("SELECT count(*) AS n FROM t WHERE up IS NULL", json!([{ "n": 1 }])),
        ("WITH x AS (SELECT name FROM t) SELECT count(*) AS n FROM x; -- done", json!([{ "n": 2 }])),
        ("VALUES (1, 'x')", json!([{ "column1": 1, "column2": "x" }])),
        ("SELECT ceil(1.2) AS c, round(2.5) AS r, sqrt(9) AS s", json!([{ "c": 2.0, "r": 3.0, "s": 3.0 }])),
        ("SELECT datetime(1700000000, 'unixepoch') AS at", json!([{ "at": "2023-11-14 22:13:20" }])),
        ("SELECT CAST('hi' AS BLOB) AS bytes", json!([{ "bytes": "6869" }])),
    ] {
        let answer = query(&session, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(answer["results"], wanted, "{sql}");
    }
}

#[tokio::test]
async fn a_comparison_that_finds_other_rows_than_it_seems_to_has_a_note() {
    let process = process(json!({ "results": [
        { "mac": "5c5b350e0001", "last_seen": 1_795_389_660.5, "up": true, "vlan": 3, "band": "24" },
        { "mac": "5c5b350e0002", "last_seen": 1_795_389_661, "up": false, "vlan": "3", "band": "5" },
    ] }))
    .await;
    let session = process.session("one");
    for (condition, words) in [
        ("last_seen < datetime('now', '-1 hour')", "seconds since 1970"),
        ("t.up = 'true'", "1 (true) or 0 (false)"),
        ("band > 5", "CAST(\"band\" AS INTEGER) > 5"),
        ("mac = '5C:5B:35:0E:00:01'", "5c5b350e0001"),
    ] {
        let answer =
            query(&session, &format!("SELECT count(*) AS n FROM t WHERE {condition}")).await.unwrap();
        let note = answer["tables"]["t"]["note"].as_str().unwrap_or_default();
        assert!(note.contains(words), "{condition}: {answer}");
    }
    // A number is the same number as a text in other rows.
    for condition in ["vlan = 3", "vlan = '3'", "vlan IN (3)"] {
        let answer =
            query(&session, &format!("SELECT count(*) AS n FROM t WHERE {condition}")).await.unwrap();
        assert_eq!(answer["results"], json!([{ "n": 2 }]), "{condition}");
        assert!(answer["tables"]["t"].get("note").is_none(), "{answer}");
    }
    for (sql, words) in [
        ("SELECT datetime(last_seen, 'unixepoch', 'Europe/London') FROM t", "'+1 hour'"),
        ("SELECT mac FROM t WHERE last_seen > unixepoch('now', '-1 week')", "'-7 days'"),
        ("SELECT mac FROM t WHERE mac RLIKE 'a'", "LIKE or GLOB"),
        ("SELECT mac FROM searchOrgSites", "the tool of the table `t`"),
        (
            "SELECT mac FROM t WHERE (SELECT count(*) OVER () AS n) AND n > 1 FROM t",
            "SELECT a.\"mac\" FROM \"t\" a",
        ),
    ] {
        let error = query(&session, sql).await.unwrap_err().to_string();
        assert!(error.contains(words), "{sql}: {error}");
    }
    let mut arguments = super::over_sites("");
    arguments.as_object_mut().unwrap().remove("sql");
    let described = crate::process::call(&session, "queryRows", arguments).await.unwrap();
    for column in [
        "\"last_seen\":\"integer or real, seconds since 1970: 1795389660.5\"",
        "\"vlan\":\"integer: 3\"",
        "\"band\":\"text, numbers that compare as texts: 24\"",
    ] {
        assert!(described.contains(column), "{column}: {described}");
    }
}

#[tokio::test]
async fn a_long_result_is_cut_between_rows_and_next_leads_to_the_end() {
    let rows: Vec<_> = (0..900).map(|number| json!({ "n": number, "text": "x".repeat(200) })).collect();
    let process = process(json!({ "results": rows })).await;
    let session = process.session("one");
    let mut arguments = super::over_sites("SELECT n, text FROM t ORDER BY n");
    let (mut seen, mut answers) = (Vec::new(), 0);
    loop {
        let text = crate::process::call(&session, "queryRows", arguments.clone()).await.unwrap();
        assert!(text.len() <= 60_000, "{}", text.len());
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["total"], 900);
        seen.extend(answer["results"].as_array().unwrap().iter().map(|row| row["n"].as_u64().unwrap()));
        answers += 1;
        let Some(next) = answer.get("next") else { break };
        assert!(answer["note"].as_str().unwrap().contains("left out"), "{answer}");
        assert_eq!(next, &json!({ "offset": seen.len() }));
        arguments["offset"] = next["offset"].clone();
    }
    assert_eq!(seen, (0..900).collect::<Vec<_>>());
    assert!(answers > 3);
    assert_eq!(process.asked().len(), 1, "the table is known after the first answer");
}

#[tokio::test]
async fn an_error_names_what_there_is_and_what_is_nearest() {
    let row = json!({ "name": "a", "mac": "m", "radio_stat": { "band_5": { "channel": 36 } } });
    let process = process(json!({ "results": [row] })).await;
    let session = process.session("one");
    for (sql, wanted) in [
        ("SELECT nme FROM t", &["\"name\"", "`t` has name, mac", "character 8"][..]),
        ("SELECT x.mca FROM t x", &["\"mac\""]),
        ("SELECT channel FROM t", &["\"radio_stat.band_5.channel\""]),
        ("SELECT radio_stat.band_5.channel FROM t", &["double quotes"]),
        ("SELECT t.radio_stat.band_5.channel FROM t", &["Write it as t.\"radio_stat.band_5.channel\""]),
        ("SELECT a.radio_stat.band_5.channel FROM t a", &["Write it as a.\"radio_stat.band_5.channel\""]),
        (
            "SELECT json_extract(radio_stat, '$.band_5.channel') FROM t",
            &["fields are columns: \"radio_stat.band_5.channel\""],
        ),
        ("SELECT radio_stat->'band_5' FROM t", &["fields are columns: \"radio_stat.band_5.channel\""]),
        (
            "SELECT value FROM t, json_each(t.radio_stat)",
            &["fields are columns: \"radio_stat.band_5.channel\""],
        ),
        ("SELECT name, row_number() OVER () AS n FROM t WHERE n = 1", &["subquery"]),
        ("SELECT date_trunc('day', name) FROM t", &["strftime"]),
        ("WITH t AS (SELECT * FROM t) SELECT * FROM t", &["circular reference", "no table has"]),
        ("SELECT \"connected\" FROM t", &["single quotes"]),
        ("SELECT name FROM tt", &["no such table: tt", "`t`"]),
        ("SELECT name FORM t", &["syntax error", "character"]),
        ("SELECT", &["incomplete input"]),
        ("SELECT name FROM t WHERE name REGEXP 'a'", &["LIKE or GLOB"]),
        ("SELECT median(name) FROM t", &["no such function"]),
        ("SELECT value FROM t, json_each(t.name)", &["malformed JSON", "json_valid"]),
        ("SELECT name FROM t a JOIN t b", &["ambiguous column name", "table's name before it"]),
        ("SELECT count(*) FROM t WHERE max(name) = 1", &["misuse of aggregate"]),
    ] {
        let error = query(&session, sql).await.unwrap_err();
        for wanted in wanted {
            assert!(error.to_string().contains(wanted), "{sql}: {wanted}: {error}");
        }
        assert!(error.to_string().len() <= 1_500);
    }
}
