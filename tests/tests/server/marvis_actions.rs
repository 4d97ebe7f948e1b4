//! Marvis actions, whose endpoints are undocumented, and what stands in for them.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream, text};
use serde_json::{Value, json};

const ORG: &str = "0a000000-0000-4000-8000-000000000001";
const BERLIN: &str = "05000000-0000-4000-8000-000000000001";
const LYON: &str = "05000000-0000-4000-8000-000000000002";

fn actions() -> String {
    format!("/api/v1/labs/orgs/{ORG}/suggestion")
}

fn alarms() -> String {
    format!("/api/v1/orgs/{ORG}/alarms/search")
}

fn action(number: usize, category: &str, status: &str, site: &str) -> Value {
    json!({
        "uuid": format!("u{number}"), "row_key": "k", "category": category, "symptom": "bad_cable",
        "status": status, "details": { "impacted_tuple": [{ "site": site }] },
    })
}

async fn start() -> (MockUpstream, Client) {
    let peer = MockUpstream::start().await;
    peer.json(
        "/api/v1/self",
        &json!({ "privileges": [{ "scope": "org", "org_id": ORG, "name": "Acme", "role": "read" }] }),
    );
    let sites = json!([{ "id": BERLIN, "name": "Berlin" }, { "id": LYON, "name": "Lyon" }]);
    peer.json(&format!("/api/v1/orgs/{ORG}/sites"), &sites);
    peer.json(
        &alarms(),
        &json!({ "results": [
        { "id": "a1", "group": "marvis", "type": "bad_cable", "status": "open", "site_id": BERLIN },
        { "id": "a2", "group": "marvis", "type": "missing_vlan", "status": "resolved", "site_id": LYON },
    ], "total": 2, "limit": 1000 }),
    );
    let client = Launch::at(&peer, "-m custom -c orgs_marvis_actions").client(Lifecycle::Legacy).await;
    (peer, client)
}

