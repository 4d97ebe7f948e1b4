use serde_json::{Map, Value};

use super::secrets::{HIDDEN, is_secret};

/// The value without nulls and empty objects, its secrets hidden unless they are to be shown.
pub(super) fn tidied(value: Value, show_secrets: bool) -> Value {
    match value {
        Value::Object(object) => Value::Object(tidied_object(object, show_secrets)),
        Value::Array(items) => items.into_iter().map(|item| tidied(item, show_secrets)).collect(),
        other => other,
    }
}

fn tidied_object(object: Map<String, Value>, show_secrets: bool) -> Map<String, Value> {
    let fields = object.into_iter().filter_map(|(name, value)| {
        let value =
            if !show_secrets && is_secret(&name) { hidden(value) } else { tidied(value, show_secrets) };
        let empty = match &value {
            Value::Null => true,
            Value::Object(object) => object.is_empty(),
            _ => false,
        };
        (!empty).then_some((name, value))
    });
    fields.collect()
}

/// Every text and number at this place and below it hidden: a secret may be a list, or an object of several. What
/// says only whether there is one stays.
fn hidden(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::String(text),
        Value::String(_) | Value::Number(_) => HIDDEN.into(),
        Value::Array(items) => items.into_iter().map(hidden).collect(),
        Value::Object(object) => {
            object.into_iter().map(|(name, value)| (name, hidden(value))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nulls_and_empty_objects_are_left_out_at_every_depth() {
        let value = json!({ "a": null, "b": {}, "c": { "d": { "e": null } }, "f": [1, null, {}], "g": 0, "h": false });
        assert_eq!(tidied(value, false), json!({ "f": [1, null, {}], "g": 0, "h": false }));
    }

    #[test]
    fn secrets_are_hidden_wherever_they_are_nested() {
        let value = json!({
            "switch": { "root_password": "hunter2", "snmp": { "community": ["public"] } },
            "wlans": [{ "ssid": "corp", "auth": { "psk": "12345678", "type": "psk" } }],
            "keys": { "token": { "value": "abc" } },
            "secret": "",
        });
        let text = tidied(value.clone(), false).to_string();
        for secret in ["hunter2", "public", "12345678", "abc"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(text.contains(r#""type":"psk""#) && text.contains(r#""secret":"""#), "{text}");
        assert!(tidied(value, true).to_string().contains("hunter2"));
    }

    #[test]
    fn what_only_tells_about_a_secret_stays() {
        for name in ["psk_id", "psk_name", "token_name", "dynamic_psk", "keyboard", "passphrase_enabled"] {
            let value = json!({ name: "shown" });
            assert_eq!(tidied(value.clone(), false), value);
        }
    }
}
