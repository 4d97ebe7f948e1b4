//! Answer to a question, before and as it is written: [`Diagnosis`].

mod written;

use serde_json::{Map, Value, json};

use super::finding::begun_until;
use super::rank::{Ranked, ranked};
use super::size::{MOST_TOKENS, STEPS, estimated_tokens};
use super::wording::count;
use super::{DataSource, Finding, Object, See, Severity};
use crate::reply::redact_object;

use written::{VerdictKind, unshown, verdict, written};

/// What a tool found out: the subject of the question, findings in any order, and facts.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    subject: String,
    findings: Vec<Finding>,
    /// Boxed, so that a result with a diagnosis as its error stays small.
    facts: Box<Map<String, Value>>,
    view: Box<Map<String, Value>>,
    uncut: Vec<Map<String, Value>>,
    unknown: bool,
    list: bool,
    context: Box<VerdictContext>,
}

/// What the verdict depends on beside the findings.
#[derive(Clone, Debug, Default)]
struct VerdictContext {
    no_findings: Option<String>,
    least: Option<Severity>,
    /// Arguments with which a call shows fewer findings, so that there is room for all.
    narrowing: Vec<&'static str>,
    /// When the call's time window ended, in words, where it is in the past.
    ended: Option<String>,
    stateless: bool,
}

/// The data sources that an answer could not read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UnreadParts<'a> {
    /// The lines of `not_seen`.
    pub(super) lines: &'a [String],
    /// The number of data sources among these that could not be read. The others have nothing in them.
    pub(super) unread: usize,
}

/// The least number of findings that is kept when whole facts need room.
const ENOUGH_FINDINGS: usize = 5;

