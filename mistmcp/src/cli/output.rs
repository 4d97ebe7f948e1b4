use std::io::{self, Write};

/// Writes to standard output. Where nobody reads any more, that is the end and no error.
///
/// # Errors
/// Anything else that keeps the text from being written.
pub(super) fn print(bytes: &[u8]) -> io::Result<()> {
    write(io::stdout().lock(), bytes)
}

/// The same for a text with colours, which only a terminal gets, and none where NO_COLOR is set.
///
/// # Errors
/// As [`print`].
pub(super) fn print_coloured(text: &str) -> io::Result<()> {
    write(anstream::stdout().lock(), text.as_bytes())
}

fn write(mut out: impl Write, bytes: &[u8]) -> io::Result<()> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a line to standard error, where all but MCP's messages goes.
pub(super) fn error(line: &str) {
    // Where standard error is closed, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{line}");
}
