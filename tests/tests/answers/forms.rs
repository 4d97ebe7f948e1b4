//! Answers of Mist in other forms than documented: numbers as texts, fields of other types, lists as objects.

use mistmcp_demo::Overlay;
use serde_json::{Value, json};

use crate::demo_session::DemoSession;
use crate::faults::demo;
use crate::questions::{Question, one_for_each_tool};
use crate::valid::Checks;

/// Its name, and what it does to a field.
type Form = (&'static str, fn(&str, &mut Value));

/// Changes every value of a body.
pub(crate) fn each(value: &mut Value, change: &dyn Fn(&str, &mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        Value::Object(fields) => {
            for (name, field) in fields {
                each(field, change);
                change(name, field);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn numbers_that_come_as_texts_change_no_finding() {
    let mut checks = Checks::default();
    for question in one_for_each_tool() {
        let demo = DemoSession::start(question.overlay()).await;
        let [question]: [Question; 1] = demo.with_ids(vec![question]).await.try_into().unwrap();
        let before = demo.ask(question.tool, &question.arguments).await;
        demo.proxy.change(|_, response| {
            response.edit(|body| {
                each(body, &|_, value| {
                    if value.is_number() {
                        *value = value.to_string().into();
                    }
                });
            });
        });
        let after = demo.ask(question.tool, &question.arguments).await;
        checks.check(question.tool, &after, &question);
        let (before, after) = (found(&before), found(&after));
        checks.expect(before == after, || format!("{question:?}: {before:?} and {after:?}"));
    }
}

/// Cause and first object of each finding.
fn found(answer: &Value) -> Vec<(Value, Value)> {
    let findings = answer["findings"].as_array().unwrap();
    findings.iter().map(|finding| (finding["cause"].clone(), finding["objects"][0]["name"].clone())).collect()
}

#[tokio::test]
async fn rows_of_other_forms_do_no_harm() {
    let mut checks = Checks::default();
    let (demo, questions) = demo().await;
    let forms: [Form; 6] = [
        ("unknown types", |name, value| {
            if name == "type" {
                *value = json!("SOMETHING_NEW");
            }
        }),
        ("nulls", |_, value| {
            if !value.is_array() && !value.is_object() {
                *value = Value::Null;
            }
        }),
        ("lists", |_, value| *value = json!([value])),
        ("objects", |_, value| *value = json!({ "value": value })),
        ("texts", |_, value| {
            if !value.is_array() {
                *value = json!("\u{202e}x\u{7}".repeat(50));
            }
        }),
        ("negative numbers", |_, value| {
            if value.is_number() {
                *value = json!(-1);
            }
        }),
    ];
    for (name, form) in forms {
        demo.proxy.change(move |_, response| response.edit(|body| each(body, &form)));
        for question in &questions {
            let answer = demo.ask(question.tool, &question.arguments).await;
            checks.check(question.tool, &answer, &(question, name));
        }
    }
    // Fields that are missing: another third of all names each time.
    for left_out in 0..3 {
        demo.proxy.change(move |_, response| {
            response.edit(|body| {
                each(body, &|_, value| {
                    if let Value::Object(fields) = value {
                        fields.retain(|name, _| name.bytes().map(usize::from).sum::<usize>() % 3 != left_out);
                    }
                });
            });
        });
        for question in &questions {
            let answer = demo.ask(question.tool, &question.arguments).await;
            checks.check(question.tool, &answer, &(question, left_out));
        }
    }
}

#[tokio::test]
async fn a_list_that_comes_as_an_empty_object_is_not_taken_for_an_empty_list() {
    let mut checks = Checks::default();
    let (demo, _) = demo().await;
    for (tool, arguments) in [
        ("listProblems", json!({})),
        ("auditConfig", json!({})),
        ("rankSites", json!({})),
        ("checkPorts", json!({})),
        ("troubleshootClient", json!({ "client": "hp-lt-lds-079" })),
        ("findAnything", json!({ "text": "hp-lt-lds-079" })),
        ("troubleshootDevice", json!({ "device_id": "LDS-AP-03" })),
    ] {
        demo.proxy.take_paths();
        demo.proxy.change(|_, _| {});
        demo.ask(tool, &arguments).await;
        let lists = demo.proxy.take_paths();
        demo.proxy.change(|_, response| {
            response.edit(|body| {
                if body.is_array() || body.get("results").is_some() {
                    *body = json!({});
                }
            });
        });
        let answer = demo.ask(tool, &arguments).await;
        checks.check(tool, &answer, &lists);
        let hidden = answer["not_seen"].to_string();
        checks.expect(hidden.contains("without rows"), || format!("{tool}: {answer:#}"));
        let is_found = answer["findings"].as_array().is_some_and(|findings| !findings.is_empty());
        checks.expect(!is_found, || format!("{tool}: {answer:#}"));
    }
}

#[tokio::test]
async fn a_device_whose_row_does_not_say_whether_it_is_connected_is_neither_up_nor_down() {
    let mut checks = Checks::default();
    let demo = DemoSession::start(Overlay::default()).await;
    demo.proxy.change(|_, response| {
        response.edit(|body| {
            let rows = if body.get("results").is_some() { &mut body["results"] } else { body };
            for row in rows.as_array_mut().into_iter().flatten().filter(|row| row["name"] == "LDS-AP-03") {
                for field in ["connected", "status"] {
                    row.as_object_mut().unwrap().remove(field);
                }
            }
        });
    });
    let leeds = json!({ "site_id": "Leeds Distribution Centre" });
    for (tool, arguments) in [
        ("listProblems", json!({})),
        ("listProblems", leeds.clone()),
        ("checkSite", leeds.clone()),
        ("checkRadio", leeds.clone()),
        ("showTopology", leeds),
        ("rankSites", json!({})),
        ("troubleshootDevice", json!({ "device_id": "LDS-AP-03" })),
    ] {
        let answer = demo.ask(tool, &arguments).await;
        checks.check(tool, &answer, &arguments);
        let hidden = answer["not_seen"].to_string();
        checks.expect(hidden.contains("state of LDS-AP-03"), || format!("{tool}: {answer:#}"));
        let verdict = answer["verdict"].as_str().unwrap();
        let counts = ["listProblems", "checkSite", "troubleshootDevice"].contains(&tool);
        checks.expect(!counts || verdict.contains("not known"), || format!("{tool}: {verdict}"));
        checks.expect(!verdict.contains("is connected"), || format!("{tool}: {verdict}"));
    }
}
