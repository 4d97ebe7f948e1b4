//! Secrets in the fields of JSON.

use serde_json::{Map, Value};

use super::HIDDEN;
use super::columns;
use super::field_context::FieldContext;
use super::headers::{ends_with_auth, is_method};
use super::hidden_ranges::HiddenRanges;
use super::keys;
use super::names::{Sense, is_about, is_plural};
use super::remarks::{is_state, is_switch};
use super::text::{TextReader, without_authorization};
use crate::text::shortened;

/// Redacts the secrets in the value of a field.
pub(super) fn redact(field: &str, value: &mut Value, context: FieldContext) {
    match value {
        Value::Object(object) => redact_object(object, context),
        Value::Array(items) => list(field, items, context),
        Value::String(text) => {
            cut(text);
            if let Some(without) = TextReader::new(field, context).read(text, false) {
                *text = without;
            }
        }
        _ => {}
    }
}

/// Longest text of a field that is searched, in bytes. A longer one is cut there.
const LONGEST_TEXT: usize = 1 << 20;

/// Cuts a text that is too long to be searched.
fn cut(text: &mut String) {
    if text.len() > LONGEST_TEXT {
        *text = shortened(text, LONGEST_TEXT);
    }
}

/// A list, whose texts may be the lines of one.
fn list(field: &str, items: &mut [Value], context: FieldContext) {
    if is_list_of_pairs(items) {
        for pair in items.iter_mut().filter_map(Value::as_array_mut) {
            if let [Value::String(name), value, ..] = pair.as_mut_slice()
                && context.sense(name) == Sense::Secret
                && !value.as_str().is_some_and(is_method)
            {
                hide(name, value, context);
            }
        }
    }
    let context = context.in_list();
    let mut lines = None;
    for item in items {
        match item {
            Value::String(text) => {
                cut(text);
                let lines = lines.get_or_insert_with(|| TextReader::new(field, context));
                if let Some(without) = lines.read(text, true) {
                    *text = without;
                }
            }
            other => redact(field, other, context),
        }
    }
}

/// Whether every item of a list is a list of a name, a value and maybe more.
fn is_list_of_pairs(items: &[Value]) -> bool {
    let is_pair = |item: &Value| {
        let pair = item.as_array().map(Vec::as_slice);
        matches!(pair, Some([Value::String(_), value, ..]) if !value.is_array() && !value.is_object())
    };
    items.iter().all(is_pair)
}

/// Hides the secrets in the fields of an object.
pub(super) fn redact_object(object: &mut Map<String, Value>, context: FieldContext) {
    keys::redact(object);
    let mut values = false;
    let mut pair = false;
    let mut switch = false;
    let mut numbers = false;
    let token = is_api_token(object);
    let rows = columns::redact(object, context);
    for (name, value) in &mut *object {
        if rows.as_ref() == Some(name) {
            continue;
        }
        let sense = context.sense(name);
        match sense {
            Sense::Key if token => _ = hide(name, value, context),
            Sense::Secret => _ = hide(name, value, context),
            Sense::Credential if !value.is_object() && (!value.is_array() || context.is_of_variables()) => {
                _ = hide(name, value, context);
            }
            Sense::Authorization => authorization(name, value, context),
            Sense::Composed if value.is_string() => composed(name, value, context),
            Sense::Switch if !is_value_of_switch(value) => {
                _ = hide(name, value, context);
            }
            // `pass` with a number counts what has passed.
            Sense::Key if is_pass(name, value) => _ = hide(name, value, context),
            _ => {
                values |= sense == Sense::PairValue;
                if let (Sense::PairName | Sense::Key, Some(named)) = (sense, named(value))
                    && !(rows.is_some() && value.is_array())
                {
                    let secret = context.names_secret(name, named);
                    pair |= secret;
                    switch |= context.names_switch(named);
                    numbers |= secret && !FieldContext::is_event(name, named);
                }
                let below = match value {
                    Value::String(_) => context.of_text(name),
                    Value::Number(_) => context,
                    _ => context.below(name),
                };
                redact(name, value, below);
            }
        }
    }
    if values && (pair || switch && !values_of(object, context).all(is_value_of_switch)) {
        hide_values(object, numbers, context);
    }
}

/// The values of a pair.
fn values_of(object: &Map<String, Value>, context: FieldContext) -> impl Iterator<Item = &Value> {
    let is_value = move |name: &str| context.sense(name) == Sense::PairValue;
    object.iter().filter(move |(name, _)| is_value(name)).map(|(_, value)| value)
}

