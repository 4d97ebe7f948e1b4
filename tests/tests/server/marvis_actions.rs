//! Marvis actions, whose endpoints are undocumented, and what stands in for them.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
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
        Answer::json(&json!(null)),
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
async fn a_failure_unrelated_to_the_endpoint_stays_an_error() {
    for status in [401, 403, 429] {
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
