//! Pages of Mist and pages of the answer: how many requests they take, and what is missing among them.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle};
use serde_json::{Value, json};

use super::{BERLIN, LYON, ORG, action, actions, ids, note, requests, serve_pages, start, start_with};

#[tokio::test]
async fn all_pages_are_read_and_the_answer_has_pages_of_its_own() {
    let (peer, client) = start().await;
    let path = actions();
    peer.default_handler(move |received| {
        assert_eq!(received.path, path);
        let page = received.query.iter().find(|(name, _)| name == "page").unwrap();
        let page: usize = page.1.parse().unwrap();
        let from = (page - 1) * 1_000;
        let rows: Vec<_> = (from..2_150.min(from + 1_000))
            .map(|number| action(number, "ap", if number < 2_100 { "resolved" } else { "open" }, BERLIN))
            .collect();
        Answer::json(&json!({ "results": rows, "total": 2_150 }))
    });
    let first = client.json("listOrgMarvisActions", json!({ "limit": 20, "fields": "uuid" })).await;
    assert_eq!((ids(&first).len(), &first["total"]), (20, &json!(50)), "{first}");
    assert_eq!(first["results"][0], json!({ "uuid": "u2100" }));
    assert_eq!(first["next"]["page"], 2, "{first}");
    let last = client.json("listOrgMarvisActions", json!({ "limit": 20, "page": 3 })).await;
    assert_eq!((ids(&last).len(), ids(&last)[0]), (10, "u2140"), "{last}");
    assert!(last.get("next").is_none(), "{last}");
    let beyond = client.json("listOrgMarvisActions", json!({ "page": 4_000_000_000_u32 })).await;
    assert_eq!(ids(&beyond), [""; 0], "{beyond}");
}

#[tokio::test]
async fn pages_are_read_by_what_came() {
    let rows: Vec<_> = (0..250).map(|number| action(number, "ap", "open", BERLIN)).collect();
    // Mist caps its pages, with a total and without.
    for (cap, has_total, asked) in [(100, true, 3), (100, false, 4), (1_000, false, 2), (1_000, true, 1)] {
        let (peer, client) = start().await;
        serve_pages(&peer, rows.clone(), cap, has_total);
        let answer = client.json("listOrgMarvisActions", json!({ "limit": 5 })).await;
        assert_eq!((&answer["total"], note(&answer)), (&json!(250), ""), "{cap} {has_total}: {answer}");
        assert_eq!(requests(&peer), asked, "{cap} {has_total}");
    }
    // It ignores `page`, and counts more than it answers.
    let (peer, client) = start().await;
    peer.json(&actions(), &json!({ "results": rows[..3], "total": 5_000 }));
    let answer = client.json("listOrgMarvisActions", json!({})).await;
    assert_eq!((ids(&answer).len(), requests(&peer)), (3, 2), "{answer}");
    assert!(note(&answer).contains("Only the first 3 of 5000 actions"), "{answer}");
    let refusal = client.refusal("listOrgMarvisActions", json!({ "category": "wan" })).await;
    assert!(refusal.contains("none of the 3 Marvis actions that were looked at"), "{refusal}");
}

#[tokio::test]
async fn without_filters_a_page_takes_one_request() {
    let (peer, client) = start().await;
    let rows: Vec<_> = (0..2_500).map(|number| action(number, "ap", "resolved", BERLIN)).collect();
    serve_pages(&peer, rows, 1_000, true);
    let answer = client.json("listOrgMarvisActions", json!({ "status": "all", "limit": 7, "page": 3 })).await;
    assert_eq!((ids(&answer)[0], ids(&answer).len()), ("u14", 7), "{answer}");
    assert_eq!((&answer["total"], &answer["next"]["page"]), (&json!(2_500), &json!(4)), "{answer}");
    let asked = peer.take();
    let asked: Vec<_> = asked.iter().filter(|received| received.path == actions()).collect();
    assert_eq!(asked.len(), 1);
    for (name, value) in [("limit", "7"), ("page", "3")] {
        assert!(asked[0].query.contains(&(name.into(), value.into())), "{name}: {asked:?}");
    }
}

