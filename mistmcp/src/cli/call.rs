use std::process::ExitCode;

use anyhow::Context;
use serde_json::{Map, Value};

use super::configuration::Configuration;
use super::{output, stop};
use crate::Call;
use crate::reply::{Block, Content};

/// Reads `name=value` pairs. A name given twice is a list; an object is written as JSON.
pub(super) fn arguments(pairs: &[String]) -> anyhow::Result<Map<String, Value>> {
    let mut arguments = Map::new();
    for pair in pairs {
        let (name, text) = pair
            .split_once('=')
            .with_context(|| format!("`{pair}` is no argument: write it as name=value"))?;
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

/// Calls a tool as an MCP client would, and prints what it answers.
pub(super) async fn print(
    configuration: &Configuration,
    tool: &str,
    arguments: Map<String, Value>,
) -> anyhow::Result<ExitCode> {
    let call = Call::new(stop::on_signal()?, None);
    let outcome = configuration.session()?.call(tool, arguments, &call).await;
    match outcome.content {
        Ok(Content::Text(text)) => output::print(format!("{text}\n").as_bytes())?,
        Ok(Content::File(file)) => output::print(&file.bytes)?,
        Ok(Content::Blocks(blocks)) => output::print(blocks.iter().map(line).collect::<String>().as_bytes())?,
        Err(error) => {
            output::error(&format!("error: {error}"));
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Words as they are; of anything else what it is, for a terminal is no place for it.
fn line(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("{text}\n"),
        Block::Image(media) | Block::Audio(media) => {
            format!("[{}, {} bytes]\n", media.media_type, media.bytes.len())
        }
        Block::File(file) => format!("[{}, {} bytes]\n", file.name, file.bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(pairs: &[&str]) -> anyhow::Result<Value> {
        let pairs: Vec<_> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
        arguments(&pairs).map(Value::Object)
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
}
