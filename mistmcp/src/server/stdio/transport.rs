//! The line-based stdio transport: [`LineTransport`].

use std::collections::HashSet;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorCode, ErrorData, GetMeta, JsonRpcMessage,
    ProtocolVersion, RequestId,
};
use rmcp::service::{RoleServer, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::codec::FramedRead;
use tokio_util::sync::CancellationToken;

use super::lines::{Line, Lines, MAX_LINE_BYTES};
use super::pending::{MAX_CALLS, Pending, Remaining};
use super::queue::RequestQueue;
use super::waiting::WaitingBytes;
use crate::server::json_rpc::{self, Invalid};

/// How long subscriptions may take to end after the end of input, once calls are answered.
const SUBSCRIPTION_END_TIME: Duration = Duration::from_secs(1);

/// The error for a request before the lifecycle has begun.
const NOT_STARTED: &str = "The session has not begun: send `initialize` first. A client of MCP's revision 2026-07-28, which has \
                           none, sends `io.modelcontextprotocol/protocolVersion` and \
                           `io.modelcontextprotocol/clientCapabilities` in `params._meta` of each request.";

/// Request extension of `subscriptions/listen`: cancelled after the end of input, once calls are answered.
#[derive(Clone, Debug)]
pub(in crate::server) struct InputEnd(pub(in crate::server) CancellationToken);

/// MCP transport with one message per line. Unlike rmcp's own, it answers invalid lines, and after the end of input
/// it runs until calls in flight are answered.
pub(super) struct LineTransport<R, W> {
    input: FramedRead<R, Lines>,
    output: Arc<Mutex<W>>,
    pending: Arc<Pending>,
    waiting: Arc<WaitingBytes>,
    /// Requests beyond the limit of those in progress. Responses and notifications do not wait: a request in progress may
    /// need them to end.
    queue: RequestQueue,
    /// Ids of the client's requests without a response. rmcp drops the response to a request whose id is used again.
    ids: HashSet<RequestId>,
    /// The error response to an invalid line, while it is being written.
    rejection: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Whether a request has begun the lifecycle. Notifications and responses before that would fail rmcp's
    /// handshake.
    is_started: bool,
    /// When the transport ends, set after the end of input.
    deadline: Option<Instant>,
    drain_time: Duration,
    subscriptions: CancellationToken,
    stop: CancellationToken,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Send + Unpin + 'static> LineTransport<R, W> {
    /// `drain_time` is how long calls are waited for after the end of input. After it, and when the output is closed,
    /// `stop` is cancelled.
    pub(super) fn new(input: R, output: W, drain_time: Duration, stop: CancellationToken) -> Self {
        Self {
            input: FramedRead::new(input, Lines::default()),
            output: Arc::new(Mutex::new(output)),
            pending: Arc::default(),
            waiting: Arc::default(),
            queue: RequestQueue::default(),
            ids: HashSet::new(),
            rejection: None,
            is_started: false,
            deadline: None,
            drain_time,
            subscriptions: CancellationToken::new(),
            stop,
        }
    }

    /// Writes a line. An error stops the server.
    fn write(&self, mut line: Vec<u8>) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (output, stop) = (Arc::clone(&self.output), self.stop.clone());
        line.push(b'\n');
        let waiting = self.waiting.count(line.len());
        async move {
            let _waiting = waiting;
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

    fn reject(&mut self, invalid: &Invalid) {
        tracing::debug!(code = invalid.code.0, error = invalid.message, "a line could not be read");
        if !invalid.is_notification {
            let written = self.write(invalid.to_json().to_string().into_bytes());
            self.rejection = Some(Box::pin(async {
                // `write` has stopped the server if it failed.
                let _ = written.await;
            }));
        }
    }

    /// Parses a line. None if it is blank, invalid, or ignored.
    fn read(&mut self, line: Line) -> Option<ClientJsonRpcMessage> {
        let bytes = match &line {
            Line::TooLong => 0,
            Line::Whole(line) => line.len(),
        };
        let message = match line {
            Line::TooLong => {
                Err(Invalid::request(format!("The line has more than {MAX_LINE_BYTES} bytes. Send less.")))
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
                self.reject(&invalid);
                return None;
            }
        };
        match &mut message {
            JsonRpcMessage::Request(request) => {
                if let Err(invalid) = self.check(&request.id, &request.request) {
                    self.reject(&invalid);
                    return None;
                }
                self.is_started |= starts_session(&request.request);
                match &mut request.request {
                    ClientRequest::SubscriptionsListenRequest(listen) => {
                        listen.extensions.insert(InputEnd(self.subscriptions.clone()));
                        self.pending.subscription(request.id.clone());
                    }
                    _ => {
                        let id = request.id.clone();
                        if !self.queue.is_empty() || !self.pending.is_below_limit() {
                            self.enqueue(id, message, bytes);
                            return None;
                        }
                        self.pending.call(id);
                    }
                }
            }
            JsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.pending.answered(id);
                    self.queue.remove(id);
                    self.ids.remove(id);
                }
            }
            JsonRpcMessage::Response(response) => self.pending.answered_by_client(&response.id),
            JsonRpcMessage::Error(error) => {
                error.id.iter().for_each(|id| self.pending.answered_by_client(id));
            }
        }
        if !self.is_started && !matches!(message, JsonRpcMessage::Request(_)) {
            tracing::debug!("a message before `initialize` is ignored");
            return None;
        }
        Some(message)
    }

    /// Rejects a request that rmcp would not answer, or not with what to do.
    fn check(&mut self, id: &RequestId, request: &ClientRequest) -> Result<(), Invalid> {
        let invalid = if !self.is_started && !may_be_first(request) {
            Invalid::new(ErrorCode::INVALID_PARAMS, NOT_STARTED)
        } else if !self.ids.insert(id.clone()) {
            Invalid::request(json_rpc::ID_IN_USE)
        } else {
            return Ok(());
        };
        Err(invalid.of(id.clone().into_json_value()))
    }

    /// Keeps a request until fewer are in progress, or refuses it.
    fn enqueue(&mut self, id: RequestId, request: ClientJsonRpcMessage, bytes: usize) {
        if self.queue.push(id.clone(), request, bytes) {
            return;
        }
        self.ids.remove(&id);
        let busy = format!(
            "The server is busy: {MAX_CALLS} requests of this client have no answer yet, and too many others wait. Send this \
             one again when some of them are answered."
        );
        self.reject(&Invalid::new(ErrorCode::INTERNAL_ERROR, busy).of(id.into_json_value()));
    }

    /// The next request that has waited, if fewer are in progress than may be.
    fn dequeue(&mut self) -> Option<ClientJsonRpcMessage> {
        if !self.pending.is_below_limit() {
            return None;
        }
        let (id, request) = self.queue.pop()?;
        self.pending.call(id);
        Some(request)
    }

    /// After the end of input: answers requests of the server with errors, and returns None once all calls are
    /// answered.
    async fn drain(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(id) = self.pending.take_server_request() {
                let error = ErrorData::internal_error("the client's input has ended", None);
                return Some(ClientJsonRpcMessage::error(error, Some(id)));
            }
            if let Some(request) = self.dequeue() {
                return Some(request);
            }
            let remaining = self.pending.remaining();
            if remaining == Remaining::Subscriptions && !self.subscriptions.is_cancelled() {
                self.subscriptions.cancel();
                self.deadline = Some(Instant::now() + SUBSCRIPTION_END_TIME);
            }
            let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + self.drain_time);
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                () = tokio::time::sleep_until(deadline) => break,
                () = self.pending.changed(), if remaining != Remaining::Nothing => {}
                () = std::future::ready(()), if remaining == Remaining::Nothing => break,
            }
        }
        // Calls that the client has cancelled may still run.
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
        mut message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        if let JsonRpcMessage::Error(answer) = &mut message
            && let Some(words) = json_rpc::explain(answer.error.code.0.into(), &answer.error.message)
        {
            answer.error.message = words.into();
        }
        let answered: Option<RequestId> = match &message {
            JsonRpcMessage::Response(response) => Some(response.id.clone()),
            JsonRpcMessage::Error(error) => error.id.clone(),
            JsonRpcMessage::Request(request) => {
                self.pending.server_request(request.id.clone());
                None
            }
            JsonRpcMessage::Notification(_) => None,
        };
        // Before the client can read the response: it may use the id again.
        if let Some(id) = &answered {
            self.ids.remove(id);
        }
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

    /// Cancel-safe: bytes read stay in the decoder, and an error response stays in `self` until it is written.
    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(rejection) = &mut self.rejection {
                rejection.await;
                self.rejection = None;
            }
            if self.deadline.is_some() {
                return self.drain().await;
            }
            // A client that takes no answers is not read.
            self.waiting.below_limit().await;
            if let Some(request) = self.dequeue() {
                return Some(request);
            }
            let line = tokio::select! {
                biased;
                () = self.pending.changed(), if !self.queue.is_empty() => continue,
                line = self.input.next() => line,
            };
            match line {
                Some(Ok(line)) => {
                    if let Some(message) = self.read(line) {
                        return Some(message);
                    }
                }
                end => {
                    if let Some(Err(error)) = end {
                        tracing::error!(%error, "standard input cannot be read");
                    }
                    self.deadline = Some(Instant::now() + self.drain_time);
                    super::output::stop_when_closed(self.stop.clone());
                }
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output.lock().await.flush().await
    }
}

/// Whether this request completes rmcp's handshake.
fn starts_session(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        request => request.get_meta().missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty(),
    }
}

/// Whether rmcp serves this request when no session has begun, or explains what is wrong with it.
fn may_be_first(request: &ClientRequest) -> bool {
    starts_session(request)
        || matches!(request, ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_))
        || request.get_meta().protocol_version().is_some()
}

#[cfg(test)]
mod tests;