#[tokio::test]
async fn a_total_that_is_less_than_the_rows_tells_nothing() {
    let (peer, client) = start().await;
    let rows: Vec<_> = (0..3).map(|number| action(number, "ap", "open", BERLIN)).collect();
    peer.json(&actions(), &json!({ "results": rows, "total": 1 }));
    for arguments in [json!({}), json!({ "status": "all" }), json!({ "status": "all", "limit": 3 })] {
        let answer = client.json("listOrgMarvisActions", arguments.clone()).await;
        assert_eq!((&answer["total"], ids(&answer).len()), (&json!(3), 3), "{arguments}: {answer}");
    }
}

#[tokio::test]
async fn all_pages_are_found_where_those_of_mist_are_smaller_than_the_limit() {
    // Of the larger total, the second page could also be the last one of 1,000 rows each.
    for (total, pages) in [(250, 3), (1_100, 11)] {
        let (peer, client) = start().await;
        let rows: Vec<_> = (0..total).map(|number| action(number, "ap", "open", BERLIN)).collect();
        serve_pages(&peer, rows, 100, true);
        let wanted: Vec<_> = (0..total).map(|number| format!("u{number}")).collect();
        let arguments = json!({ "status": "all", "limit": 1_000 });
        assert_eq!(walk(&client, arguments).await, (wanted.clone(), pages), "{total}");
        assert_eq!(requests(&peer), pages, "{total}");

        let call = format!("call listOrgMarvisActions --all-pages --org-id {ORG} status=all limit=1000");
        let finished = Launch::at(&peer, &call).run().await;
        assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""), "{total}");
        let answer: Value = serde_json::from_str(&finished.output()).unwrap();
        assert_eq!(ids(&answer), wanted, "{total}");
    }
    // The page by its number alone.
    let (peer, client) = start().await;
    serve_pages(&peer, (0..250).map(|number| action(number, "ap", "open", BERLIN)).collect(), 100, true);
    let second = json!({ "status": "all", "limit": 1_000, "page": 2 });
    let answer = client.json("listOrgMarvisActions", second).await;
    assert_eq!((ids(&answer)[0], ids(&answer).len()), ("u100", 100), "{answer}");
    assert_eq!((&answer["total"], &answer["next"]["page"]), (&json!(250), &json!(3)), "{answer}");
}

#[tokio::test]
async fn a_bad_row_or_a_failing_later_page_loses_no_good_rows() {
    let (peer, client) = start().await;
    let rows = json!([action(1, "ap", "open", BERLIN), "x", null, { "name": "other" }]);
    peer.json(&actions(), &json!({ "results": rows, "total": 4 }));
    let answer = client.json("listOrgMarvisActions", json!({})).await;
    assert_eq!(ids(&answer), ["u1"], "{answer}");
    assert!(note(&answer).contains("3 rows of Mist's answer cannot be read"), "{answer}");

    let broken =
        format!("{{\"results\": [{}, {{\"uuid\": tru}}], \"total\": 2}}", action(1, "ap", "open", BERLIN));
    let (peer, client) = start().await;
    peer.default_handler(move |_| Answer::new("application/json", broken.clone()));
    let answer = client.json("listOrgMarvisActions", json!({})).await;
    assert_eq!(ids(&answer), ["u1"], "{answer}");
    assert!(note(&answer).contains("cannot be read"), "{answer}");

    for status in [400, 403, 404, 500] {
        let (peer, client) = start().await;
        let first: Vec<_> = (0..1_000).map(|number| action(number, "ap", "open", BERLIN)).collect();
        peer.default_handler(move |received| {
            if received.query.contains(&("page".into(), "1".into())) {
                return Answer::json(&json!({ "results": first, "total": 1_500 }));
            }
            Answer::json(&json!({ "detail": "boom" })).status(status)
        });
        let answer = client.json("listOrgMarvisActions", json!({ "limit": 2 })).await;
        assert_eq!((ids(&answer).len(), &answer["total"]), (2, &json!(1_000)), "{answer}");
        for words in ["Only the first 1000 of 1500", "page 2"] {
            assert!(note(&answer).contains(words), "{status} {words}: {answer}");
        }
        assert!(!note(&answer).contains("Correct the parameter"), "{answer}");
    }
}

