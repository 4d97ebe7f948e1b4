//! Marvis actions, whose endpoints are undocumented, and what stands in for them.

mod alarms;
mod filters;
mod kinds;
mod pages;
mod queries;

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
    start_with("orgs_marvis_actions", Lifecycle::Legacy).await
}

/// A client of a session with these categories.
async fn start_with(categories: &str, lifecycle: Lifecycle) -> (MockUpstream, Client) {
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
    let client = Launch::at(&peer, &format!("-m custom -c {categories}")).client(lifecycle).await;
    (peer, client)
}

/// The ids of the rows of an answer.
fn ids(answer: &Value) -> Vec<&str> {
    let rows = answer["results"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
    rows.map(|row| row.get("uuid").or(row.get("id")).unwrap().as_str().unwrap()).collect()
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
