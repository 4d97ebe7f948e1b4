//! Parts that fail in every way, for each of the tools: what failed is named, and nothing that was not seen is well.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use mistmcp_demo::Overlay;
use serde_json::{Value, json};

use crate::demo_session::DemoSession;
use crate::proxy::{ProxiedResponse, Proxy};
use crate::questions::{Question, one_for_each_tool, questions};
use crate::valid::Checks;

/// Its name, what it does to an answer, and what `not_seen` says of it.
type Fault = (&'static str, fn(&mut ProxiedResponse), Option<&'static str>);
/// What becomes of the answer to a path, and what `not_seen` says of it; nothing where it may also be that there is none.
const FAULTS: &[Fault] = &[
    ("403", |response| *response = ProxiedResponse::status(403), Some("403")),
    ("404", |response| *response = ProxiedResponse::status(404), None),
    ("500", |response| *response = ProxiedResponse::status(500), Some("500")),
    ("broken JSON", |response| *response = ProxiedResponse::body("{\"results\": [{"), Some("")),
    ("null", |response| *response = ProxiedResponse::body("null"), Some("without rows")),
    ("no rows", |response| *response = ProxiedResponse::body("[\"a\", 1, null]"), Some("without rows")),
    (
        "results that are no rows",
        |response| *response = ProxiedResponse::body("{\"results\": [\"a\", 1, null], \"total\": 3}"),
        Some("without rows"),
    ),
    (
        "null results",
        |response| *response = ProxiedResponse::body("{\"results\": null}"),
        Some("without rows"),
    ),
    (
        "rows that are counted alone",
        |response| *response = ProxiedResponse::body("{\"results\": [], \"total\": 3}"),
        Some("sent none"),
    ),
    (
        "nothing",
        |response| {
            response.edit(|body| *body = if body.is_array() { json!([]) } else { json!({ "results": [] }) });
        },
        None,
    ),
    ("a text", |response| *response = ProxiedResponse::body("\"well\""), Some("without rows")),
];

/// Fails one path, and no other.
fn fail(proxy: &Proxy, path: &str, fault: fn(&mut ProxiedResponse)) {
    let failing = path.to_owned();
    proxy.change(move |path, response| {
        if path == failing {
            fault(response);
        }
    });
}

/// A fact that was a number, and is 0.
fn turned_to_nothing(before: &Value, after: &Value) -> Option<String> {
    before.as_object()?.iter().find_map(|(name, before)| {
        let after = after.get(name)?;
        let is_nothing = before.as_f64().is_some_and(|before| before != 0.0) && after.as_f64() == Some(0.0);
        if is_nothing { Some(name.clone()) } else { turned_to_nothing(before, after) }
    })
}

pub(crate) async fn demo() -> (DemoSession, Vec<Question>) {
    let demo = DemoSession::start(Overlay::default()).await;
    let questions = demo.with_ids(one_for_each_tool()).await;
    (demo, questions)
}

#[tokio::test]
async fn each_part_of_each_answer_may_fail_in_every_way_and_is_named() {
    let mut checks = Checks::default();
    let (demo, questions) = demo().await;
    let mut sites = HashSet::new();
    for question in &questions {
        let ask = || demo.ask(question.tool, &question.arguments);
        demo.proxy.take_paths();
        let whole = ask().await;
        checks.check(question.tool, &whole, question);
        let mut paths = demo.proxy.take_paths();
        if let Some(site) = question.arguments["site_id"].as_str().filter(|site| sites.insert(*site)) {
            // The organization of the site is looked up once. Without it, it is the default one.
            paths.retain(|path| *path != format!("/api/v1/sites/{site}"));
        }
        paths.sort();
        paths.dedup();
        for (place, path) in paths.iter().enumerate() {
            // Each tool meets each fault at several paths, and a refusal at all.
            let others = FAULTS[1..].iter().cycle().skip(2 * place).take(2);
            for (name, fault, expected) in FAULTS[..1].iter().chain(others) {
                fail(&demo.proxy, path, *fault);
                let answer = ask().await;
                checks.check(question.tool, &answer, &(question, path, name));
                if let Some(reason) = expected {
                    let hidden = answer["not_seen"].as_array().unwrap();
                    let named = hidden.iter().any(|part| part.as_str().unwrap().contains(reason));
                    checks.expect(named, || format!("{question:?} {path} {name}: {answer:#}"));
                    let zero = turned_to_nothing(&whole["facts"], &answer["facts"]);
                    checks.expect(zero.is_none(), || {
                        format!(
                            "{question:?} {path} {name}: the fact {zero:?} is of what was not seen: {answer}"
                        )
                    });
                }
                demo.proxy.change(|_, _| {});
            }
        }
    }
}

