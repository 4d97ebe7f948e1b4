//! Names in lists of several pages.

use mistmcp_tests::{Answer, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

use super::{BERLIN, LYON, ORG, paths, privilege, start};

#[tokio::test]
async fn a_site_beyond_the_first_page_of_names_is_found() {
    let (upstream, client) = start(&[privilege(ORG, "Acme")]).await;
    let page = |number: usize, rows: Vec<Value>| Answer::page(&rows, number, 1_000, 1_001);
    let first = (0..1_000).map(|number| json!({ "id": BERLIN, "name": format!("Site {number}") })).collect();
    let second = vec![json!({ "id": LYON, "name": "The last one" })];
    upstream.answers(&format!("/api/v1/orgs/{ORG}/sites"), [page(1, first), page(2, second)]);
    client.call("getSiteInfo", json!({ "site_id": "The last one" })).await;
    assert_eq!(paths(&upstream).last(), Some(&format!("/api/v1/sites/{LYON}")));
}

/// An organization of so many sites, of which Mist gives 100 at once whatever is asked for.
fn many_sites(upstream: &MockUpstream, count: usize, headers: &'static [&'static str]) {
    let path = format!("/api/v1/orgs/{ORG}/sites");
    upstream.default_handler(move |received| {
        if received.path != path {
            return Answer::json(&json!({}));
        }
        let number = |name: &str| received.number(name).unwrap();
        let (limit, page) = (number("limit").min(100), number("page"));
        let rows = (0..count).skip((page - 1) * limit).take(limit);
        let rows = rows.map(|row| json!({ "id": format!("{row:08x}-0000-4000-8000-000000000000"), "name": format!("Site {row}") }));
        let values = [("x-page-limit", limit), ("x-page-page", page), ("x-page-total", count)];
        let values = values.iter().filter(|(name, _)| headers.contains(name));
        let answer = Answer::json(&rows.collect::<Vec<_>>().into());
        values.fold(answer, |answer, (name, value)| answer.header(name, &value.to_string()))
    });
}

#[tokio::test]
async fn every_site_is_found_however_few_mist_gives_at_once() {
    const HEADERS: [&[&str]; 4] =
        [&["x-page-limit", "x-page-page", "x-page-total"], &["x-page-limit"], &["x-page-total"], &[]];
    for headers in HEADERS {
        let upstream = MockUpstream::start().await;
        upstream.json("/api/v1/self", &json!({ "privileges": [privilege(ORG, "Acme")] }));
        many_sites(&upstream, 2_500, headers);
        let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
        client.call("getSiteInfo", json!({ "site_id": "Site 2499" })).await;
        let asked = paths(&upstream);
        assert_eq!(
            asked.last().unwrap(),
            "/api/v1/sites/000009c3-0000-4000-8000-000000000000",
            "{headers:?}"
        );
        assert!((27..=29).contains(&asked.len()), "{headers:?}: {}", asked.len());
        for site in ["Site 150", "Site 1007"] {
            client.call("getSiteInfo", json!({ "site_id": site })).await;
        }
        assert_eq!(paths(&upstream).len(), 2, "they are remembered");
    }
}

#[tokio::test]
async fn a_list_of_names_without_end_is_given_up_and_reported() {
    let upstream = MockUpstream::start().await;
    upstream.json("/api/v1/self", &json!({ "privileges": [privilege(ORG, "Acme")] }));
    many_sites(&upstream, 1_000_000, &["x-page-limit", "x-page-page", "x-page-total"]);
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Quito" })).await;
    assert!(refusal.contains("Only the first of them were looked at"), "{refusal}");
    assert!(paths(&upstream).len() <= 101);
    // It is not read again for each misspelled name.
    client.refusal("getSiteInfo", json!({ "site_id": "Lima" })).await;
    assert_eq!(paths(&upstream).len(), 0);
    // Pages that repeat are the end.
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let same = Answer::json(&json!([{ "id": BERLIN, "name": "Berlin" }])).header("x-page-limit", "1");
    upstream.answers(&format!("/api/v1/orgs/{ORG}/sites"), [same.header("x-page-total", "1000")]);
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": "Oslo" })).await;
    assert!(refusal.contains("there is only \"Berlin\"") && paths(&upstream).len() <= 3, "{refusal}");
}