/// Whether a value only says whether something is on, or how it is set.
fn is_value_of_switch(value: &Value) -> bool {
    match value {
        Value::String(text) => is_switch(text),
        Value::Array(items) => items.iter().all(is_value_of_switch),
        _ => true,
    }
}

/// Redacts the parts of a connection string or of a webhook's URL, or all of it where no part is known.
fn composed(name: &str, value: &mut Value, context: FieldContext) {
    let whole = value.clone();
    redact(name, value, context);
    if *value == whole && value.as_str().is_some_and(|text| !text.contains('=')) {
        hide(name, value, context);
    }
}

/// The name that a field of a pair holds: a text, or the last item of a path, as in `"loc": ["body", "psk"]`.
fn named(value: &Value) -> Option<&str> {
    match value {
        Value::Array(path) => path.iter().rev().find_map(Value::as_str),
        other => other.as_str(),
    }
}

/// Hides the values of a pair whose name is a secret's, also where a message beside them repeats one; values that are
/// only numbers if `numbers`.
fn hide_values(object: &mut Map<String, Value>, numbers: bool, context: FieldContext) {
    const SHORTEST: usize = 4;
    const MOST: usize = 8;
    let mut secrets = Vec::new();
    for (name, value) in &mut *object {
        let is_value = context.sense(name) == Sense::PairValue;
        if !is_value || value.as_str().is_some_and(|text| is_sentence(name, text)) {
            continue;
        }
        if !numbers && is_numeric(value) {
            continue;
        }
        let secret = value.as_str().filter(|text| text.len() >= SHORTEST && secrets.len() < MOST);
        let secret = secret.map(ToOwned::to_owned);
        if hide(name, value, context) {
            secrets.extend(secret);
        }
    }
    let messages = object.values_mut().filter_map(|value| match value {
        Value::String(text) if text != HIDDEN => Some(text),
        _ => None,
    });
    for text in messages {
        let mut cover = HiddenRanges::default();
        for secret in &secrets {
            cover.add_words(text, secret.as_bytes());
        }
        if let Some(without) = cover.apply(text) {
            *text = without;
        }
    }
}

/// Whether a value has numbers and nothing else.
fn is_numeric(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().all(is_numeric),
        Value::Object(fields) => fields.values().all(is_numeric),
        _ => false,
    }
}

/// Whether a text beside a name speaks about it: one of several words.
fn is_sentence(name: &str, text: &str) -> bool {
    name.eq_ignore_ascii_case("text") && text.split_whitespace().nth(2).is_some()
}

/// Redacts every text and number here and below: a secret may be a list, or an object of several.
/// Metadata of the secret stays, and so do flags that only say whether there is one. Returns whether something was
/// redacted.
pub(super) fn hide(name: &str, value: &mut Value, context: FieldContext) -> bool {
    match value {
        Value::String(text) if text.is_empty() || is_masked(text) => false,
        Value::String(text) if is_bgp_community(name, text) => false,
        Value::String(text) if ends_with_auth(name) && !context.is_of_headers() && is_method(text) => false,
        // A number in the plural counts.
        Value::Number(_) if is_plural(name) => false,
        Value::String(_) | Value::Number(_) => {
            *value = HIDDEN.into();
            true
        }
        Value::Array(items) => {
            items.iter_mut().fold(false, |hidden, item| hide(name, item, context.in_list()) | hidden)
        }
        Value::Object(object) => {
            let below = context.below(name);
            let mut hidden = false;
            // Names that are the secrets themselves: nothing below them is one.
            let mut secrets = Vec::new();
            for (inner, value) in &mut *object {
                let sense = below.sense(inner);
                let has_hidden = if sense == Sense::Authorization {
                    authorization(inner, value, below);
                    false
                } else if below.is_beside(inner) && sense != Sense::Secret {
                    redact(inner, value, below);
                    false
                } else {
                    hide(inner, value, below)
                };
                hidden |= has_hidden;
                if value.is_object()
                    && !has_hidden
                    && sense == Sense::Plain
                    && !is_about(inner)
                    && !is_bgp_community(name, inner)
                {
                    secrets.push(inner.clone());
                }
            }
            keys::hide(object, &secrets);
            hidden || !secrets.is_empty()
        }
        Value::Null | Value::Bool(_) => false,
    }
}

/// Whether an object is an API token, so that its `key` is the token itself: other objects with a `key` are definitions,
/// which have no id and were not created by anyone.
fn is_api_token(object: &Map<String, Value>) -> bool {
    ["created_time", "id", "last_used", "src_ips"].iter().any(|name| object.contains_key(*name))
}

/// Whether a field `pass` holds a password, and not the outcome of a test.
fn is_pass(name: &str, value: &Value) -> bool {
    let Value::String(text) = value else { return false };
    let number = text.trim_end_matches('%').parse::<f64>().is_ok();
    let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    name.eq_ignore_ascii_case("pass") && !is_state(text) && !number
}

