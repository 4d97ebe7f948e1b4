//! Sentences of this program in an answer to a question ([`Sentences`]), which are not redacted: a word such as
//! "passphrase" in them would hide the word after it.

use serde_json::Value;

/// The sentences of an answer, taken out of it while the rest is redacted.
#[derive(Debug, Default)]
pub(super) struct Sentences {
    verdict: Value,
    not_seen: Value,
    /// In the order of the findings.
    summaries: Vec<Value>,
}

impl Sentences {
    /// Takes the sentences out of an answer.
    pub(super) fn take(answer: &mut Value) -> Self {
        let mut taken = |field: &str| answer.get_mut(field).map(Value::take).unwrap_or_default();
        let (verdict, not_seen) = (taken("verdict"), taken("not_seen"));
        let summaries = summaries(answer).map(|summary| summary.map(Value::take).unwrap_or_default());
        Self { verdict, not_seen, summaries: summaries.collect() }
    }

    /// Puts them back.
    pub(super) fn put_back(self, answer: &mut Value) {
        for (field, sentence) in [("verdict", self.verdict), ("not_seen", self.not_seen)] {
            if let Some(place) = answer.get_mut(field) {
                *place = sentence;
            }
        }
        for (place, summary) in summaries(answer).zip(self.summaries) {
            if let Some(place) = place {
                *place = summary;
            }
        }
    }
}

/// The summary of each finding.
fn summaries(answer: &mut Value) -> impl Iterator<Item = Option<&mut Value>> {
    let findings = answer.get_mut("findings").and_then(Value::as_array_mut);
    findings.into_iter().flatten().map(|finding| finding.get_mut("summary"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Format, Reply, RequestFacts, Rules};
    use super::*;

    fn rendered(value: Value, show_secrets: bool) -> Value {
        let rules = Rules { max_bytes: 10_000, format: Format::Json, show_secrets };
        let rendered = Reply::answer(value).render(&rules, &RequestFacts::default()).unwrap();
        let super::super::Content::Text(text) = rendered.content else { panic!("no text") };
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn sentences_of_an_answer_are_kept_and_the_rest_of_it_is_redacted() {
        let answer = json!({
            "verdict": "scan-1 uses a wrong passphrase: 18 failures.",
            "findings": [
                { "summary": "scan-1 uses a wrong passphrase: 18 failures.", "evidence": { "psk": "hunter2" } },
                { "cause": "wrong_key", "evidence": { "text": "psk=hunter2" } },
                { "summary": "The password policy: changed.", "objects": [{ "name": "password: hunter2" }] },
            ],
            "facts": { "password": "hunter2" },
            "not_seen": ["keys: 403, the API token may not see it"],
            "calls": 3,
        });
        let shown = rendered(answer.clone(), true);
        assert_eq!(shown, answer);
        let hidden = rendered(answer.clone(), false);
        for pointer in ["/verdict", "/findings/0/summary", "/findings/2/summary", "/not_seen", "/calls"] {
            assert_eq!(hidden.pointer(pointer), answer.pointer(pointer), "{pointer}");
        }
        assert!(!hidden.to_string().contains("hunter2"), "{hidden}");
    }

    #[test]
    fn any_value_is_kept_in_its_form() {
        for value in [
            json!({ "findings": [1, null, {}, { "summary": null }], "verdict": null, "calls": 1 }),
            json!({ "findings": "none", "not_seen": {}, "calls": 1 }),
            json!({ "calls": 1 }),
        ] {
            let mut changed = value.clone();
            Sentences::take(&mut changed).put_back(&mut changed);
            assert_eq!(changed, value);
        }
    }
}
