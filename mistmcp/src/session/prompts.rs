//! Prompts of a session, and the substitution of their arguments.

use serde_json::{Map, Value};

use super::{Mode, Settings};
use crate::argument::NAME;
use crate::catalog::one_line;
use crate::error::ErrorKind;
use crate::prompt::{Completed, Prompt, PromptArgument, Step};
use crate::suggestion::remedy;
use crate::text::shortened;
use crate::{Error, Result};

impl Settings {
    /// The prompts whose tools the session has, by name.
    pub fn prompts(&self) -> impl Iterator<Item = &'static Prompt> {
        let prompts = self.catalog().prompts().iter().copied();
        prompts.filter(|prompt| prompt.steps.is_empty() || self.steps(prompt).next().is_some())
    }

    /// The text of a prompt with these arguments.
    ///
    /// # Errors
    /// The prompt is unknown, or an argument is missing, unknown or not a valid name.
    pub fn prompt(&self, name: &str, given: &Map<String, Value>) -> Result<String> {
        let prompt = self.prompts().find(|prompt| prompt.name == name).ok_or_else(|| {
            let names: Vec<_> = self.prompts().map(|prompt| prompt.name).collect();
            wrong(format!("There is no prompt `{}`{}", shortened(name, 60), remedy(name, names)))
        })?;
        let names = prompt.arguments.iter().map(|argument| argument.name);
        if let Some(unknown) = given.keys().find(|name| !names.clone().any(|known| known == name.as_str())) {
            let remedy = remedy(unknown, names);
            return Err(wrong(format!("The prompt has no argument `{}`{remedy}", shortened(unknown, 60))));
        }
        let values =
            prompt.arguments.iter().map(|argument| Ok((argument.name, self.words(argument, given)?)));
        let values: Vec<_> = values.collect::<Result<_>>()?;
        let task = filled(&self.described(prompt.task), &values);
        let steps: Vec<_> = self
            .steps(prompt)
            .map(|step| format!("- `{}`: {}\n", step.tool, self.described(step.why)))
            .collect();
        let mut text = format!("{task}\n\n");
        if !steps.is_empty() {
            text.push_str("Look at these in turn, as far as they are relevant:\n");
            text.extend(steps);
            if self.mode() == Mode::Managed {
                text.push_str("Tools that are not on your list are called with `callTool`.\n");
            }
            text.push('\n');
        }
        text.push_str(&self.described(prompt.answer));
        Ok(text)
    }

    fn steps(&self, prompt: &'static Prompt) -> impl Iterator<Item = &'static Step> {
        let reachable = |step: &&Step| {
            let entry = self.catalog().find(step.tool);
            entry.is_some_and(|entry| self.calls(entry))
        };
        prompt.steps.iter().filter(reachable)
    }

    /// The text that replaces an argument.
    fn words(&self, argument: &PromptArgument, given: &Map<String, Value>) -> Result<String> {
        let value = match given.get(argument.name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => one_line(text),
            Some(Value::Array(_) | Value::Object(_)) => {
                let PromptArgument { name, description, .. } = argument;
                return Err(wrong(format!(
                    "`{name}` is a list or an object, and a text is wanted: {description}."
                )));
            }
            Some(other) => other.to_string(),
        };
        if value.is_empty() {
            let otherwise = argument.otherwise.map(str::to_owned);
            return otherwise
                .ok_or_else(|| wrong(format!("`{}` is missing: {}.", argument.name, argument.description)));
        }
        let length = given.get(argument.name).and_then(Value::as_str).unwrap_or(&value).chars().count();
        if length > NAME {
            return Err(wrong(format!(
                "`{}` has {length} characters, and may have at most {NAME}: give the name or time alone.",
                argument.name
            )));
        }
        if argument.completed == Some(Completed::Category) {
            return self.category(&value).map(|category| category.name.to_owned());
        }
        // One line, quoted as in JSON, so that any value reads as a name to its end.
        Ok(Value::from(value).to_string())
    }
}

/// Replaces each `{name}` in `text` by its value, in one pass, so that braces in a value are not
/// replaced.
fn filled(text: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        filled.push_str(before);
        let hole = after.find('}').map(|close| (&after[1..close], &after[close + 1..]));
        let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        match hole.and_then(|(name, behind)| Some((value(name)?, behind))) {
            Some((value, behind)) => {
                filled.push_str(value);
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = &after[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Arguments, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_inside_a_value_is_not_replaced() {
        let values = |site: &str, when: &str| vec![("site", site.to_owned()), ("duration", when.to_owned())];
        for (text, values, wanted) in [
            ("{site} over {duration}", values("\"{duration}\"", "1d"), "\"{duration}\" over 1d"),
            ("{duration} at {site}", values("{site}", "{site} {duration}"), "{site} {duration} at {site}"),
            ("{site}{site}", values("{", "1d"), "{{"),
            ("{{site}} {none} {", values("x", "1d"), "{x} {none} {"),
            ("} {site", values("x", "1d"), "} {site"),
        ] {
            assert_eq!(filled(text, &values), wanted, "{text}");
        }
    }
}