#[tokio::test]
async fn where_nothing_can_be_read_nothing_is_known() {
    let mut checks = Checks::default();
    let (demo, questions) = demo().await;
    for (name, fault, _) in FAULTS {
        let fault = *fault;
        demo.proxy.change(move |_, response| fault(response));
        for question in &questions {
            let answer = demo.ask(question.tool, &question.arguments).await;
            checks.check(question.tool, &answer, &(question, name));
            let is_unknown = |finding: &Value| finding["cause"] == "never_seen";
            let is_known = !answer["findings"].as_array().unwrap().iter().all(is_unknown)
                || answer["not_seen"] == json!([])
                || answer["verdict"].as_str().unwrap().contains("nothing wrong");
            checks.expect(!is_known, || format!("{question:?} {name}: {answer:#}"));
        }
    }
}

/// Whether the answer to a path has names of organizations and sites, and nothing in which a trouble shows.
fn is_of_names(path: &str) -> bool {
    let parts: Vec<_> = path.trim_start_matches("/api/v1/").split('/').collect();
    matches!(
        parts.as_slice(),
        ["self"]
            | ["sites" | "orgs", _]
            | ["sites", _, "stats"]
            | ["orgs", _, "sites" | "stats"]
            | ["orgs", _, "stats", "sites"]
    ) || path.ends_with("/sites/search")
}

#[tokio::test]
async fn where_only_names_of_sites_can_be_read_nothing_was_looked_at() {
    let mut checks = Checks::default();
    let (demo, questions) = demo().await;
    let of_organization = ["rankSites", "listProblems", "auditConfig", "checkPorts", "checkCompliance"]
        .map(|tool| (tool, json!({})));
    let all = questions.iter().map(|question| (question.tool, question.arguments.clone()));
    let all: Vec<_> = of_organization.into_iter().chain(all).collect();
    for (name, fault, expected) in FAULTS {
        let fault = *fault;
        demo.proxy.change(move |path, response| {
            if !is_of_names(path) {
                fault(response);
            }
        });
        for (tool, arguments) in &all {
            let answer = demo.ask(tool, arguments).await;
            let verdict = answer["verdict"].as_str().unwrap();
            // An empty audit log says that nothing was changed.
            let is_reassuring = verdict.contains("nothing wrong")
                || (expected.is_some() && verdict.contains("no change was recorded"));
            checks.expect(!is_reassuring, || format!("{tool} {arguments} {name}: {answer:#}"));
            checks.expect(answer["not_seen"] != json!([]), || format!("{tool} {name}: {answer:#}"));
        }
    }
}

#[tokio::test]
async fn a_part_that_is_refused_for_the_rate_is_named_and_the_rest_is_not_asked_for() {
    let mut checks = Checks::default();
    for question in one_for_each_tool() {
        // A token whose calls are used up is not asked again, so each has a cloud of its own.
        let demo = DemoSession::start(Overlay::default()).await;
        let [question]: [Question; 1] = demo.with_ids(vec![question]).await.try_into().unwrap();
        demo.proxy.take_paths();
        demo.ask(question.tool, &question.arguments).await;
        let last = demo.proxy.take_paths().pop().unwrap();
        fail(&demo.proxy, &last, |response| *response = ProxiedResponse::status(429));
        let answer = demo.ask(question.tool, &question.arguments).await;
        checks.check(question.tool, &answer, &question);
        let hidden = answer["not_seen"].to_string();
        let named = hidden.contains("429") || hidden.contains("used up");
        checks.expect(named, || format!("{question:?}: {answer:#}"));
    }
}

#[tokio::test]
async fn a_part_that_is_too_slow_is_named_and_the_others_are_answered() {
    let demo = DemoSession::with_timeout(Overlay::default(), Duration::from_secs(16)).await;
    let questions = demo.with_ids(one_for_each_tool()).await;
    let ask = |question: &Question| {
        let (tool, arguments) = (question.tool, question.arguments.clone());
        let demo = &demo;
        async move { demo.ask(tool, &arguments).await }
    };
    // The last path of each answer never answers.
    let mut slow = Vec::new();
    for question in &questions {
        demo.proxy.take_paths();
        ask(question).await;
        slow.extend(demo.proxy.take_paths().pop());
    }
    demo.proxy.never_answer(slow);
    let answers = join_all(questions.iter().map(ask)).await;
    let mut checks = Checks::default();
    for (question, answer) in questions.iter().zip(answers) {
        checks.check(question.tool, &answer, question);
        let named = answer["not_seen"].to_string().contains("ran out of time");
        checks.expect(named, || format!("{question:?}: {answer:#}"));
    }
}

