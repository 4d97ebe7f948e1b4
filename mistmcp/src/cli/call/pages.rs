//! Output of all pages of a list.

use std::io;
use std::process::ExitCode;

use serde_json::{Map, Value};

use super::repeats::Repeats;
use super::{Output, OutputFormat, ToolCaller, answer, command_line, is_closed};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::shell::Shell;
use crate::reply::{self, Content, Format};

/// One page of a list.
#[derive(Debug)]
pub(in crate::cli) struct Page {
    pub(in crate::cli) rows: Vec<Value>,
    pub(in crate::cli) total: Option<u64>,
    pub(in crate::cli) next: Option<Map<String, Value>>,
    /// All fields beside the rows, without `next`.
    pub(in crate::cli) about: Map<String, Value>,
}

impl Page {
    /// Parses the answer of a tool; `Err` returns a value that is not a list.
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

/// Why not all pages were fetched.
#[derive(Debug)]
enum Stop {
    Failed(crate::Error),
    OtherForm,
    Repeated,
    Empty,
    /// Rows are missing, as the note of the page says.
    Incomplete(String),
    /// Mist counts more rows than it answered.
    Short(u64),
    MaxCalls(u32),
}

impl Stop {
    fn report(self, caller: &ToolCaller<'_>) -> Exit {
        let words = match self {
            Self::Failed(error) => return caller.failed(&error),
            Self::OtherForm => "the next page is not a list: Mist answered it in another form.".to_owned(),
            Self::Repeated => "Mist answered the same page again.".to_owned(),
            Self::Empty => "Mist answered a page without rows, although more rows follow.".to_owned(),
            Self::Incomplete(note) => note,
            Self::Short(total) => {
                format!("Mist says that there are {total} rows, and answered no more pages.")
            }
            Self::MaxCalls(calls) => {
                format!(
                    "there are more pages than --max-calls={calls} allows. Raise it, or ask for fewer rows."
                )
            }
        };
        caller.failed(&crate::Error::advice(words))
    }
}

/// Calls until there is no next page, and prints the rows of all pages as one answer.
pub(super) async fn print(
    caller: &ToolCaller<'_>,
    mut arguments: Map<String, Value>,
    output: &Output,
    max_calls: u32,
) -> anyhow::Result<ExitCode> {
    let first = match caller.once(arguments.clone()).await {
        Ok(content) => content,
        Err(error) => return Ok(caller.failed(&error).into()),
    };
    let mut page = match list(first) {
        Ok(page) => page,
        Err(content) => {
            caller.progress.end();
            answer::print(caller, content, output).await?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let total = page.total;
    let mut printed = Printed::begin(output.format, &page.about);
    let mut repeats = Repeats::new(&arguments);
    // The arguments to add to those of the first call: each `next` adds to the call that it came from.
    let mut added = Map::new();
    let asked = arguments.clone();
    let (mut calls, mut last) = (1, None);
    // What the first page that lacks rows says of them.
    let mut lacking = None;
    // Why it stops before the last page, and the arguments that go on from there.
    let stopped = loop {
        if repeats.was_answered(&page.rows, page.next.as_ref()) {
            break Some((Stop::Repeated, last));
        }
        repeats.count(&page.rows);
        let note = page.about.get("note").and_then(Value::as_str).map(str::to_owned);
        let is_incomplete = page.next.is_none() && page.about.contains_key("incomplete");
        if let Some(note) = note.as_ref().filter(|_| calls > 1 && !is_incomplete) {
            caller.progress.end();
            output::error(&format!("page {calls}: {note}"));
        }
        let is_empty = page.rows.is_empty();
        if page.about.contains_key("incomplete") {
            lacking = lacking.or_else(|| note.clone());
        }
        match printed.add(&mut page) {
            Err(error) if is_closed(&error) => return Ok(ExitCode::SUCCESS),
            written => written?,
        }
        let Some(next) = page.next.take() else {
            // The total may have changed while the pages were read.
            let counted = page.total.into_iter().chain(total).min();
            let missing = counted.filter(|total| calls > 1 && *total > printed.count as u64);
            break match (note, missing) {
                (Some(note), _) if is_incomplete => Some((Stop::Incomplete(note), last)),
                (Some(note), _) if note.contains(reply::EMPTY_PAGE) => Some((Stop::Empty, last)),
                (_, Some(_)) if is_empty => Some((Stop::Empty, last)),
                (_, Some(total)) => Some((Stop::Short(total), last)),
                _ => lacking.map(|note| (Stop::Incomplete(note), None)),
            };
        };
        // A terminal that shows rows as they arrive has no room for a bar.
        if output.format != OutputFormat::Json || !output::is_terminal() {
            caller.progress.rows(printed.count, total);
        }
        added.extend(next.clone());
        let next = added.clone();
        arguments.extend(next.clone());
        if repeats.was_called(&arguments) {
            break Some((Stop::Repeated, Some(next)));
        }
        if calls == max_calls {
            break Some((Stop::MaxCalls(max_calls), Some(next)));
        }
        calls += 1;
        match caller.once(arguments.clone()).await.map(list) {
            Ok(Ok(read)) => page = read,
            Ok(Err(_)) => break Some((Stop::OtherForm, Some(next))),
            Err(error) => break Some((Stop::Failed(error), Some(next))),
        }
        last = Some(next);
    };
    caller.progress.end();
    let rows = printed.count;
    match printed.end(caller, output, stopped.as_ref().and_then(|(_, next)| next.clone())).await {
        // The reader has closed the pipe.
        Err(error) if is_closed(&error) => return Ok(ExitCode::SUCCESS),
        ended => ended?,
    }
    // The total of a count is not always that of its rows.
    let counted = page.total.into_iter().chain(total).max().filter(|_| !page.about.contains_key("distinct"));
    let doubts = if calls > 1 { repeats.doubts(rows, counted) } else { Vec::new() };
    for doubt in doubts {
        output::error(&format!("note: {doubt}"));
    }
    let Some((stop, next)) = stopped else { return Ok(ExitCode::SUCCESS) };
    let exit = stop.report(caller);
    let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
    let go_on = next.map(|next| format!("; to continue: {}", go_on(caller, asked, next, output, max_calls)));
    output::error(&format!("stopped after {rows}{of} rows{}", go_on.unwrap_or_default()));
    Ok(exit.into())
}

/// The command line that gets the other pages: the call with the arguments of `next` in place of its own. An empty one is
/// left out, since it stands for none.
fn go_on(
    caller: &ToolCaller<'_>,
    mut arguments: Map<String, Value>,
    next: Map<String, Value>,
    output: &Output,
    max_calls: u32,
) -> String {
    arguments.extend(next);
    arguments.retain(|_, value| *value != "");
    let mut flags = vec!["--all-pages".to_owned(), "--max-calls".to_owned(), max_calls.to_string()];
    flags.extend(output.form_flags.iter().cloned());
    if !output.fields.is_empty() && !arguments.contains_key("fields") {
        flags.extend(["--fields".to_owned(), output.fields.join(",")]);
    }
    flags.extend(output.network_flags.iter().cloned());
    command_line::of_call(caller.tool, &arguments, &flags, Shell::of_this_system())
}

/// The list in an answer; `Err` returns content that is not a list.
fn list(content: Content) -> Result<Page, Content> {
    let Content::Text(text) = content else { return Err(content) };
    match serde_json::from_str(&text).map(Page::read) {
        Ok(Ok(page)) => Ok(page),
        _ => Err(Content::Text(text)),
    }
}

/// What was printed so far. Rows of JSON are printed as they come, all other formats after the last page.
#[derive(Debug)]
struct Printed {
    format: OutputFormat,
    /// The fields beside the rows, until they are printed.
    about: Option<Map<String, Value>>,
    held: Vec<Value>,
    count: usize,
}

impl Printed {
    fn begin(format: OutputFormat, about: &Map<String, Value>) -> Self {
        Self { format, about: Some(about.clone()), held: Vec::new(), count: 0 }
    }

    /// Adds the rows of a page, which keeps none.
    fn add(&mut self, page: &mut Page) -> io::Result<()> {
        if matches!(self.format, OutputFormat::Table | OutputFormat::Csv) {
            reply::put_times_into_rows(&mut page.rows, &page.about);
        }
        let rows = std::mem::take(&mut page.rows);
        if self.format != OutputFormat::Json {
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
    async fn end(
        self,
        caller: &ToolCaller<'_>,
        output: &Output,
        next: Option<Map<String, Value>>,
    ) -> io::Result<()> {
        let about = self.about.unwrap_or_default();
        match self.format {
            OutputFormat::Json => {
                let next = next.map(|next| format!(",\"next\":{}", Value::Object(next))).unwrap_or_default();
                output::stream(format!("\n]{next}}}\n").as_bytes())
            }
            OutputFormat::Toon => {
                let mut answer = about;
                answer.extend(next.map(|next| ("next".to_owned(), next.into())));
                answer.insert("results".into(), self.held.into());
                let text = reply::write(&answer, Format::Toon).map_err(io::Error::other)?;
                output::stream(format!("{text}\n").as_bytes())
            }
            OutputFormat::Table | OutputFormat::Csv => {
                let mut page = Page { rows: self.held, total: None, next: None, about };
                caller.name(&mut page.rows, output).await;
                answer::rows(&page, output)
            }
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
