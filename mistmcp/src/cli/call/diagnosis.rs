//! `--table` of an answer to a question: the verdict, the findings with what they follow from, the calls that show their
//! rows, what was not seen, and which facts a table has no room for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use super::command_line;
use crate::answers::{ago, listed, plural};
use crate::cli::layout::{Columns, bold};
use crate::cli::shell::Shell;
use crate::text::one_line;

/// The text of an answer to a question, or `None` if the value is no such answer. Further calls get `flags`.
pub(super) fn text(value: &Value, width: Option<u16>, flags: &[String]) -> Option<String> {
    text_at(value, width, flags, Timestamp::now().as_second())
}

fn text_at(value: &Value, width: Option<u16>, flags: &[String], now: i64) -> Option<String> {
    let verdict = value.get("verdict")?.as_str()?;
    let findings = value.get("findings")?.as_array()?;
    let not_seen = value.get("not_seen")?.as_array()?;
    let mut words = Columns::new(0, width);
    words.row([verdict]);
    let mut text = words.text();
    if !findings.is_empty() {
        text.push('\n');
        text.push_str(&table(findings, width, now));
    }
    if let Some(more) = value.get("more_findings").and_then(Value::as_u64) {
        let noun = plural(usize::try_from(more).unwrap_or(usize::MAX), "finding");
        let _ = writeln!(text, "{more} more {noun}");
    }
    text.push_str(&calls(findings, flags));
    if !not_seen.is_empty() {
        let mut table = Columns::headed(["not seen"], width);
        for part in not_seen.iter().filter_map(Value::as_str) {
            table.row([part]);
        }
        text.push('\n');
        text.push_str(&table.text());
    }
    text.push_str(&left_out(value));
    Some(text)
}

/// A line that names the facts which are lists, such as the links of a topology: a table does not show them.
fn left_out(answer: &Value) -> String {
    let facts = answer.get("facts").and_then(Value::as_object).into_iter().flatten();
    let is_list = |fact: &Value| match fact {
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => text.contains('\n'),
        _ => false,
    };
    let names: Vec<_> = facts.filter(|(_, fact)| is_list(fact)).map(|(name, _)| name).collect();
    match names.len() {
        0 => String::new(),
        number => {
            let them = if number == 1 { "it" } else { "them" };
            format!(
                "\nnot in this table: the {} {}; leave out --table to see {them}\n",
                plural(number, "fact"),
                listed(&names, 8)
            )
        }
    }
}

/// The findings with their numbers. A symptom shows the number of the finding that it follows from, and the root of
/// symptoms is marked as such.
fn table(findings: &[Value], width: Option<u16>, now: i64) -> String {
    let root_of = |finding: &Value| {
        finding.get("because_of").and_then(Value::as_u64).and_then(|root| usize::try_from(root).ok())
    };
    let roots: BTreeSet<_> = findings.iter().filter_map(root_of).collect();
    let columns = ["#", "severity", "cause", "where", "began", "because of", "finding"];
    let is_linked = !roots.is_empty();
    let mut table =
        Columns::headed(columns.into_iter().filter(|column| is_linked || *column != "because of"), width);
    for (place, finding) in findings.iter().enumerate() {
        let field = |name: &str| finding.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let began = finding.get("since").and_then(Value::as_i64).map(|since| ago(since, now));
        let because_of = match root_of(finding) {
            Some(root) => (root + 1).to_string(),
            None if roots.contains(&place) => "root".to_owned(),
            None => String::new(),
        };
        let mut cells = vec![
            (place + 1).to_string(),
            field("severity"),
            field("cause"),
            finding.pointer("/objects/0").map(self::place).unwrap_or_default(),
            began.unwrap_or_default(),
        ];
        cells.extend(Some(because_of).filter(|_| is_linked));
        cells.push(field("summary"));
        table.row(cells);
    }
    table.text()
}

/// The calls that show the rows behind the findings, each once with the numbers of its findings. They are not wrapped, so
/// that they can be copied.
fn calls(findings: &[Value], flags: &[String]) -> String {
    let mut calls: Vec<(String, Vec<String>)> = Vec::new();
    for (place, finding) in findings.iter().enumerate() {
        let see = |name: &str| finding.get("see").and_then(|see| see.get(name));
        let (Some(tool), Some(arguments)) =
            (see("tool").and_then(Value::as_str), see("arguments").and_then(Value::as_object))
        else {
            continue;
        };
        let line = command_line::of_call(tool, arguments, flags, Shell::of_this_system());
        let number = (place + 1).to_string();
        match calls.iter_mut().find(|(known, _)| *known == line) {
            Some((_, numbers)) => numbers.push(number),
            None => calls.push((line, vec![number])),
        }
    }
    if calls.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", bold("the rows behind the findings"));
    for (line, numbers) in calls {
        let _ = writeln!(text, "{}: {}", numbers.join(", "), one_line(&line));
    }
    text
}

