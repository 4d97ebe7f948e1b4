//! How well the answer tools explain the incidents of `demo/incidents`, and what the same questions cost by raw tools.

#[cfg(test)]
mod aims;
mod asker;
mod raw_tools;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use mistmcp::Catalog;
use mistmcp_demo::{Half, Incident, Overlay, Question};
use mistmcp_tools::answers::FOUND_BY;
use tokio::task::JoinSet;

use asker::{Answered, Asker, Finding};

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

/// Prints the scores of one half or of both, and what is missed.
pub(crate) fn print(catalog: &Catalog, half: Option<&str>, misses: bool) -> Result<ExitCode> {
    let halves = match half {
        None => vec![Half::Train, Half::Test],
        Some("train") => vec![Half::Train],
        Some("test") => vec![Half::Test],
        Some(other) => anyhow::bail!("--half is train or test, not {other}"),
    };
    for half in halves {
        print_score(half, &score(catalog, half, Beside::RawTools)?, misses);
    }
    Ok(ExitCode::SUCCESS)
}

/// The paths that a tool asks the demo cloud, called without arguments.
pub(crate) fn paths_asked_by(tool: &str) -> Result<Vec<String>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { Ok(Asker::start(Overlay::default()).await?.paths_asked_by(tool).await) })
}

/// What is measured beside the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// The same question by raw tools.
    RawTools,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "tests leave it out, because it takes most of the time")
    )]
    Nothing,
}

/// Asks the questions of a half.
pub(crate) fn score(catalog: &Catalog, half: Half, beside: Beside) -> Result<Score> {
    // Another provider serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    runtime.block_on(async {
        let mut score = Score::default();
        let mut incidents = Vec::new();
        for incident in Incident::built_in()?.into_iter().filter(|incident| incident.half == Some(half)) {
            let question =
                incident.question.clone().with_context(|| format!("{}: no question", incident.name))?;
            if catalog.entries().iter().any(|entry| entry.tool().name == question.tool) {
                incidents.push((incident, question));
            } else {
                *score.without_tool.entry(question.tool).or_default() += 1;
            }
        }
        for part in asked(&incidents, beside).await? {
            score.add(&part.incident, &part.answered);
            score.raw_tools.extend(part.raw_tools);
        }
        let without = without_incidents(incidents.iter().map(|(_, question)| question)).await?;
        for (incident, question) in &incidents {
            let Some((untouched, nothing)) = without.get(&key(question)) else { continue };
            score.false_alarms.add(incident, untouched);
            for (name, answered) in nothing {
                score.false_alarms.add_of_nothing(incident, name, answered);
            }
        }
        Ok(score)
    })
}

/// Incidents that are asked about at a time.
const WORKERS: usize = 2;

/// An incident with its answer, and what the same costs by raw tools.
struct Part {
    place: usize,
    incident: Incident,
    answered: Answered,
    raw_tools: Option<Cost>,
}

/// The answers of all incidents, each over a network of its own, in their order.
async fn asked(incidents: &[(Incident, Question)], beside: Beside) -> Result<Vec<Part>> {
    let (mut tasks, mut parts) = (JoinSet::new(), Vec::with_capacity(incidents.len()));
    for (place, (incident, question)) in incidents.iter().cloned().enumerate() {
        if tasks.len() >= WORKERS {
            parts.extend(tasks.join_next().await.transpose()?.transpose()?);
        }
        tasks.spawn(async move {
            let asker = Asker::start(Overlay::of(std::slice::from_ref(&incident))?).await?;
            let answered = asker.ask(&question).await;
            let raw_tools = match beside {
                Beside::RawTools => Some(Box::pin(raw_tools::cost(&asker, &question)).await),
                Beside::Nothing => None,
            };
            anyhow::Ok(Part { place, incident, answered, raw_tools })
        });
    }
    while let Some(part) = tasks.join_next().await {
        parts.push(part??);
    }
    parts.sort_by_key(|part| part.place);
    Ok(parts)
}

