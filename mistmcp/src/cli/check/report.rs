//! Report of `mistmcp check`.

use std::fmt::Write;

use clap::builder::styling::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::answers::count;
use crate::known_tokens;
use crate::text::printable;

/// Findings of all checks.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Finding>);

/// One finding.
#[derive(Debug)]
pub(super) struct Finding {
    what: String,
    mark: Mark,
    words: String,
    remedy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Ok,
    Warning,
    Failed,
}

impl Finding {
    pub(super) fn ok(what: &str, words: impl Into<String>) -> Self {
        Self::new(what, Mark::Ok, words)
    }

    pub(super) fn warning(what: &str, words: impl Into<String>) -> Self {
        Self::new(what, Mark::Warning, words)
    }

    pub(super) fn failed(what: &str, words: impl Into<String>) -> Self {
        Self::new(what, Mark::Failed, words)
    }

    fn new(what: &str, mark: Mark, words: impl Into<String>) -> Self {
        Self { what: what.to_owned(), mark, words: shown(words.into()), remedy: None }
    }

    /// What to do about it.
    #[must_use]
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(shown(remedy.into()));
        self
    }
}

impl Mark {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }

    fn style(self) -> Style {
        let colour = match self {
            Self::Ok => AnsiColor::Green,
            Self::Warning => AnsiColor::Yellow,
            Self::Failed => AnsiColor::Red,
        };
        colour.on_default().bold()
    }
}

impl Report {
    pub(super) fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(super) fn extend(&mut self, findings: Vec<Finding>) {
        self.0.extend(findings);
    }

    /// Appends the findings of another report.
    pub(super) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.worst() == Mark::Failed
    }

    fn worst(&self) -> Mark {
        self.0.iter().map(|finding| finding.mark).max().unwrap_or(Mark::Ok)
    }

    /// A coloured line for each finding, and a summary.
    pub(super) fn text(&self) -> String {
        // Writing to a String cannot fail, so what `write!` returns is dropped.
        let mut text = String::new();
        let width = self.0.iter().map(|finding| finding.what.chars().count()).max().unwrap_or(0);
        for Finding { what, mark, words, remedy } in &self.0 {
            let (style, name) = (mark.style(), mark.name());
            let _ = write!(text, "{style}{name:<7}{style:#}  {what:<width$}  ");
            let indent = format!("\n{:1$}", "", 7 + 2 + width + 2);
            text.push_str(&words.replace('\n', &indent));
            if let Some(remedy) = remedy {
                let _ = write!(text, ". {}", remedy.replace('\n', &indent));
            }
            text.push('\n');
        }
        let _ = match (self.count(Mark::Failed), self.count(Mark::Warning)) {
            (0, 0) => writeln!(text, "\nAll is well."),
            (0, warnings) => writeln!(text, "\nIt works, with {}.", count(warnings, "warning")),
            (failed, 0) => writeln!(text, "\n{failed} failed."),
            (failed, warnings) => writeln!(text, "\n{failed} failed, with {}.", count(warnings, "warning")),
        };
        text
    }

    pub(super) fn json(&self) -> Value {
        let finding = |finding: &Finding| {
            let mut object = json!({
                "what": finding.what, "mark": finding.mark.name(), "words": finding.words,
            });
            if let Some(remedy) = &finding.remedy {
                object["remedy"] = remedy.as_str().into();
            }
            object
        };
        json!({
            "mark": self.worst().name(),
            "version": crate::identity::identity().version,
            "findings": self.0.iter().map(finding).collect::<Vec<_>>(),
        })
    }

    fn count(&self, mark: Mark) -> usize {
        self.0.iter().filter(|finding| finding.mark == mark).count()
    }
}

/// A text that may hold names from other systems: they must not control a terminal, or show a token.
fn shown(text: String) -> String {
    printable(&known_tokens::mask(text)).into_owned()
}
