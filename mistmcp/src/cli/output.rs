//! Standard output and standard error, with escaping for terminals.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::AutoStream;
use jiff::Timestamp;
use serde_json::json;

use crate::known_tokens;
use crate::text::{printable, printable_with_styles};

/// Writes to standard output. A closed pipe is not an error.
///
/// # Errors
/// Anything else that keeps the text from being written.
pub(super) fn print(bytes: &[u8]) -> io::Result<()> {
    unless_closed(stream(bytes))
}

/// Writes text with styles, which only a terminal gets, and only where `NO_COLOR` is not set.
///
/// # Errors
/// As [`print`].
pub(super) fn print_styled(text: &str) -> io::Result<()> {
    unless_closed(write(AutoStream::auto(io::stdout().lock()), printable_with_styles(text).as_bytes()))
}

/// Writes a part of the output to standard output. Text for a terminal is escaped; a pipe or a file
/// gets the bytes as they are.
///
/// # Errors
/// Anything that keeps it from being written, including a closed pipe.
pub(super) fn stream(bytes: &[u8]) -> io::Result<()> {
    let out = io::stdout().lock();
    if out.is_terminal() {
        return write(out, printable(&String::from_utf8_lossy(bytes)).as_bytes());
    }
    write(out, bytes)
}

fn write(mut out: impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(bytes).and_then(|()| out.flush())
}

/// Whether lines on standard error are JSON objects, as those of the log.
static ERRORS_IN_JSON: AtomicBool = AtomicBool::new(false);

/// Writes lines on standard error as JSON objects from now on.
pub(super) fn write_errors_in_json() {
    ERRORS_IN_JSON.store(true, Ordering::Relaxed);
}

/// Writes an escaped line, without known tokens, to standard error, which takes all output but MCP messages.
pub(super) fn error(line: &str) {
    let line = known_tokens::mask(line.to_owned());
    let line = if ERRORS_IN_JSON.load(Ordering::Relaxed) { entry(&line) } else { line };
    // If standard error is closed, the line is lost.
    let _ = writeln!(io::stderr(), "{}", printable(&line));
}

/// A line as an entry of the log: its level is the word at its beginning.
fn entry(line: &str) -> String {
    let levels = [("error: ", "ERROR"), ("warning: ", "WARN")];
    let found = levels.into_iter().find_map(|(start, level)| Some((level, line.strip_prefix(start)?)));
    let (level, message) = found.unwrap_or(("INFO", line));
    json!({ "timestamp": format!("{:.6}", Timestamp::now()), "level": level, "message": message }).to_string()
}

/// Writes text with styles to standard error, as [`print_styled`] does to standard output.
pub(super) fn error_styled(text: &str) {
    let _ = write(AutoStream::auto(io::stderr().lock()), printable_with_styles(text).as_bytes());
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Width of the terminal on standard output; `COLUMNS` or 80 if it is unknown. A pipe or a file has
/// no width.
pub(super) fn width() -> Option<u16> {
    if !is_terminal() {
        return None;
    }
    let told = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
    let set = || std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    let is_real = |width: &u16| *width > 0;
    Some(told.filter(is_real).or_else(|| set().filter(is_real)).unwrap_or(80))
}

fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_line_is_an_entry_of_one_line_with_the_level_of_its_first_word() {
        for (line, level, message) in [
            (
                "mistmcp 0.1.0 listens; MCP is at http://127.0.0.1:8000/mcp",
                "INFO",
                "mistmcp 0.1.0 listens; MCP",
            ),
            ("warning: two\nlines \"and\" \u{1b}[2J", "WARN", "two\nlines \"and\" \u{1b}[2J"),
            ("error: it stopped", "ERROR", "it stopped"),
            ("note: with --demo", "INFO", "note: with --demo"),
        ] {
            let written = entry(line);
            let object: Value = serde_json::from_str(&printable(&written)).unwrap();
            assert!(!written.contains('\n') && object["timestamp"].is_string(), "{written}");
            assert!(
                object["level"] == level && object["message"].as_str().unwrap().starts_with(message),
                "{written}"
            );
        }
    }
}
