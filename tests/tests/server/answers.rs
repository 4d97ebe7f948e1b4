//! The form of answers: the fields that were asked for, the window, the budget, files.

use mistmcp_tests::{Answer, Launch, Lifecycle, MockUpstream};
use rmcp::model::{ContentBlock, ResourceContents};
use serde_json::{Value, json};

const ORG: &str = "9777c1a0-6ef6-11e6-8bbf-02e208b2d34f";
const SITE: &str = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";

fn stats() -> Value {
    let row = |number: u32| {
        json!({
            "mac": format!("5c5b3500{number:04x}"),
            "name": "ap",
            "radio_stat": { "band_5": { "channel": 36, "power": 9 }, "band_24": { "channel": 1 } },
            "port_stat": { "eth0": { "up": true, "note": "x".repeat(400) } },
        })
    };
    (0..100).map(row).collect()
}

#[tokio::test]
async fn fields_are_picked_from_rows_and_leave_room_for_more_of_them() {
    let upstream = MockUpstream::start().await;
    upstream.json(&format!("/api/v1/orgs/{ORG}/inventory"), &stats());
    let client = Launch::at(&upstream, "-m all --max-result-bytes 20000").client(Lifecycle::Legacy).await;
    let ask = async |fields: Value| {
        let answer = client.json("getOrgInventory", json!({ "org_id": ORG, "fields": fields })).await;
        let received = upstream.take();
        assert!(received[0].query.iter().all(|(name, _)| name != "fields"), "{received:?}");
        answer
    };

    let whole = ask(Value::Null).await;
    assert!(whole["results"].as_array().unwrap().len() < 50, "{whole}");
    assert!(whole["note"].as_str().unwrap().contains("`fields`"), "{whole}");
    for fields in [json!("mac,radio_stat.band_5.channel"), json!(["mac", "radio_stat.band_5.channel"])] {
        let picked = ask(fields).await;
        let rows = picked["results"].as_array().unwrap();
        assert_eq!(rows.len(), 100);
        let row = json!({ "mac": "5c5b35000007", "radio_stat": { "band_5": { "channel": 36 } } });
        assert_eq!(rows[7], row);
        assert_eq!((picked.get("left_out"), picked.get("unknown_fields")), (None, None));
    }
    let misspelled = ask(json!("mac,chanel")).await;
    assert_eq!(misspelled["unknown_fields"], json!(["chanel"]));
    assert!(misspelled["known_fields"].to_string().contains("radio_stat.band_5.channel"), "{misspelled}");
}

#[tokio::test]
async fn where_mist_picks_fields_itself_it_gets_them() {
    let upstream = MockUpstream::start().await;
    upstream.json(&format!("/api/v1/orgs/{ORG}/stats/devices"), &stats());
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let ask = async |fields: &str| {
        let answer = client.json("listOrgDevicesStats", json!({ "org_id": ORG, "fields": fields })).await;
        let sent = ("fields".to_owned(), fields.to_owned());
        assert!(upstream.take()[0].query.contains(&sent));
        answer["results"][0].clone()
    };
    assert_eq!(ask("mac,name").await, json!({ "mac": "5c5b35000000", "name": "ap" }));
    assert_eq!(ask("*").await, stats()[0]);

    let summary = json!({ "ap": [{ "ap_mac": "5c5b35000001", "total": 1 }], "wlan": [{ "wlan_id": "x" }] });
    let path = format!("/api/v1/sites/{SITE}/sle/site/{SITE}/metric/coverage/impact-summary");
    upstream.json(&path, &summary);
    let arguments =
        json!({ "site_id": SITE, "scope": "site", "scope_id": SITE, "metric": "coverage", "fields": "ap" });
    let answer = client.json("getSiteSleImpactSummary", arguments).await;
    assert_eq!(upstream.take()[0].query, [("fields".to_owned(), "ap".to_owned())]);
    assert_eq!(answer["wlan"], summary["wlan"]);
}

#[tokio::test]
async fn a_secret_is_hidden_from_those_who_ask_for_it_by_name() {
    let upstream = MockUpstream::start().await;
    let rows = json!([{ "ssid": "corp", "auth": { "psk": "hunter2-psk", "keys": ["hunter2-wep"] } }]);
    upstream.json(&format!("/api/v1/sites/{SITE}/wlans"), &rows);
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    for fields in ["auth.psk", "auth", "auth.keys"] {
        let answer = client.call("listSiteWlans", json!({ "site_id": SITE, "fields": fields })).await;
        assert!(answer.contains("[hidden]") && !answer.contains("hunter2"), "{answer}");
    }
}

