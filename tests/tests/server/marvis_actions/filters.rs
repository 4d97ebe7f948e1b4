//! Filters of Marvis actions.

use serde_json::{Value, json};

use super::{BERLIN, LYON, action, actions, ids, note, start};

#[tokio::test]
async fn actions_are_filtered_by_status_category_and_site() {
    let (peer, client) = start().await;
    let rows = [
        action(1, "switch", "open", BERLIN),
        action(2, "Wireless", "inprogress", LYON),
        action(3, "wireless", "reoccured", BERLIN),
        action(4, "switch", "resolved", LYON),
        action(5, "switch", "expired action", LYON),
        action(6, "switch", "marvis_self_driven", BERLIN),
    ];
    peer.json(&actions(), &json!({ "results": rows, "total": rows.len() }));
    for (arguments, wanted) in [
        (json!({}), vec!["u1", "u2", "u3"]),
        (json!({ "status": "all" }), vec!["u1", "u2", "u3", "u4", "u5", "u6"]),
        (json!({ "status": "inprogress" }), vec!["u2"]),
        (json!({ "status": "expired action" }), vec!["u5"]),
        (json!({ "status": "marvis_self_driven" }), vec!["u6"]),
        (json!({ "category": "WIRE" }), vec!["u2", "u3"]),
        (json!({ "site_id": "Berlin" }), vec!["u1", "u3"]),
        (json!({ "site_id": LYON, "status": "all", "category": "switch" }), vec!["u4", "u5"]),
        (json!({ "status": "validated" }), vec![]),
    ] {
        let answer = client.json("listOrgMarvisActions", arguments.clone()).await;
        assert_eq!(ids(&answer), wanted, "{arguments}: {answer}");
        assert!(answer.get("note").is_none(), "{answer}");
    }
    let refusal = client.refusal("listOrgMarvisActions", json!({ "category": "nosuch" })).await;
    assert!(refusal.contains("there are `") && refusal.contains("`switch`"), "{refusal}");
    let received = peer.take();
    let received = received.iter().find(|received| received.path == actions()).unwrap();
    for (name, value) in
        [("query", "get_suggestion"), ("resolve_wcid", "true"), ("limit", "1000"), ("page", "1")]
    {
        assert!(received.query.contains(&(name.into(), value.into())), "{name}: {received:?}");
    }
    let refusal = client.refusal("listOrgMarvisActions", json!({ "status": "done" })).await;
    assert!(refusal.contains("reoccured") && refusal.contains("expired action"), "{refusal}");
}

#[tokio::test]
async fn an_action_in_an_unknown_state_or_without_one_does_not_vanish() {
    let (peer, client) = start().await;
    let mut stateless = action(3, "switch", "", BERLIN);
    stateless.as_object_mut().unwrap().remove("status");
    let rows = [
        action(1, "switch", "OPEN", BERLIN),
        action(2, "switch", "suppressed", BERLIN),
        stateless,
        action(4, "switch", "In Progress", BERLIN),
        action(5, "switch", "Resolved", BERLIN),
        action(6, "switch", "Expired Action", BERLIN),
    ];
    peer.json(&actions(), &json!({ "results": rows, "total": rows.len() }));
    let open = client.json("listOrgMarvisActions", json!({})).await;
    assert_eq!(ids(&open), ["u1", "u2", "u3", "u4"], "{open}");
    for written in ["in progress", "IN_PROGRESS", "inprogress"] {
        let answer = client.json("listOrgMarvisActions", json!({ "status": written })).await;
        assert_eq!(ids(&answer), ["u4"], "{written}: {answer}");
        assert!(note(&answer).contains("1 action has no status"), "{answer}");
    }
    let refusal = client.refusal("listOrgMarvisActions", json!({ "status": "reoccurred" })).await;
    assert!(refusal.contains("did you mean \"reoccured\"?"), "{refusal}");
}

#[tokio::test]
async fn an_action_without_a_category_or_a_site_is_counted_in_a_note() {
    let (peer, client) = start().await;
    let mut bare = action(2, "switch", "open", BERLIN);
    bare["category"] = Value::Null;
    bare["details"] = json!({});
    let rows = [action(1, "switch", "open", BERLIN), bare, action(3, "ap", "open", LYON)];
    peer.json(&actions(), &json!({ "results": rows, "total": 3 }));
    let answer = client.json("listOrgMarvisActions", json!({ "category": "ap" })).await;
    assert_eq!(ids(&answer), ["u3"], "{answer}");
    assert!(note(&answer).contains("1 action has no category"), "{answer}");
    let answer = client.json("listOrgMarvisActions", json!({ "site_id": "Lyon" })).await;
    assert_eq!(ids(&answer), ["u3"], "{answer}");
    assert!(note(&answer).contains("1 action has no site"), "{answer}");
    let answer = client.json("listOrgMarvisActions", json!({})).await;
    assert_eq!((ids(&answer).len(), note(&answer)), (3, ""), "{answer}");
}
