use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rmcp::handler::server::ServerHandler;
use rmcp::service::{RunningService, ServerInitializeError, serve_server_with_ct};
use rmcp::transport::io::stdio_pipes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::sync::CancellationToken;

/// How long calls may go on after the client has closed its end. It may be a script that waits for its answers.
const GRACE: Duration = Duration::from_secs(1);

/// Serves one client over standard input and output until it goes away or `stop` is cancelled.
///
/// # Errors
/// The client's first words were no MCP.
pub(crate) async fn serve(
    server: impl ServerHandler,
    stop: CancellationToken,
) -> Result<(), ServerInitializeError> {
    let (input, output) = stdio_pipes();
    let input = Watched { input, stop: Some(stop.clone()) };
    // Boxed, for rmcp's future is so large that it would be moved about with each of ours around it.
    match Box::pin(serve_server_with_ct(server, (input, output), stop.clone())).await {
        Ok(running) => {
            wait(running).await;
            Ok(())
        }
        // A client that goes away before it has said anything has nothing to be told.
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Standard input, whose end cancels the calls under way: rmcp alone waits five seconds for them.
struct Watched<R> {
    input: R,
    stop: Option<CancellationToken>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Watched<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = ready!(Pin::new(&mut self.input).poll_read(context, buffer));
        if buffer.filled().len() == before
            && let Some(stop) = self.stop.take()
        {
            tokio::spawn(async move {
                tokio::time::sleep(GRACE).await;
                stop.cancel();
            });
        }
        Poll::Ready(outcome)
    }
}

async fn wait(running: RunningService<rmcp::RoleServer, impl ServerHandler>) {
    match running.waiting().await {
        Ok(reason) => tracing::debug!(?reason, "the client is gone"),
        Err(error) => tracing::error!(%error, "the server stopped"),
    }
}
