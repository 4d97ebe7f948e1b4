//! The stdio transport: [`serve`] runs the server for one client on standard input and output.

mod lines;
mod output;
mod pending;
mod queue;
mod transport;
mod waiting;

use std::time::Duration;

use rmcp::handler::server::ServerHandler;
use rmcp::service::{RunningService, ServerInitializeError, serve_server_with_ct};
use rmcp::transport::io::stdio_pipes;
use tokio_util::sync::CancellationToken;

pub(super) use transport::InputEnd;
use transport::LineTransport;

/// How long shutdown may take once everything is cancelled. rmcp waits up to five seconds for handlers, some of which
/// wait for its service loop, which has ended.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);
/// Time for a response beyond the timeout of its call.
const RESPONSE_TIME: Duration = Duration::from_secs(5);

/// Serves one client until it disconnects or `stop` is cancelled. After the end of input, calls in flight may run
/// until their `timeout`.
///
/// # Errors
/// The MCP handshake failed.
pub(crate) async fn serve(
    server: impl ServerHandler,
    timeout: Duration,
    stop: CancellationToken,
) -> Result<(), ServerInitializeError> {
    let (input, output) = stdio_pipes();
    let transport = LineTransport::new(input, output, timeout + RESPONSE_TIME, stop.clone());
    // Boxed, because rmcp's future is large and would be moved with each future around it.
    match Box::pin(serve_server_with_ct(server, transport, stop.clone())).await {
        Ok(running) => {
            tokio::select! {
                () = wait(running) => {}
                () = grace_period(stop) => tracing::debug!("requests in flight are cancelled"),
            }
            Ok(())
        }
        // A client may disconnect before the handshake; that is no error.
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn grace_period(stop: CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(SHUTDOWN_GRACE).await;
}

async fn wait(running: RunningService<rmcp::RoleServer, impl ServerHandler>) {
    match running.waiting().await {
        Ok(reason) => tracing::debug!(?reason, "the client is gone"),
        Err(error) => tracing::error!(%error, "the server stopped"),
    }
}
