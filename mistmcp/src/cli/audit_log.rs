//! The audit log of a server, and of a subcommand that calls tools, as the flags have it.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use super::flags::Flags;
use super::sighup;
use crate::audit::AuditLog;
use crate::key::Key;
use crate::mist::Connection;
use crate::quote;
use crate::text::is_any_of;
use crate::{Call, Error};

/// The value of `--audit-log` for standard error.
pub(super) const STDERR: &str = "stderr";

/// The problem with which the log cannot be opened. Nothing is created.
pub(super) fn problem(flags: &Flags) -> Option<anyhow::Error> {
    let path = named(flags)?;
    if path == Path::new(STDERR) {
        return None;
    }
    if let Err(problem) = check_name(path) {
        return Some(problem);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let openable = match std::fs::metadata(path) {
        // A FIFO may have no reader yet.
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => Ok(()),
        Ok(_) => std::fs::OpenOptions::new().append(true).open(path).map(drop),
        Err(error) if error.kind() == ErrorKind::NotFound => std::fs::read_dir(folder).map(drop),
        Err(error) => Err(error),
    };
    openable.with_context(|| open_error(path)).err()
}

/// Refuses the names of streams, which people write in the belief that no file is meant, and a token in place of a path.
fn check_name(path: &Path) -> anyhow::Result<()> {
    let is_name = path.parent().is_some_and(|folder| folder.as_os_str().is_empty());
    if is_name && !path.exists() && path.to_str().is_none_or(looks_like_token) {
        bail!(
            "--audit-log (or MISTMCP_AUDIT_LOG) is {}, which looks like no name of a file: write the path of one, with `./` \
             before a name in this folder, or `{STDERR}`",
            quote::path(path)
        );
    }
    let is_stream = path.to_str().is_some_and(|name| is_any_of(name, &["-", "stdout", STDERR]));
    if is_stream {
        bail!(
            "--audit-log (or MISTMCP_AUDIT_LOG) is {}, which is no name of a file here, and no stream that the log can go to: \
             write `{STDERR}` for standard error, or `./{}` for a file of this name",
            quote::path(path),
            path.display()
        );
    }
    Ok(())
}

/// Whether a name has many characters in pieces where letters follow digits, as tokens have. Words may end in digits.
fn looks_like_token(name: &str) -> bool {
    const SHORTEST: usize = 20;
    let is_mixed = |piece: &&str| {
        let is_digit = |letter: char| letter.is_ascii_digit();
        piece.find(is_digit).is_some_and(|at| !piece[at..].chars().all(is_digit))
    };
    let pieces = name.split(|letter: char| !letter.is_alphanumeric()).filter(is_mixed);
    pieces.map(str::len).sum::<usize>() >= SHORTEST
}

/// The path of `--audit-log`, if there is one.
pub(super) fn named(flags: &Flags) -> Option<&Path> {
    flags.audit_log.as_deref().filter(|path| !path.as_os_str().is_empty())
}

fn open_error(path: &Path) -> String {
    format!(
        "--audit-log (or MISTMCP_AUDIT_LOG) is {}, which cannot be opened for writing: name a file in a folder that exists \
         and that this user may write, or `{STDERR}`",
        quote::path(path)
    )
}

/// Opens the audit log of a server, if there is one. `key` is that of its hashes. SIGHUP opens its file anew.
///
/// # Errors
/// The file cannot be opened.
pub(super) fn open(flags: &Flags, key: Key) -> anyhow::Result<Option<Arc<AuditLog>>> {
    let Some(audit) = open_file(flags, key)? else { return Ok(None) };
    let log = Arc::clone(&audit);
    sighup::on_signal(move || log.reopen())?;
    Ok(Some(audit))
}

fn open_file(flags: &Flags, key: Key) -> anyhow::Result<Option<Arc<AuditLog>>> {
    let Some(path) = named(flags) else { return Ok(None) };
    if path != Path::new(STDERR) {
        check_name(path)?;
    }
    let file = Some(path).filter(|path| *path != Path::new(STDERR)).map(Path::to_owned);
    AuditLog::open(file, flags.audit_log_required, key).with_context(|| open_error(path)).map(Some)
}

/// The audit log of a subcommand that calls tools by itself.
pub(super) struct CommandAudit(Option<Arc<AuditLog>>);

impl CommandAudit {
    /// Opens the log, if there is one.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(super) fn open(flags: &Flags) -> anyhow::Result<Self> {
        open_file(flags, Key::random()).map(Self)
    }

    /// Awaits the outcome of a call, and writes its line. `bytes` is the size of an answer.
    ///
    /// # Errors
    /// Those of the call; and the log is required, and cannot be written.
    pub(super) async fn record<T>(
        &self,
        (connection, call): (&Arc<Connection>, &Call),
        (tool, arguments): (&str, &Map<String, Value>),
        outcome: impl Future<Output = crate::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
    ) -> crate::Result<T> {
        let Some(audit) = &self.0 else { return outcome.await };
        let caller = audit.caller(None, connection.tokens(), None, []);
        let entry = audit.begin(caller, (tool, None, arguments), connection, call.record())?;
        let outcome = outcome.await;
        entry.end(outcome.as_ref().map(bytes).map_err(Error::kind)).await?;
        outcome
    }

    /// Writes all lines.
    pub(super) async fn close(self) {
        if let Some(audit) = self.0 {
            audit.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_new_files_are_taken_and_tokens_are_not() {
        for name in [
            "log",
            "audit1",
            "audit.jsonl",
            "mistmcp-audit-log",
            "mistmcpauditlog20261130",
            "noc1-team2.jsonl",
            "audit-2026-11-30T10.log",
        ] {
            assert!(check_name(Path::new(name)).is_ok(), "{name}");
        }
        for token in [
            "Zk3v9QpLr7TtYyUuIiOoPpAaSsDdFfGg",
            "deadbeef00112233445566778899aabbccddeeff",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            "s3cr3t-0f-7he-7es7s-Q9zXw4Lm",
            "Bearer Zk3v9QpLr7TtYyUuIiOoPpAaSsDdFfGg",
        ] {
            let told = check_name(Path::new(token)).unwrap_err().to_string();
            assert!(!told.contains(token), "{told}");
        }
    }
}
