//! Statements that are valid and find other rows than they seem to: their answers have a note.

use mistmcp_tests::{Launch, Lifecycle};
use serde_json::{Value, json};

use super::{process, query};

/// The notes of all tables of an answer.
fn notes(answer: &Value) -> String {
    let tables = answer["tables"].as_object().unwrap().values();
    tables.filter_map(|table| table["note"].as_str()).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn lists_of_the_demo_that_are_compared_with_single_values_have_a_note_whose_remedy_finds_the_rows() {
    let client = Launch::new("--demo -m all").client(Lifecycle::Legacy).await;
    let tables = json!({
        "c": "searchOrgWirelessClients", "w": "searchOrgWiredClients", "p": "searchOrgSwOrGwPorts", "n": "searchOrgNacClients",
    });
    for (wrong, right) in [
        (
            "FROM c WHERE ip = '10.11.50.38'",
            "FROM c WHERE EXISTS (SELECT 1 FROM json_each(\"ip\") WHERE value = '10.11.50.38')",
        ),
        (
            "FROM c WHERE c.ip LIKE '10.11.50.%'",
            "FROM c WHERE EXISTS (SELECT 1 FROM json_each(c.\"ip\") WHERE value LIKE '10.11.50.%')",
        ),
        (
            "FROM c WHERE ssid = 'Pine Staff'",
            "FROM c WHERE EXISTS (SELECT 1 FROM json_each(\"ssid\") WHERE value = 'Pine Staff')",
        ),
        (
            "FROM c WHERE vlan = 20",
            "FROM c WHERE EXISTS (SELECT 1 FROM json_each(\"vlan\") WHERE value = 20)",
        ),
        (
            "FROM n WHERE vlan = 20",
            "FROM n WHERE EXISTS (SELECT 1 FROM json_each(\"vlan\") WHERE value = '20')",
        ),
        (
            "FROM p JOIN w ON p.mac = w.device_mac AND p.port_id = w.port_id",
            "FROM p JOIN w ON EXISTS (SELECT 1 FROM json_each(w.\"device_mac\") WHERE value = p.\"mac\") AND \
             EXISTS (SELECT 1 FROM json_each(w.\"port_id\") WHERE value = p.\"port_id\")",
        ),
    ] {
        let count = async |what: &str| {
            let sql = format!("SELECT count(*) AS n {what}");
            client.json("queryRows", json!({ "tables": tables, "sql": sql })).await
        };
        let (of_wrong, of_right) = (count(wrong).await, count(right).await);
        let start = right.find("EXISTS").unwrap();
        for remedy in right[start..].split(" AND ") {
            assert!(notes(&of_wrong).contains(remedy), "{wrong}: {remedy}: {of_wrong}");
        }
        assert!(of_right["results"][0]["n"].as_u64().unwrap() > 0, "{right}: {of_right}");
        assert_eq!(notes(&of_right), "", "{right}");
    }
}

#[tokio::test]
async fn times_of_the_demo_in_milliseconds_and_as_texts_have_a_note() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    let tables = json!({ "m": "listOrgMarvisActions", "e": "searchOrgWanClientEvents" });
    for (what, words) in [
        ("m WHERE start_time > unixepoch('now', '-1 hour')", "\"start_time\" / 1000"),
        ("m WHERE unixepoch() - start_time < 3600", "\"start_time\" / 1000"),
        (
            "m WHERE datetime(start_time, 'unixepoch') > '2026'",
            "datetime(\"start_time\" / 1000, 'unixepoch')",
        ),
        ("m WHERE start_time / 1000 > unixepoch('now', '-1 hour')", ""),
        ("e WHERE \"When\" > unixepoch('now', '-1 hour')", "unixepoch(\"When\")"),
        ("e WHERE unixepoch(\"When\") > unixepoch('now', '-1 hour')", ""),
    ] {
        let sql = format!("SELECT count(*) AS n FROM {what}");
        let answer = client.json("queryRows", json!({ "tables": tables, "sql": sql })).await;
        let notes = notes(&answer);
        assert!(notes.contains(words) && notes.is_empty() == words.is_empty(), "{what}: {answer}");
    }
}

#[tokio::test]
async fn empty_texts_names_in_another_case_and_long_integers_are_told() {
    let rows = json!({ "results": [
        { "h": "", "SSID": "A", "ssid": "a", "long": u64::MAX, "hour": 1_795_389_660 },
        { "h": "x", "SSID": "B", "ssid": "b", "long": u64::MAX - 1 },
        { "SSID": "C", "ssid": "c", "long": 5 },
    ] });
    let process = process(rows).await;
    let session = process.session("one");
    for (sql, wanted, words) in [
        ("SELECT count(*) AS n FROM t WHERE h = ''", json!(0), "\"h\" IS NULL"),
        ("SELECT count(*) AS n FROM t WHERE h = '' OR h IS NULL", json!(2), ""),
        ("SELECT count(*) AS n FROM t WHERE h <> ''", json!(1), ""),
        ("SELECT count(*) AS n FROM t WHERE ssid = 'a'", json!(0), "\"ssid_2\""),
        ("SELECT count(*) AS n FROM t WHERE ssid_2 = 'a' AND SSID = 'A'", json!(1), ""),
        ("SELECT count(DISTINCT long) AS n FROM t", json!(3), ""),
        ("SELECT count(*) AS n FROM t WHERE long = 18446744073709551615", json!(0), "'18446744073709551615'"),
        ("SELECT count(*) AS n FROM t WHERE long = '18446744073709551615'", json!(1), ""),
        ("SELECT long AS n FROM t WHERE h = 'x'", json!("18446744073709551614"), ""),
        (
            "SELECT count(*) AS n FROM t WHERE strftime('%H', hour, 'unixepoch') = 10",
            json!(0),
            "strftime(…) is a text",
        ),
    ] {
        let answer = query(&session, sql).await.unwrap();
        assert_eq!(answer["results"][0]["n"], wanted, "{sql}: {answer}");
        let notes = notes(&answer);
        assert!(notes.contains(words) && notes.is_empty() == words.is_empty(), "{sql}: {answer}");
    }
}
