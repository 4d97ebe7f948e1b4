//! Queries over Marvis actions, and the requests that they may send.

use mistmcp_tests::{Answer, Launch, Lifecycle, text};
use serde_json::{Value, json};

use super::{BERLIN, ORG, action, requests, serve_pages, start};

#[tokio::test]
async fn a_query_counts_and_limits_the_real_requests_for_actions() {
    let (peer, client) = start().await;
    let categories = "-m custom -c orgs_marvis_actions,queries";
    let query = Launch::at(&peer, categories).client(Lifecycle::Legacy).await;
    let rows: Vec<_> = (0..4_500).map(|number| action(number, "ap", "open", BERLIN)).collect();
    serve_pages(&peer, rows, 1_000, true);
    client.json("listOrgMarvisActions", json!({ "org_id": ORG })).await;
    assert_eq!(requests(&peer), 5);
    let over = |arguments: Value, max_calls: u32| {
        json!({
            "tables": { "t": { "tool": "listOrgMarvisActions", "arguments": arguments } },
            "sql": "SELECT count(*) AS n FROM t", "max_calls": max_calls, "refresh": true,
        })
    };
    let all = json!({ "org_id": ORG, "status": "all" });
    let answer = query.json("queryRows", over(all, 10)).await;
    assert_eq!((&answer["results"][0]["n"], &answer["calls"]), (&json!(4_500), &json!(5)), "{answer}");
    assert_eq!(requests(&peer), 5);
    let open = json!({ "org_id": ORG });
    let answer = query.json("queryRows", over(open.clone(), 50)).await;
    assert_eq!((&answer["results"][0]["n"], &answer["calls"]), (&json!(4_500), &json!(5)), "{answer}");
    assert_eq!(requests(&peer), 5);
    for most in [1, 3, 4] {
        let refusal = query.refusal("queryRows", over(open.clone(), most)).await;
        assert!(refusal.contains("max_calls"), "{refusal}");
        let sent = requests(&peer);
        assert!(sent <= most as usize, "{sent} of {most}: {refusal}");
    }
}

#[tokio::test]
async fn two_tables_of_actions_share_the_requests_that_are_allowed() {
    let (peer, client) = start().await;
    let query = Launch::at(&peer, "-m custom -c orgs_marvis_actions,queries").client(Lifecycle::Legacy).await;
    let rows: Vec<_> = (0..4_500).map(|number| action(number, "ap", "open", BERLIN)).collect();
    serve_pages(&peer, rows, 1_000, true);
    client.json("listOrgMarvisActions", json!({ "org_id": ORG })).await;
    requests(&peer);
    // They differ in their arguments, so each is a table of its own, and each page of one takes several requests.
    let table = |arguments: Value| json!({ "tool": "listOrgMarvisActions", "arguments": arguments });
    let mut answer = Value::Null;
    for most in [2, 3, 5, 8, 11, 13, 21, 34, 60] {
        let arguments = json!({
            "tables": {
                "a": table(json!({ "org_id": ORG })),
                "b": table(json!({ "org_id": ORG, "site_id": BERLIN })),
            },
            "sql": "SELECT (SELECT count(*) FROM a) AS a, (SELECT count(*) FROM b) AS b",
            "max_calls": most, "refresh": true,
        });
        let result = query.try_call("queryRows", arguments).await.unwrap();
        let sent = requests(&peer);
        assert!(sent <= most, "{sent} of {most}: {result:?}");
        answer = serde_json::from_str(&text(&result)).unwrap_or_default();
    }
    assert_eq!(answer["results"], json!([{ "a": 4_500, "b": 4_500 }]), "{answer}");
}

#[tokio::test]
async fn a_query_has_every_action_once_where_the_pages_of_mist_are_smaller_than_the_limit() {
    for is_total_of_first in [false, true] {
        let (peer, client) = start().await;
        let query =
            Launch::at(&peer, "-m custom -c orgs_marvis_actions,queries").client(Lifecycle::Legacy).await;
        let rows: Vec<_> = (0..250).map(|number| action(number, "ap", "open", BERLIN)).collect();
        serve_pages(&peer, rows.clone(), 100, true);
        client.json("listOrgMarvisActions", json!({ "org_id": ORG })).await;
        if is_total_of_first {
            peer.default_handler(move |received| {
                let number = received.parameter("page").unwrap().parse::<usize>().unwrap();
                let page: Vec<_> = rows.iter().skip((number - 1) * 100).take(100).cloned().collect();
                let total = (number == 1).then_some(250);
                Answer::json(&json!({ "results": page, "total": total }))
            });
        }
        let arguments = json!({
            "tables": { "t": {
                "tool": "listOrgMarvisActions", "arguments": { "org_id": ORG, "status": "all" },
            } },
            "sql": "SELECT count(*) AS n, count(DISTINCT uuid) AS d FROM t", "max_calls": 50, "refresh": true,
        });
        let answer = query.json("queryRows", arguments).await;
        assert_eq!(answer["results"][0], json!({ "n": 250, "d": 250 }), "{is_total_of_first}: {answer}");
    }
}
