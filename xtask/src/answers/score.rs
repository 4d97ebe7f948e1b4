//! How well a half of the incidents is explained ([`Score`]).

use std::collections::{BTreeMap, BTreeSet};

use mistmcp_demo::{Incident, Question};
use mistmcp_tools::answers::FOUND_BY;

use super::asker::{Answered, Finding};

/// The cause that is found where there is nothing.
const NEVER_SEEN: &str = "never_seen";

/// An access point that is down in the untouched demo network.
const DOWN_IN_THE_DEMO: &str = "RTM-AP-04";

/// How well a half of the incidents is explained.
#[derive(Debug, Default)]
pub(crate) struct Score {
    /// The incidents whose tool there is.
    pub(crate) asked: usize,
    /// Those whose first finding is the right one.
    pub(crate) first: usize,
    /// Those with the right one among the first three.
    pub(crate) among_three: usize,
    /// The answers: requests to Mist, milliseconds and tokens of each.
    pub(crate) answers: Vec<Cost>,
    /// Requests to Mist of those answers that are about one site, device or client.
    pub(crate) calls_at_one_place: Vec<usize>,
    /// The same questions by raw tools: calls, milliseconds and tokens of each.
    pub(crate) raw_tools: Vec<Cost>,
    /// How many incidents have no tool yet, by its name.
    pub(crate) without_tool: BTreeMap<String, usize>,
    /// Causes that a tool finds, and that the documentation does not list for it: tool and cause.
    pub(crate) undocumented: BTreeSet<String>,
    /// What is not right, in a line each.
    pub(crate) misses: Vec<String>,
    pub(crate) false_alarms: FalseAlarms,
}

/// What answers find where nothing of the kind is.
#[derive(Debug, Default)]
pub(crate) struct FalseAlarms {
    /// Questions that find their incident's trouble in the untouched network.
    pub(crate) without_trouble: Vec<String>,
    /// Critical findings of the untouched network: cause and objects.
    pub(crate) critical: BTreeMap<String, usize>,
    /// Answers about an organization or a site with nothing in it that have a finding, or do not say what was not seen.
    pub(crate) of_nothing: Vec<String>,
}

/// What an answer costs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) calls: usize,
    pub(crate) milliseconds: u128,
    pub(crate) tokens: usize,
}

impl Score {
    pub(super) fn add(&mut self, incident: &Incident, answered: &Answered) {
        self.asked += 1;
        self.answers.push(answered.cost);
        if incident.question.as_ref().is_some_and(is_of_one_place) {
            self.calls_at_one_place.push(answered.cost.calls);
        }
        if let Some(question) = &incident.question {
            self.undocumented.extend(undocumented(&question.tool, answered));
        }
        let place = answered.findings.iter().take(3).position(|finding| is_right(incident, finding));
        self.first += usize::from(place == Some(0));
        self.among_three += usize::from(place.is_some());
        if place != Some(0) {
            let expected = incident.expect.as_ref().map_or_else(String::new, |expect| {
                format!("{} of {}", expect.cause, expect.object.as_deref().unwrap_or("anything"))
            });
            let found =
                answered.findings.iter().take(3).map(Finding::to_string).collect::<Vec<_>>().join("; ");
            let found = match &answered.error {
                Some(error) => format!("error: {error}"),
                None if found.is_empty() => format!("nothing: {}", answered.verdict),
                None => found,
            };
            self.misses.push(format!("{}: {expected}\n      found {found}", incident.name));
        }
    }
}

impl FalseAlarms {
    pub(super) fn add(&mut self, incident: &Incident, answered: &Answered) {
        // What nobody has seen is not in the untouched network either.
        let is_true_there = incident.expect.as_ref().is_some_and(|expect| expect.cause == NEVER_SEEN);
        let is_alarm = |finding: &&Finding| finding.severity != "info";
        let mut alarms = answered.findings.iter().filter(is_alarm);
        if !is_true_there && alarms.any(|finding| is_right(incident, finding)) {
            self.without_trouble.push(incident.name.clone());
        }
        let is_true_there = |finding: &Finding| finding.objects.iter().any(|name| name == DOWN_IN_THE_DEMO);
        let critical = answered.findings.iter().filter(|finding| finding.severity == "critical");
        for finding in critical.filter(|finding| !is_true_there(finding)) {
            *self.critical.entry(finding.to_string()).or_default() += 1;
        }
    }

