//! The MCP client of a call ([`ClientPeer`]), and the task that sends its notifications ([`NotificationPump`]).

#![expect(deprecated, reason = "logging goes from MCP, but the clients that have it stay")]

use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    ClientCapabilities, LoggingLevel, LoggingMessageNotification, LoggingMessageNotificationParam,
    ProgressNotification, ProgressNotificationParam, ProgressToken, ServerNotification,
};
use rmcp::service::{Peer, PeerRequestOptions, RequestContext, RoleServer};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::client_request;
use super::mrtr::MultiRoundTrip;
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
    log_level: Option<LoggingLevel>,
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
    /// The client of a request. `mrtr` collects requests to a stateless client. `log_level` is the lowest level of
    /// log messages that it wants.
    pub(super) fn new(
        context: &RequestContext<RoleServer>,
        session: Arc<Session>,
        mrtr: Option<MultiRoundTrip>,
        log_level: Option<LoggingLevel>,
    ) -> (Self, NotificationPump) {
        let progress = context.meta.get_progress_token();
        let (sender, receiver) = (progress.is_some() || log_level.is_some()).then(unbounded_channel).unzip();
        let peer = Self {
            peer: context.peer.clone(),
            notifications: sender,
            progress,
            log_level,
            capabilities: context.client_capabilities().unwrap_or_default(),
            mrtr,
            session,
        };
        (peer, NotificationPump { peer: context.peer.clone(), notifications: receiver })
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
            Notification::Log { level, text } => {
                let level = client_request::level(level);
                self.log_level.filter(|log_level| client_request::reaches(level, *log_level)).map(|_| {
                    let params = LoggingMessageNotificationParam::new(level, text.into());
                    LoggingMessageNotification::new(params).into()
                })
            }
        };
        if let Some(notification) = notification {
            let _ = queue.send(Some(Box::new(notification)));
        }
    }

    fn supports(&self, capability: Capability) -> bool {
        client_request::declared(capability, &self.capabilities)
    }

    fn request<'a>(&'a self, key: &'a str, request: ClientRequest) -> ResponseFuture<'a> {
        Box::pin(async move {
            let capability = request.capability();
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
        let request = client_request::as_request(request)?;
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
