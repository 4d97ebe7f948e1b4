//! `--table` of an answer to a question: the verdict, the findings, and what was not seen.

use jiff::Timestamp;
use serde_json::Value;

use crate::answers::ago;
use crate::cli::layout::Columns;

/// The text of an answer to a question, or `None` if the value is no such answer.
pub(super) fn text(value: &Value, width: Option<u16>) -> Option<String> {
    text_at(value, width, Timestamp::now().as_second())
}

fn text_at(value: &Value, width: Option<u16>, now: i64) -> Option<String> {
    let verdict = value.get("verdict")?.as_str()?;
    let findings = value.get("findings")?.as_array()?;
    let not_seen = value.get("not_seen")?.as_array()?;
    let mut words = Columns::new(0, width);
    words.row([verdict]);
    let mut text = words.text();
    if !findings.is_empty() {
        let mut table = Columns::headed(["severity", "cause", "where", "began", "finding"], width);
        for finding in findings {
            let field = |name: &str| finding.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let began = finding.get("since").and_then(Value::as_i64).map(|since| ago(since, now));
            let place = finding.pointer("/objects/0").map(place).unwrap_or_default();
            table.row([
                field("severity"),
                field("cause"),
                place,
                began.unwrap_or_default(),
                field("summary"),
            ]);
        }
        text.push('\n');
        text.push_str(&table.text());
    }
    if let Some(more) = value.get("more_findings").and_then(Value::as_u64) {
        text.push_str(&more.to_string());
        text.push_str(" more findings\n");
    }
    if !not_seen.is_empty() {
        let mut table = Columns::headed(["not seen"], width);
        for part in not_seen.iter().filter_map(Value::as_str) {
            table.row([part]);
        }
        text.push('\n');
        text.push_str(&table.text());
    }
    Some(text)
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
        let text = text_at(&answer, None, 1_000 + 35 * 60).unwrap();
        for wanted in
            ["LDS-AP-03 is down: no power.", "critical", "port LDS-SW-03 ge-0/0/0", "35 min ago", "NAC: 403"]
        {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        let narrow = text_at(&answer, Some(60), 2_000).unwrap();
        assert!(narrow.lines().all(|line| line.chars().count() <= 70), "{narrow}");
    }

    #[test]
    fn other_objects_are_none() {
        for other in
            [json!({}), json!({ "verdict": 1 }), json!([1]), json!({ "verdict": "x", "findings": {} })]
        {
            assert_eq!(text(&other, None), None, "{other}");
        }
    }
}
