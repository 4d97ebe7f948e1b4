//! What the macros say to each mistake, from the fixtures of their tests and the compiler's answers beside them.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::tools_page::cell;

/// Where a mistake stands beside what the compiler says to it.
const FOLDER: &str = "tests/macro/mistakes";

/// A row for each fixture that has one mistake in it.
pub(crate) fn table(root: &Path) -> Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(FOLDER)).context(FOLDER)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
        }
    }
    names.retain(|name| !name.starts_with("several_"));
    names.sort_unstable();
    let mut table = "| mistake | at | what the compiler says |\n|---|---|---|\n".to_owned();
    for name in names {
        let file = format!("{FOLDER}/{name}.stderr");
        let answer = fs::read_to_string(root.join(&file)).with_context(|| file.clone())?;
        let diagnostic =
            Diagnostic::read(&answer).with_context(|| format!("{file} is no answer of the compiler's"))?;
        let words = name.replace('_', " ");
        let underlined = code(&diagnostic.underlined);
        let notes = diagnostic.notes.join("<br>");
        // Writing to a String cannot fail.
        let _ = writeln!(
            table,
            "| [{words}](../{FOLDER}/{name}.rs) | {} | {} |",
            cell(&underlined),
            cell(&notes)
        );
    }
    Ok(table)
}

/// The first diagnostic of the compiler's output.
#[derive(Debug, PartialEq)]
struct Diagnostic {
    /// What is underlined.
    underlined: String,
    /// The message, what stands beside the line below the code, and the notes.
    notes: Vec<String>,
}

impl Diagnostic {
    fn read(answer: &str) -> Option<Self> {
        let mut lines = answer.split("\n\n").next()?.lines();
        let (code, message) = lines.next()?.strip_prefix("error")?.split_once(": ")?;
        let mut diagnostic = Self { underlined: String::new(), notes: vec![message.to_owned()] };
        let (mut above, mut first) = ("", "");
        for line in lines {
            if let Some(note) = line.trim_start().strip_prefix("= note: ") {
                // What was expected is told beside the line, and of which macro it is, this page is.
                if !note.starts_with("expected ") && !note.starts_with("this error originates in ") {
                    diagnostic.notes.push(note.to_owned());
                }
            } else if let Some(help) = line.strip_prefix("help: consider ") {
                diagnostic.notes.push(format!("consider {help}"));
            } else if let Some((_, begins)) = line.split_once(" | / ") {
                first = begins;
            } else if diagnostic.underlined.is_empty() && line.contains("|__") {
                diagnostic.underlined = format!("{first} …");
            } else if diagnostic.underlined.is_empty()
                && let Some(begin) = line.find('^')
            {
                let length = line[begin..].chars().take_while(|sign| *sign == '^').count();
                // The underline is as wide as what it underlines, in characters.
                let begin = line[..begin].chars().count();
                diagnostic.underlined = above.chars().skip(begin).take(length).collect();
                let beside = line.trim_start_matches([' ', '|', '^', '-']);
                // Of the macro's own errors and of constants, the message says all.
                if !code.is_empty() && !beside.starts_with("evaluation of ") {
                    diagnostic.notes.push(beside.to_owned());
                }
            } else {
                above = line;
            }
        }
        (!diagnostic.underlined.is_empty()).then_some(diagnostic)
    }
}

/// A text as code, whatever backticks are in it.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_read_with_its_underlined_code_and_its_notes() {
        let answer = "error[E0277]: `Color` cannot be a parameter\n  --> x.rs:10:12\n   |\n10 |     color: Color,\n   \
                      |            ^^^^^ not an `Arg`\n   |\n   = note: implement `Arg`\n\nerror: another\n";
        let notes = ["`Color` cannot be a parameter", "not an `Arg`", "implement `Arg`"];
        let wanted = Diagnostic { underlined: "Color".to_owned(), notes: notes.map(str::to_owned).into() };
        assert_eq!(Diagnostic::read(answer), Some(wanted));
        let answer =
            "error: no clause\n --> x.rs:6:1\n  |\n6 | / where\n7 | |     T: Copy;\n  | |____________^\n";
        assert_eq!(Diagnostic::read(answer).unwrap().underlined, "where …");
        for none in ["", "warning: x\n", "error: without a place\n"] {
            assert_eq!(Diagnostic::read(none), None, "{none}");
        }
    }

    #[test]
    fn every_mistake_of_the_fixtures_has_a_row_with_its_message() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let table = table(root).unwrap();
        let fixtures = fs::read_dir(root.join(FOLDER)).unwrap();
        let names = fixtures.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names: Vec<_> = names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned)).collect();
        assert!(names.len() > 50, "{names:?}");
        for name in names.iter().filter(|name| !name.starts_with("several_")) {
            let row = table.lines().find(|line| line.contains(&format!("/{name}.rs)"))).unwrap();
            let cells: Vec<_> = row.split(" | ").collect();
            assert!(cells.len() == 3 && cells[1].len() > 2 && cells[2].len() > 10, "{row}");
        }
    }
}