/// What is answered without an incident: in the untouched network, and in organizations with nothing in them.
type Without = (Answered, Vec<(&'static str, Answered)>);

/// The answers without incidents. Questions that several incidents share are asked once.
async fn without_incidents(questions: impl Iterator<Item = &Question>) -> Result<BTreeMap<String, Without>> {
    let untouched = Arc::new(Asker::start(Overlay::default()).await?);
    let nothing = Arc::new([
        ("an empty organization", Asker::start(Overlay::empty_organization()).await?),
        ("sites without devices", Asker::start(Overlay::sites_without_devices()).await?),
    ]);
    let distinct: BTreeMap<_, _> = questions.map(|question| (key(question), question.clone())).collect();
    let (mut tasks, mut without) = (JoinSet::new(), BTreeMap::new());
    for (key, question) in distinct {
        if tasks.len() >= WORKERS {
            without.extend(tasks.join_next().await.transpose()?);
        }
        let (untouched, nothing) = (Arc::clone(&untouched), Arc::clone(&nothing));
        tasks.spawn(async move {
            let mut of_nothing = Vec::new();
            for (name, asker) in nothing.iter() {
                of_nothing.push((*name, asker.ask(&question).await));
            }
            (key, (untouched.ask(&question).await, of_nothing))
        });
    }
    while let Some(answered) = tasks.join_next().await {
        without.extend([answered?]);
    }
    Ok(without)
}

fn key(question: &Question) -> String {
    format!("{} {}", question.tool, mistmcp::serde_json::Value::from(question.arguments.clone()))
}

impl Score {
    fn add(&mut self, incident: &Incident, answered: &Answered) {
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

impl FalseAlarms {
    fn add(&mut self, incident: &Incident, answered: &Answered) {
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

    fn add_of_nothing(&mut self, incident: &Incident, of: &str, answered: &Answered) {
        let has_none = answered.findings.iter().all(|finding| finding.cause == NEVER_SEEN);
        let is_reported = answered.error.is_some() || (has_none && answered.says_not_seen);
        if !is_reported || answered.verdict.to_lowercase().contains("healthy") {
            self.of_nothing.push(format!("{} in {of}: {}", incident.name, answered.verdict));
        }
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
fn print_score(half: Half, score: &Score, misses: bool) {
    println!("{}: {} incidents", half.name(), score.asked + score.without_tool.values().sum::<usize>());
    for (tool, count) in &score.without_tool {
        println!("  {count:>4} of them ask {tool}, which does not exist yet");
    }
    if score.asked == 0 {
        return;
    }
    println!("  first finding right      {}", share(score.first, score.asked));
    println!("  among the first three    {}", share(score.among_three, score.asked));
    for (name, costs, calls) in
        [("an answer", &score.answers, "calls to Mist"), ("by raw tools", &score.raw_tools, "calls of tools")]
    {
        println!("  {name}");
        println!("    {calls:<22} {}", spread(costs.iter().map(|cost| cost.calls)));
        if name == "an answer" {
            println!("    {:<22} {}", "at one place", spread(score.calls_at_one_place.iter().copied()));
        }
        println!("    {:<22} {}", "tokens (o200k)", spread(costs.iter().map(|cost| cost.tokens)));
        let milliseconds = costs.iter().map(|cost| usize::try_from(cost.milliseconds).unwrap_or(usize::MAX));
        println!("    {:<22} {}", "milliseconds", spread(milliseconds));
    }
    let alarms = &score.false_alarms;
    println!("  false alarms");
    println!("    the same trouble where there is none      {}", alarms.without_trouble.len());
    println!("    kinds of critical findings without any    {}", alarms.critical.len());
    println!("    of an empty organization or empty sites   {}", alarms.of_nothing.len());
    if misses {
        println!("  not right at once");
        for miss in &score.misses {
            println!("    {miss}");
        }
        println!("  false alarms");
        for name in &alarms.without_trouble {
            println!("    {name}: found in the untouched network as well");
        }
        for (finding, count) in &alarms.critical {
            println!("    {finding}: critical in the untouched network, {count} times");
        }
        for false_alarm in &alarms.of_nothing {
            println!("    {false_alarm}");
        }
        for told in &score.undocumented {
            println!("    {told}, which its FINDS does not have");
        }
    }
}

fn share(part: usize, whole: usize) -> String {
    format!("{part} of {whole}, {} %", 100 * part / whole.max(1))
}

/// The middle one and the most.
fn spread(numbers: impl Iterator<Item = usize>) -> String {
    let mut numbers = numbers.collect::<Vec<_>>();
    numbers.sort_unstable();
    let middle = numbers.get(numbers.len() / 2).copied().unwrap_or_default();
    format!("median {middle}, most {}", numbers.last().copied().unwrap_or_default())
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
