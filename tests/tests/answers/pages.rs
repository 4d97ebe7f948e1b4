//! Lists of several pages: a thing on another page than the first is found, and not denied where not all were read.

use std::sync::Mutex;

use mistmcp_demo::{Incident, Overlay};
use serde_json::{Value, json};

use crate::demo_session::DemoSession;
use crate::incomplete::not_seen;
use crate::proxy::ProxiedResponse;

/// Wireless clients whose names begin alike, a page of a longer list; and those of exactly a name on another page.
fn clients_of_many_pages(demo: &DemoSession, part: &'static str, is_there: bool) {
    demo.proxy.change_by_query(move |path, query, response| {
        if !path.ends_with("/clients/search") {
            return;
        }
        let row = |number: usize, name: &str| {
            json!({ "mac": format!("5c5b3599{number:04}"), "hostname": [name], "last_hostname": name, "site_id": "s", "timestamp": 1 })
        };
        let rows: Vec<_> = if query.contains("hostname=") || query.contains("username=") {
            Vec::from_iter(is_there.then(|| row(9_999, part)))
        } else {
            (0..100).map(|number| row(number, &format!("{part}{number:03}"))).collect()
        };
        let total = if rows.len() == 100 { 150 } else { rows.len() };
        let mut body = json!({ "results": rows, "total": total });
        if total == 150 {
            body["next"] = json!("/api/v1/orgs/x/clients/search?search_after=x");
        }
        *response = ProxiedResponse::body(&body.to_string());
    });
}

#[tokio::test]
async fn an_exact_name_on_another_page_is_found_and_else_the_number_is_at_least_that_of_the_rows() {
    let demo = DemoSession::start(Overlay::default()).await;
    for part in ["qqx-1", "kiosk-zz-7"] {
        for (tool, argument) in [
            ("troubleshootClient", "client"),
            ("troubleshootAuthentication", "who"),
            ("findAnything", "text"),
        ] {
            clients_of_many_pages(&demo, part, true);
            let answer = demo.ask(tool, &json!({ argument: part })).await;
            let verdict = answer["verdict"].as_str().unwrap();
            assert!(
                !verdict.contains(" fits ") && answer["facts"].to_string().contains("5c5b35999999"),
                "{tool}: {answer}"
            );
            clients_of_many_pages(&demo, part, false);
            let answer = demo.ask(tool, &json!({ argument: part })).await;
            let verdict = answer["verdict"].as_str().unwrap();
            assert!(verdict.contains("fits at least 100 of "), "{tool}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_client_that_no_list_has_is_denied_only_where_all_lists_were_read() {
    let demo = DemoSession::start(Overlay::default()).await;
    let arguments = json!({ "site_id": "Sydney Store", "client": "a-name-that-nothing-has" });
    let known = demo.ask("showTopology", &arguments).await;
    assert_eq!(known["findings"][0]["cause"], "never_seen", "{known}");
    for list in ["/stats/clients", "/wired_clients/search"] {
        demo.proxy.change(move |path, response| {
            if path.ends_with(list) {
                *response = ProxiedResponse::status(403);
            }
        });
        let answer = demo.ask("showTopology", &arguments).await;
        assert!(answer["verdict"].as_str().unwrap().contains("nothing is known about it"), "{answer}");
        assert!(answer["findings"] == json!([]) && not_seen(&answer, "clients: 403"), "{answer}");
    }
}

/// The ports of a site in pages of half of them, without a total. Each but the last names the next one; the last one as well
/// where the list is endless.
fn half_pages(demo: &DemoSession, is_endless: bool) {
    let all = Mutex::new(Vec::new());
    demo.proxy.change_by_query(move |path, query, response| {
        if !path.ends_with("/stats/ports/search") {
            return;
        }
        let mut all = all.lock().unwrap();
        let place = query
            .split_once("search_after=at")
            .map_or(0, |(_, place)| place.split('&').next().unwrap().parse::<usize>().unwrap());
        if place == 0 {
            response.edit(|body| all.clone_from(body["results"].as_array().unwrap()));
        }
        let size = all.len().div_ceil(2);
        let mut page = json!({ "results": all.iter().skip(place * size).take(size).collect::<Vec<_>>() });
        if place == 0 || is_endless {
            page["next"] = json!(format!("/api/v1/sites/x/stats/ports/search?search_after=at{}", place + 1));
        }
        *response = ProxiedResponse::body(&page.to_string());
    });
}

#[tokio::test]
async fn short_pages_that_name_the_next_one_are_read_to_their_end_and_endless_ones_are_not() {
    let incident = Incident::named("two-unpowered-ap-and-slow-port").unwrap();
    let demo = DemoSession::start(Overlay::of(&[incident]).unwrap()).await;
    let arguments = json!({ "site_id": "Leeds Distribution Centre" });
    let told = |answer: &Value| {
        let findings = answer["findings"].as_array().unwrap().iter();
        let causes: Vec<_> =
            findings.map(|finding| (finding["cause"].clone(), finding["objects"].clone())).collect();
        (causes, answer["facts"]["ports"].clone(), answer["facts"]["up"].clone())
    };
    let whole = demo.ask("checkPorts", &arguments).await;
    assert!(!told(&whole).0.is_empty() && whole["facts"]["ports"].as_u64() > Some(2), "{whole}");
    half_pages(&demo, false);
    let read = demo.ask("checkPorts", &arguments).await;
    assert_eq!(told(&read), told(&whole), "{read}");
    assert!(!not_seen(&read, "ports"), "{read}");
    half_pages(&demo, true);
    let endless = demo.ask("checkPorts", &arguments).await;
    assert!(not_seen(&endless, "ports: only the first "), "{endless}");
    assert!(endless["calls"].as_u64().unwrap() <= 12, "{endless}");
}
