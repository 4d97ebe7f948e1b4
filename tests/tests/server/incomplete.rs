//! Answers that are empty, odd, broken, or only a part of the rows: nothing is lost silently.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";
const SITE: &str = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";

async fn start() -> (MockUpstream, Client) {
    let upstream = MockUpstream::start().await;
    let client = Launch::at(&upstream, "-m all --rate-limit 100000").client(Lifecycle::Legacy).await;
    (upstream, client)
}

fn raw(body: impl Into<Vec<u8>>) -> Answer {
    Answer::new("application/json", body.into())
}

/// The arguments of a tool with those of a `next` laid over them.
fn over(arguments: &Value, next: &Value) -> Value {
    let mut arguments = arguments.as_object().unwrap().clone();
    arguments.extend(next.as_object().unwrap_or_else(|| panic!("no `next`: {next}")).clone());
    arguments.into()
}

#[tokio::test]
async fn nothing_in_place_of_a_list_is_a_list_without_rows() {
    let (upstream, client) = start().await;
    let tools = [
        ("listOrgWlans", format!("/api/v1/orgs/{ORG}/wlans")),
        ("getOrgInventory", format!("/api/v1/orgs/{ORG}/inventory")),
        ("searchOrgAlarms", format!("/api/v1/orgs/{ORG}/alarms/search")),
        ("countOrgAlarms", format!("/api/v1/orgs/{ORG}/alarms/count")),
        ("listOrgNetworks", format!("/api/v1/orgs/{ORG}/networks")),
        ("getOrgApplicationList", format!("/api/v1/orgs/{ORG}/wxtags/apps")),
        ("troubleshootOrg", format!("/api/v1/orgs/{ORG}/troubleshoot")),
    ];
    for (tool, path) in &tools {
        for answer in [
            raw("null"),
            raw(""),
            raw("  \n"),
            raw("").status(204),
            raw("{}"),
            raw(r#"{"results":null}"#),
            raw(r#"{"results":{}}"#),
            raw(r#"{"results":null,"total":0,"next":null}"#),
            raw(r#"{"total":0,"limit":100}"#),
            raw("\u{feff}null"),
            raw("\u{feff}[]"),
        ] {
            let shown = format!("{tool}: {answer:?}");
            upstream.answers(path, [answer]);
            let value = client.json(tool, json!({ "org_id": ORG })).await;
            assert_eq!(value["results"], json!([]), "{shown}: {value}");
            assert_eq!((value.get("next"), value.get("note")), (None, None), "{shown}: {value}");
        }
    }
}

#[tokio::test]
async fn nothing_in_place_of_an_object_is_no_list() {
    let (upstream, client) = start().await;
    for (tool, path, arguments) in [
        ("getSiteInfo", format!("/api/v1/sites/{SITE}"), json!({ "site_id": SITE })),
        ("getSiteSetting", format!("/api/v1/sites/{SITE}/setting"), json!({ "site_id": SITE })),
        (
            "listOrgNetworks",
            format!("/api/v1/orgs/{ORG}/networks/{SITE}"),
            json!({ "org_id": ORG, "network_id": SITE }),
        ),
        ("listOrgDevicesSummary", format!("/api/v1/orgs/{ORG}/devices/summary"), json!({ "org_id": ORG })),
        ("listInsightMetrics", "/api/v1/const/insight_metrics".to_owned(), json!({})),
    ] {
        for (body, has_note) in [("null", true), ("", true), (r#"{"results":null}"#, false), ("{}", false)] {
            upstream.answers(&path, [raw(body)]);
            let value = client.json(tool, arguments.clone()).await;
            let note = value["note"].as_str().unwrap_or_default();
            assert_eq!(note.contains("answer is empty"), has_note, "{tool} {body:?}: {value}");
            assert_eq!(value.as_object().map(serde_json::Map::len), Some(usize::from(has_note)), "{value}");
        }
    }
}

#[tokio::test]
async fn odd_forms_of_a_list_are_shown_with_a_note() {
    let (upstream, client) = start().await;
    let path = format!("/api/v1/orgs/{ORG}/alarms/search");
    for (body, rows) in [
        (json!({ "results": "busy" }), json!(["busy"])),
        (json!({ "results": { "id": 1 }, "total": 1 }), json!([{ "id": 1 }])),
        (json!({ "total": 3, "limit": 100, "start": 1, "end": 2 }), json!([])),
    ] {
        upstream.json(&path, &body);
        let value = client.json("searchOrgAlarms", json!({ "org_id": ORG })).await;
        assert_eq!(value["results"], rows, "{value}");
        assert!(value["note"].is_string(), "{value}");
    }
    for (body, row) in
        [("5", json!(5)), ("true", json!(true)), (r#"{"detail":"later"}"#, json!({ "detail": "later" }))]
    {
        upstream.answers(&path, [raw(body)]);
        let value = client.json("searchOrgAlarms", json!({ "org_id": ORG })).await;
        assert_eq!(value["results"], json!([row]), "{value}");
        assert!(value["note"].as_str().unwrap().contains("in place of a list"), "{value}");
    }
}

/// Tools without `search_after` whose answers have a `next`, with two more that take `limit` alone.
fn tools_with_a_cursor() -> [(&'static str, String, Value); 9] {
    let site = json!({ "site_id": SITE, "limit": 2 });
    [
        ("listSiteRogueAPs", format!("/api/v1/sites/{SITE}/insights/rogues"), site.clone()),
        ("listSiteRogueClients", format!("/api/v1/sites/{SITE}/insights/rogues/clients"), site.clone()),
        (
            "searchOrgGuestAuthorization",
            format!("/api/v1/orgs/{ORG}/guests/search"),
            json!({ "org_id": ORG, "limit": 2 }),
        ),
        ("listSiteRrmEvents", format!("/api/v1/sites/{SITE}/rrm/events"), site.clone()),
        (
            "listSiteCurrentRrmNeighbors",
            format!("/api/v1/sites/{SITE}/rrm/neighbors/band/5"),
            json!({ "site_id": SITE, "band": "5", "limit": 2 }),
        ),
        ("searchSiteWanUsage", format!("/api/v1/sites/{SITE}/wan_usages/search"), site.clone()),
        (
            "searchOrgClientFingerprints",
            format!("/api/v1/sites/{SITE}/insights/fingerprints/search"),
            site.clone(),
        ),
        ("listOrgAuditLogs", format!("/api/v1/orgs/{ORG}/logs/search"), json!({ "org_id": ORG, "limit": 2 })),
        ("searchSiteWirelessClients", format!("/api/v1/sites/{SITE}/clients/search"), site),
    ]
}

#[tokio::test]
async fn a_next_with_any_cursor_leads_to_the_second_page() {
    let (upstream, client) = start().await;
    for (tool, path, arguments) in tools_with_a_cursor() {
        for name in ["token", "after", "cursor", "offset", "search_after", "page"] {
            let value = if name == "page" { "2" } else { "a%2Fb%3D%2525%C3%BC" };
            let first = json!({
                "results": [{ "id": 1 }, { "id": 2 }],
                "limit": 2,
                "next": format!("{path}?limit=2&{name}={value}"),
            });
            upstream
                .answers(&path, [Answer::json(&first), Answer::json(&json!({ "results": [{ "id": 3 }] }))]);
            let page = client.json(tool, arguments.clone()).await;
            let second = client.json(tool, over(&arguments, &page["next"])).await;
            assert_eq!(second["results"], json!([{ "id": 3 }]), "{tool} {name}: {page}");
            assert_eq!(second.get("next"), None, "{tool} {name}: {second}");
            let asked = upstream.take();
            let sent: Vec<_> = asked[1].query.iter().filter(|(sent, _)| sent == name).collect();
            let wanted = if name == "page" { "2" } else { "a/b=%25\u{fc}" };
            assert_eq!(sent, [&(name.to_owned(), wanted.to_owned())], "{tool}: {asked:?}");
            assert_eq!(
                asked[1].query.iter().filter(|(sent, _)| sent == "limit").count(),
                1,
                "{tool}: {asked:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_next_to_another_host_or_out_of_the_api_is_reported_and_never_followed() {
    let stranger = MockUpstream::start().await;
    let (upstream, client) = start().await;
    let (tool, path, arguments) = tools_with_a_cursor()[0].clone();
    for next in [
        format!("{}{path}?token=a", stranger.url()),
        format!("//{}{path}?token=a", stranger.address()),
        "/admin?token=a".to_owned(),
        "/api/v1/../../admin?token=a".to_owned(),
        "WzE2LCAiYSJd".to_owned(),
    ] {
        upstream.json(&path, &json!({ "results": [{ "id": 1 }], "next": next }));
        let page = client.json(tool, arguments.clone()).await;
        assert_eq!((page.get("next"), &page["results"]), (None, &json!([{ "id": 1 }])), "{next}");
        let note = page["note"].as_str().unwrap();
        assert!(note.contains("more rows") && note.contains("smaller window"), "{note}");
    }
    assert_eq!(stranger.connections(), 0);
    // The same host by its whole address is the same host.
    upstream.json(
        &path,
        &json!({ "results": [{ "id": 1 }], "next": format!("{}{path}?token=a", upstream.url()) }),
    );
    assert_eq!(client.json(tool, arguments).await["next"]["cursor"], "token=a");
}

#[tokio::test]
async fn a_cursor_that_no_answer_gave_is_refused() {
    let (upstream, client) = start().await;
    let (tool, _, arguments) = tools_with_a_cursor()[0].clone();
    for cursor in
        [json!("token"), json!("a=b#c"), json!("a=b c"), json!("limit=1000"), json!(7), json!(["a=b"])]
    {
        let refusal = client.refusal(tool, over(&arguments, &json!({ "cursor": cursor }))).await;
        assert!(refusal.contains("`cursor`"), "{refusal}");
    }
    let refusal = client.refusal("getSiteInfo", json!({ "site_id": SITE, "cursor": "a=b" })).await;
    assert!(refusal.contains("no parameter"), "{refusal}");
    assert_eq!(upstream.take().len(), 0);
}

#[tokio::test]
async fn the_second_page_has_the_window_of_the_first() {
    let (upstream, client) = start().await;
    let sent = |asked: &mistmcp_tests::Received| {
        let pick = |name: &str| asked.parameter(name).map(str::to_owned);
        (pick("start"), pick("end"), pick("duration"))
    };
    let (start, end) = (Some("1763800000".to_owned()), Some("1763886400".to_owned()));
    let path = format!("/api/v1/orgs/{ORG}/alarms/search");
    let first = json!({
        "results": [{ "id": 1 }], "start": 1_763_800_000, "end": 1_763_886_400.5, "limit": 1,
        "next": format!("{path}?search_after=%5B7%5D"),
    });
    for window in [
        json!({}),
        json!({ "duration": "1d" }),
        json!({ "start": "-1d" }),
        json!({ "start": "-1d", "end": "now" }),
        json!({ "end": "-2h", "duration": "6h" }),
    ] {
        let arguments = over(&json!({ "org_id": ORG }), &window);
        upstream.json(&path, &first);
        let page = client.json("searchOrgAlarms", arguments.clone()).await;
        client.json("searchOrgAlarms", over(&arguments, &page["next"])).await;
        let asked = upstream.take();
        assert_eq!(sent(&asked[1]), (start.clone(), end.clone(), None), "{window}: {page}");
    }

    // A list that is paged by number and does not say its window: counted from when it was answered.
    let path = format!("/api/v1/orgs/{ORG}/stats/devices");
    let page = |number: usize| {
        let page = Answer::page(&[json!({ "mac": number.to_string() })], number, 1, 2);
        page.header("date", "Sun, 23 Nov 2025 08:26:40 GMT")
    };
    for window in [
        json!({}),
        json!({ "duration": "1d" }),
        json!({ "start": "-24h" }),
        json!({ "start": "-1d", "end": "now" }),
    ] {
        let arguments = over(&json!({ "org_id": ORG, "limit": 1 }), &window);
        upstream.answers(&path, [page(1), page(2)]);
        let first = client.json("listOrgDevicesStats", arguments.clone()).await;
        let second = client.json("listOrgDevicesStats", over(&arguments, &first["next"])).await;
        assert_eq!(second["results"], json!([{ "mac": "2" }]), "{window}: {first}");
        assert_eq!(sent(&upstream.take()[1]), (start.clone(), end.clone(), None), "{window}: {first}");
    }
}

#[tokio::test]
async fn one_row_that_cannot_be_read_does_not_lose_the_others_and_is_reported() {
    let (upstream, client) = start().await;
    let path = format!("/api/v1/orgs/{ORG}/alarms/search");
    let others: Vec<_> = (0..50).map(|id| json!({ "id": id })).collect();
    let others = json!(others).to_string();
    let others = others.trim_matches(['[', ']']);
    for (value, wanted) in [
        (&br#""caf\ud83d""#[..], json!("caf\u{fffd}")),
        (br#""\udc00caf""#, json!("\u{fffd}caf")),
        (b"\"a\x01b\"", json!("a\u{fffd}b")),
        (b"\"a\nb\"", json!("a\nb")),
        (b"\"Z\xfcrich\"", json!("Z\u{fffd}rich")),
        (b"\"\xff\xfe\"", json!("\u{fffd}\u{fffd}")),
        (b"1e999", json!("1e999")),
        (br#""C:\temp\x""#, json!("C:\temp\\x")),
    ] {
        for (before, behind) in [("[", "]"), (r#"{"total":51,"results":["#, "]}")] {
            let mut body = format!("{before}{others},{{\"id\":50,\"text\":").into_bytes();
            body.extend(value);
            body.extend(format!("}}{behind}").bytes());
            let shown = String::from_utf8_lossy(value).into_owned();
            upstream.answers(&path, [raw(body)]);
            let answer = client.json("searchOrgAlarms", json!({ "org_id": ORG })).await;
            assert_eq!(answer["results"].as_array().unwrap().len(), 51, "{shown}: {answer}");
            assert_eq!(answer["results"][50]["text"], wanted, "{shown}");
            assert!(answer["note"].as_str().unwrap().contains("replaced"), "{shown}: {answer}");
        }
    }
    upstream.answers(&format!("/api/v1/sites/{SITE}"), [raw(&b"{\"name\":\"Z\xfcrich\",\"id\":NaN}"[..])]);
    let answer = client.json("getSiteInfo", json!({ "site_id": SITE })).await;
    assert_eq!(answer["name"], "Z\u{fffd}rich");
    assert!(answer["note"].as_str().unwrap().contains("2 places"), "{answer}");
}

#[tokio::test]
async fn a_row_that_is_no_json_is_left_out_and_reported() {
    let (upstream, client) = start().await;
    let path = format!("/api/v1/orgs/{ORG}/alarms/search");
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(300), "]".repeat(300));
    for row in ["{\"a\":undefined}", "{'a':1}", "{\"a\":1,}", &deep] {
        for body in [
            format!("[{{\"id\":1}},{row},{{\"id\":2}}]"),
            format!(
                "{{\"total\":9,\"results\":[{{\"id\":1}},{row},{{\"id\":2}}],\"next\":\"{path}?search_after=3\"}}"
            ),
        ] {
            upstream.answers(&path, [raw(body)]);
            let answer = client.json("searchOrgAlarms", json!({ "org_id": ORG })).await;
            assert_eq!(answer["results"], json!([{ "id": 1 }, { "id": 2 }]), "{row}");
            assert_eq!(answer["incomplete"], true, "{answer}");
            assert!(answer["note"].as_str().unwrap().contains("One row could not be read"), "{answer}");
            assert_eq!(answer.get("total").is_some(), answer.get("next").is_some(), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_list_that_breaks_off_keeps_its_rows_and_reports_it() {
    let (upstream, client) = start().await;
    let path = format!("/api/v1/orgs/{ORG}/alarms/search");
    for body in [
        r#"[{"id":1},{"id":2},{"id":"#,
        r#"{"limit":3,"next":"/api/v1/x?search_after=3","results":[{"id":1},{"id":2},{"text":"x"#,
    ] {
        upstream.answers(&path, [raw(body)]);
        let answer = client.json("searchOrgAlarms", json!({ "org_id": ORG })).await;
        assert_eq!(answer["results"], json!([{ "id": 1 }, { "id": 2 }]));
        assert_eq!((&answer["incomplete"], answer.get("next")), (&json!(true), None));
        assert!(answer["note"].as_str().unwrap().contains("broke off"), "{answer}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_an_answer() {
    let (upstream, client) = start().await;
    upstream.answers(&format!("/api/v1/sites/{SITE}"), [raw("\u{feff}{\"name\":\"Leeds\"}")]);
    assert_eq!(client.json("getSiteInfo", json!({ "site_id": SITE })).await, json!({ "name": "Leeds" }));
}
