//! Size of an answer in tokens ([`estimated_tokens`]), and the steps by which a long one is shortened ([`STEPS`]).

use serde_json::{Map, Value};

use super::wording::{name, sentence};

/// Tokens that an answer may take.
pub(super) const MOST_TOKENS: usize = 1_450;

/// What an answer keeps at one step of shortening.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) findings: usize,
    pub(super) objects: usize,
    /// Fields of evidence.
    pub(super) fields: usize,
    /// Items of a list in evidence and facts.
    pub(super) items: usize,
    /// Bytes of a text in evidence and facts.
    pub(super) text: usize,
    /// Fields of the facts.
    pub(super) facts: usize,
    pub(super) not_seen: usize,
    /// Bytes of a summary.
    pub(super) summary: usize,
}

/// The steps, from everything to the least.
pub(super) const STEPS: [Step; 8] = [
    Step { findings: 12, objects: 6, fields: 12, items: 8, text: 200, facts: 40, not_seen: 12, summary: 300 },
    Step { findings: 10, objects: 5, fields: 10, items: 6, text: 160, facts: 30, not_seen: 10, summary: 260 },
    Step { findings: 8, objects: 4, fields: 8, items: 5, text: 120, facts: 20, not_seen: 10, summary: 240 },
    Step { findings: 6, objects: 3, fields: 6, items: 4, text: 100, facts: 14, not_seen: 8, summary: 220 },
    Step { findings: 5, objects: 2, fields: 5, items: 3, text: 80, facts: 8, not_seen: 8, summary: 200 },
    Step { findings: 4, objects: 2, fields: 4, items: 2, text: 60, facts: 4, not_seen: 6, summary: 180 },
    Step { findings: 3, objects: 1, fields: 3, items: 2, text: 40, facts: 0, not_seen: 5, summary: 160 },
    Step { findings: 2, objects: 1, fields: 0, items: 0, text: 0, facts: 0, not_seen: 4, summary: 120 },
];

/// An upper estimate of the tokens of a text, without a tokenizer: runs of letters and digits by their length, and the
/// rest by character.
pub fn estimated_tokens(text: &str) -> usize {
    #[derive(PartialEq, Clone, Copy)]
    enum CharClass {
        Letters,
        Digits,
        Space,
        Mark,
        Other,
    }
    let kind = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' => CharClass::Letters,
        '0'..='9' => CharClass::Digits,
        ' ' => CharClass::Space,
        letter if letter.is_ascii() => CharClass::Mark,
        _ => CharClass::Other,
    };
    let (mut tokens, mut run, mut last) = (0, 0, CharClass::Space);
    let cost = |kind: CharClass, run: usize| match kind {
        CharClass::Letters => run.div_ceil(5),
        CharClass::Digits => run.div_ceil(3),
        // A space belongs to the word after it.
        CharClass::Space => run.saturating_sub(1).div_ceil(4),
        CharClass::Mark => run.div_ceil(2),
        CharClass::Other => run,
    };
    for letter in text.chars() {
        let now = kind(letter);
        if now != last {
            tokens += cost(last, run);
            (run, last) = (0, now);
        }
        run += 1;
    }
    tokens + cost(last, run)
}

/// A value with its lists and texts cut to a step.
pub(super) fn trimmed(value: &Value, step: &Step) -> Value {
    match value {
        Value::String(text) => sentence(text, step.text).into(),
        Value::Array(items) => {
            let mut kept: Vec<_> = items.iter().take(step.items).map(|item| trimmed(item, step)).collect();
            if items.len() > kept.len() {
                kept.push(format!("{} more", items.len() - kept.len()).into());
            }
            kept.into()
        }
        Value::Object(fields) => trimmed_fields(fields, step, step.facts.max(step.fields)).into(),
        other => other.clone(),
    }
}

/// The first fields of an object, cut to a step. Their names may be those of the network.
pub(super) fn trimmed_fields(fields: &Map<String, Value>, step: &Step, most: usize) -> Map<String, Value> {
    let fields = fields.iter().take(most);
    fields.map(|(key, value)| (sentence(&name(key), 40), trimmed(value, step))).collect()
}
