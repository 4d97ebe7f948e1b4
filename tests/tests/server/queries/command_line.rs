use mistmcp_tests::{Answer, Launch, MockUpstream};
use serde_json::{Value, json};

use super::ORG;
use crate::command_line::stops;

fn demo(sql: &str, flags: &str) -> Launch {
    Launch::new("--demo query").argument(sql).arguments(flags)
}

const APS: &str = "--from aps=listOrgDevicesStats --with aps.type=ap";

#[tokio::test]
async fn a_result_is_a_table_json_or_csv_with_the_columns_in_their_order() {
    let sql = "SELECT model, count(*) AS n, avg(NULL) AS empty FROM aps GROUP BY model ORDER BY model";
    let table = demo(sql, APS).run().await;
    assert_eq!((table.code(), table.stderr.as_str()), (Some(0), ""));
    let lines: Vec<Vec<_>> = table.stdout.iter().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[..2], [vec!["model", "n", "empty"], vec!["AP34", "9"]]);

    let csv = demo(sql, &format!("{APS} --output csv")).run().await;
    assert!(
        csv.output().starts_with("model,n,empty\r\nAP34,9,\r\n") || csv.stdout[1].trim_end() == "AP34,9,",
        "{}",
        csv.output()
    );

    let written = demo(sql, &format!("{APS} --output json")).run().await;
    let answer: Value = serde_json::from_str(&written.output()).unwrap();
    assert_eq!((&answer["results"][0], &answer["total"]), (&json!({ "model": "AP34", "n": 9 }), &json!(4)));
    assert_eq!((&answer["calls"], &answer["tables"]["aps"]["rows"]), (&json!(1), &json!(30)));
}

#[tokio::test]
async fn csv_of_an_empty_result_has_its_header() {
    let csv = demo("SELECT name, mac FROM aps WHERE 0", &format!("{APS} --output csv")).run().await;
    assert_eq!((csv.code(), csv.output().trim_end()), (Some(0), "name,mac"), "{}", csv.stderr);
}

#[tokio::test]
async fn tables_are_joined_and_arguments_take_names_and_lists() {
    let launch = demo("SELECT count(*) AS n FROM leeds l JOIN sites s ON s.id = l.site_id", "--output csv")
        .argument("--from")
        .argument("leeds=listSiteDevicesStats")
        .argument("--with")
        .argument("leeds.site_id=Leeds Distribution Centre")
        .arguments("--with leeds.type=all --from sites=searchOrgSites");
    let finished = launch.run().await;
    assert_eq!(
        (finished.code(), finished.stdout.last().unwrap().trim()),
        (Some(0), "16"),
        "{}",
        finished.stderr
    );
}

#[tokio::test]
async fn explain_prints_the_cost_and_no_sql_the_columns() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| {
        Answer::page(&[json!({ "name": "a", "radio": { "channel": 36 } })], 1, 1_000, 62_000)
    });
    let launch = |more: &str| {
        Launch::at(&upstream, "query")
            .arguments(&format!("--from t=getOrgInventory --with t.org_id={ORG} {more}"))
    };
    let finished = launch("--explain").run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    let words: Vec<_> = finished.stdout[1].split_whitespace().collect();
    assert_eq!(words, ["t", "62000", "62"]);
    assert!(
        finished.stderr.contains("calls of Mist's API: 62, of which 1")
            && finished.stderr.contains("4749 are left"),
        "{}",
        finished.stderr
    );
    let finished = launch("--output csv").run().await;
    assert!(finished.output().contains("t,radio.channel,integer,36"), "{}", finished.output());
    let refused = launch("SELECT").run().await;
    assert_eq!(refused.code(), Some(2));
    assert!(
        refused.stderr.contains("62 calls") && refused.stderr.contains("max_calls"),
        "{}",
        refused.stderr
    );
}

#[tokio::test]
async fn what_is_missing_from_a_table_is_reported_and_makes_the_exit_code_1() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|received| {
        let is_first = received.number("page").is_none_or(|page| page == 1);
        let answer = Answer::page(&[json!({ "n": 1 })], 1, 1, 2);
        if is_first { answer } else { answer.status(404) }
    });
    let flags = format!("--from t=getOrgInventory --with t.org_id={ORG} --output csv");
    let finished = Launch::at(&upstream, "query").argument("SELECT n FROM t").arguments(&flags).run().await;
    assert_eq!((finished.code(), finished.stdout.len()), (Some(1), 2), "{}", finished.stderr);
    assert!(finished.stderr.contains("t: 1 of 2 rows"), "{}", finished.stderr);
}

#[tokio::test]
async fn mistakes_are_reported_with_what_to_write() {
    stops(demo("SELECT 1", "--from aps"), 2, &["--from NAME=TOOL"]).await;
    stops(
        demo("SELECT 1", "--from a=searchOrgSites --with b.x=1"),
        2,
        &["there is no table `b`", "the only table is `a`"],
    )
    .await;
    let two = "--from a=searchOrgSites --from c=listOrgWlans";
    for (more, words) in [
        ("--with b.psk=hunter2", &["--with b.psk: there is no table `b`", "the tables are a, c"][..]),
        ("--with a.name", &["`a.name` has no value", "--with a.name=VALUE"]),
        ("--with name=x", &["`name` names no argument", "NAME.ARGUMENT=VALUE"]),
        ("--from d=", &["without its tool", "--from NAME=TOOL"]),
        ("--from =searchOrgSites", &["without its name"]),
    ] {
        stops(demo("SELECT 1", &format!("{two} {more}")), 2, words).await;
    }
    stops(demo("SELECT 1", "--from a=searchOrgSites --from a=listOrgWlans"), 2, &["two tables"]).await;
    stops(demo("SELECT nme FROM aps", APS), 2, &["no such column: nme", "\"name\""]).await;
    stops(demo("DROP TABLE aps", APS), 2, &["one SELECT"]).await;
    stops(demo("SELECT 1", "--from a=searchOrgSits"), 2, &["searchOrgSites", "tools` lists the tools"]).await;
    stops(demo("-", APS), 2, &["standard input", "is empty"]).await;
}
