//! An answer as JSON: its verdict, and its findings, facts and unread parts, cut to a step of shortening.

use serde_json::{Map, Value, json};

use super::UnreadParts;
use crate::answers::rank::Ranked;
use crate::answers::size::{Step, trimmed_fields};
use crate::answers::wording::{count, listed, sentence};
use crate::answers::{Finding, Object, See, Severity};

/// What kind of verdict an answer has.
#[derive(Clone, Copy)]
pub(super) struct VerdictKind<'a> {
    pub(super) unknown: bool,
    pub(super) list: bool,
    /// When the time window ended, in words, where states are later than it.
    pub(super) ended: Option<&'a str>,
}

pub(super) fn verdict(
    subject: &str,
    found: &[Ranked],
    VerdictKind { unknown, list, ended }: VerdictKind<'_>,
    no_findings: Option<&str>,
    seen: &[String],
    missing: UnreadParts<'_>,
) -> String {
    if unknown && found.is_empty() {
        return sentence(subject, 400);
    }
    let subject = subject.trim_end_matches('.');
    let text = match found.first() {
        Some(Ranked { finding, .. }) => {
            let is_serious = found.iter().any(|ranked| ranked.finding.severity > Severity::Info);
            let serious = if !is_serious && !list { "nothing serious was found. Of note: " } else { "" };
            let others = match found.len() - 1 {
                0 => String::new(),
                1 => " There is one more finding.".to_owned(),
                others => format!(" There are {others} more findings."),
            };
            let summary = finding.summary.trim_end_matches('.');
            format!("{subject}: {serious}{summary}.{others}")
        }
        None if seen.is_empty() => format!("{subject}: nothing could be looked at, so nothing is known."),
        None => {
            let nothing = format!("nothing wrong was found in {}", listed(seen, 6));
            format!("{subject}: {}.", no_findings.map_or(nothing, str::to_owned).trim_end_matches('.'))
        }
    };
    let hidden = match (missing.unread, missing.lines.len()) {
        (0, 0) => String::new(),
        (0, _) if !found.is_empty() => String::new(),
        (0, parts) => {
            format!(" There is no data of {}, so this is not the whole picture.", count(parts, "part"))
        }
        (parts, _) if found.is_empty() => {
            format!(" {} could not be read, so this is not the whole picture.", count(parts, "part"))
        }
        (parts, _) => format!(" {} could not be read.", count(parts, "part")),
    };
    let ended = ended
        .map(|ended| format!(" The time window ended {ended}; states are those of now."))
        .unwrap_or_default();
    sentence(&(sentence(&(text + &hidden), 500 - ended.len().min(100)) + &ended), 500)
}

/// A note about findings that had no room, with the arguments that make room for them.
pub(super) fn unshown(answer: &Value, narrowing: &[&str]) -> Option<String> {
    let more = usize::try_from(answer.get("more_findings")?.as_u64()?).ok()?;
    let names: Vec<_> = narrowing.iter().map(|name| format!("`{name}`")).collect();
    let ask = match names.as_slice() {
        [] => String::new(),
        [only] => format!(": ask again with {only} to see them"),
        [first @ .., last] => format!(": ask again with {} or {last} to see them", first.join(", ")),
    };
    Some(format!("{} had no room{ask}.", count(more, "finding")))
}

pub(super) fn written(
    verdict: &str,
    found: &[Ranked],
    facts: &Map<String, Value>,
    not_seen: &[String],
    calls: usize,
    step: &Step,
    may_call: impl Fn(&str) -> bool,
) -> Value {
    let shown = found.iter().take(step.findings).map(|ranked| finding(ranked, step, &may_call));
    let mut answer = json!({ "verdict": verdict, "findings": shown.collect::<Vec<_>>() });
    if found.len() > step.findings {
        answer["more_findings"] = (found.len() - step.findings).into();
    }
    let facts = trimmed_fields(facts, step, step.facts);
    if !facts.is_empty() {
        answer["facts"] = facts.into();
    }
    let mut parts: Vec<_> = not_seen.iter().take(step.not_seen).map(|part| sentence(part, 160)).collect();
    if not_seen.len() > parts.len() {
        let more = count(not_seen.len() - parts.len(), "more line");
        parts.push(format!("{more}: no room for them here"));
    }
    answer["not_seen"] = parts.into();
    answer["calls"] = calls.into();
    answer
}

fn finding(Ranked { finding, because_of }: &Ranked, step: &Step, may_call: impl Fn(&str) -> bool) -> Value {
    let Finding { cause, severity, summary, objects, since, evidence, see, .. } = finding;
    let shown: Vec<_> = objects.iter().take(step.objects).map(object).collect();
    let mut value = json!({
        "cause": cause.name,
        "severity": severity.name(),
        "summary": sentence(summary, step.summary),
        "objects": shown,
    });
    if objects.len() > step.objects {
        value["more_objects"] = (objects.len() - step.objects).into();
    }
    if let Some(since) = since {
        value["since"] = (*since).into();
    }
    if let Some(root) = because_of {
        value["because_of"] = (*root).into();
    }
    let evidence = trimmed_fields(evidence, step, step.fields);
    if !evidence.is_empty() {
        value["evidence"] = evidence.into();
    }
    if let Some(See { tool, arguments }) = see.as_ref().filter(|see| may_call(see.tool)) {
        value["see"] = json!({ "tool": tool, "arguments": arguments });
    }
    value
}

fn object(object: &Object) -> Value {
    let Object { kind, name, device, mac, site } = object;
    let mut value = json!({ "kind": kind, "name": name });
    for (key, text) in [("device", device), ("mac", mac), ("site", site)] {
        if let Some(text) = text {
            value[key] = text.as_str().into();
        }
    }
    value
}
