//! Standard output and standard error, with escaping for terminals.

use std::io::{self, IsTerminal, Write};

use anstream::AutoStream;

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

/// Writes an escaped line, without known tokens, to standard error, which takes all output but MCP messages.
pub(super) fn error(line: &str) {
    // If standard error is closed, the line is lost.
    let _ = writeln!(io::stderr(), "{}", printable(&known_tokens::mask(line.to_owned())));
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