#[tokio::test]
async fn an_answer_names_the_window_that_it_covers() {
    let upstream = MockUpstream::start().await;
    let path = format!("/api/v1/orgs/{ORG}/stats/devices");
    upstream.json(&path, &json!([{ "mac": "5c5b35000001" }]));
    let search = format!("/api/v1/orgs/{ORG}/alarms/search");
    upstream
        .json(&search, &json!({ "results": [], "start": 1_763_800_000, "end": 1_763_886_400, "total": 0 }));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let ask =
        async |tool: &str, start: Value| client.json(tool, json!({ "org_id": ORG, "start": start })).await;
    let searched = ask("searchOrgAlarms", json!("-7d")).await;
    assert_eq!((&searched["start"], &searched["end"]), (&json!(1_763_800_000), &json!(1_763_886_400)));
    assert_eq!(searched.get("window_asked"), None);
    assert_eq!(ask("listOrgDevicesStats", json!("-7d")).await["window_asked"], json!({ "start": "-7d" }));
    let default = ask("listOrgDevicesStats", Value::Null).await;
    assert_eq!(default["window_default"], json!({ "duration": "1d" }));
}

#[tokio::test]
async fn a_single_object_that_is_too_long_names_what_was_cut_and_how_to_get_it() {
    let upstream = MockUpstream::start().await;
    let setting = json!({
        "name": "site",
        "vars": (0..900).map(|number| (format!("v{number}"), json!("x".repeat(60)))).collect::<serde_json::Map<_, _>>(),
    });
    upstream.json(&format!("/api/v1/sites/{SITE}/setting"), &setting);
    let client = Launch::at(&upstream, "-m all --max-result-bytes 8000").client(Lifecycle::Legacy).await;
    let cut = client.call("getSiteSetting", json!({ "site_id": SITE })).await;
    assert!(cut.len() <= 8_000, "{} bytes", cut.len());
    let cut: Value = serde_json::from_str(&cut).unwrap();
    assert_eq!(cut["name"], "site");
    let note = cut["note"].as_str().unwrap();
    assert!(note.contains("`vars`") && note.contains("`fields`"), "{note}");
    let picked = client.json("getSiteSetting", json!({ "site_id": SITE, "fields": "vars.v899" })).await;
    assert_eq!(picked["vars"], json!({ "v899": "x".repeat(60) }));
}

#[tokio::test]
async fn files_come_with_their_names_and_media_types() {
    let upstream = MockUpstream::start().await;
    let attachment = |name: &str| format!("attachment; filename=\"{name}\"");
    let csv = Answer::new("text/csv; charset=utf-8", "name,mac\nap,5c5b35000001\n");
    upstream.answers(
        &format!("/api/v1/sites/{SITE}/devices/export"),
        [csv.header("content-disposition", &attachment("devices.csv"))],
    );
    let pcap = Answer::new("application/vnd.tcpdump.pcap", vec![0xd4, 0xc3, 0xb2, 0xa1]);
    upstream.answers(
        &format!("/api/v1/sites/{SITE}/rfdiags/{ORG}/download"),
        [pcap.header("content-disposition", &attachment("rf.pcap"))],
    );
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let resource = async |tool: &str, arguments: Value| {
        let result = client.try_call(tool, arguments).await.unwrap();
        let [ContentBlock::Resource(resource)] = result.content.as_slice() else { panic!("{result:?}") };
        resource.resource.clone()
    };

    match resource("exportSiteDevices", json!({ "site_id": SITE })).await {
        ResourceContents::TextResourceContents { uri, mime_type, text, .. } => {
            assert_eq!((uri.as_str(), mime_type.as_deref()), ("mistmcp:///devices.csv", Some("text/csv")));
            assert!(text.starts_with("name,mac"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    match resource("downloadSiteRfdiagRecording", json!({ "site_id": SITE, "rfdiag_id": ORG })).await {
        ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
            let media_type = Some("application/vnd.tcpdump.pcap");
            assert_eq!((uri.as_str(), mime_type.as_deref()), ("mistmcp:///rf.pcap", media_type));
            assert_eq!(blob, "1MOyoQ==");
        }
        other => panic!("{other:?}"),
    }
}
