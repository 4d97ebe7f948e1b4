//! Lists whose answers do not tell how many rows there are: no page is taken for the whole list.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream, Received};
use serde_json::{Value, json};

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";
const SITE: &str = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";

fn inventory() -> String {
    format!("/api/v1/orgs/{ORG}/inventory")
}

/// How the cloud pages its inventory.
#[derive(Clone, Copy, Debug)]
struct Cloud {
    devices: usize,
    /// Rows of a page at most, whatever is asked for.
    cap: usize,
    headers: &'static [&'static str],
    /// Whether it answers all rows to each request.
    ignores_pages: bool,
}

impl Cloud {
    const fn of(devices: usize, cap: usize, headers: &'static [&'static str]) -> Self {
        Self { devices, cap, headers, ignores_pages: false }
    }

    fn answer(self, received: &Received) -> Answer {
        if received.path != inventory() {
            return Answer::json(&json!({ "results": [], "total": 0 }));
        }
        let page = received.number("page").unwrap_or(1);
        let limit = received.number("limit").unwrap_or(100).min(self.cap);
        let rows = (0..self.devices).map(|device| {
            json!({
                "mac": format!("5c5b35{device:06x}"), "name": format!("AP-{device}"), "type": "ap", "model": "AP43",
                "site_id": SITE, "connected": device + 1 < self.devices,
            })
        });
        let rows: Vec<_> = if self.ignores_pages {
            rows.collect()
        } else {
            rows.skip((page - 1) * limit).take(limit).collect()
        };
        let values = [("x-page-limit", limit), ("x-page-page", page), ("x-page-total", self.devices)];
        let values = values.iter().filter(|(name, _)| self.headers.contains(name));
        values
            .fold(Answer::json(&rows.into()), |answer, (name, value)| answer.header(name, &value.to_string()))
    }

    async fn start(self) -> (MockUpstream, Client) {
        let upstream = MockUpstream::start().await;
        upstream.default_handler(move |received| self.answer(received));
        let client = Launch::at(&upstream, "-m all --rate-limit 100000").client(Lifecycle::Legacy).await;
        (upstream, client)
    }
}

/// The line of `not_seen` about the inventory.
fn of_inventory(answer: &Value) -> Option<&str> {
    let mut lines = answer["not_seen"].as_array().unwrap().iter().filter_map(Value::as_str);
    lines.find(|line| line.starts_with("inventory"))
}

#[tokio::test]
async fn an_answer_counts_the_devices_of_all_pages() {
    const ALL: &[&str] = &["x-page-limit", "x-page-page", "x-page-total"];
    for cloud in [
        Cloud::of(1_300, 1_000, &[]),
        Cloud::of(1_000, 1_000, &[]),
        Cloud::of(2_000, 1_000, &["x-page-limit"]),
        Cloud::of(2_001, 1_000, &["x-page-total"]),
        Cloud::of(2_001, 1_000, ALL),
        // Pages are smaller than asked for.
        Cloud::of(250, 100, &[]),
        Cloud::of(250, 100, &["x-page-total"]),
        Cloud::of(120, 50, &["x-page-limit"]),
        // The list has no pages.
        Cloud { ignores_pages: true, ..Cloud::of(1_000, 1_000, &[]) },
        Cloud { ignores_pages: true, ..Cloud::of(100, 1_000, &[]) },
    ] {
        let (_upstream, client) = cloud.start().await;
        let answer = client.json("listProblems", json!({ "org_id": ORG })).await;
        let facts = &answer["facts"];
        assert_eq!(
            (&facts["devices"], &facts["devices_down"]),
            (&json!(cloud.devices), &json!(1)),
            "{cloud:?}"
        );
        assert_eq!(of_inventory(&answer), None, "{cloud:?}: {answer}");
    }
}

#[tokio::test]
async fn an_answer_that_reads_no_further_says_how_far_it_has_read() {
    for headers in [&[][..], &["x-page-total"]] {
        let (upstream, client) = Cloud::of(4_300, 1_000, headers).start().await;
        let answer = client.json("listProblems", json!({ "org_id": ORG })).await;
        assert_eq!(of_inventory(&answer), Some("inventory: only the first 4000 rows were read"), "{answer}");
        assert_eq!(upstream.take().iter().filter(|received| received.path == inventory()).count(), 4);
    }
}

#[tokio::test]
async fn a_verdict_has_no_count_of_an_inventory_that_was_not_read() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|received| {
        let status = if received.path.ends_with("/sites") || received.path.ends_with("/stats/sites") {
            200
        } else {
            403
        };
        Answer::json(&json!([{ "id": SITE, "name": "Leeds" }])).status(status)
    });
    let client = Launch::at(&upstream, "-m all --retry-wait 0").client(Lifecycle::Legacy).await;
    for (tool, arguments) in [
        ("listProblems", json!({ "org_id": ORG })),
        ("listProblems", json!({ "org_id": ORG, "site_id": SITE })),
        ("rankSites", json!({ "org_id": ORG })),
    ] {
        let answer = client.json(tool, arguments).await;
        let verdict = answer["verdict"].as_str().unwrap();
        assert!(!verdict.contains("0 of") && verdict.contains("could"), "{tool}: {answer}");
        assert_eq!(answer["facts"].get("devices"), None, "{answer}");
    }
}

