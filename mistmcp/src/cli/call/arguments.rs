use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use crate::cli::flags::CallFlags;
use crate::{quote, text_file};

/// The arguments of a call, in whichever form they were given.
///
/// # Errors
/// They are not in that form, or cannot be read.
pub(super) fn read(flags: &CallFlags) -> anyhow::Result<Map<String, Value>> {
    match &flags.json {
        None => of_pairs(&flags.arguments),
        Some(source) => of_json(source),
    }
}

/// Reads an object: as it stands, from standard input, or from a file.
fn of_json(source: &str) -> anyhow::Result<Map<String, Value>> {
    let (text, origin) = if source == "-" {
        let text = text_file::read_stream(std::io::stdin().lock(), text_file::SMALL)
            .context("standard input, which `--json -` reads, cannot be read")?;
        (text, "standard input".to_owned())
    } else if let Some(path) = source.strip_prefix('@') {
        let text = text_file::read(Path::new(path), text_file::SMALL).with_context(|| {
            let path = quote::path(Path::new(path));
            format!("the file {path}, which `--json @PATH` names, cannot be read (`--json -` reads standard input)")
        })?;
        (text, quote::path(Path::new(path)))
    } else {
        (text_file::without_mark(source).to_owned(), "`--json`".to_owned())
    };
    match serde_json::from_str(&text) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => bail!("what {origin} gives is no JSON object: write {{\"name\": \"value\"}}"),
        Err(error) => bail!("what {origin} gives is no JSON: {error}"),
    }
}

/// Reads `name=value` pairs. A name given twice is a list; an object is written as JSON.
fn of_pairs(pairs: &[String]) -> anyhow::Result<Map<String, Value>> {
    let mut arguments = Map::new();
    for pair in pairs {
        let (name, text) = pair
            .split_once('=')
            .with_context(|| format!("{} is no argument: write it as name=value", quote::word(pair)))?;
        let value = match text.trim_start().starts_with('{').then(|| serde_json::from_str(text)) {
            Some(Ok(object)) => object,
            _ => Value::from(text),
        };
        match arguments.get_mut(name) {
            None => {
                arguments.insert(name.to_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(pairs: &[&str]) -> anyhow::Result<Value> {
        let pairs: Vec<_> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
        of_pairs(&pairs).map(Value::Object)
    }

    #[test]
    fn a_pair_is_split_at_its_first_equals_sign() {
        assert_eq!(read(&["a=1", "b=x=y", "c="]).unwrap(), json!({ "a": "1", "b": "x=y", "c": "" }));
        assert!(read(&["alone"]).unwrap_err().to_string().contains("name=value"));
    }

    #[test]
    fn a_name_given_twice_is_a_list() {
        assert_eq!(read(&["a=1", "a=2", "a=3"]).unwrap(), json!({ "a": ["1", "2", "3"] }));
    }

    #[test]
    fn json_is_read_from_the_flag_or_a_file_and_has_to_be_an_object() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arguments.json");
        std::fs::write(&path, r#"{"limit": 5}"#).unwrap();
        let named = format!("@{}", path.display());
        let marked = folder.path().join("marked.json");
        std::fs::write(&marked, "\u{feff}{\"limit\": 5}\r\n").unwrap();
        let marked = format!("@{}", marked.display());
        for source in [named.as_str(), &marked, r#" {"limit":5} "#, "\u{feff}{\"limit\":5}"] {
            assert_eq!(Value::Object(of_json(source).unwrap()), json!({ "limit": 5 }));
        }
        for (source, wanted) in
            [("[1]", "no JSON object"), ("{limit", "`--json` gives is no JSON:"), ("@/nowhere", "/nowhere")]
        {
            let error = of_json(source).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