impl Diagnosis {
    /// An answer about a subject, with its state, as the beginning of the verdict: `LDS-AP-03 is disconnected`.
    pub fn about(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..Self::default() }
    }

    /// An answer where the subject was not found, or has no data: a whole sentence. Say why in
    /// [`Inquiry::not_seen`](super::Inquiry::not_seen) or [`Inquiry::nothing_there`](super::Inquiry::nothing_there) as well.
    pub fn unknown(verdict: impl Into<String>) -> Self {
        Self { subject: verdict.into(), unknown: true, ..Self::default() }
    }

    /// An answer that lists what was asked for, so that findings of severity `info` are no reassurance.
    pub fn list(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), list: true, ..Self::default() }
    }

    /// Adds findings.
    pub fn findings(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// The data source whose rows show the findings that name no call of their own.
    pub fn shown_by(self, source: &DataSource) -> Self {
        self.shown_by_call(&source.see())
    }

    pub(super) fn shown_by_call(mut self, see: &See) -> Self {
        for finding in &mut self.findings {
            finding.see.get_or_insert_with(|| see.clone());
        }
        self
    }

    /// Names the organization in the calls that show findings. A session with an organization of its own needs its name
    /// only in a call that would have no argument.
    pub(super) fn of_org(mut self, org: &str, is_own: bool) -> Self {
        let sees = self.findings.iter_mut().filter_map(|finding| finding.see.as_mut());
        for see in sees.filter(|see| !is_own || see.arguments.is_empty()) {
            see.of_org(org);
        }
        self
    }

    /// Adds a fact about the subject. `null` and empty texts add nothing.
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        if !empty {
            self.facts.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds data that only the tool's view shows, such as all ports of a switch: the text of the answer does not have
    /// it, and its size is not bound by that of the answer. The view marks what findings are about by itself.
    pub fn view(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.view.insert(name.to_owned(), value.into());
        self
    }

    /// Adds facts that are never cut: the first of these sets with which the answer keeps its size. Texts
    /// are taken as they are, so clean the names in them.
    pub fn uncut(mut self, sets: impl IntoIterator<Item = Map<String, Value>>) -> Self {
        self.uncut.extend(sets);
        self
    }

    /// A verdict that replaces "nothing wrong was found" if there are no findings.
    pub fn when_no_findings(mut self, words: impl Into<String>) -> Self {
        self.context.no_findings = Some(words.into());
        self
    }

    /// Leaves out findings below a severity. The verdict says how many there are, if they are all.
    pub fn at_least(mut self, least: Severity) -> Self {
        self.context.least = Some(least);
        self
    }

    /// The arguments that were not given, with which a call shows fewer findings: a note names them where findings have no
    /// room.
    pub fn narrowed_by(mut self, arguments: impl IntoIterator<Item = (&'static str, bool)>) -> Self {
        let left = arguments.into_iter().filter(|(_, is_given)| !is_given).map(|(name, _)| name);
        self.context.narrowing = left.collect();
        self
    }

    /// Says that all facts are of the time window, and none is a present state.
    pub fn of_window_alone(mut self) -> Self {
        self.context.stateless = true;
        self
    }

    /// The answer about a time window that ended in the past, `ended` in words: what began after it is left out. A finding
    /// about the present state of which no one knows when it began says so, and is at most a warning.
    pub(super) fn until(mut self, end: i64, ended: &str) -> Self {
        self.findings = begun_until(self.findings, end);
        let mut has_state = !self.context.stateless;
        for finding in &mut self.findings {
            let is_of_window = finding.see.as_ref().is_some_and(See::is_of_window);
            // What nobody has seen has no state.
            if finding.since.is_none() && !is_of_window && !finding.evidence.is_empty() {
                finding.severity = finding.severity.min(Severity::Warning);
                finding.summary = format!("{} (as of now).", finding.summary.trim_end_matches('.'));
                has_state = true;
            }
        }
        self.context.ended = has_state.then(|| ended.to_owned());
        self
    }

    /// The answer without the secrets in its facts and evidence. They are hidden before it is cut: a part of a secret may not be
    /// recognized.
    pub(super) fn redacted(mut self) -> Self {
        redact_object(&mut self.facts);
        self.findings.iter_mut().for_each(|finding| redact_object(&mut finding.evidence));
        self
    }

    /// The findings of the least severity that was asked for, in order; where there are none, also the number of the others.
    fn found(findings: Vec<Finding>, least: Option<Severity>) -> (Vec<Ranked>, usize) {
        let is_asked = |finding: &Finding| least.is_none_or(|least| finding.severity >= least);
        let (asked, lower): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_asked);
        if asked.is_empty() { (Vec::new(), ranked(lower).len()) } else { (ranked(asked), 0) }
    }

    /// The data of its view, with what the findings are about: also those that the answer has no room for.
    pub(super) fn view_data(&self) -> Option<Value> {
        if self.view.is_empty() {
            return None;
        }
        let mark = |finding: &Finding| {
            let Object { kind, name, device, mac, .. } = finding.objects.first()?;
            let (cause, severity) = (finding.cause.name, finding.severity.name());
            Some(json!({
                "cause": cause, "severity": severity, "kind": kind, "name": name, "device": device, "mac": mac,
            }))
        };
        let mut view = self.view.clone();
        let is_asked = |finding: &&Finding| self.context.least.is_none_or(|least| finding.severity >= least);
        view.insert("marks".into(), self.findings.iter().filter(is_asked).filter_map(mark).collect());
        Some(Value::Object(*view))
    }

    /// The answer as JSON. `seen` names the data sources that were read and in which a trouble would show.
    pub(super) fn into_value(
        self,
        seen: &[String],
        missing: UnreadParts<'_>,
        calls: usize,
        may_call: impl Fn(&str) -> bool,
    ) -> Value {
        let not_seen = missing.lines;
        let Self { subject, findings, facts, uncut, unknown, list, context, .. } = self;
        let VerdictContext { no_findings, least, narrowing, ended, .. } = *context;
        let (found, lower) = Self::found(findings, least);
        let lower = (lower > 0).then(|| {
            let problems = count(lower, "problem");
            format!(
                "no problem of the asked severity was found, but {problems} below it: leave out `severity` to see all"
            )
        });
        let no_findings = lower.or(no_findings);
        let kind = VerdictKind { unknown, list, ended: ended.as_deref() };
        let verdict = verdict(&subject, &found, kind, no_findings.as_deref(), seen, missing);
        let mut value = Value::Null;
        for step in &STEPS {
            value = written(&verdict, &found, &facts, not_seen, calls, step, &may_call);
            if let Some(note) = unshown(&value, &narrowing) {
                value["note"] = note.into();
            }
            let own = estimated_tokens(&value.to_string());
            if own > MOST_TOKENS {
                continue;
            }
            let fits = |set: &&Map<String, Value>| {
                let text = json!(set).to_string();
                own + estimated_tokens(&text) <= MOST_TOKENS
            };
            if let Some(set) = uncut.iter().find(fits) {
                for (name, fact) in set {
                    value["facts"][name] = fact.clone();
                }
            } else if !uncut.is_empty() && step.findings > ENOUGH_FINDINGS {
                // Rather fewer findings than none of the sets.
                continue;
            }
            break;
        }
        value
    }
}

#[cfg(test)]
mod tests;