/// Whether the value of a community is one of BGP: `65000:100`, `target:65000:1`.
fn is_bgp_community(name: &str, text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let number =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let begins = number(first) || ["large", "origin", "target"].contains(&first);
    let rest = text.len() > first.len() && parts.all(number);
    name.to_ascii_lowercase().contains("communit") && begins && rest
}

/// Whether a text is masked already.
fn is_masked(text: &str) -> bool {
    text.starts_with('*') && is_state(text)
}

/// A header `Authorization` keeps its scheme; a permission of the same name stays.
fn authorization(name: &str, value: &mut Value, context: FieldContext) {
    match value {
        Value::String(text) => {
            if let Some(without) = without_authorization(text) {
                *text = without;
            }
        }
        other => redact(name, other, context.below(name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn neighbors_of_secrets_in_fields_stay() {
        let mut value = json!({
            "communities": ["65000:1", "target:65000:2"],
            "community_list": "CUST",
            "secret_rotated": 17,
            "pass": 3,
            "headers": { "Accept": "*/*", "X-Other": "x1y" },
            "account": { "user": "bob", "pass": "x1y" },
            "wlanPSKs": ["x1y"],
            "records": [{ "k": "password", "v": "x1y" }, { "k": "vlan", "v": "20" }],
            "applications": [{ "name": "Zoom", "key": "zoom" }],
            "apitokens": [{ "key": "x1y", "last_used": 17 }, { "key": "x1y", "created_time": 17 }, { "id": "7", "key": "x1y" }],
            "vars": { "SNMP_RO": "x1y", "BGP_MD5": "x1y", "SNMP_LOCATION": "HQ", "GAST_KENNWORT": "x1y" },
        });
        redact("", &mut value, FieldContext::default());
        let wanted = json!({
            "communities": ["65000:1", "target:65000:2"],
            "community_list": "CUST",
            "secret_rotated": 17,
            "pass": 3,
            "headers": { "Accept": "*/*", "X-Other": HIDDEN },
            "account": { "user": "bob", "pass": HIDDEN },
            "wlanPSKs": [HIDDEN],
            "records": [{ "k": "password", "v": HIDDEN }, { "k": "vlan", "v": "20" }],
            "applications": [{ "name": "Zoom", "key": "zoom" }],
            "apitokens": [{ "key": HIDDEN, "last_used": 17 }, { "key": HIDDEN, "created_time": 17 }, { "id": "7", "key": HIDDEN }],
            "vars": { "SNMP_RO": HIDDEN, "BGP_MD5": HIDDEN, "SNMP_LOCATION": "HQ", "GAST_KENNWORT": HIDDEN },
        });
        assert_eq!(value, wanted);
    }

    #[test]
    fn the_numbers_of_an_event_about_a_secret_stay() {
        for (field, named, value, wanted) in [
            ("type", "guest_psk", json!(12), json!(12)),
            ("kind", "user-password", json!([1, 2]), json!([1, 2])),
            ("Type", "guestPsk", json!({ "count": 12 }), json!({ "count": 12 })),
            ("type", "guest_psk", json!("x1y"), json!(HIDDEN)),
            ("type", "pin", json!(1234), json!(HIDDEN)),
            ("name", "guest_psk", json!(12_345_678), json!(HIDDEN)),
        ] {
            let mut pair = json!({ field: named, "value": value });
            redact("", &mut pair, FieldContext::default());
            assert_eq!(pair["value"], wanted, "{field} {named}");
        }
    }

    #[test]
    fn a_pairs_value_is_hidden_beside_it_as_a_word() {
        let mut value = json!({
            "name": "password", "value": "admin", "msg": "admin is too short for an administrator, admin",
        });
        redact("", &mut value, FieldContext::default());
        assert_eq!(value["msg"], "[hidden] is too short for an administrator, [hidden]");
    }

    #[test]
    fn a_text_is_searched_to_a_length_and_cut_there() {
        let long = format!("password: x1y {}é", "a ".repeat(LONGEST_TEXT / 2));
        let mut value = json!({ "note": long, "lines": [long], "short": "a" });
        redact("", &mut value, FieldContext::default());
        for text in [&value["note"], &value["lines"][0]] {
            let text = text.as_str().unwrap();
            assert!(text.starts_with("password: [hidden] a a") && text.ends_with("a…"));
            assert!((LONGEST_TEXT - 10..LONGEST_TEXT + 10).contains(&text.len()), "{}", text.len());
        }
        assert_eq!(value["short"], "a");
    }
}
