use std::io::{self, IsTerminal};

use rmcp::handler::server::ServerHandler;

use super::configuration::Configuration;
use super::{output, stop};
use crate::server::{self, Server};

/// Serves one client on standard input and output.
pub(super) async fn serve<H: ServerHandler>(
    configuration: Configuration,
    handler: impl FnOnce(Server) -> H,
) -> anyhow::Result<()> {
    let session = configuration.session()?;
    if io::stdin().is_terminal() {
        explain(&configuration);
    }
    let stop = stop::on_signal()?;
    server::serve(handler(Server::new(session)), stop).await?;
    Ok(())
}

/// For somebody who started the server by hand, and sees nothing happen.
fn explain(configuration: &Configuration) {
    let program = std::env::current_exe().ok().and_then(|path| path.to_str().map(str::to_owned));
    let program = program.unwrap_or_else(|| "mistmcp".to_owned());
    let arguments = if configuration.demo.is_some() { "[\"--demo\"]" } else { "[]" };
    let tools = configuration.settings.catalog().entries().len();
    output::error(&format!(
        "mistmcp {} has {tools} tools and waits for an MCP client on standard input; Ctrl-C ends it.\n\
         A client starts it by itself. In Claude Desktop, Cursor and others:\n\n  \
         {{ \"mcpServers\": {{ \"mist\": {{ \"command\": {program:?}, \"args\": {arguments} }} }} }}\n\n\
         To ask something right here: mistmcp call getSelf{}",
        env!("CARGO_PKG_VERSION"),
        if configuration.demo.is_some() { " --demo" } else { "" },
    ));
}
