//! Answer to a question, before and as it is written: [`Diagnosis`].

mod written;

use serde_json::{Map, Value, json};

use super::finding::begun_until;
use super::rank::{Ranked, ranked};
use super::size::{MOST_TOKENS, STEPS, estimated_tokens};
use super::wording::count;
use super::{Finding, Object, Part, See, Severity};

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
    scope: Box<Scope>,
}

/// What an answer is about: how severe, and at what time.
#[derive(Clone, Debug, Default)]
struct Scope {
    no_findings: Option<String>,
    least: Option<Severity>,
    /// Arguments with which a call shows fewer findings, so that there is room for all.
    narrowing: Vec<&'static str>,
    /// When the call's time window ended, in words, where it is in the past.
    ended: Option<String>,
    stateless: bool,
}

/// The parts that an answer could not read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UnreadParts<'a> {
    /// The lines of `not_seen`.
    pub(super) lines: &'a [String],
    /// The number of parts among these that could not be read. The others have nothing in them.
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

    /// The part whose rows show the findings that name no call of their own.
    pub fn shown_by(self, part: &Part) -> Self {
        self.shown_by_call(&part.see())
    }

    pub(super) fn shown_by_call(mut self, see: &See) -> Self {
        for finding in &mut self.findings {
            finding.see.get_or_insert_with(|| see.clone());
        }
        self
    }

    /// Names the organization in the calls that show findings.
    pub(super) fn of_org(mut self, org: &str) -> Self {
        for see in self.findings.iter_mut().filter_map(|finding| finding.see.as_mut()) {
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
        self.scope.no_findings = Some(words.into());
        self
    }

    /// Leaves out findings below a severity. The verdict says how many there are, if they are all.
    pub fn at_least(mut self, least: Severity) -> Self {
        self.scope.least = Some(least);
        self
    }

    /// The arguments that were not given, with which a call shows fewer findings: a note names them where findings have no
    /// room.
    pub fn narrowed_by(mut self, arguments: impl IntoIterator<Item = (&'static str, bool)>) -> Self {
        let left = arguments.into_iter().filter(|(_, is_given)| !is_given).map(|(name, _)| name);
        self.scope.narrowing = left.collect();
        self
    }

    /// Says that all facts are of the time window, and none is a present state.
    pub fn of_window_alone(mut self) -> Self {
        self.scope.stateless = true;
        self
    }

    /// The answer about a time window that ended in the past, `ended` in words: what began after it is left out. A finding
    /// about the present state of which no one knows when it began says so, and is at most a warning.
    pub(super) fn until(mut self, end: i64, ended: &str) -> Self {
        self.findings = begun_until(self.findings, end);
        let mut has_state = !self.scope.stateless;
        for finding in &mut self.findings {
            let is_of_window = finding.see.as_ref().is_some_and(See::is_of_window);
            // What nobody has seen has no state.
            if finding.since.is_none() && !is_of_window && !finding.evidence.is_empty() {
                finding.severity = finding.severity.min(Severity::Warning);
                finding.summary = format!("{} (as of now).", finding.summary.trim_end_matches('.'));
                has_state = true;
            }
        }
        self.scope.ended = has_state.then(|| ended.to_owned());
        self
    }

    /// The findings of the least severity that was asked for, in order, and the number of the others.
    fn found(findings: Vec<Finding>, least: Option<Severity>) -> (Vec<Ranked>, usize) {
        let Some(least) = least else { return (ranked(findings), 0) };
        let all = ranked(findings.clone()).len();
        let found = ranked(findings.into_iter().filter(|finding| finding.severity >= least).collect());
        let lower = all.saturating_sub(found.len());
        (found, lower)
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
        let is_asked = |finding: &&Finding| self.scope.least.is_none_or(|least| finding.severity >= least);
        view.insert("marks".into(), self.findings.iter().filter(is_asked).filter_map(mark).collect());
        Some(Value::Object(*view))
    }

    /// The answer as JSON. `seen` names the parts that were read.
    pub(super) fn into_value(
        self,
        seen: &[String],
        missing: UnreadParts<'_>,
        calls: usize,
        may_call: impl Fn(&str) -> bool,
    ) -> Value {
        let not_seen = missing.lines;
        let Self { subject, findings, facts, uncut, unknown, list, scope, .. } = self;
        let Scope { no_findings, least, narrowing, ended, .. } = *scope;
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
mod tests {
    use super::super::Cause;
    use super::*;

    static CAUSE: Cause = Cause { name: "port_slow", group: "ports", meaning: "", evidence: "", remedy: "" };

    fn texts(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    fn unread(lines: &[String]) -> UnreadParts<'_> {
        UnreadParts { lines, unread: lines.len() }
    }

    fn one(number: usize) -> Finding {
        Finding::new(&CAUSE, Severity::Warning, format!("Port {number} is slow."))
            .on(Object::port(&format!("ge-0/0/{number}")).of_device("SW-1").mac("5c5b35000001".to_owned()))
            .since(1_795_890_000)
            .evidence("speed", 100)
            .evidence("nothing", Value::Null)
    }

    #[test]
    fn an_answer_has_its_four_fields_also_when_nothing_was_found() {
        let value = Diagnosis::about("AP-1 is connected").into_value(
            &texts(&["ports", "events"]),
            UnreadParts::default(),
            3,
            |_| true,
        );
        assert_eq!(value["findings"], json!([]));
        assert_eq!(value["not_seen"], json!([]));
        assert_eq!(value["calls"], 3);
        assert_eq!(value["verdict"], "AP-1 is connected: nothing wrong was found in ports and events.");
    }

    #[test]
    fn a_verdict_states_what_was_not_seen_and_never_that_all_is_well() {
        let hidden = texts(&["NAC: 403"]);
        let value = Diagnosis::about("AP-1").into_value(&[], unread(&hidden), 1, |_| true);
        assert!(value["verdict"].as_str().unwrap().contains("nothing is known"), "{value}");
        let value = Diagnosis::about("AP-1").into_value(&texts(&["ports"]), unread(&hidden), 1, |_| true);
        assert!(value["verdict"].as_str().unwrap().contains("1 part could not be read"), "{value}");
        let value = Diagnosis::unknown("No client is called x.").into_value(
            &texts(&["clients"]),
            unread(&hidden),
            1,
            |_| true,
        );
        assert_eq!(value["verdict"], "No client is called x.");
    }

    #[test]
    fn a_finding_is_written_with_the_call_that_the_session_can_make() {
        let part = super::super::Part::new("ports", "searchOrgSwOrGwPorts")
            .with("mac", "5c5b35000001")
            .with("limit", 1000);
        let diagnosis = Diagnosis::about("AP-1 is slow").findings([one(1).see(&part)]);
        let value = diagnosis.clone().into_value(&[], UnreadParts::default(), 1, |_| true);
        assert_eq!(
            value["findings"][0],
            json!({
                "cause": "port_slow", "severity": "warning", "summary": "Port 1 is slow.",
                "objects": [{ "kind": "port", "name": "ge-0/0/1", "device": "SW-1", "mac": "5c5b35000001" }],
                "since": 1_795_890_000, "evidence": { "speed": 100 },
                "see": { "tool": "searchOrgSwOrGwPorts", "arguments": { "mac": "5c5b35000001" } },
            })
        );
        assert_eq!(value["verdict"], "AP-1 is slow: Port 1 is slow.");
        let value = diagnosis.into_value(&[], UnreadParts::default(), 1, |_| false);
        assert!(value["findings"][0].get("see").is_none());
    }

    #[test]
    fn findings_without_a_call_get_that_of_the_whole_and_others_keep_theirs() {
        let part = |tool| Part::new("ports", tool);
        let diagnosis =
            Diagnosis::about("AP-1 is slow").findings([one(1).see(&part("searchOrgSwOrGwPorts")), one(2)]);
        let value =
            diagnosis.shown_by(&part("getOrgInventory")).into_value(&[], UnreadParts::default(), 1, |_| true);
        let tools: Vec<_> =
            value["findings"].as_array().unwrap().iter().map(|finding| &finding["see"]["tool"]).collect();
        assert_eq!(tools, ["searchOrgSwOrGwPorts", "getOrgInventory"]);
    }

    #[test]
    fn what_began_after_a_past_window_or_follows_from_it_is_left_out_and_a_present_state_says_so() {
        let part = |start: Option<&str>| Part::new("ports", "searchOrgSwOrGwPorts").with("start", start);
        let finding = |number: usize, since: Option<i64>, start: Option<&str>| {
            let severity = Severity::Critical;
            let called = Object::port(&format!("ge-0/0/{number}")).of_device("SW-1");
            let words = format!("Port {number} is slow.");
            Finding::new(&CAUSE, severity, words)
                .on(called)
                .since(since)
                .evidence("speed", 100)
                .see(&part(start))
        };
        let late = finding(1, Some(2_000), None).affects(["sw-1 ge-0/0/2"]);
        let findings = [
            late,
            finding(2, None, None),
            finding(3, Some(900), None),
            finding(4, None, None),
            finding(5, None, Some("100")),
        ];
        let of = |diagnosis: Diagnosis| {
            let value = diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 1, |_| true);
            let found = value["findings"].as_array().unwrap().iter();
            let mut found: Vec<_> = found
                .map(|finding| {
                    let text = |field: &str| finding[field].as_str().unwrap().to_owned();
                    (text("summary"), text("severity"))
                })
                .collect();
            found.sort();
            (found, value["verdict"].as_str().unwrap().to_owned())
        };
        let (found, verdict) =
            of(Diagnosis::about("SW-1").findings(findings.clone()).until(1_000, "3 h ago"));
        let pair = |words: &str, severity: &str| (words.to_owned(), severity.to_owned());
        assert_eq!(
            found,
            [
                pair("Port 3 is slow.", "critical"),
                pair("Port 4 is slow (as of now).", "warning"),
                pair("Port 5 is slow.", "critical"),
            ]
        );
        assert!(verdict.ends_with("The time window ended 3 h ago; states are those of now."), "{verdict}");
        let of_window = Diagnosis::about("SW-1").of_window_alone();
        let (_, verdict) =
            of(of_window.clone().findings([finding(3, Some(900), None)]).until(1_000, "3 h ago"));
        assert!(!verdict.contains("of now"), "{verdict}");
        let (_, verdict) = of(of_window.findings(findings).until(1_000, "3 h ago"));
        assert!(verdict.contains("of now"), "{verdict}");
    }

    #[test]
    fn findings_below_the_asked_severity_are_counted_as_they_would_be_listed() {
        let folded = one(2).folds().because_of(&one(1));
        let all = || [one(1), one(1), folded.clone(), one(3)];
        let value = |diagnosis: Diagnosis| {
            diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 1, |_| true)
        };
        let listed = value(Diagnosis::about("SW-1").findings(all()))["findings"].as_array().unwrap().len();
        let none = value(Diagnosis::about("SW-1").at_least(Severity::Critical).findings(all()));
        assert_eq!((listed, &none["findings"]), (2, &json!([])));
        assert!(none["verdict"].as_str().unwrap().contains("but 2 problems below it"), "{none}");
    }

    #[test]
    fn a_note_names_the_arguments_that_make_room_for_findings_that_have_none() {
        let value = |count: usize, arguments: &[(&'static str, bool)]| {
            let diagnosis = Diagnosis::about("SW-1").findings((0..count).map(one));
            let diagnosis = diagnosis.narrowed_by(arguments.iter().copied());
            diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 1, |_| true)
        };
        let note = |arguments: &[(&'static str, bool)]| {
            let value = value(40, arguments);
            let note = value["note"].as_str().unwrap().to_owned();
            assert!(note.starts_with(&format!("{} findings had no room", value["more_findings"])), "{value}");
            note
        };
        let both = note(&[("site_id", false), ("severity", false), ("band", true)]);
        assert!(both.ends_with(": ask again with `site_id` or `severity` to see them."), "{both}");
        assert!(note(&[("site_id", false)]).contains("with `site_id` to"));
        assert!(note(&[("site_id", true)]).ends_with("had no room."));
        assert_eq!(value(3, &[("site_id", false)]).get("note"), None);
    }

    #[test]
    fn a_view_gets_its_data_and_marks_what_all_findings_are_about() {
        assert_eq!(Diagnosis::about("AP-1").findings([one(0)]).view_data(), None);
        let many = (0..200).map(one);
        let diagnosis = Diagnosis::about("The ports").view("ports", json!([1, 2])).findings(many);
        let view = diagnosis.view_data().unwrap();
        assert_eq!(view["ports"], json!([1, 2]));
        assert_eq!(view["marks"].as_array().unwrap().len(), 200);
        assert!(view["marks"][199]["cause"].is_string() && view["marks"][199]["name"].is_string(), "{view}");
        let answer = diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 1, |_| true);
        assert!(answer.get("view").is_none() && answer.get("marks").is_none(), "{answer}");
    }

    #[test]
    fn facts_that_are_reported_whole_are_the_first_set_that_fits() {
        let set = |length: usize| json!({ "drawing": "word ".repeat(length) }).as_object().cloned().unwrap();
        let drawn = |sets: Vec<Map<String, Value>>, findings: usize| {
            let diagnosis = Diagnosis::about("The site").findings((0..findings).map(one)).uncut(sets);
            let value = diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 3, |_| true);
            assert!(estimated_tokens(&value.to_string()) <= MOST_TOKENS);
            value["facts"]["drawing"].as_str().map(|text| text.len() / 5)
        };
        assert_eq!(drawn(vec![set(900), set(100)], 0), Some(900));
        assert_eq!(drawn(vec![set(9_000), set(100)], 0), Some(100));
        assert_eq!(drawn(vec![set(9_000), set(600)], 40), Some(600), "with fewer findings");
        assert_eq!(drawn(vec![set(9_000)], 1), None);
    }

    #[test]
    fn names_from_the_network_are_cleaned_and_an_answer_of_any_size_is_cut() {
        let long = "\u{202e}\u{7}名前".repeat(400);
        let many = (0..200).map(|number| {
            (0..30).fold(one(number).evidence("text", long.clone()), |finding, place| {
                finding
                    .on(Object::ap(&format!("{long}{place}")))
                    .evidence(&format!("{long}{place}"), vec![long.clone(); 50])
            })
        });
        let facts = (0..100).fold(Diagnosis::about(&long), |diagnosis, place| {
            diagnosis.fact(&format!("{place}"), long.clone())
        });
        let hidden: Vec<_> = (0..50).map(|number| format!("{number} {long}")).collect();
        let value = facts.findings(many).into_value(&[], unread(&hidden), 12, |_| true);
        let text = value.to_string();
        assert!(estimated_tokens(&text) <= MOST_TOKENS, "{}", estimated_tokens(&text));
        assert!(!text.contains('\u{202e}') && !text.contains('\u{7}') && !text.contains("\\u0007"), "{text}");
        assert!(
            !value["findings"].as_array().unwrap().is_empty() && value["more_findings"].as_u64() > Some(0)
        );
    }
}
