mod lines;
mod output;
mod pending;
mod transport;

use std::time::Duration;

use rmcp::handler::server::ServerHandler;
use rmcp::service::{RunningService, ServerInitializeError, serve_server_with_ct};
use rmcp::transport::io::stdio_pipes;
use tokio_util::sync::CancellationToken;

pub(super) use transport::InputEnd;
use transport::LineTransport;

/// How long the end may take once everything is cancelled. rmcp waits up to five seconds for handlers, some of which wait
/// for its service loop, which has ended.
const GRACE: Duration = Duration::from_secs(1);
/// What an answer takes beyond the call's own timeout.
const ANSWERING: Duration = Duration::from_secs(5);

/// Serves one client over standard input and output until it goes away or `stop` is cancelled. After the end of input,
/// calls under way have until their `timeout`.
///
/// # Errors
/// The client's first words were no MCP.
pub(crate) async fn serve(
    server: impl ServerHandler,
    timeout: Duration,
    stop: CancellationToken,
) -> Result<(), ServerInitializeError> {
    let (input, output) = stdio_pipes();
    let transport = LineTransport::new(input, output, timeout + ANSWERING, stop.clone());
    // Boxed, for rmcp's future is so large that it would be moved about with each of ours around it.
    match Box::pin(serve_server_with_ct(server, transport, stop.clone())).await {
        Ok(running) => {
            tokio::select! {
                () = wait(running) => {}
                () = grace(stop) => tracing::debug!("requests under way are cut off"),
            }
            Ok(())
        }
        // A client that goes away before it has said anything has nothing to be told.
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn grace(stop: CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

async fn wait(running: RunningService<rmcp::RoleServer, impl ServerHandler>) {
    match running.waiting().await {
        Ok(reason) => tracing::debug!(?reason, "the client is gone"),
        Err(error) => tracing::error!(%error, "the server stopped"),
    }
}
