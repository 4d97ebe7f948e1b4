//! The MCP client of a call ([`ClientPeer`]), and the task that sends its notifications ([`NotificationPump`]).

use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ErrorData, InputRequest, ProgressNotification,
    ProgressNotificationParam, ProgressToken, ServerNotification, ServerRequest,
};
use rmcp::service::{Peer, PeerRequestOptions, RequestContext, RoleServer};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

#[cfg(feature = "client-requests")]
use super::client_requests;
use super::mrtr::MultiRoundTrip;
use super::{Server, is_stateless};
use crate::call::{CallPeer, ClientRequest, Notification, ResponseFuture};
use crate::capability::Capability;
use crate::session::Session;
use crate::{Error, Result};

/// Timeout of a request to the client, which may wait for its user.
const RESPONSE_TIMEOUT: Duration = Duration::from_mins(10);

/// The client of a call.
pub(super) struct ClientPeer {
    peer: Peer<RoleServer>,
    /// The queue of notifications, if the client wants any. None in the queue ends it. The queue preallocates room
    /// for many, so its items are boxed.
    notifications: Option<UnboundedSender<Option<Box<ServerNotification>>>>,
    progress: Option<ProgressToken>,
    /// The lowest level of log messages that the client wants.
    #[cfg(feature = "client-requests")]
    #[expect(deprecated, reason = "logging goes from MCP")]
    log_level: Option<rmcp::model::LoggingLevel>,
    capabilities: ClientCapabilities,
    mrtr: Option<MultiRoundTrip>,
    session: Arc<Session>,
}

/// Sends the notifications of a call to the client.
pub(super) struct NotificationPump {
    peer: Peer<RoleServer>,
    notifications: Option<UnboundedReceiver<Option<Box<ServerNotification>>>>,
}

impl ClientPeer {
    /// The client of a call.
    ///
    /// # Errors
    /// The `requestState` of a stateless client is not that of this call.
    pub(super) fn new(
        server: &Server,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
        session: Arc<Session>,
    ) -> Result<(Self, NotificationPump), ErrorData> {
        let mrtr = is_stateless(context)
            .then(|| MultiRoundTrip::read(request, session.connection(), &server.key))
            .transpose()?;
        let progress = context.meta.get_progress_token();
        let is_notified = progress.is_some();
        #[cfg(feature = "client-requests")]
        let log_level = server.log.as_ref().and_then(|log| log.level(context));
        #[cfg(feature = "client-requests")]
        let is_notified = is_notified || log_level.is_some();
        let (sender, receiver) = is_notified.then(unbounded_channel).unzip();
        let peer = Self {
            peer: context.peer.clone(),
            notifications: sender,
            progress,
            #[cfg(feature = "client-requests")]
            log_level,
            capabilities: context.client_capabilities().unwrap_or_default(),
            mrtr,
            session,
        };
        Ok((peer, NotificationPump { peer: context.peer.clone(), notifications: receiver }))
    }

    pub(super) fn mrtr(&self) -> Option<&MultiRoundTrip> {
        self.mrtr.as_ref()
    }

    /// Ends the queue. Later notifications are dropped.
    pub(super) fn end(&self) {
        if let Some(notifications) = &self.notifications {
            // An error means that the receiver is gone, and the queue has ended.
            let _ = notifications.send(None);
        }
    }
}

impl CallPeer for ClientPeer {
    fn notify(&self, notification: Notification) {
        let Some(queue) = &self.notifications else { return };
        let notification = match notification.masked(|text| self.session.masked(text)) {
            Notification::Progress { done, total, message } => self.progress.clone().map(|token| {
                let mut params = ProgressNotificationParam::new(token, done);
                (params.total, params.message) = (total, Some(message));
                ProgressNotification::new(params).into()
            }),
            #[cfg(feature = "client-requests")]
            Notification::Log { level, text } => client_requests::message(level, text, self.log_level),
        };
        if let Some(notification) = notification {
            let _ = queue.send(Some(Box::new(notification)));
        }
    }

    fn supports(&self, capability: Capability) -> bool {
        match capability {
            // A client of the first revision with elicitation declares no modes.
            Capability::Elicitation => {
                let elicitation = self.capabilities.elicitation.as_ref();
                elicitation.is_some_and(|modes| modes.form.is_some() || modes.url.is_none())
            }
            #[cfg(feature = "client-requests")]
            other => client_requests::is_declared(other, &self.capabilities),
        }
    }

    fn request<'a>(&'a self, key: &'a str, request: ClientRequest) -> ResponseFuture<'a> {
        Box::pin(async move {
            let capability = request.capability;
            if !self.supports(capability) {
                return Err(capability.missing());
            }
            let request = request.masked(|text| self.session.masked(text));
            match &self.mrtr {
                Some(mrtr) => mrtr.answer(key, request),
                None => self.send_request(request).await,
            }
        })
    }
}

impl ClientPeer {
    async fn send_request(&self, request: ClientRequest) -> Result<Value> {
        let options = PeerRequestOptions::with_timeout(RESPONSE_TIMEOUT);
        let request = as_request(request.into_input()?)?;
        let answer =
            async { self.peer.send_request_with_option(request, options).await?.await_response().await };
        let failed = |error: &dyn std::fmt::Display| {
            Error::advice(format!(
                "The client did not answer what it was asked: {error}. Call again to ask once more."
            ))
        };
        let answer = answer.await.map_err(|error| failed(&error))?;
        serde_json::to_value(answer).map_err(|error| failed(&error))
    }
}

fn as_request(input: InputRequest) -> Result<ServerRequest> {
    match input {
        InputRequest::Elicitation(request) => Ok(request.into()),
        #[cfg(feature = "client-requests")]
        other => client_requests::as_request(other),
        #[cfg(not(feature = "client-requests"))]
        _ => Err(Error::advice("Clients cannot be asked this.")),
    }
}

/// The capabilities that a client must declare for this.
pub(super) fn required_capabilities(capability: Capability) -> ClientCapabilities {
    match capability {
        Capability::Elicitation => ClientCapabilities::builder().enable_elicitation().build(),
        #[cfg(feature = "client-requests")]
        other => client_requests::required_capabilities(other),
    }
}

impl NotificationPump {
    /// Sends notifications in order, until the call ends.
    pub(super) async fn run(self) {
        let Some(mut notifications) = self.notifications else { return };
        while let Some(Some(notification)) = notifications.recv().await {
            if let Err(error) = self.peer.send_notification(*notification).await {
                tracing::debug!(%error, "a notification could not be sent");
            }
        }
    }
}