/// The ids of the rows of an answer.
fn ids(answer: &Value) -> Vec<&str> {
    let rows = answer["results"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
    rows.map(|row| row.get("uuid").or(row.get("id")).unwrap().as_str().unwrap()).collect()
}

#[tokio::test]
async fn actions_are_filtered_by_status_category_and_site() {
    let (peer, client) = start().await;
    let rows = [
        action(1, "switch", "open", BERLIN),
        action(2, "Wireless", "inprogress", LYON),
        action(3, "wireless", "reoccured", BERLIN),
        action(4, "switch", "resolved", LYON),
        action(5, "switch", "expired action", LYON),
        action(6, "switch", "marvis_self_driven", BERLIN),
    ];
    peer.json(&actions(), &json!({ "results": rows, "total": rows.len() }));
    for (arguments, wanted) in [
        (json!({}), vec!["u1", "u2", "u3"]),
        (json!({ "status": "all" }), vec!["u1", "u2", "u3", "u4", "u5", "u6"]),
        (json!({ "status": "inprogress" }), vec!["u2"]),
        (json!({ "status": "expired action" }), vec!["u5"]),
        (json!({ "status": "marvis_self_driven" }), vec!["u6"]),
        (json!({ "category": "WIRE" }), vec!["u2", "u3"]),
        (json!({ "site_id": "Berlin" }), vec!["u1", "u3"]),
        (json!({ "site_id": LYON, "status": "all", "category": "switch" }), vec!["u4", "u5"]),
        (json!({ "status": "validated" }), vec![]),
    ] {
        let answer = client.json("listOrgMarvisActions", arguments.clone()).await;
        assert_eq!(ids(&answer), wanted, "{arguments}: {answer}");
        assert!(answer.get("note").is_none(), "{answer}");
    }
    let refusal = client.refusal("listOrgMarvisActions", json!({ "category": "nosuch" })).await;
    assert!(refusal.contains("there are `") && refusal.contains("`switch`"), "{refusal}");
    let received = peer.take();
    let received = received.iter().find(|received| received.path == actions()).unwrap();
    for (name, value) in
        [("query", "get_suggestion"), ("resolve_wcid", "true"), ("limit", "1000"), ("page", "1")]
    {
        assert!(received.query.contains(&(name.into(), value.into())), "{name}: {received:?}");
    }
    let refusal = client.refusal("listOrgMarvisActions", json!({ "status": "done" })).await;
    assert!(refusal.contains("reoccured") && refusal.contains("expired action"), "{refusal}");
}

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
async fn alarms_stand_in_where_mist_has_no_such_endpoint_or_answers_another_form() {
    let not_there = Answer::json(&json!({ "detail": "Not found." })).status(404);
    for answer in [
        not_there,
        Answer::json(&json!({ "suggestions": [] })),
        Answer::json(&json!({ "results": "none" })),
        Answer::json(&json!({ "results": [{ "name": "something else" }] })),
        Answer::json(&json!(["a"])),
        Answer::json(&json!({ "results": null, "total": 3 })),
    ] {
        let (peer, client) = start().await;
        let path = actions();
        let of_path = answer.clone();
        peer.default_handler(move |received| {
            assert_eq!(received.path, path);
            of_path.clone()
        });
        let shown = format!("{answer:?}");
        let open = client.json("listOrgMarvisActions", json!({})).await;
        assert_eq!(ids(&open), ["a1"], "{shown}: {open}");
        let note = open["note"].as_str().unwrap();
        assert!(
            note.contains("alarms of group `marvis`") && note.contains("undocumented"),
            "{shown}: {note}"
        );
        let asked = peer.take();
        let asked = asked.iter().find(|received| received.path == alarms()).unwrap();
        assert!(asked.query.contains(&("group".into(), "marvis".into())), "{asked:?}");

        let all = client.json("listOrgMarvisActions", json!({ "status": "all", "category": "ap" })).await;
        assert_eq!(ids(&all), ["a1", "a2"], "{shown}: {all}");
        assert!(all["note"].as_str().unwrap().contains("no category"), "{all}");
        let resolved = json!({ "status": "resolved", "site_id": "Lyon" });
        let resolved = client.json("listOrgMarvisActions", resolved).await;
        assert_eq!(ids(&resolved), ["a2"], "{shown}: {resolved}");
        let asked = peer.take();
        let asked = asked.iter().rfind(|received| received.path == alarms()).unwrap();
        assert!(asked.query.contains(&("site_id".into(), LYON.into())), "{asked:?}");
    }
}

#[tokio::test]
async fn nothing_in_place_of_a_list_is_a_list_without_actions() {
    for answer in [
        Answer::json(&json!(null)),
        Answer::json(&json!({ "results": null })),
        Answer::json(&json!({ "results": null, "total": 0, "limit": 1000 })),
        Answer::new("application/json", String::new()),
        Answer::new("application/json", String::new()).status(204),
    ] {
        let (peer, client) = start().await;
        let shown = format!("{answer:?}");
        peer.default_handler(move |_| answer.clone());
        for arguments in [json!({}), json!({ "status": "all" })] {
            let answer = client.json("listOrgMarvisActions", arguments).await;
            assert_eq!((ids(&answer).len(), note(&answer)), (0, ""), "{shown}: {answer}");
        }
        assert!(peer.take().iter().all(|received| received.path != alarms()), "{shown}");
    }
}

#[tokio::test]
async fn a_note_stays_where_the_answer_is_cut() {
    let (peer, client) = start().await;
    peer.default_handler(|_| Answer::json(&json!({ "detail": "no" })).status(404));
    let row =
        |number: usize| json!({ "id": format!("a{number}"), "group": "marvis", "text": "x".repeat(500) });
    peer.json(&alarms(), &json!({ "results": (0..900).map(row).collect::<Vec<_>>(), "total": 900 }));
    let answer = client.json("listOrgMarvisActions", json!({ "limit": 900 })).await;
    for words in ["alarms of group `marvis`", "rows left out"] {
        assert!(note(&answer).contains(words), "{words}: {}", note(&answer));
    }
}

#[tokio::test]
async fn a_failure_unrelated_to_the_endpoint_stays_an_error() {
    for status in [401, 429] {
        let (peer, client) = start().await;
        peer.default_handler(move |_| Answer::json(&json!({ "detail": "no" })).status(status));
        client.refusal("listOrgMarvisActions", json!({ "org_id": ORG })).await;
        client.refusal("listMarvisActionKinds", json!({})).await;
        assert!(peer.take().iter().all(|received| received.path != alarms()), "{status}");
    }
}

#[tokio::test]
async fn kinds_are_answered_as_they_are_or_alarms_stand_in() {
    let (peer, client) = start().await;
    let path = "/api/v1/labs/suggestions_schema";
    let kinds = json!({ "bad_cable": { "recommended_action": "Replace the cable" } });
    peer.json(path, &kinds);
    assert_eq!(client.json("listMarvisActionKinds", json!({})).await, kinds);

    for answer in [Answer::json(&json!({})).status(404), Answer::json(&json!("none"))] {
        let (peer, client) = start().await;
        peer.json(
            "/api/v1/const/alarm_defs",
            &json!([{ "key": "bad_cable", "group": "marvis" }, { "key": "device_down", "group": "infrastructure" }]),
        );
        peer.default_handler(move |_| answer.clone());
        let stood_in = client.json("listMarvisActionKinds", json!({})).await;
        assert_eq!(stood_in["results"], json!([{ "key": "bad_cable", "group": "marvis" }]), "{stood_in}");
        assert!(stood_in["note"].as_str().unwrap().contains("undocumented"), "{stood_in}");
    }
}

/// Serves these actions in pages of at most `cap`, with or without a total.
fn serve_pages(peer: &MockUpstream, rows: Vec<Value>, cap: usize, has_total: bool) {
    let path = actions();
    peer.default_handler(move |received| {
        assert_eq!(received.path, path);
        let number = |name: &str| {
            let value = received.query.iter().find(|(key, _)| key == name).unwrap();
            value.1.parse::<usize>().unwrap()
        };
        let (limit, page) = (number("limit").min(cap), number("page"));
        let page: Vec<_> = rows.iter().skip((page - 1) * limit).take(limit).cloned().collect();
        let mut answer = json!({ "results": page, "limit": number("limit") });
        if has_total {
            answer["total"] = rows.len().into();
        }
        Answer::json(&answer)
    });
}

/// The number of requests for actions since the last time.
fn requests(peer: &MockUpstream) -> usize {
    peer.take().iter().filter(|received| received.path == actions()).count()
}

fn note(answer: &Value) -> &str {
    answer["note"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn an_action_in_an_unknown_state_or_without_one_does_not_vanish() {
    let (peer, client) = start().await;
    let mut stateless = action(3, "switch", "", BERLIN);
    stateless.as_object_mut().unwrap().remove("status");
    let rows = [
        action(1, "switch", "OPEN", BERLIN),
        action(2, "switch", "suppressed", BERLIN),
        stateless,
        action(4, "switch", "In Progress", BERLIN),
        action(5, "switch", "Resolved", BERLIN),
        action(6, "switch", "Expired Action", BERLIN),
    ];
    peer.json(&actions(), &json!({ "results": rows, "total": rows.len() }));
    let open = client.json("listOrgMarvisActions", json!({})).await;
    assert_eq!(ids(&open), ["u1", "u2", "u3", "u4"], "{open}");
    for written in ["in progress", "IN_PROGRESS", "inprogress"] {
        let answer = client.json("listOrgMarvisActions", json!({ "status": written })).await;
        assert_eq!(ids(&answer), ["u4"], "{written}: {answer}");
        assert!(note(&answer).contains("1 action has no status"), "{answer}");
    }
    let refusal = client.refusal("listOrgMarvisActions", json!({ "status": "reoccurred" })).await;
    assert!(refusal.contains("did you mean \"reoccured\"?"), "{refusal}");
}

#[tokio::test]
async fn an_action_without_a_category_or_a_site_is_counted_in_a_note() {
    let (peer, client) = start().await;
    let mut bare = action(2, "switch", "open", BERLIN);
    bare["category"] = Value::Null;
    bare["details"] = json!({});
    let rows = [action(1, "switch", "open", BERLIN), bare, action(3, "ap", "open", LYON)];
    peer.json(&actions(), &json!({ "results": rows, "total": 3 }));
    let answer = client.json("listOrgMarvisActions", json!({ "category": "ap" })).await;
    assert_eq!(ids(&answer), ["u3"], "{answer}");
    assert!(note(&answer).contains("1 action has no category"), "{answer}");
    let answer = client.json("listOrgMarvisActions", json!({ "site_id": "Lyon" })).await;
    assert_eq!(ids(&answer), ["u3"], "{answer}");
    assert!(note(&answer).contains("1 action has no site"), "{answer}");
    let answer = client.json("listOrgMarvisActions", json!({})).await;
    assert_eq!((ids(&answer).len(), note(&answer)), (3, ""), "{answer}");
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
    assert_eq!(answer["results"][0]["n"], 4_500, "{answer}");
    assert_eq!(answer["calls"], requests(&peer), "{answer}");
    for most in [3, 8] {
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

#[tokio::test]
async fn alarms_stand_in_where_the_endpoint_refuses_the_request() {
    for status in [400, 405, 410] {
        let (peer, client) = start().await;
        peer.default_handler(move |_| Answer::json(&json!({ "detail": "gone" })).status(status));
        let answer = client.json("listOrgMarvisActions", json!({})).await;
        assert_eq!(ids(&answer), ["a1"], "{answer}");
        assert!(note(&answer).contains("undocumented") && !note(&answer).contains("Correct"), "{answer}");
        peer.json("/api/v1/const/alarm_defs", &json!([{ "key": "bad_cable", "group": "marvis" }]));
        let kinds = client.json("listMarvisActionKinds", json!({})).await;
        assert_eq!(kinds["results"][0]["key"], "bad_cable", "{kinds}");
        for (alarms_answer, words) in [
            (json!("no"), "another form too"),
            (json!(null), "none of these either"),
            (json!([]), "none of these either"),
        ] {
            peer.json(&alarms(), &alarms_answer);
            let answer = client.json("listOrgMarvisActions", json!({})).await;
            assert!(ids(&answer).is_empty() && note(&answer).contains(words), "{words}: {answer}");
        }
    }
}

#[tokio::test]
async fn what_are_no_kinds_of_actions_is_not_answered_as_kinds() {
    for body in [
        json!({ "error": { "code": 5 } }),
        json!({ "detail": "no", "errors": [] }),
        json!([1, 2, "x"]),
        json!({ "results": [] }),
        json!({ "a": {} }),
        json!([]),
    ] {
        let (peer, client) = start().await;
        peer.json("/api/v1/labs/suggestions_schema", &body);
        peer.json("/api/v1/const/alarm_defs", &json!([{ "key": "bad_cable", "group": "marvis" }]));
        let answer = client.json("listMarvisActionKinds", json!({})).await;
        assert_eq!(answer["results"][0]["key"], "bad_cable", "{body}: {answer}");
        assert!(note(&answer).contains("another form"), "{body}: {answer}");
    }
    let (peer, client) = start().await;
    let kinds = json!({ "results": [{ "symptom": "bad_cable" }, "x"] });
    peer.json("/api/v1/labs/suggestions_schema", &kinds);
    let answer = client.json("listMarvisActionKinds", json!({})).await;
    assert_eq!(answer["results"][0]["symptom"], "bad_cable", "{answer}");
}

#[tokio::test]
async fn alarms_stand_in_where_the_endpoint_is_not_open_to_the_token() {
    let (peer, client) = start().await;
    peer.default_handler(|_| Answer::json(&json!({ "detail": "no" })).status(403));
    peer.json("/api/v1/const/alarm_defs", &json!([{ "key": "bad_cable", "group": "marvis" }]));
    for arguments in [json!({}), json!({ "status": "open", "category": "switch", "limit": 5 })] {
        let answer = client.json("listOrgMarvisActions", arguments).await;
        assert_eq!(ids(&answer), ["a1"], "{answer}");
        assert!(note(&answer).contains("may not be open to this API token"), "{answer}");
    }
    let answer = client.json("listOrgMarvisActions", json!({ "status": "all" })).await;
    assert_eq!(ids(&answer), ["a1", "a2"], "{answer}");
    let kinds = client.json("listMarvisActionKinds", json!({})).await;
    assert_eq!(kinds["results"][0]["key"], "bad_cable", "{kinds}");
    assert!(note(&kinds).contains("may not be open to this API token"), "{kinds}");
    // The alarms are not open to the token either: it does not see the organization.
    peer.answers(&alarms(), (0..4).map(|_| Answer::json(&json!({ "detail": "no" })).status(403)));
    let refusal = client.refusal("listOrgMarvisActions", json!({})).await;
    assert!(refusal.contains("may not see this organization") && refusal.contains("labs"), "{refusal}");
}

#[tokio::test]
async fn a_status_that_alarms_do_not_have_is_said() {
    let (peer, client) = start().await;
    peer.default_handler(|_| Answer::json(&json!({ "detail": "no" })).status(404));
    for (status, answered, id) in [
        ("inprogress", "open", "a1"),
        ("reoccured", "open", "a1"),
        ("validated", "resolved", "a2"),
        ("marvis_self_driven", "resolved", "a2"),
        ("expired action", "resolved", "a2"),
    ] {
        let answer = client.json("listOrgMarvisActions", json!({ "status": status })).await;
        assert_eq!(ids(&answer), [id], "{status}: {answer}");
        for words in
            ["only `open` or `resolved`", &format!("`{status}`"), &format!("all that are `{answered}`")]
        {
            assert!(note(&answer).contains(words), "{status} {words}: {answer}");
        }
    }
    for status in ["open", "resolved", "all"] {
        let answer = client.json("listOrgMarvisActions", json!({ "status": status })).await;
        assert!(!note(&answer).contains("only `open`"), "{status}: {answer}");
    }
}

#[tokio::test]
async fn how_many_of_the_alarms_were_looked_at_is_said() {
    let (peer, client) = start().await;
    peer.default_handler(|_| Answer::json(&json!({ "detail": "no" })).status(404));
    for (count, total, words) in [
        (1_000, json!(2_345), Some("Only the 1000 newest of 2345 alarms")),
        (100, json!(250), Some("Only the 100 newest of 250 alarms")),
        (1_000, Value::Null, Some("Only the 1000 newest alarms")),
        (1_000, json!(1_000), None),
        (3, Value::Null, None),
    ] {
        let row = |number: usize| json!({ "id": format!("a{number}"), "group": "marvis", "status": "open" });
        let rows: Vec<_> = (0..count).map(row).collect();
        peer.json(&alarms(), &json!({ "results": rows, "total": total }));
        let answer = client.json("listOrgMarvisActions", json!({ "limit": 2 })).await;
        match words {
            Some(words) => {
                assert!(note(&answer).contains(words) && note(&answer).contains("`site_id`"), "{answer}");
            }
            None => assert!(!note(&answer).contains("looked at"), "{answer}"),
        }
    }
}