/// An object of a finding: its kind and name, and the device of a port.
fn place(object: &Value) -> String {
    let field = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    match field("device") {
        "" => format!("{} {}", field("kind"), field("name")),
        device => format!("{} {device} {}", field("kind"), field("name")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text_of(answer: &Value, width: Option<u16>) -> String {
        text_at(answer, width, &["--demo".to_owned()], 1_000 + 35 * 60).unwrap()
    }

    #[test]
    fn an_answer_is_a_verdict_a_table_of_findings_and_what_was_not_seen() {
        let answer = json!({
            "verdict": "LDS-AP-03 is down: no power.",
            "findings": [{
                "cause": "power_lost", "severity": "critical", "summary": "LDS-SW-03 ge-0/0/0 gives no power.", "since": 1_000,
                "objects": [{ "kind": "port", "name": "ge-0/0/0", "device": "LDS-SW-03" }],
            }],
            "not_seen": ["NAC: 403"], "calls": 9,
        });
        let text = text_of(&answer, None);
        for wanted in
            ["LDS-AP-03 is down: no power.", "critical", "port LDS-SW-03 ge-0/0/0", "35 min ago", "NAC: 403"]
        {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert!(!text.contains("because of") && !text.contains(" call "), "{text}");
        let narrow = text_of(&answer, Some(60));
        assert!(narrow.lines().all(|line| line.chars().count() <= 70), "{narrow}");
    }

    #[test]
    fn a_finding_shows_its_root_and_the_call_that_shows_its_rows() {
        let see = json!({ "tool": "searchOrgAlarms", "arguments": { "site_id": "Head Office", "limit": 5 } });
        let finding = |cause: &str, because_of: Option<usize>, see: &Value| json!({ "cause": cause, "severity": "warning", "summary": cause, "objects": [], "because_of": because_of, "see": see });
        let other = json!({ "tool": "getSelf", "arguments": {} });
        let answer = json!({
            "verdict": "x", "not_seen": [], "calls": 1, "more_findings": 1,
            "findings": [
                finding("upstream_down", None, &see),
                finding("power_lost", Some(0), &other),
                finding("port_down", Some(0), &see),
                finding("loop", None, &Value::Null),
            ],
        });
        let text = text_of(&answer, None);
        let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
        let cells = |start: &str| line(start).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cells("1 "), ["1", "warning", "upstream_down", "root", "upstream_down"]);
        assert_eq!(cells("2 "), ["2", "warning", "power_lost", "1", "power_lost"]);
        assert_eq!(cells("4 "), ["4", "warning", "loop", "loop"]);
        let shared = line("1, 3: ");
        assert!(shared.ends_with(" call searchOrgAlarms site_id='Head Office' limit=5 --demo"), "{shared}");
        assert!(line("2: ").ends_with(" call getSelf --demo"), "{text}");
        assert!(text.contains("1 more finding\n"), "{text}");
        // A command is one line at any width.
        let narrow = text_of(&answer, Some(30));
        assert!(narrow.lines().any(|line| line == shared), "{narrow}");
    }

    #[test]
    fn a_line_names_the_facts_that_are_lists() {
        let text = |facts: Value| {
            text_of(
                &json!({ "verdict": "x", "findings": [], "not_seen": [], "calls": 1, "facts": facts }),
                None,
            )
        };
        let edges =
            json!({ "devices": "2 switches", "links": 1, "edges": ["A -- B"], "mermaid": "flowchart\n A" });
        let line = "not in this table: the facts edges and mermaid; leave out --table to see them";
        assert_eq!(text(edges).lines().filter(|shown| *shown == line).count(), 1);
        assert!(text(json!({ "ranking": [{}] })).contains("the fact ranking; leave out --table to see it\n"));
        for none in [json!({ "site": "Leeds", "links": 0, "edges": [], "bands": {} }), Value::Null] {
            assert!(!text(none.clone()).contains("--table"), "{none}");
        }
    }

    #[test]
    fn other_objects_are_none() {
        for other in
            [json!({}), json!({ "verdict": 1 }), json!([1]), json!({ "verdict": "x", "findings": {} })]
        {
            assert_eq!(text(&other, None, &[]), None, "{other}");
        }
    }
}
