//! How well secrets are found: forms in which they come, with what must be hidden, in two halves. The classifier is
//! tuned to the one, `train`; the other, `test`, tells what that is worth.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use mistmcp::__private::{redact_file, redact_value};
use mistmcp::File;
use mistmcp::serde_json::{self, Value, json};

use crate::find::percent;

const HALVES: [&str; 2] = ["train", "test"];

/// What stands around a secret in the forms.
const MARKS: [char; 2] = ['«', '»'];

/// A value or a file, with what must be hidden in it.
struct Form {
    line: String,
    input: Input,
    /// The texts that must be hidden.
    secrets: Vec<String>,
    /// The texts between them, which must stay.
    kept: Vec<String>,
}

enum Input {
    Value(Value),
    File(File),
}

/// How many secrets were hidden, and in how many forms something else was.
#[derive(Debug, Default)]
struct Rates {
    forms: u32,
    harmless: u32,
    secrets: u32,
    hidden: u32,
    needless: u32,
    needless_harmless: u32,
}

impl Rates {
    fn recall(&self) -> f64 {
        percent(self.hidden, self.secrets)
    }

    /// The share of all forms in which something was hidden that is no secret.
    fn needless(&self) -> f64 {
        percent(self.needless, self.forms)
    }

    /// The same of the forms without a secret.
    fn needless_harmless(&self) -> f64 {
        percent(self.needless_harmless, self.harmless)
    }

    /// Counts a form, and tells whether everything in it is as it must be.
    fn count(&mut self, form: &Form, output: &str) -> bool {
        let hidden = form.secrets.iter().filter(|secret| !output.contains(secret.as_str())).count();
        let mut rest = Some(output);
        for piece in &form.kept {
            rest = rest.and_then(|rest| Some(&rest[rest.find(piece.as_str())? + piece.len()..]));
        }
        let harmless = u32::from(form.secrets.is_empty());
        let needless = u32::from(rest.is_none());
        self.forms += 1;
        self.harmless += harmless;
        self.secrets += u32::try_from(form.secrets.len()).unwrap_or(u32::MAX);
        self.hidden += u32::try_from(hidden).unwrap_or(u32::MAX);
        self.needless += needless;
        self.needless_harmless += needless * harmless;
        needless == 0 && hidden == form.secrets.len()
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn print(misses: Option<&str>) -> Result<ExitCode> {
    println!("half   forms  harmless  secrets  |  recall  needless hiding  in harmless forms");
    for half in HALVES {
        let mut rates = Rates::default();
        for form in forms(half)? {
            let output = output(&form.input);
            if !rates.count(&form, &output) && misses == Some(half) {
                println!("  {}\n    {}", form.line, output.replace('\n', "\n    "));
            }
        }
        println!(
            "{half:<6} {:>5}  {:>8}  {:>7}  |  {:>5.1}%  {:>14.1}%  {:>16.1}%",
            rates.forms,
            rates.harmless,
            rates.secrets,
            rates.recall(),
            rates.needless(),
            rates.needless_harmless(),
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The forms of a half.
fn forms(half: &str) -> Result<Vec<Form>> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../mistmcp/evaluation/secrets/{half}.tsv"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| Form::read(line).with_context(|| format!("in {half}: {line}"))).collect()
}

impl Form {
    fn read(line: &str) -> Result<Self> {
        let input = input(&line.replace(MARKS, ""))?;
        let marked = shown(&self::input(line)?);
        ensure!(marked.matches(MARKS[0]).count() == marked.matches(MARKS[1]).count(), "marks do not match");
        let mut secrets = Vec::new();
        let mut kept = Vec::new();
        for (place, piece) in marked.split(MARKS).enumerate() {
            let pieces = if place % 2 == 1 { &mut secrets } else { &mut kept };
            pieces.push(piece.to_owned());
        }
        Ok(Self { line: line.to_owned(), input, secrets, kept })
    }
}

fn input(line: &str) -> Result<Input> {
    if line.starts_with(['{', '[']) {
        return Ok(Input::Value(serde_json::from_str(line)?));
    }
    let (name, text) = line.split_once('\t').context("no tab")?;
    let text = unescaped(text);
    Ok(match name.strip_prefix('@') {
        Some(name) => {
            Input::File(File { name: name.to_owned(), media_type: String::new(), bytes: text.into() })
        }
        None => Input::Value(json!({ name: text })),
    })
}

fn unescaped(text: &str) -> String {
    let mut letters = text.chars();
    let mut unescaped = String::new();
    while let Some(letter) = letters.next() {
        unescaped.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            letter => letter,
        });
    }
    unescaped
}

/// What is left of an input.
fn output(input: &Input) -> String {
    match input {
        Input::Value(value) => shown(&Input::Value(redact_value(value.clone()))),
        Input::File(file) => shown(&Input::File(redact_file(file.clone()))),
    }
}

/// The texts of an input, a line each.
fn shown(input: &Input) -> String {
    fn add(value: &Value, lines: &mut String) {
        match value {
            Value::String(text) => lines.push_str(text),
            Value::Array(items) => items.iter().for_each(|item| add(item, lines)),
            Value::Object(object) => {
                for (name, value) in object {
                    lines.push_str(name);
                    lines.push('=');
                    add(value, lines);
                }
            }
            other => lines.push_str(&other.to_string()),
        }
        lines.push('\n');
    }
    match input {
        Input::Value(value) => {
            let mut lines = String::new();
            add(value, &mut lines);
            lines
        }
        Input::File(file) => String::from_utf8_lossy(&file.bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn secrets_of_the_test_half_are_hidden_and_little_else_is() {
        for half in HALVES {
            let mut rates = Rates::default();
            for form in forms(half).unwrap() {
                rates.count(&form, &output(&form.input));
            }
            assert!(rates.recall() >= 99.0, "{half}: {rates:?}");
            assert!(rates.needless() <= 3.0 && rates.needless_harmless() <= 3.0, "{half}: {rates:?}");
            assert!(rates.forms >= 150 && rates.harmless >= 50, "{half}: {rates:?}");
        }
    }

    #[test]
    fn no_form_is_in_both_halves_and_a_secret_stands_nowhere_else_in_its_form() {
        let halves = HALVES.map(|half| forms(half).unwrap());
        for form in halves.iter().flatten() {
            for secret in &form.secrets {
                assert!(secret.len() > 3, "{}", form.line);
                assert!(form.kept.iter().all(|kept| !kept.contains(secret.as_str())), "{}", form.line);
            }
            assert!(form.kept.iter().all(|kept| !kept.contains("[hidden]")), "{}", form.line);
        }
        let lines = halves.map(|half| half.into_iter().map(|form| form.line).collect::<BTreeSet<_>>());
        assert_eq!(lines[0].intersection(&lines[1]).collect::<Vec<_>>(), Vec::<&String>::new());
    }
}
