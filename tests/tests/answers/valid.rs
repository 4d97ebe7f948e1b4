//! The form that every answer has, whatever the network is like: [`Checks`].

use std::fmt::Debug;
use std::sync::LazyLock;

use mistmcp::Catalog;
use mistmcp_tools::answers::FOUND_BY;
use mistmcp_tools::answers::fields::{self, Field};
use serde_json::Value;
use tiktoken_rs::CoreBPE;

/// Tokens of an answer, as the contract of answers has it.
const MOST_TOKENS: usize = 1_500;
const KINDS: &[&str] = &[
    "client", "ap", "switch", "gateway", "mxedge", "port", "wlan", "vlan", "site", "org", "user", "rule",
    "license", "change",
];
/// Epoch seconds until the year 2200.
const TIMES: std::ops::Range<i64> = 1..7_258_118_400;

static TOKENIZER: LazyLock<CoreBPE> = LazyLock::new(|| tiktoken_rs::o200k_base().unwrap());
static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::gather().unwrap());

/// What is wrong with an answer of a tool; nothing, if all is right.
pub(crate) fn faults(tool: &str, answer: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            faults.push(what);
        }
    };
    let verdict = answer["verdict"].as_str().unwrap_or_default();
    expect(!verdict.is_empty(), "no verdict".to_owned());
    expect(!verdict.contains(" 0 of 0 "), "a count of nothing".to_owned());
    expect(!answer.to_string().to_lowercase().contains("healthy"), "it says healthy".to_owned());
    let tokens = TOKENIZER.encode_ordinary(&answer.to_string()).len();
    expect(tokens <= MOST_TOKENS, format!("{tokens} tokens"));
    for field in answer.as_object().into_iter().flatten().map(|(field, _)| field) {
        expect(is_documented(fields::OF_AN_ANSWER, field), format!("an unknown field {field}"));
    }
    expect(answer["calls"].is_u64(), "no calls".to_owned());
    let not_seen = answer["not_seen"].as_array();
    expect(not_seen.is_some(), "no not_seen".to_owned());
    let named = not_seen.into_iter().flatten().all(|part| part.as_str().is_some_and(|part| !part.is_empty()));
    expect(named, "a part of not_seen without a name".to_owned());
    let Some(findings) = answer["findings"].as_array() else {
        faults.push("no findings".to_owned());
        return faults;
    };
    for (place, finding) in findings.iter().enumerate() {
        faults.extend(faults_of_finding(tool, place, finding));
    }
    let says = |words: &str| verdict.contains(words);
    // What was found is found, whatever else could not be looked at.
    let has_found = tool == "findAnything" && answer.get("facts").is_some();
    let hides_something = not_seen.is_some_and(|parts| !parts.is_empty());
    if findings.is_empty() && hides_something && !has_found && !NOT_WELL.iter().any(|words| says(words)) {
        faults.push("parts are not seen, and the verdict does not say so".to_owned());
    }
    faults
}

fn is_documented(known: &[Field], name: &str) -> bool {
    known.iter().any(|field| field.name == name)
}

/// What a verdict without findings says where something was not seen.
const NOT_WELL: &[&str] = &[
    "could not be",
    "nothing is known",
    "nothing to show",
    "is unknown",
    "fits ",
    "has no service level",
    "has no data",
    "no data of",
];

fn faults_of_finding(tool: &str, place: usize, finding: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("finding {place}: {what}: {finding}"));
        }
    };
    let cause = finding["cause"].as_str().unwrap_or_default();
    let found_by = FOUND_BY.iter().find(|(known, _)| *known == tool).unwrap().1;
    expect(found_by.concat().iter().any(|known| known.name == cause), "a cause that the tool does not state");
    expect(["critical", "warning", "info"].iter().any(|known| finding["severity"] == *known), "severity");
    expect(finding["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "summary");
    for field in finding.as_object().into_iter().flatten().map(|(field, _)| field) {
        expect(is_documented(fields::OF_A_FINDING, field), "an unknown field");
    }
    let objects = finding["objects"].as_array();
    expect(objects.is_some_and(|objects| !objects.is_empty()), "no objects");
    for object in objects.into_iter().flatten() {
        expect(object["kind"].as_str().is_some_and(|kind| KINDS.contains(&kind)), "kind of an object");
        expect(object["name"].as_str().is_some_and(|name| !name.is_empty()), "name of an object");
    }
    if let Some(since) = finding.get("since") {
        expect(since.as_i64().is_some_and(|since| TIMES.contains(&since)), "since is no time");
    }
    if let Some(root) = finding.get("because_of") {
        expect(root.as_u64().is_some_and(|root| root < place as u64), "because_of is no finding before it");
    }
    // What nobody has seen has no rows.
    if cause != "never_seen" {
        let evidence = finding.get("evidence");
        // Where a row has nothing but a state, the finding has nothing but its sentence.
        expect(evidence.is_none_or(Value::is_object), "evidence");
        let tool = finding["see"]["tool"].as_str().unwrap_or_default();
        expect(CATALOG.entries().iter().any(|entry| entry.tool().name == tool), "no call that shows it");
        expect(finding["see"]["arguments"].is_object(), "no arguments of the call");
    }
    faults
}

/// The faults of many answers, reported together when it is dropped.
#[derive(Default)]
pub(crate) struct Checks(Vec<String>);

impl Checks {
    /// Judges the form of an answer.
    pub(crate) fn check(&mut self, tool: &str, answer: &Value, what: &dyn Debug) {
        for fault in faults(tool, answer) {
            self.expect(false, || format!("{tool} {what:?}: {fault}\n  in {}", answer["verdict"]));
        }
    }

    pub(crate) fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }
}

impl Drop for Checks {
    fn drop(&mut self) {
        let Self(faults) = self;
        if !std::thread::panicking() {
            let shown = faults.iter().take(25).map(String::as_str).collect::<Vec<_>>().join("\n");
            assert!(faults.is_empty(), "{} faults, among them:\n{shown}", faults.len());
        }
    }
}