#[tokio::test]
async fn the_call_that_shows_a_finding_can_be_made() {
    let (mut checks, mut shown) = (Checks::default(), 0);
    for question in questions() {
        let demo = DemoSession::start(question.overlay()).await;
        let answer = demo.ask(question.tool, &question.arguments).await;
        checks.check(question.tool, &answer, &question);
        for finding in answer["findings"].as_array().unwrap() {
            let has_evidence = finding["evidence"].as_object().is_some_and(|evidence| !evidence.is_empty());
            checks.expect(has_evidence || finding["cause"] == "never_seen", || {
                format!("{question:?}: {finding}")
            });
        }
        for see in answer["findings"].as_array().unwrap().iter().filter_map(|finding| finding.get("see")) {
            let answered = demo.call(see["tool"].as_str().unwrap(), &see["arguments"]).await;
            checks.expect(answered.is_ok(), || format!("{question:?}: {see}: {answered:?}"));
            shown += 1;
        }
    }
    assert!(shown > 30, "{shown}");
}

#[tokio::test]
async fn a_device_whose_statistics_and_events_were_not_read_has_not_been_seen_to_be_new() {
    let demo = DemoSession::start(Overlay::default()).await;
    let questions = [
        ("troubleshootDevice", json!({ "device_id": "RTM-AP-04" })),
        ("checkSite", json!({ "site_id": "Rotterdam Warehouse" })),
        ("listProblems", json!({})),
    ];
    for (tool, arguments) in questions {
        demo.proxy.change(|path, response| {
            if ["stats/devices", "/devices/events", "/devices/search"].iter().any(|part| path.contains(part))
            {
                *response = ProxiedResponse::status(403);
            }
        });
        let answer = demo.ask(tool, &arguments).await;
        let causes: Vec<_> =
            answer["findings"].as_array().unwrap().iter().map(|finding| &finding["cause"]).collect();
        assert!(!causes.contains(&&json!("never_connected")), "{tool}: {answer:#}");
        assert!(!answer["not_seen"].as_array().unwrap().is_empty(), "{tool}: {answer:#}");
    }
}

/// Answers to everything that is no answer about service levels.
const NO_LEVELS: &[(&str, u16, &str)] = &[
    ("403", 403, "{}"),
    ("404", 404, "{}"),
    ("500", 500, "{}"),
    ("429", 429, "{}"),
    ("HTML", 200, "<html>hi</html>"),
    ("broken JSON", 200, "{\"results\": [{"),
    ("an empty object", 200, "{}"),
    ("a list of no rows", 200, "[\"a\", 1, null]"),
];

#[tokio::test]
async fn service_levels_that_could_not_be_read_are_not_said_to_be_missing() {
    let mut checks = Checks::default();
    for (name, status, body) in NO_LEVELS {
        for metric in [None, Some("coverage")] {
            // A token whose calls are used up is not asked again, so each has a cloud of its own.
            let demo = DemoSession::start(Overlay::default()).await;
            let mut arguments = json!({ "site_id": "Leeds Distribution Centre" });
            demo.ask("checkPorts", &arguments).await;
            if let Some(metric) = metric {
                arguments["metric"] = metric.into();
            }
            demo.proxy.change(move |path, response| {
                if path.contains("/sle") || path.contains("/insights/") {
                    *response = ProxiedResponse { status: *status, body: body.as_bytes().to_vec() };
                }
            });
            let answer = demo.ask("explainSle", &arguments).await;
            let verdict = answer["verdict"].as_str().unwrap();
            let context = || format!("{name} {arguments}: {answer:#}");
            checks.check("explainSle", &answer, &(name, &arguments));
            checks.expect(!verdict.contains("has no service level"), context);
            checks.expect(verdict.contains("nothing is known") || verdict.contains("no data"), context);
            let lines: Vec<_> =
                answer["not_seen"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let parts: HashSet<_> = lines.iter().filter_map(|line| line.split(": ").next()).collect();
            checks.expect(!lines.is_empty() && parts.len() == lines.len(), context);
        }
    }
}
