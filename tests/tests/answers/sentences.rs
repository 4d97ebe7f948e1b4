//! The sentences and fields of answers: written in correct English, never hidden, without secrets of the network, and
//! documented.

use futures_util::StreamExt as _;
use futures_util::stream;
use mistmcp_demo::{Half, Incident, Overlay, SAMPLE_QUESTIONS};
use mistmcp_tools::answers::fields::{self, Field};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::demo_session::DemoSession;
use crate::questions::questions;
use crate::valid::Checks;

/// Demo clouds at once.
const AT_ONCE: usize = 4;

/// Tool, name of the incident, and answer.
type Answered = (String, String, Value);

/// The answers to the questions of all incidents that rules may be tuned to.
async fn of_incidents() -> &'static [Answered] {
    static ANSWERS: OnceCell<Vec<Answered>> = OnceCell::const_new();
    ANSWERS.get_or_init(answers).await
}

async fn answers() -> Vec<Answered> {
    let incidents = Incident::built_in().unwrap();
    let train = incidents.into_iter().filter(|incident| incident.half == Some(Half::Train));
    let questions = train.filter_map(|incident| Some((incident.question.clone()?, incident)));
    let answers = stream::iter(questions).map(|(question, incident)| async move {
        let demo = DemoSession::start(Overlay::of(std::slice::from_ref(&incident)).unwrap()).await;
        let answer = demo.ask(&question.tool, &Value::Object(question.arguments)).await;
        (question.tool, incident.name, answer)
    });
    answers.buffer_unordered(AT_ONCE).collect().await
}

fn sentences(answer: &Value) -> Vec<&str> {
    let summaries = answer["findings"].as_array().into_iter().flatten().map(|finding| &finding["summary"]);
    let lines = answer["not_seen"].as_array().into_iter().flatten();
    let all = std::iter::once(&answer["verdict"]).chain(summaries).chain(lines);
    all.filter_map(Value::as_str).collect()
}

/// What is wrong with the English of a sentence.
fn mistakes(sentence: &str) -> Vec<String> {
    let joined = sentence.replace("access point", "access-point");
    let words: Vec<_> =
        joined.split([' ', '(', ')', ',', '.', ':', ';']).filter(|word| !word.is_empty()).collect();
    let mut found = Vec::new();
    for pair in words.windows(2) {
        let [number, noun] = pair else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        let is_plural =
            noun.ends_with('s') && !noun.ends_with("ss") && !["is", "has", "was", "Mb/s"].contains(noun);
        // The numbers of channels, bands and VLANs count nothing.
        let is_counted = COUNTED.iter().any(|counted| noun.starts_with(counted));
        if is_counted && is_plural != (number != 1) {
            found.push(format!("{number} {noun}"));
        }
    }
    for (before, after) in
        [("is down for", ""), ("are down for", ""), (" %", ""), ("  ", ""), ("..", "."), ("hears its", "")]
    {
        if sentence.contains(before) && (after.is_empty() || !sentence.contains("…")) {
            found.push(before.to_owned());
        }
    }
    found
}

/// Nouns that sentences count.
const COUNTED: &[&str] = &[
    "failure",
    "success",
    "client",
    "device",
    "event",
    "port",
    "access-point",
    "finding",
    "change",
    "setting",
    "member",
    "outage",
    "path",
    "tunnel",
    "license",
    "site",
    "time",
    "part",
    "transition",
    "switch",
    "gateway",
];

#[tokio::test]
async fn sentences_of_all_incidents_are_correct_whole_and_about_a_named_place() {
    let mut checks = Checks::default();
    for (tool, incident, answer) in of_incidents().await {
        let verdict = answer["verdict"].as_str().unwrap();
        for sentence in sentences(answer) {
            checks
                .expect(!sentence.contains("[hidden]"), || format!("{tool} {incident}: hidden: {sentence}"));
            for mistake in mistakes(sentence) {
                checks.expect(false, || format!("{tool} {incident}: \"{mistake}\" in: {sentence}"));
            }
        }
        for place in
            ["The site", "the site:", " of the site:", "The WAN of the site", "The ports of the site"]
        {
            checks.expect(!verdict.contains(place), || format!("{tool} {incident}: which site? {verdict}"));
        }
        for finding in answer["findings"].as_array().unwrap() {
            let summary = finding["summary"].as_str().unwrap();
            let name = finding["objects"][0]["name"].as_str().unwrap_or_default();
            let first = summary.chars().next().unwrap();
            let is_begun = first.is_uppercase() || first.is_ascii_digit() || summary.starts_with(name);
            checks.expect(is_begun, || format!("{tool} {incident}: begins small: {summary}"));
            checks
                .expect(summary.ends_with(['.', '…']), || format!("{tool} {incident}: no end: {summary}"));
        }
    }
}

