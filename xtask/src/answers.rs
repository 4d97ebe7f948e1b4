//! How well the answer tools explain the incidents of `demo/incidents`, and what the same questions cost by raw tools.

#[cfg(test)]
mod aims;
mod asker;
mod raw_tools;
mod report;
mod score;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use mistmcp::Catalog;
use mistmcp_demo::{Half, Incident, Overlay, Question};
use tokio::task::JoinSet;

use asker::{Answered, Asker};
use report::print_score;
pub(crate) use score::{Cost, Score};

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
