//! Limit on the number of tools in some clients.

use crate::session::{Mode, Settings};

/// Maximum number of tools, of all servers together, that VS Code and Cursor pass on to a model.
/// They drop the others silently.
const CLIENT_LIMIT: usize = 128;

/// The clients that have the limit, by the name that `install` knows them by.
pub(super) const CLIENTS: [&str; 2] = ["cursor", "vscode"];

/// What to do about it.
pub(super) const REMEDY: &str = "Leave --mode at managed, which lists a few tools that find and call the others, or name fewer with --categories";

/// # Errors
/// No tool is listed, so that clients have none.
pub(super) fn some_listed(settings: &Settings) -> anyhow::Result<()> {
    if settings.mode() == Mode::Managed || settings.listed() > 0 || settings.tools().next().is_none() {
        return Ok(());
    }
    anyhow::bail!(
        "clients would see no tool: the tools that --tools, --without-tools and --categories leave are of extended \
         categories, which mode `all` lists only where they are named. Name them in --categories (or \
         MISTMCP_TOOL_CATEGORIES), or leave --mode at managed"
    )
}

/// A warning if these settings list more tools than such a client passes on.
pub(super) fn exceeded(settings: &Settings) -> Option<String> {
    let listed = match settings.mode() {
        Mode::Managed => return None,
        Mode::All | Mode::Custom => settings.listed(),
    };
    (listed > CLIENT_LIMIT)
        .then(|| format!("{listed} tools are listed, of which VS Code and Cursor use {CLIENT_LIMIT} at most"))
}
