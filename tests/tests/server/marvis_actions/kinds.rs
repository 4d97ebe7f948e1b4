//! Kinds of Marvis actions.

use mistmcp_tests::Answer;
use serde_json::json;

use super::{note, start};

#[tokio::test]
async fn kinds_are_answered_as_they_are_or_alarms_stand_in() {
    let (peer, client) = start().await;
    let path = "/api/v1/labs/suggestions_schema";
    let kinds = json!({ "bad_cable": { "recommended_action": "Replace the cable" } });
    peer.json(path, &kinds);
    let answer = client.json("listMarvisActionKinds", json!({})).await;
    let rows = json!([{ "kind": "bad_cable", "recommended_action": "Replace the cable" }]);
    assert_eq!(answer["results"], rows, "{answer}");
    peer.json(path, &json!({ "ap": [{ "symptom": "ap_offline" }, { "symptom": "bad_cable" }], "note": "x" }));
    let answer = client.json("listMarvisActionKinds", json!({ "fields": "kind,symptom" })).await;
    let rows = json!([{ "kind": "ap", "symptom": "ap_offline" }, { "kind": "ap", "symptom": "bad_cable" }]);
    assert_eq!(answer["results"], rows, "{answer}");

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
