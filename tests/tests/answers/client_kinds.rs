//! Clients that neither an access point nor a switch of Mist sees: those of access control, and those behind a gateway.

use mistmcp_demo::Overlay;
use serde_json::{Value, json};

use crate::demo_session::DemoSession;

/// The id of a site of the demo network.
async fn site(demo: &DemoSession) -> Value {
    let sites = demo.call("searchOrgSites", &json!({ "fields": "id,name" })).await.unwrap();
    let sites: Value = serde_json::from_str(&sites).unwrap();
    let mut rows = sites["results"].as_array().unwrap().iter();
    rows.find(|site| site["name"] == "Sydney Store").unwrap()["id"].clone()
}

#[tokio::test]
async fn only_wireless_statistics_say_that_a_client_is_not_connected() {
    for (list, kind) in
        [("/wan_clients/search", "wan"), ("/nac_clients/search", "nac"), ("/clients/search", "wireless")]
    {
        let demo = DemoSession::start(Overlay::default()).await;
        let site_id = site(&demo).await;
        let row = json!({
            "mac": "0c8126aaaa01", "last_hostname": "pos-7", "hostname": ["pos-7"], "ip": ["10.9.9.7"], "site_id": site_id,
            "timestamp": 1_795_000_000,
        });
        demo.proxy.change(move |path, response| {
            if path.ends_with(list) {
                response.edit(|body| body["results"] = json!([row]));
            }
        });
        for text in ["pos-7", "0c:81:26:aa:aa:01"] {
            for arguments in [json!({ "client": text }), json!({ "client": text, "site_id": site_id })] {
                let answer = demo.ask("troubleshootClient", &arguments).await;
                let verdict = answer["verdict"].as_str().unwrap();
                assert_eq!(answer["facts"]["type"], kind, "{answer}");
                assert!(verdict.contains("pos-7") && verdict.contains("last seen"), "{answer}");
                assert_eq!(verdict.contains("is not connected"), kind == "wireless", "{answer}");
                assert!(!answer["findings"].to_string().contains("never_seen"), "{answer}");
            }
        }
    }
}

#[tokio::test]
async fn a_client_behind_the_gateway_of_another_site_is_seen_there() {
    let demo = DemoSession::start(Overlay::default()).await;
    let site_id = site(&demo).await;
    demo.proxy.change_by_query(move |path, query, response| {
        if path.ends_with("/wan_clients/search") {
            let row = json!({ "mac": "0c8126aaaa01", "hostname": "pos-7", "site_id": site_id, "timestamp": 1_795_000_000 });
            let rows = if query.contains("site_id=") { json!([]) } else { json!([row]) };
            response.edit(|body| body["results"] = rows);
        }
    });
    let arguments = json!({ "client": "pos-7", "site_id": "Leeds Distribution Centre" });
    let answer = demo.ask("troubleshootClient", &arguments).await;
    let verdict = answer["verdict"].as_str().unwrap();
    assert!(verdict.contains("It was seen at Sydney Store"), "{answer}");
    // Behind a gateway no client signs in.
    let arguments = json!({ "who": "pos-7", "site_id": "Leeds Distribution Centre" });
    let answer = demo.ask("troubleshootAuthentication", &arguments).await;
    assert!(!answer.to_string().contains("was seen at Sydney Store"), "{answer}");
    assert_eq!(answer["findings"][0]["cause"], "never_seen", "{answer}");
}
