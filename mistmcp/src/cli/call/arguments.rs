//! Arguments of `mistmcp call`.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use serde_json::{Map, Value};

use crate::catalog::Entry;
use crate::cli::flags::CallFlags;
use crate::{Arg, Fields, quote, text_file};

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

/// The fields of `--fields`, or of the tool's own argument for fields, which `--fields` sets if the tool has one.
///
/// # Errors
/// They are given twice, or nothing picks them.
pub(super) fn fields(
    flags: &CallFlags,
    arguments: &mut Map<String, Value>,
    tool: Option<&Entry>,
) -> anyhow::Result<Vec<String>> {
    let picking = tool.and_then(|tool| tool.params().iter().find(|param| param.picks_fields()));
    let argument = picking.and_then(|param| arguments.get(param.name));
    if flags.fields.is_empty() {
        let fields = argument.and_then(|value| Fields::read(value).ok());
        return Ok(fields.map(|fields| fields.names().to_vec()).unwrap_or_default());
    }
    let read = Fields::read(&flags.fields.join(",").into());
    let fields = read.map_err(|mismatch| anyhow!("`--fields` takes {mismatch}"))?;
    match (picking, argument) {
        (Some(param), Some(_)) => {
            bail!("`--fields` and the argument `{}` say the same: leave one of them out", param.name)
        }
        (Some(param), None) => {
            arguments.insert(param.name.to_owned(), fields.to_string().into());
        }
        (None, _) if tool.is_some() && !flags.table && !flags.csv => bail!(
            "`{}` answers all of its fields: with it, `--fields` only chooses the columns of --table and --csv",
            flags.tool
        ),
        (None, _) => {}
    }
    Ok(fields.names().to_vec())
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
        Ok(_) => bail!(
            "{origin} is no JSON object: write the arguments as {{\"name\": \"value\"}}; what the answer looks like, \
             --table and --csv say"
        ),
        Err(error) => bail!("{origin} is no JSON: {error}"),
    }
}

/// Reads `name=value` pairs. A name given twice is a list; an object is written as JSON.
pub(in crate::cli) fn of_pairs(pairs: &[String]) -> anyhow::Result<Map<String, Value>> {
    let mut arguments = Map::new();
    for pair in pairs {
        let (name, text) = pair.split_once('=').with_context(|| {
            format!("{} is not an argument: write name=value, such as limit=5", quote::word(pair))
        })?;
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
            [("[1]", "no JSON object"), ("{limit", "`--json` is no JSON:"), ("@/nowhere", "/nowhere")]
        {
            let error = of_json(source).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