    pub(super) fn add_of_nothing(&mut self, incident: &Incident, of: &str, answered: &Answered) {
        let has_none = answered.findings.iter().all(|finding| finding.cause == NEVER_SEEN);
        let is_reported = answered.error.is_some() || (has_none && answered.says_not_seen);
        if !is_reported || answered.verdict.to_lowercase().contains("healthy") {
            self.of_nothing.push(format!("{} in {of}: {}", incident.name, answered.verdict));
        }
    }
}

/// The causes of an answer that are not among those of its tool.
fn undocumented(tool: &str, answered: &Answered) -> Vec<String> {
    let known = FOUND_BY.iter().find(|(name, _)| *name == tool);
    let known = known.map(|(_, causes)| causes.concat()).unwrap_or_default();
    let is_new = |finding: &&Finding| known.iter().all(|cause| cause.name != finding.cause);
    let new = answered.findings.iter().filter(is_new);
    new.map(|finding| format!("{tool} finds {}", finding.cause)).collect()
}

/// Whether a question is about one site, device or client, and not about the organization.
fn is_of_one_place(question: &Question) -> bool {
    ["site_id", "device_id", "client", "who"].iter().any(|name| question.arguments.contains_key(*name))
}

/// Whether a finding has the cause and the object that are expected.
fn is_right(incident: &Incident, finding: &Finding) -> bool {
    incident.expect.as_ref().is_some_and(|expect| {
        let object = expect.object.as_ref();
        finding.cause == expect.cause && object.is_none_or(|object| finding.objects.contains(object))
    })
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    fn incident() -> Incident {
        let text = json!({ "expect": { "cause": "port_slow", "object": "ge-0/0/0" }, "overlay": [] });
        Incident::parse("slow.json", &text.to_string()).unwrap()
    }

    fn answered(findings: &mistmcp::serde_json::Value) -> Answered {
        let text = json!({ "verdict": "v", "findings": findings, "not_seen": [], "calls": 3 }).to_string();
        Answered::read(&text, Cost::default())
    }

    #[test]
    fn a_finding_is_right_by_its_cause_and_one_of_its_objects() {
        let right =
            json!({ "cause": "port_slow", "objects": [{ "name": "LDS-AP-03" }, { "name": "ge-0/0/0" }] });
        let wrong = [
            json!({ "cause": "port_errors", "objects": [{ "name": "ge-0/0/0" }] }),
            json!({ "cause": "port_slow", "objects": [{ "name": "ge-0/0/1" }] }),
            json!({ "cause": "port_slow" }),
            json!(17),
        ];
        for (findings, first, among_three) in [
            (json!([right]), 1, 1),
            (json!([wrong[0], wrong[1], right]), 0, 1),
            (json!([wrong[0], wrong[1], wrong[2], right]), 0, 0),
            (json!([wrong[3]]), 0, 0),
            (json!([]), 0, 0),
            (json!("nothing"), 0, 0),
        ] {
            let mut score = Score::default();
            score.add(&incident(), &answered(&findings));
            assert_eq!((score.first, score.among_three), (first, among_three), "{findings}");
            assert_eq!(score.misses.len(), 1 - first);
        }
    }

    #[test]
    fn an_answer_about_nothing_has_to_say_what_was_not_seen() {
        let false_alarm = |verdict: &str, not_seen: &[&str], causes: &[&str]| {
            let findings = causes.iter().map(|cause| json!({ "cause": cause })).collect::<Vec<_>>();
            let text = json!({ "verdict": verdict, "findings": findings, "not_seen": not_seen, "calls": 3 })
                .to_string();
            let mut alarms = FalseAlarms::default();
            alarms.add_of_nothing(
                &incident(),
                "an empty organization",
                &Answered::read(&text, Cost::default()),
            );
            alarms.of_nothing.len()
        };
        assert_eq!(false_alarm("Nothing was seen.", &["no devices"], &[]), 0);
        assert_eq!(false_alarm("Nothing was seen.", &["no devices"], &["never_seen"]), 0);
        assert_eq!(false_alarm("Nothing was seen.", &["no devices"], &["never_seen", "site_down"]), 1);
        assert_eq!(false_alarm("Nothing was seen.", &[], &[]), 1);
        assert_eq!(false_alarm("All is healthy.", &["no devices"], &[]), 1);
    }
}
