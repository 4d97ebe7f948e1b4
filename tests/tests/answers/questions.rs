//! Questions for each answer tool: [`questions`].

use std::collections::BTreeSet;

use mistmcp_demo::{Half, Incident, Overlay};
use mistmcp_tools::answers::LIMITS;
use serde_json::{Value, json};

/// A call of an answer tool, over an incident of the demo network or over the untouched one.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) tool: &'static str,
    pub(crate) arguments: Value,
    pub(crate) incident: Option<&'static str>,
}

impl Question {
    pub(crate) fn overlay(&self) -> Overlay {
        let incidents = Incident::built_in().unwrap();
        let named = incidents.iter().filter(|incident| Some(incident.name.as_str()) == self.incident);
        Overlay::of(&named.cloned().collect::<Vec<_>>()).unwrap()
    }
}

/// Questions for all fifteen tools, with the arguments that change what is read.
pub(crate) fn questions() -> Vec<Question> {
    let leeds = "Leeds Distribution Centre";
    let mut questions: Vec<Question> = [
        ("findAnything", json!({ "text": "LDS-AP-03" }), None),
        ("findAnything", json!({ "text": "hp-lt-lds-079" }), None),
        ("troubleshootClient", json!({ "client": "hp-lt-lds-079" }), None),
        ("troubleshootClient", json!({ "client": "hp-tp-syd-009" }), Some("two-denied-and-weak")),
        ("troubleshootClient", json!({ "client": "galaxy-rtm-077" }), Some("phone-that-was-never-here")),
        ("troubleshootAuthentication", json!({ "who": "hp-lt-lds-079" }), Some("auth-denied-rule-order")),
        ("troubleshootAuthentication", json!({ "who": "nobody-here" }), None),
        ("troubleshootDevice", json!({ "device_id": "LDS-AP-03" }), Some("ap-port-at-100-mbps")),
        ("troubleshootDevice", json!({ "device_id": "SIN-SW-01" }), Some("virtual-chassis-unstable-member")),
        ("checkSite", json!({ "site_id": leeds }), Some("two-unpowered-ap-and-slow-port")),
        ("checkSite", json!({ "site_id": "Singapore Office" }), Some("site-down-singapore")),
        ("rankSites", json!({}), None),
        ("explainSle", json!({ "site_id": "Singapore Office" }), Some("explain-sle-connects-fail-at-dhcp")),
        ("explainSle", json!({ "site_id": leeds, "metric": "successful-connect" }), None),
        (
            "whatChanged",
            json!({ "duration": "3h", "before": "-45m" }),
            Some("changed-before-new-scanner-key"),
        ),
        ("whatChanged", json!({ "device_id": "LDS-AP-03" }), None),
        ("whatChanged", json!({ "site_id": leeds, "before": "-2h" }), None),
        ("listProblems", json!({}), None),
        ("listProblems", json!({ "site_id": "Sydney Store" }), Some("problems-loop-before-restart")),
        ("checkPorts", json!({}), None),
        ("checkPorts", json!({ "device_id": "CHI-SW-02" }), Some("port-down-storage")),
        ("checkRadio", json!({ "site_id": "Chicago Flagship Store" }), Some("co-channel-all-on-36")),
        ("checkRadio", json!({ "site_id": "Singapore Office" }), Some("radio-disabled-forgotten")),
        ("checkWan", json!({ "site_id": "Sydney Store" }), Some("cluster-degraded-control-link")),
        ("showTopology", json!({ "site_id": leeds }), Some("upstream-down-in-the-map")),
        ("showTopology", json!({ "site_id": leeds, "client": "hp-lt-lds-079" }), None),
        ("checkCompliance", json!({}), Some("license-expiring-switches")),
        (
            "checkCompliance",
            json!({ "site_id": "Chicago Flagship Store" }),
            Some("firmware-behind-one-of-six"),
        ),
        ("auditConfig", json!({}), Some("variable-unset-staff-vlan")),
        ("auditConfig", json!({ "site_id": "Singapore Office" }), Some("override-pinned-channel")),
    ]
    .map(|(tool, arguments, incident)| Question { tool, arguments, incident })
    .into();
    questions.sort_by_key(|question| question.tool);
    let asked: BTreeSet<_> = questions.iter().map(|question| question.tool).collect();
    assert_eq!(asked, LIMITS.iter().map(|limit| limit.tool).collect());
    let known: BTreeSet<_> = Incident::built_in()
        .unwrap()
        .into_iter()
        .filter(|incident| incident.half == Some(Half::Train))
        .map(|incident| incident.name)
        .collect();
    assert!(questions.iter().filter_map(|question| question.incident).all(|name| known.contains(name)));
    questions
}

/// One question for each tool.
pub(crate) fn one_for_each_tool() -> Vec<Question> {
    let mut questions = questions();
    questions.dedup_by_key(|question| question.tool);
    questions
}
