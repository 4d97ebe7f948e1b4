use std::io;
use std::process::ExitCode;

use serde_json::{Map, Value};

use super::{Caller, Form, answer, is_closed};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::reply::{self, Content, Format};

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    pub(super) total: Option<u64>,
    pub(super) next: Option<Map<String, Value>>,
    /// All that is said beside the rows, but where the next ones are.
    pub(super) about: Map<String, Value>,
}

impl Page {
    /// Reads the answer of a tool; what is no list comes back as it was.
    pub(super) fn read(value: Value) -> Result<Self, Value> {
        let Value::Object(mut about) = value else { return Err(value) };
        let next = match about.shift_remove("next") {
            Some(Value::Object(next)) => Some(next),
            Some(other) => {
                about.insert("next".into(), other);
                None
            }
            None => None,
        };
        match about.shift_remove("results") {
            Some(Value::Array(rows)) => {
                let total = about.get("total").and_then(Value::as_u64);
                Ok(Self { rows, total, next, about })
            }
            results => {
                about.extend(results.map(|results| ("results".to_owned(), results)));
                about.extend(next.map(|next| ("next".to_owned(), next.into())));
                Err(about.into())
            }
        }
    }
}

/// Calls until there is no next page, and prints the rows of all pages as one answer.
pub(super) async fn print(
    caller: &Caller<'_>,
    mut arguments: Map<String, Value>,
    form: Form,
) -> anyhow::Result<ExitCode> {
    let first = match caller.once(arguments.clone()).await {
        Ok(content) => content,
        Err(error) => return Ok(caller.failed(&error).into()),
    };
    let mut page = match list(first) {
        Ok(page) => page,
        Err(content) => {
            caller.progress.end();
            answer::print(content, form)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let total = page.total;
    let mut printed = Printed::begin(form, &page.about);
    let stopped = loop {
        let rows = std::mem::take(&mut page.rows);
        match printed.add(rows) {
            Err(error) if is_closed(&error) => return Ok(ExitCode::SUCCESS),
            added => added?,
        }
        let Some(next) = page.next.take() else { break None };
        // A terminal that shows the rows as they come has no place for a bar.
        if form != Form::Json || !output::is_terminal() {
            caller.progress.rows(printed.count, total);
        }
        let before = arguments.clone();
        arguments.extend(next.clone());
        if arguments == before {
            let again = crate::Error::advice("Mist points to the same page again.");
            break Some((caller.failed(&again), next));
        }
        match caller.once(arguments.clone()).await.map(list) {
            Ok(Ok(read)) => page = read,
            Ok(Err(_)) => {
                let other = crate::Error::advice("Mist answered the next page in another form.");
                break Some((caller.failed(&other), next));
            }
            Err(error) => break Some((caller.failed(&error), next)),
        }
    };
    caller.progress.end();
    let (exit, next) = stopped.map_or((None, None), |(exit, next)| (Some(exit), Some(next)));
    if let Some(next) = &next {
        let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
        let go_on = Value::Object(next.clone());
        output::error(&format!(
            "stopped after {}{of} rows; go on with {go_on} laid over the arguments",
            printed.count
        ));
    }
    match printed.end(next) {
        Err(error) if !is_closed(&error) => return Err(error.into()),
        _ => {}
    }
    Ok(exit.map_or(ExitCode::SUCCESS, Exit::into))
}

/// The list in an answer; what is none comes back as it was.
fn list(content: Content) -> Result<Page, Content> {
    let Content::Text(text) = content else { return Err(content) };
    match serde_json::from_str(&text).map(Page::read) {
        Ok(Ok(page)) => Ok(page),
        _ => Err(Content::Text(text)),
    }
}

/// What was printed so far: in JSON each row as it comes, otherwise nothing before the last is there.
#[derive(Debug)]
struct Printed {
    form: Form,
    /// What is said beside the rows, until it is printed.
    about: Option<Map<String, Value>>,
    held: Vec<Value>,
    count: usize,
}

impl Printed {
    fn begin(form: Form, about: &Map<String, Value>) -> Self {
        Self { form, about: Some(about.clone()), held: Vec::new(), count: 0 }
    }

    fn add(&mut self, rows: Vec<Value>) -> io::Result<()> {
        if self.form != Form::Json {
            self.count += rows.len();
            self.held.extend(rows);
            return Ok(());
        }
        let mut text = match self.about.take() {
            Some(about) => head(about),
            None => String::new(),
        };
        for row in rows {
            text += if self.count == 0 { "\n" } else { ",\n" };
            text += &row.to_string();
            self.count += 1;
        }
        output::stream(text.as_bytes())
    }

    /// Ends the answer, with the arguments that go on where it does not hold all.
    fn end(self, next: Option<Map<String, Value>>) -> io::Result<()> {
        let about = self.about.unwrap_or_default();
        match self.form {
            Form::Json => {
                let next = next.map(|next| format!(",\"next\":{}", Value::Object(next))).unwrap_or_default();
                output::stream(format!("\n]{next}}}\n").as_bytes())
            }
            Form::Toon => {
                let mut answer = about;
                answer.extend(next.map(|next| ("next".to_owned(), next.into())));
                answer.insert("results".into(), self.held.into());
                let text = reply::write(&answer, Format::Toon).map_err(io::Error::other)?;
                output::stream(format!("{text}\n").as_bytes())
            }
            Form::Table => answer::rows(&Page { rows: self.held, total: None, next: None, about }),
        }
    }
}

/// The beginning of an object whose `results` follow.
fn head(about: Map<String, Value>) -> String {
    let mut text = Value::Object(about).to_string();
    text.truncate(text.len() - 1);
    text += if text.len() > 1 { ",\"results\":[" } else { "\"results\":[" };
    text
}
