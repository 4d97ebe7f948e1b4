//! Server over standard input and output.

use std::io::{self, IsTerminal};

use anyhow::Context;
use rmcp::handler::server::ServerHandler;
use tokio_util::sync::CancellationToken;

use super::configuration::{self, Configuration};
use super::flags::Flags;
use super::{audit_log, output};
use crate::catalog::Entry;
use crate::identity::identity;
use crate::key::Key;
use crate::param::flattened;
use crate::server::{self, Server};

/// Serves one client on standard input and output.
pub(super) async fn serve<H: ServerHandler>(
    configuration: Configuration,
    flags: &Flags,
    handler: impl FnOnce(Server) -> H,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let session = configuration.session()?;
    if let Some(warning) = configuration::unused_oauth(flags) {
        output::error(&format!("warning: {warning}."));
    }
    if io::stdin().is_terminal() {
        explain(&configuration);
    }
    let timeout = session.connection().limits().timeout;
    let audit = audit_log::open(flags, Key::random())?;
    let server = Server::new(session).audited(audit.clone()).with_accounts(configuration.accounts());
    // The transport stops where its client is gone, which is not the end of the server.
    let (server, stop) = (server.ended_by(stop.clone()), stop.child_token());
    let outcome = server::serve(handler(server), timeout, stop).await.context("the server stopped");
    if let Some(audit) = audit {
        audit.close().await;
    }
    outcome
}

/// Explains the program to a person who started the server by hand.
fn explain(configuration: &Configuration) {
    let program = std::env::current_exe().ok().and_then(|path| path.to_str().map(str::to_owned));
    let program = program.unwrap_or_else(|| identity().name.to_owned());
    let (demo, arguments) =
        if configuration.demo.is_some() { (" --demo", "[\"--demo\"]") } else { ("", "[]") };
    let entries = configuration.settings.catalog().entries();
    let tools = entries.len();
    // Any tool that goes without arguments; of mistmcp, the one to call first.
    let example = entries
        .iter()
        .map(Entry::tool)
        .filter(|tool| flattened(tool.params).iter().all(|param| !param.required()));
    let example = example.min_by_key(|tool| (!tool.essential, tool.name));
    let call = format!("call {}", example.map_or("TOOL NAME=VALUE", |tool| tool.name));
    let next = [
        ("install CLIENT", "tells a client to start it: claude-desktop, claude-code, vscode, cursor, …"),
        (call.as_str(), "asks something right here"),
        ("check", "looks whether everything is as it has to be"),
        ("-t http", "serves many clients, at http://127.0.0.1:8000/mcp"),
    ];
    let next =
        next.map(|(what, words)| format!("  {:<32}  {words}\n", format!("{} {what}{demo}", identity().name)));
    output::error(&format!(
        "{} {} has {tools} tools and waits for an MCP client on standard input; Ctrl-C ends it.\n\
         A client starts it by itself. From here:\n\n{}\n\
         By hand, in the settings of Claude Desktop, Cursor and others:\n\n  \
         {{ \"mcpServers\": {{ {entry:?}: {{ \"command\": {program:?}, \"args\": {arguments} }} }} }}\n",
        identity().name,
        identity().version,
        next.concat(),
        entry = identity().entry(),
    ));
}