#[tokio::test]
async fn a_reply_leads_to_the_page_after_a_full_one() {
    for (cloud, limit, next) in [
        (Cloud::of(1_300, 1_000, &[]), 1_000, Some(2)),
        (Cloud::of(250, 100, &[]), 1_000, Some(2)),
        (Cloud::of(250, 100, &["x-page-total"]), 1_000, Some(2)),
        (Cloud::of(250, 100, &["x-page-limit"]), 1_000, Some(2)),
        (Cloud::of(99, 100, &[]), 1_000, None),
        (Cloud::of(99, 100, &["x-page-total"]), 1_000, None),
        (Cloud::of(60, 20, &["x-page-total"]), 50, Some(2)),
    ] {
        let (_upstream, client) = cloud.start().await;
        let answer =
            client.json("getOrgInventory", json!({ "org_id": ORG, "limit": limit, "fields": "mac" })).await;
        assert_eq!(answer["next"]["page"].as_u64(), next, "{cloud:?}: {answer}");
    }
}

#[tokio::test]
async fn a_query_reads_all_pages_of_a_cloud_with_smaller_ones() {
    for headers in [&[][..], &["x-page-total"], &["x-page-limit"]] {
        let (_upstream, client) = Cloud::of(250, 100, headers).start().await;
        let tables = json!({ "t": { "tool": "getOrgInventory", "arguments": { "org_id": ORG } } });
        let sql = "SELECT count(DISTINCT mac) AS n FROM t";
        let answer = client.json("queryRows", json!({ "tables": tables, "sql": sql })).await;
        assert_eq!(answer["results"], json!([{ "n": 250 }]), "{headers:?}: {answer}");
        assert_eq!(answer["tables"]["t"].get("partial"), None, "{answer}");
    }
}

#[tokio::test]
async fn a_full_list_without_pages_says_that_there_may_be_more() {
    let upstream = MockUpstream::start().await;
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let path = format!("/api/v1/sites/{SITE}/stats/clients");
    let note = async |rows: usize, arguments: Value| {
        let rows = (0..rows).map(|number| json!({ "mac": format!("5c5b35{number:06x}") }));
        upstream.json(&path, &rows.collect::<Vec<_>>().into());
        let answer = client.json("listSiteWirelessClientsStats", arguments).await;
        answer["note"].as_str().unwrap_or_default().to_owned()
    };
    let full = note(100, json!({ "site_id": SITE, "fields": "mac" })).await;
    assert!(
        full.contains("There may be more rows than these 100") && full.contains("a higher `limit`"),
        "{full}"
    );
    let most = note(1_000, json!({ "site_id": SITE, "limit": 1_000, "fields": "mac" })).await;
    assert!(most.contains("There may be more rows than these 1000") && !most.contains("higher"), "{most}");
    for (rows, limit) in [(99, 100), (0, 100), (100, 1_000), (101, 100)] {
        let part = note(rows, json!({ "site_id": SITE, "limit": limit, "fields": "mac" })).await;
        assert!(!part.contains("may be more"), "{rows} of {limit}: {part}");
    }
}

#[tokio::test]
async fn the_pages_before_one_that_does_not_come_count() {
    let cloud = Cloud::of(1_300, 1_000, &["x-page-limit", "x-page-page", "x-page-total"]);
    let upstream = MockUpstream::start().await;
    upstream.default_handler(move |received| {
        let is_second = received.query.iter().any(|(name, value)| name == "page" && value == "2");
        if is_second && received.path == inventory() { Answer::never() } else { cloud.answer(received) }
    });
    let client = Launch::at(&upstream, "-m all --timeout 10").client(Lifecycle::Legacy).await;
    let answer = client.json("listProblems", json!({ "org_id": ORG })).await;
    assert!(answer["verdict"].as_str().unwrap().contains("of the first 1000 that were read"), "{answer}");
    assert!(of_inventory(&answer).unwrap().contains("1000"), "{answer}");
}

#[tokio::test]
async fn every_next_is_complete_in_addition_to_the_arguments_of_the_first_page() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|received| {
        let number = received.number("search_after").unwrap_or(0);
        let next = format!("{}?search_after={}", received.path, number + 1);
        Answer::json(
            &json!({ "results": [{ "id": number }], "next": next, "total": 9, "start": 1_000_000_001, "end": 1_000_000_002 }),
        )
    });
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    for first in [
        json!({ "duration": "6h" }),
        json!({ "start": "-1d" }),
        json!({ "start": "-2d", "end": "-1d" }),
        json!({}),
    ] {
        let mut arguments = first.clone();
        arguments["org_id"] = ORG.into();
        let of_first_page = arguments.clone();
        for number in 0..4 {
            upstream.take();
            let page = client.json("searchOrgAlarms", arguments).await;
            assert_eq!(page["results"], json!([{ "id": number }]), "{first}: {page}");
            let asked = upstream.take().remove(0).query;
            let value =
                |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
            if number > 0 {
                assert_eq!(
                    [value("start"), value("end"), value("duration")],
                    [Some("1000000001"), Some("1000000002"), None],
                    "{first}"
                );
            }
            arguments = of_first_page.clone();
            arguments.as_object_mut().unwrap().extend(page["next"].as_object().unwrap().clone());
        }
    }
}
