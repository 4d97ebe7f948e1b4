//! Alarms that are answered in place of Marvis actions.

use mistmcp_tests::Answer;
use serde_json::{Value, json};

use super::{LYON, ORG, actions, alarms, ids, note, start};

#[tokio::test]
async fn alarms_stand_in_where_mist_has_no_such_endpoint_or_answers_another_form() {
    let not_there = Answer::json(&json!({ "detail": "Not found." })).status(404);
    for answer in [
        not_there,
        Answer::json(&json!({ "suggestions": [] })),
        Answer::json(&json!({ "results": "none" })),
        Answer::json(&json!({ "results": [{ "name": "something else" }] })),
        Answer::json(&json!(["a"])),
        Answer::json(&json!({ "results": null, "total": 3 })),
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
async fn nothing_in_place_of_a_list_is_a_list_without_actions() {
    for answer in [
        Answer::json(&json!(null)),
        Answer::json(&json!({ "results": null })),
        Answer::json(&json!({ "results": null, "total": 0, "limit": 1000 })),
        Answer::new("application/json", String::new()),
        Answer::new("application/json", String::new()).status(204),
    ] {
        let (peer, client) = start().await;
        let shown = format!("{answer:?}");
        peer.default_handler(move |_| answer.clone());
        for arguments in [json!({}), json!({ "status": "all" })] {
            let answer = client.json("listOrgMarvisActions", arguments).await;
            assert_eq!((ids(&answer).len(), note(&answer)), (0, ""), "{shown}: {answer}");
        }
        assert!(peer.take().iter().all(|received| received.path != alarms()), "{shown}");
    }
}

#[tokio::test]
async fn a_note_stays_where_the_answer_is_cut() {
    let (peer, client) = start().await;
    peer.default_handler(|_| Answer::json(&json!({ "detail": "no" })).status(404));
    let row =
        |number: usize| json!({ "id": format!("a{number}"), "group": "marvis", "text": "x".repeat(500) });
    peer.json(&alarms(), &json!({ "results": (0..900).map(row).collect::<Vec<_>>(), "total": 900 }));
    let answer = client.json("listOrgMarvisActions", json!({ "limit": 900 })).await;
    for words in ["alarms of group `marvis`", "rows left out"] {
        assert!(note(&answer).contains(words), "{words}: {}", note(&answer));
    }
}

#[tokio::test]
async fn a_failure_unrelated_to_the_endpoint_stays_an_error() {
    for status in [401, 429] {
        let (peer, client) = start().await;
        peer.default_handler(move |_| Answer::json(&json!({ "detail": "no" })).status(status));
        client.refusal("listOrgMarvisActions", json!({ "org_id": ORG })).await;
        client.refusal("listMarvisActionKinds", json!({})).await;
        assert!(peer.take().iter().all(|received| received.path != alarms()), "{status}");
    }
}

#[tokio::test]
async fn alarms_stand_in_where_the_endpoint_refuses_the_request() {
    for status in [400, 405, 410] {
        let (peer, client) = start().await;
        peer.default_handler(move |_| Answer::json(&json!({ "detail": "gone" })).status(status));
        let answer = client.json("listOrgMarvisActions", json!({})).await;
        assert_eq!(ids(&answer), ["a1"], "{answer}");
        assert!(note(&answer).contains("undocumented") && !note(&answer).contains("Correct"), "{answer}");
        peer.json("/api/v1/const/alarm_defs", &json!([{ "key": "bad_cable", "group": "marvis" }]));
        let kinds = client.json("listMarvisActionKinds", json!({})).await;
        assert_eq!(kinds["results"][0]["key"], "bad_cable", "{kinds}");
        for (alarms_answer, words) in [
            (json!("no"), "another form too"),
            (json!(null), "none of these either"),
            (json!([]), "none of these either"),
        ] {
            peer.json(&alarms(), &alarms_answer);
            let answer = client.json("listOrgMarvisActions", json!({})).await;
            assert!(ids(&answer).is_empty() && note(&answer).contains(words), "{words}: {answer}");
        }
    }
}

#[tokio::test]
async fn alarms_stand_in_where_the_endpoint_is_not_open_to_the_token() {
    let (peer, client) = start().await;
    peer.default_handler(|_| Answer::json(&json!({ "detail": "no" })).status(403));
    peer.json("/api/v1/const/alarm_defs", &json!([{ "key": "bad_cable", "group": "marvis" }]));
    for arguments in [json!({}), json!({ "status": "open", "category": "switch", "limit": 5 })] {
        let answer = client.json("listOrgMarvisActions", arguments).await;
        assert_eq!(ids(&answer), ["a1"], "{answer}");
        assert!(note(&answer).contains("may not be open to this API token"), "{answer}");
    }
    let answer = client.json("listOrgMarvisActions", json!({ "status": "all" })).await;
    assert_eq!(ids(&answer), ["a1", "a2"], "{answer}");
    let kinds = client.json("listMarvisActionKinds", json!({})).await;
    assert_eq!(kinds["results"][0]["key"], "bad_cable", "{kinds}");
    assert!(note(&kinds).contains("may not be open to this API token"), "{kinds}");
    // The alarms are not open to the token either: it does not see the organization.
    peer.answers(&alarms(), (0..4).map(|_| Answer::json(&json!({ "detail": "no" })).status(403)));
    let refusal = client.refusal("listOrgMarvisActions", json!({})).await;
    assert!(refusal.contains("may not see this organization") && refusal.contains("labs"), "{refusal}");
}

#[tokio::test]
async fn a_status_that_alarms_do_not_have_is_said() {
    let (peer, client) = start().await;
    peer.default_handler(|_| Answer::json(&json!({ "detail": "no" })).status(404));
    for (status, answered, id) in [
        ("inprogress", "open", "a1"),
        ("reoccured", "open", "a1"),
        ("validated", "resolved", "a2"),
        ("marvis_self_driven", "resolved", "a2"),
        ("expired action", "resolved", "a2"),
    ] {
        let answer = client.json("listOrgMarvisActions", json!({ "status": status })).await;
        assert_eq!(ids(&answer), [id], "{status}: {answer}");
        for words in
            ["only `open` or `resolved`", &format!("`{status}`"), &format!("all that are `{answered}`")]
        {
            assert!(note(&answer).contains(words), "{status} {words}: {answer}");
        }
    }
    for status in ["open", "resolved", "all"] {
        let answer = client.json("listOrgMarvisActions", json!({ "status": status })).await;
        assert!(!note(&answer).contains("only `open`"), "{status}: {answer}");
    }
}

#[tokio::test]
async fn how_many_of_the_alarms_were_looked_at_is_said() {
    let (peer, client) = start().await;
    peer.default_handler(|_| Answer::json(&json!({ "detail": "no" })).status(404));
    for (count, total, words) in [
        (1_000, json!(2_345), Some("Only the 1000 newest of 2345 alarms")),
        (100, json!(250), Some("Only the 100 newest of 250 alarms")),
        (1_000, Value::Null, Some("Only the 1000 newest alarms")),
        (1_000, json!(1_000), None),
        (3, Value::Null, None),
    ] {
        let row = |number: usize| json!({ "id": format!("a{number}"), "group": "marvis", "status": "open" });
        let rows: Vec<_> = (0..count).map(row).collect();
        peer.json(&alarms(), &json!({ "results": rows, "total": total }));
        let answer = client.json("listOrgMarvisActions", json!({ "limit": 2 })).await;
        match words {
            Some(words) => {
                assert!(note(&answer).contains(words) && note(&answer).contains("`site_id`"), "{answer}");
            }
            None => assert!(!note(&answer).contains("looked at"), "{answer}"),
        }
    }
}
