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
use crate::call::{Asking, ClientRequest, Listener, Notification};
use crate::capability::Capability;
use crate::session::Session;
use crate::{Error, Result};

/// How long somebody may think about a question.
const PATIENCE: Duration = Duration::from_mins(10);

/// The client behind a call.
pub(super) struct ClientPeer {
    peer: Peer<RoleServer>,
    /// Where notifications wait to be sent, if the client wants any; nothing is the end. The queue has room for many from
    /// the start on: boxes keep it small.
    told: Option<UnboundedSender<Option<Box<ServerNotification>>>>,
    progress: Option<ProgressToken>,
    least: Option<LoggingLevel>,
    capabilities: ClientCapabilities,
    rounds: Option<MultiRoundTrip>,
    session: Arc<Session>,
}

/// What is told while a call goes on, on its way to the client.
pub(super) struct NotificationPump {
    peer: Peer<RoleServer>,
    told: Option<UnboundedReceiver<Option<Box<ServerNotification>>>>,
}

impl ClientPeer {
    /// The client of a request. `rounds` is how it is asked where requests stand for themselves, and `least` from which
    /// level on it is told lines of the log.
    pub(super) fn new(
        context: &RequestContext<RoleServer>,
        session: Arc<Session>,
        rounds: Option<MultiRoundTrip>,
        least: Option<LoggingLevel>,
    ) -> (Self, NotificationPump) {
        let progress = context.meta.get_progress_token();
        let (sender, receiver) = (progress.is_some() || least.is_some()).then(unbounded_channel).unzip();
        let caller = Self {
            peer: context.peer.clone(),
            told: sender,
            progress,
            least,
            capabilities: context.client_capabilities().unwrap_or_default(),
            rounds,
            session,
        };
        (caller, NotificationPump { peer: context.peer.clone(), told: receiver })
    }

    pub(super) fn rounds(&self) -> Option<&MultiRoundTrip> {
        self.rounds.as_ref()
    }

    /// The call is over: what is told from now on is not.
    pub(super) fn end(&self) {
        if let Some(told) = &self.told {
            // Where nobody listens any more, there is nothing to end.
            let _ = told.send(None);
        }
    }
}

impl Listener for ClientPeer {
    fn tell(&self, told: Notification) {
        let Some(queue) = &self.told else { return };
        let notification = match told.masked(|text| self.session.masked(text)) {
            Notification::Progress { done, total, message } => self.progress.clone().map(|token| {
                let mut params = ProgressNotificationParam::new(token, done);
                (params.total, params.message) = (total, Some(message));
                ProgressNotification::new(params).into()
            }),
            Notification::Line { level, text } => {
                let level = client_request::level(level);
                self.least.filter(|least| client_request::reaches(level, *least)).map(|_| {
                    let params = LoggingMessageNotificationParam::new(level, text.into());
                    LoggingMessageNotification::new(params).into()
                })
            }
        };
        if let Some(notification) = notification {
            let _ = queue.send(Some(Box::new(notification)));
        }
    }

    fn can(&self, capability: Capability) -> bool {
        client_request::declared(capability, &self.capabilities)
    }

    fn ask<'a>(&'a self, key: &'a str, question: ClientRequest) -> Asking<'a> {
        Box::pin(async move {
            let capability = question.capability();
            if !self.can(capability) {
                return Err(capability.missing());
            }
            let question = question.masked(|text| self.session.masked(text));
            match &self.rounds {
                Some(rounds) => rounds.answer(key, question),
                None => self.request(question).await,
            }
        })
    }
}

impl ClientPeer {
    async fn request(&self, question: ClientRequest) -> Result<Value> {
        let options = PeerRequestOptions::with_timeout(PATIENCE);
        let request = client_request::as_request(question)?;
        let answer =
            async { self.peer.send_request_with_option(request, options).await?.await_response().await };
        let unanswered = |error: &dyn std::fmt::Display| {
            Error::advice(format!(
                "The client did not answer what it was asked: {error}. Call again to ask once more."
            ))
        };
        let answer = answer.await.map_err(|error| unanswered(&error))?;
        serde_json::to_value(answer).map_err(|error| unanswered(&error))
    }
}

impl NotificationPump {
    /// Sends what is told, one after the other, until the call is over.
    pub(super) async fn run(self) {
        let Some(mut told) = self.told else { return };
        while let Some(Some(notification)) = told.recv().await {
            if let Err(error) = self.peer.send_notification(*notification).await {
                tracing::debug!(%error, "the client could not be told");
            }
        }
    }
}
