//! Every parameter that Mist's document has does what it says.

use mistmcp_demo::DemoCloud;
use serde_json::Value;

use crate::{
    address::{FIRST_SITE_MARK, addresses},
    document::{document, parameters},
    peer::Peer,
};

/// Parameters that say how to answer, not with which rows.
const CONTROLS: &[&str] = &[
    "start",
    "end",
    "duration",
    "limit",
    "page",
    "sort",
    "desc_sort",
    "search_after",
    "distinct",
    "interval",
    "fields",
    "resolve",
    "stats",
    "includes",
    "detail",
];

/// The rows of an answer that has some.
async fn rows(peer: &Peer, address: &str) -> Option<Vec<Value>> {
    let response = peer.ask(address).await;
    if !response.status().is_success() {
        return None;
    }
    let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).ok()?;
    answer.get("results").unwrap_or(&answer).as_array().cloned()
}

/// The paths that answer rows, where to ask for them, what they say, and by what they are filtered.
async fn filtered(peer: &Peer, document: &Value) -> Vec<(String, Vec<Value>, Vec<String>)> {
    let mut filtered = Vec::new();
    for path in DemoCloud::paths() {
        // What is required stands in the address already.
        let optional = parameters(document, path).into_iter().filter(|(_, required)| !required);
        let filters = optional.map(|(name, _)| name).filter(|name| !CONTROLS.contains(&name.as_str()));
        let filters = filters.collect::<Vec<_>>();
        // The numbers of an insight are measured, not filtered.
        let measured = path.contains("/insights/{metric}")
            || ["device", "ap", "switch", "gateway", "mxedge"]
                .iter()
                .any(|kind| path.contains(&format!("/insights/{kind}/")))
            || path.ends_with("/insights")
            // Which signals a map of coverage is made of, and how long a visit has to last to be one.
            || path.ends_with("/location/coverage")
            || path.ends_with("/stats/zones");
        if filters.is_empty() || measured || path.contains("/insights/client/") {
            continue;
        }
        // A few rows tell as much as all.
        let address = addresses(peer, path).await.swap_remove(0).replace(FIRST_SITE_MARK, "limit=20");
        if let Some(rows) = rows(peer, &address).await {
            filtered.push((address, rows, filters));
        }
    }
    filtered
}

#[tokio::test]
async fn no_documented_filter_is_ignored() {
    let Some(document) = document() else { return };
    let peer = Peer::start().await;
    let mut ignored = Vec::new();
    for (address, _, filters) in filtered(&peer, &document).await {
        for name in filters {
            let left = rows(&peer, &format!("{address}&{name}=nothing-is-called-so")).await;
            if left.is_some_and(|left| !left.is_empty()) {
                ignored.push(format!("{address}: {name}"));
            }
        }
    }
    assert!(ignored.is_empty(), "{} are ignored:\n{}", ignored.len(), ignored.join("\n"));
}

#[tokio::test]
async fn what_a_row_shows_finds_it() {
    let Some(document) = document() else { return };
    let peer = Peer::start().await;
    let mut lost = Vec::new();
    for (address, rows_there, filters) in filtered(&peer, &document).await {
        for name in filters {
            let shown = rows_there.iter().find_map(|row| plain(&row[&name]).map(|said| (row, said)));
            let Some((row, said)) = shown else { continue };
            let said = said.replace('%', "%25").replace(' ', "%20").replace('&', "%26").replace('+', "%2B");
            let found = rows(&peer, &format!("{address}&{name}={said}")).await;
            if !found.is_some_and(|found| found.contains(row)) {
                lost.push(format!("{address}: {name}={said}"));
            }
        }
    }
    assert!(lost.is_empty(), "{} find nothing:\n{}", lost.len(), lost.join("\n"));
}

/// A value as a query says it; of a list, its first.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(members) => members.first().and_then(plain),
        _ => None,
    }
}

#[tokio::test]
async fn what_is_required_is_demanded_by_its_name() {
    let Some(document) = document() else { return };
    let peer = Peer::start().await;
    let mut demanded = 0;
    for path in DemoCloud::paths() {
        for (name, _) in parameters(&document, path).into_iter().filter(|(_, required)| *required) {
            let address = addresses(&peer, path).await.swap_remove(0);
            let response = peer.ask(&address.replace(&format!("&{name}="), "&unsaid=")).await;
            assert_eq!(response.status(), 400, "{address}");
            let detail = response.json::<Value>().await.unwrap()["detail"].take();
            assert!(detail.as_str().unwrap().starts_with(&name), "{detail}");
            demanded += 1;
        }
    }
    assert!(demanded >= 3, "{demanded}");
}
