//! The audit log of a server, as the flags have it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

use super::flags::Flags;
use super::sighup;
use crate::audit::AuditLog;
use crate::key::Key;
use crate::quote;

/// The value of `--audit-log` for standard error.
const STDERR: &str = "stderr";

/// Opens the audit log, if there is one. `key` is that of its hashes. SIGHUP opens its file anew.
///
/// # Errors
/// The file cannot be opened.
pub(super) fn open(flags: &Flags, key: Key) -> anyhow::Result<Option<Arc<AuditLog>>> {
    let Some(path) = flags.audit_log.as_deref().filter(|path| !path.as_os_str().is_empty()) else {
        if flags.audit_log_required {
            bail!("--audit-log-required needs --audit-log (or MISTMCP_AUDIT_LOG)");
        }
        return Ok(None);
    };
    let file = Some(path).filter(|path| *path != Path::new(STDERR)).map(Path::to_owned);
    let audit = AuditLog::open(file, flags.audit_log_required, key).with_context(|| {
        format!(
            "--audit-log (or MISTMCP_AUDIT_LOG) is {}, which cannot be opened for writing: name a file in a folder that \
             exists and that this user may write, or `{STDERR}`",
            quote::path(path)
        )
    })?;
    let log = Arc::clone(&audit);
    sighup::on_signal(move || log.reopen())?;
    Ok(Some(audit))
}
