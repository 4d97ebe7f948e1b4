//! Secrets in the names of fields: a URL with a password, a community, a token as the key of an object.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::HIDDEN;
use super::field_context::FieldContext;
use super::text::TextReader;

/// Longest name of letters, digits, dashes and dots that is not searched.
const SHORT: usize = 20;

/// Redacts the secrets in the names of an object.
pub(super) fn redact(object: &mut Map<String, Value>) {
    if !object.keys().all(|name| is_plain(name)) {
        rename(object, |name| {
            let reader = (!is_plain(name)).then(|| TextReader::new("", FieldContext::default()));
            reader.and_then(|mut reader| reader.read(name, false))
        });
    }
}

/// Replaces names of an object that are secrets.
pub(super) fn hide(object: &mut Map<String, Value>, secrets: &[String]) {
    if !secrets.is_empty() {
        let secrets: HashSet<_> = secrets.iter().map(String::as_str).collect();
        rename(object, |name| secrets.contains(name).then(|| HIDDEN.to_owned()));
    }
}

fn is_plain(name: &str) -> bool {
    name.len() < SHORT && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Gives fields other names, which get a number where one is there already. Their order stays.
fn rename(object: &mut Map<String, Value>, renamed: impl Fn(&str) -> Option<String>) {
    let mut number = 1;
    for (name, value) in std::mem::take(object) {
        let Some(new) = renamed(&name) else {
            object.insert(name, value);
            continue;
        };
        let mut unused = new.clone();
        while object.contains_key(&unused) {
            number += 1;
            unused = format!("{new} {number}");
        }
        object.insert(unused, value);
    }
}
