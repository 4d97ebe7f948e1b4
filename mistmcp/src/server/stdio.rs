use rmcp::service::{RunningService, ServerInitializeError, serve_server_with_ct};
use rmcp::transport::io::stdio_pipes;
use tokio_util::sync::CancellationToken;

use super::Server;

/// Serves one client over standard input and output until it goes away or `stop` is cancelled.
///
/// # Errors
/// The client's first words were no MCP.
pub(crate) async fn serve(server: Server, stop: CancellationToken) -> Result<(), ServerInitializeError> {
    match serve_server_with_ct(server, stdio_pipes(), stop.clone()).await {
        Ok(running) => {
            wait(running).await;
            Ok(())
        }
        // A client that goes away before it has said anything has nothing to be told.
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn wait(running: RunningService<rmcp::RoleServer, Server>) {
    match running.waiting().await {
        Ok(reason) => tracing::debug!(?reason, "the client is gone"),
        Err(error) => tracing::error!(%error, "the server stopped"),
    }
}