#[tokio::test]
async fn devices_with_a_name_are_called_by_it_in_the_answers_to_all_incidents() {
    let mut checks = Checks::default();
    for (tool, incident, answer) in of_incidents().await {
        // What was asked for by its address is called so if nobody knows it.
        if answer["findings"][0]["cause"] == "never_seen" {
            continue;
        }
        let is_mac = |word: &str| word.len() == 12 && word.bytes().all(|digit| digit.is_ascii_hexdigit());
        for sentence in sentences(answer) {
            let mac = sentence.split([' ', '.', ',', ':', ';']).find(|word| is_mac(word));
            checks.expect(mac.is_none(), || format!("{tool} {incident}: {sentence}"));
        }
        for object in answer["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|finding| finding["objects"].as_array())
            .flatten()
        {
            let names = [&object["name"], &object["device"]].into_iter().filter_map(Value::as_str);
            for name in names {
                checks.expect(!is_mac(name), || format!("{tool} {incident}: {object}"));
            }
        }
    }
}

#[tokio::test]
async fn each_field_of_the_answers_to_all_incidents_is_documented() {
    let mut checks = Checks::default();
    let mut check = |known: &[Field], object: &Value, what: &str| {
        for name in object.as_object().into_iter().flatten().map(|(name, _)| name) {
            let is_known = known.iter().any(|field| field.name == name);
            checks.expect(is_known, || format!("{what}: {name}"));
        }
    };
    let mut facts = Vec::new();
    for (tool, incident, answer) in of_incidents().await {
        check(fields::OF_AN_ANSWER, answer, &format!("{tool} {incident}"));
        for finding in answer["findings"].as_array().unwrap() {
            check(fields::OF_A_FINDING, finding, &format!("a finding of {tool}"));
            for object in finding["objects"].as_array().unwrap() {
                check(fields::OF_AN_OBJECT, object, &format!("an object of {tool}"));
            }
        }
        let names = answer["facts"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        facts.extend(names.map(|name| (tool.clone(), name)));
    }
    for (tool, name) in facts {
        checks.expect(fields::is_fact(&tool, &name), || format!("facts of {tool}: {name}"));
    }
}

#[tokio::test]
async fn a_name_in_the_arguments_that_is_not_exact_is_told_in_a_documented_field() {
    let demo = DemoSession::start(Overlay::default()).await;
    let answer = demo.ask("checkSite", &json!({ "site_id": "leeds", "duration": "6h" })).await;
    for name in ["taken", "window_asked"] {
        assert!(answer.get(name).is_some(), "{name}: {answer}");
        assert!(fields::OF_AN_ANSWER.iter().any(|field| field.name == name), "{name}");
    }
}

/// Appends a secret to each name in a value.
fn add_secrets(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if is_name(name) => text.push_str(" psk=hunter2Zk3v9"),
                    Value::Array(items) if is_name(name) => {
                        items.iter_mut().filter(|item| item.is_string()).for_each(|item| {
                            *item = format!("{} psk=hunter2Zk3v9", item.as_str().unwrap_or_default()).into();
                        });
                    }
                    other => add_secrets(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(add_secrets),
        _ => {}
    }
}

/// Fields whose text can stand in a sentence.
fn is_name(field: &str) -> bool {
    const NAMES: &[&str] = &[
        "name",
        "hostname",
        "last_hostname",
        "hostnames",
        "dhcp_hostname",
        "ssid",
        "last_ssid",
        "ssids",
        "username",
        "last_username",
        "system_name",
        "neighbor_system_name",
        "neighbor_port_desc",
        "admin_name",
        "nacrule_name",
        "last_nacrule_name",
        "device_name",
        "ap_name",
        "port_id",
        "port_ids",
        "power_src",
        "peer_name",
        "vpn_name",
        "tunnel_name",
        "network",
        "text",
        "reason",
        "suggestion",
        "model",
        "version",
        "metric",
        "neighbor",
        "message",
    ];
    NAMES.contains(&field)
}

#[tokio::test]
async fn secrets_in_names_of_the_network_stay_hidden_in_the_sentences_of_all_tools() {
    let mut checks = Checks::default();
    for question in questions() {
        let demo = DemoSession::start(question.overlay()).await;
        let question = demo.with_ids(vec![question]).await.remove(0);
        demo.proxy.change(|path, response| {
            // The names that arguments are resolved with stay.
            if path != "/api/v1/self" {
                response.edit(add_secrets);
            }
        });
        let answer = demo.ask(question.tool, &question.arguments).await.to_string();
        checks.expect(!answer.contains("hunter2"), || {
            let place = answer.find("hunter2").unwrap_or_default();
            format!(
                "{question:?}: …{}",
                answer.get(place.saturating_sub(120)..place + 10).unwrap_or_default()
            )
        });
    }
}

#[tokio::test]
async fn each_ready_question_has_something_to_show_in_the_untouched_demo_network() {
    let demo = DemoSession::start(Overlay::default()).await;
    for question in SAMPLE_QUESTIONS {
        let arguments: Value = serde_json::from_str(question.arguments).unwrap();
        let answer = demo.ask(question.tool, &arguments).await;
        let has_rows = |field: &str| answer[field].as_array().is_some_and(|rows| !rows.is_empty());
        match question.tool {
            "queryRows" => assert!(has_rows("results"), "{question:?}: {answer}"),
            "troubleshootClient" => {
                assert!(has_rows("findings"), "{question:?}: {answer}");
                let events =
                    json!({ "site_id": "Leeds Distribution Centre", "client_mac": answer["facts"]["mac"] });
                let events = demo.ask("getSiteEventsForClient", &events).await;
                assert!(events["results"].as_array().is_some_and(|rows| rows.len() > 3), "{events}");
            }
            _ => assert!(answer["facts"].is_object(), "{question:?}: {answer}"),
        }
    }
}
