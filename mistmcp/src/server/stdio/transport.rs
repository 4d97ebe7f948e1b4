use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorData, GetMeta, JsonRpcMessage,
    ProtocolVersion, RequestId,
};
use rmcp::service::{RoleServer, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::codec::FramedRead;
use tokio_util::sync::CancellationToken;

use super::lines::{LONGEST_LINE, Line, Lines};
use super::pending::{Pending, Rest};
use crate::server::json_rpc::{self, Invalid};

/// How long subscriptions may take to end once the input has ended and the calls are answered.
const FAREWELL: Duration = Duration::from_secs(1);

/// Extension of a `subscriptions/listen` request: cancelled when the input has ended and the calls are answered.
#[derive(Clone, Debug)]
pub(in crate::server) struct InputEnd(pub(in crate::server) CancellationToken);

/// Transport of MCP in lines. Unlike rmcp's own it answers lines that cannot be read, and after the end of input it goes on
/// until the calls under way are answered.
pub(super) struct LineTransport<R, W> {
    input: FramedRead<R, Lines>,
    output: Arc<Mutex<W>>,
    pending: Arc<Pending>,
    /// The answer to a line that could not be read, while it is written.
    refusal: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// A request has begun the lifecycle. Notifications and responses before it would end rmcp's handshake.
    begun: bool,
    /// By when everything has to be answered, after the end of input.
    deadline: Option<Instant>,
    patience: Duration,
    subscriptions: CancellationToken,
    stop: CancellationToken,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Send + Unpin + 'static> LineTransport<R, W> {
    /// `patience` is how long calls are waited for after the end of input. After it, and when the output is closed, `stop`
    /// is cancelled.
    pub(super) fn new(input: R, output: W, patience: Duration, stop: CancellationToken) -> Self {
        Self {
            input: FramedRead::new(input, Lines::default()),
            output: Arc::new(Mutex::new(output)),
            pending: Arc::default(),
            refusal: None,
            begun: false,
            deadline: None,
            patience,
            subscriptions: CancellationToken::new(),
            stop,
        }
    }

    /// Writes a line. An error stops the server.
    fn write(&self, mut line: Vec<u8>) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (output, stop) = (Arc::clone(&self.output), self.stop.clone());
        line.push(b'\n');
        async move {
            let mut output = output.lock().await;
            let written = async {
                output.write_all(&line).await?;
                output.flush().await
            };
            written.await.inspect_err(|error| {
                tracing::debug!(%error, "standard output is closed");
                stop.cancel();
            })
        }
    }

    fn refuse(&mut self, invalid: &Invalid) {
        tracing::debug!(code = invalid.code.0, error = invalid.message, "a line could not be read");
        if !invalid.is_notification {
            let written = self.write(invalid.to_json().to_string().into_bytes());
            self.refusal = Some(Box::pin(async {
                // `write` has stopped the server where it failed.
                let _ = written.await;
            }));
        }
    }

    /// Parses a line. Returns nothing where it is blank, refused, or ignored.
    fn read(&mut self, line: Line) -> Option<ClientJsonRpcMessage> {
        let message = match line {
            Line::TooLong => {
                Err(Invalid::request(format!("The line has more than {LONGEST_LINE} bytes. Send less.")))
            }
            Line::Whole(line) if line.iter().all(|byte| matches!(byte, 0 | b' ' | b'\t' | b'\r')) => {
                return None;
            }
            Line::Whole(line) => json_rpc::read(&line),
        };
        let read = message.and_then(|message| {
            let id = message.id();
            serde_json::from_value(message.into_value())
                .map_err(|error| Invalid::request(format!("This is no message of MCP: {error}")).of(id))
        });
        let mut message = match read {
            Ok(message) => message,
            Err(invalid) => {
                self.refuse(&invalid);
                return None;
            }
        };
        match &mut message {
            JsonRpcMessage::Request(request) => {
                self.begun |= begins(&request.request);
                match &mut request.request {
                    ClientRequest::SubscriptionsListenRequest(listen) => {
                        listen.extensions.insert(InputEnd(self.subscriptions.clone()));
                        self.pending.subscription(request.id.clone());
                    }
                    _ => self.pending.call(request.id.clone()),
                }
            }
            JsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.pending.answered(id);
                }
            }
            JsonRpcMessage::Response(response) => self.pending.answered_by_client(&response.id),
            JsonRpcMessage::Error(error) => {
                error.id.iter().for_each(|id| self.pending.answered_by_client(id));
            }
        }
        if !self.begun && !matches!(message, JsonRpcMessage::Request(_)) {
            tracing::debug!("a message before `initialize` is ignored");
            return None;
        }
        Some(message)
    }

    /// The rest after the end of input: errors for the server's own requests, and the end once all calls are answered.
    async fn last(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(id) = self.pending.next_of_server() {
                let error = ErrorData::internal_error("the client's input has ended", None);
                return Some(ClientJsonRpcMessage::error(error, Some(id)));
            }
            let rest = self.pending.rest();
            if rest == Rest::Subscriptions && !self.subscriptions.is_cancelled() {
                self.subscriptions.cancel();
                self.deadline = Some(Instant::now() + FAREWELL);
            }
            let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + self.patience);
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                () = tokio::time::sleep_until(deadline) => break,
                () = self.pending.changed(), if rest != Rest::Nothing => {}
                () = std::future::ready(()), if rest == Rest::Nothing => break,
            }
        }
        // Calls that their client has cancelled may still run.
        self.stop.cancel();
        None
    }
}

impl<R, W> Transport<RoleServer> for LineTransport<R, W>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let answered: Option<RequestId> = match &message {
            JsonRpcMessage::Response(response) => Some(response.id.clone()),
            JsonRpcMessage::Error(error) => error.id.clone(),
            JsonRpcMessage::Request(request) => {
                self.pending.of_server(request.id.clone());
                None
            }
            JsonRpcMessage::Notification(_) => None,
        };
        let written = serde_json::to_vec(&message).map(|line| self.write(line));
        let pending = Arc::clone(&self.pending);
        async move {
            let written = written?.await;
            if let Some(id) = answered {
                pending.answered(&id);
            }
            written
        }
    }

    /// Cancel-safe: what has been read stays in the decoder, and a refusal stays in `self` until it is written.
    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(refusal) = &mut self.refusal {
                refusal.await;
                self.refusal = None;
            }
            if self.deadline.is_some() {
                return self.last().await;
            }
            match self.input.next().await {
                Some(Ok(line)) => {
                    if let Some(message) = self.read(line) {
                        return Some(message);
                    }
                }
                end => {
                    if let Some(Err(error)) = end {
                        tracing::error!(%error, "standard input cannot be read");
                    }
                    self.deadline = Some(Instant::now() + self.patience);
                    super::output::stop_when_closed(self.stop.clone());
                }
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output.lock().await.flush().await
    }
}

/// Whether rmcp's handshake is over with this request.
fn begins(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        request => request.get_meta().missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty(),
    }
}
