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

/// Gives fields other names, which get a number where there is such a field. Their order stays.
fn rename(object: &mut Map<String, Value>, renamed: impl Fn(&str) -> Option<String>) {
    let renamed: Vec<_> = object.keys().map(|name| renamed(name)).collect();
    if renamed.iter().all(Option::is_none) {
        return;
    }
    let mut names: HashSet<String> = object.keys().cloned().collect();
    let mut number = 1;
    for ((name, value), new) in std::mem::take(object).into_iter().zip(renamed) {
        let Some(new) = new else {
            object.insert(name, value);
            continue;
        };
        let mut unused = new.clone();
        while !names.insert(unused.clone()) {
            number += 1;
            unused = format!("{new} {number}");
        }
        object.insert(unused, value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_renamed_field_replaces_no_other() {
        let secrets = ["a".to_owned(), "b".to_owned()];
        let mut value = json!({ "a": 1, "b": 2, "[hidden] 2": 3, "c": 4, "[hidden]": 5 });
        hide(value.as_object_mut().unwrap(), &secrets);
        assert_eq!(
            value.to_string(),
            json!({ "[hidden] 3": 1, "[hidden] 4": 2, "[hidden] 2": 3, "c": 4, "[hidden]": 5 }).to_string()
        );
    }
}