/// Actions that are open at every second place.
fn half_open(count: usize) -> Vec<Value> {
    let state = |number: usize| if number.is_multiple_of(2) { "open" } else { "resolved" };
    (0..count).map(|number| action(number, "ap", state(number), BERLIN)).collect()
}

/// The ids on all pages, following `next`, and the number of pages.
async fn walk(client: &Client, mut arguments: Value) -> (Vec<String>, usize) {
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let page = client.json("listOrgMarvisActions", arguments.clone()).await;
        found.extend(ids(&page).into_iter().map(str::to_owned));
        pages += 1;
        let Some(next) = page.get("next").and_then(Value::as_object) else { return (found, pages) };
        arguments.as_object_mut().unwrap().extend(next.clone());
    }
}

#[tokio::test]
async fn all_pages_of_filtered_actions_take_the_requests_of_one_reading() {
    let wanted: Vec<_> = (0..2_500).step_by(2).map(|number| format!("u{number}")).collect();
    for lifecycle in [Lifecycle::Legacy, Lifecycle::Stateless] {
        for (arguments, has_total, requests_of_walk) in [
            (json!({}), true, 3),
            (json!({ "limit": 40 }), true, 3),
            (json!({ "site_id": "Berlin", "category": "ap", "limit": 500 }), false, 4),
        ] {
            let (peer, client) = start_with("orgs_marvis_actions", lifecycle).await;
            serve_pages(&peer, half_open(2_500), 1_000, has_total);
            let (found, pages) = walk(&client, arguments.clone()).await;
            assert!(pages >= 3, "{arguments}: {pages}");
            assert_eq!(found, wanted, "{arguments}");
            assert_eq!(requests(&peer), requests_of_walk, "{arguments}: {pages} pages");
        }
    }
}

#[tokio::test]
async fn the_first_page_reads_anew_and_other_filters_have_pages_of_their_own() {
    let (peer, client) = start().await;
    serve_pages(&peer, half_open(300), 1_000, true);
    let page = |arguments: Value| client.json("listOrgMarvisActions", arguments);
    assert_eq!(page(json!({})).await["total"], 150);
    // Mist has others meanwhile.
    serve_pages(&peer, half_open(220), 1_000, true);
    assert_eq!(page(json!({ "page": 2 })).await["total"], 150, "the pages are of one time");
    assert_eq!(requests(&peer), 1);
    for (arguments, total) in [
        (json!({ "status": "resolved", "page": 2 }), 110),
        (json!({ "site_id": LYON, "page": 2 }), 0),
        (json!({ "category": "a", "page": 2 }), 110),
    ] {
        let answer = page(arguments.clone()).await;
        assert_eq!(answer["total"].as_u64().unwrap_or_default(), total, "{arguments}: {answer}");
        assert_eq!(requests(&peer), 1, "{arguments}");
    }
    assert_eq!(page(json!({})).await["total"], 110);
    assert_eq!(page(json!({ "page": 2 })).await["total"], 110);
    assert_eq!(requests(&peer), 1);
}

#[tokio::test]
async fn pages_after_a_failure_are_read_again() {
    let (peer, client) = start().await;
    let rows = half_open(1_500);
    let first = rows[..1_000].to_vec();
    peer.default_handler(move |received| {
        if received.query.contains(&("page".into(), "1".into())) {
            return Answer::json(&json!({ "results": first, "total": 1_500 }));
        }
        Answer::json(&json!({ "detail": "boom" })).status(400)
    });
    let answer = client.json("listOrgMarvisActions", json!({})).await;
    assert_eq!(answer["total"], 500, "{answer}");
    serve_pages(&peer, rows, 1_000, true);
    let answer = client.json("listOrgMarvisActions", json!({ "page": 2 })).await;
    assert_eq!((&answer["total"], note(&answer)), (&json!(750), ""), "{answer}");
}

#[tokio::test]
async fn all_pages_of_the_command_line_take_the_requests_of_one_reading() {
    let (peer, _client) = start().await;
    serve_pages(&peer, half_open(2_500), 1_000, true);
    let call = format!("call listOrgMarvisActions --all-pages --org-id {ORG}");
    let finished = Launch::at(&peer, &call).run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    let answer: Value = serde_json::from_str(&finished.output()).unwrap();
    assert_eq!((ids(&answer).len(), requests(&peer)), (1_250, 3), "{answer}");
}
