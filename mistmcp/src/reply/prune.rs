//! Pruning of empty values and redaction of secrets ([`prune_and_redact`]).

use serde_json::{Map, Value};

use super::field_mask;
use super::secrets::{redact, redact_object};
use crate::{Fields, text};

/// Removes nulls, empty strings and empty objects, but not from arrays, where positions matter; escapes invisible
/// characters; and redacts secrets unless `show_secrets`.
pub(super) fn prune_and_redact(value: &mut Value, show_secrets: bool) {
    prune(value);
    if !show_secrets {
        redact(value);
    }
}

/// As [`prune_and_redact`], and keeps only these fields of a row then: a value may be known as a secret by a field
/// beside it, such as its name.
pub(super) fn prune_and_redact_row(row: &mut Value, fields: Option<&Fields>, show_secrets: bool) {
    prune_and_redact(row, show_secrets);
    if let Some(fields) = fields {
        field_mask::keep(row, fields);
    }
}

/// As [`prune_and_redact_row`], and shows the row to `look` once its secrets are hidden, while it has its empty fields.
#[cfg(feature = "query")]
pub(super) fn redact_and_prune(
    row: &mut Value,
    fields: Option<&Fields>,
    show_secrets: bool,
    look: impl FnOnce(&Value),
) {
    show(row);
    if !show_secrets {
        redact(row);
    }
    if let Some(fields) = fields {
        field_mask::keep(row, fields);
    }
    look(row);
    remove_empty(row);
}

/// Escapes invisible characters.
fn show(value: &mut Value) {
    match value {
        Value::Object(object) => show_object(object),
        Value::Array(items) => items.iter_mut().for_each(show),
        Value::String(text) => text::show(text),
        _ => {}
    }
}

fn show_object(object: &mut Map<String, Value>) {
    text::show_names(object);
    object.values_mut().for_each(show);
}

/// As [`prune_and_redact`], for the fields of an object.
pub(super) fn prune_and_redact_object(object: &mut Map<String, Value>, show_secrets: bool) {
    show_object(object);
    remove_empty_fields(object);
    if !show_secrets {
        redact_object(object);
    }
}

/// Removes empty values and escapes invisible characters.
pub(super) fn prune(value: &mut Value) {
    show(value);
    remove_empty(value);
}

/// Removes empty values.
fn remove_empty(value: &mut Value) {
    match value {
        Value::Object(object) => remove_empty_fields(object),
        Value::Array(items) => items.iter_mut().for_each(remove_empty),
        _ => {}
    }
}

fn remove_empty_fields(object: &mut Map<String, Value>) {
    object.retain(|_, value| {
        remove_empty(value);
        match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Object(object) => !object.is_empty(),
            _ => true,
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reply::secrets::HIDDEN;

    fn pruned(mut value: Value, show_secrets: bool) -> Value {
        prune_and_redact(&mut value, show_secrets);
        value
    }

    #[test]
    fn empty_values_are_pruned_at_every_depth_but_not_from_arrays() {
        let value = json!({
            "a": null, "b": {}, "c": { "d": { "e": null } }, "f": [1, null, {}, ""], "g": 0, "h": false, "i": "", "j": [],
        });
        assert_eq!(pruned(value, false), json!({ "f": [1, null, {}, ""], "g": 0, "h": false, "j": [] }));
    }

    #[test]
    fn secrets_are_hidden_wherever_they_are_nested() {
        let value = json!({
            "switch": { "root_password": "hunter2", "snmp": { "community": ["public"] } },
            "wlans": [{ "ssid": "corp", "auth": { "psk": "12345678", "type": "psk", "keys": ["abcde"] } }],
            "keys": { "token": { "value": "abc" } },
            "magic": "WVTFBLTNPXD23H2",
            "server_cert": { "key": "0xdeadbeef" },
            "additional_config_cmds": ["set system login user x authentication encrypted-password $6$zzz"],
            "url": "https://user:hunter3@hook.example/?token=hunter4",
            "secret": "",
        });
        let text = pruned(value.clone(), false).to_string();
        for secret in ["hunter", "public", "12345678", "abc", "WVTF", "deadbeef", "zzz", "secret"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert!(text.contains(r#""type":"psk""#), "{text}");
        let shown = pruned(value, true).to_string();
        for secret in ["hunter2", "hunter3", "hunter4", "zzz", "deadbeef"] {
            assert!(shown.contains(secret), "{secret}: {shown}");
        }
    }

    #[test]
    fn metadata_of_a_secret_stays() {
        for name in [
            "psk_id",
            "psk_name",
            "token_name",
            "dynamic_psk",
            "keyboard",
            "passphrase_enabled",
            "key",
            "password_policy",
        ] {
            let value = json!({ name: "shown" });
            assert_eq!(pruned(value.clone(), false), value);
        }
    }

    #[test]
    fn an_snmp_community_is_a_secret_and_a_bgp_community_is_not() {
        let value =
            json!({ "actions": { "community": ["65000:1"] }, "v2c_config": [{ "community": "public" }] });
        let pruned = pruned(value, false);
        assert_eq!(pruned["actions"]["community"][0], "65000:1");
        assert_eq!(pruned["v2c_config"][0]["community"], HIDDEN);
    }
}
