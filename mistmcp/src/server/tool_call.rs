//! `tools/call`: runs a tool with its audit line, guard, notifications and outcome ([`Server::call`]).

use std::sync::Arc;

use rmcp::model::{CallToolRequestParams, CallToolResponse, ErrorData, JsonObject};
use rmcp::service::{RequestContext, RoleServer};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use super::call_guard::CallGuard;
use super::client_peer::{self, ClientPeer};
use super::{CUT_OFF, Clients, HttpRequestContext, Server, is_stateless, result, session_id, views};
use crate::audit::AuditEntry;
use crate::call::CallPeer;
use crate::error::ErrorKind;
use crate::known_tokens;
use crate::reply::Content;
use crate::session::{Outcome, Session};
use crate::trace::Trace;
use crate::{Call, Error};

impl Server {
    /// Begins the line of a call in the audit log, if there is one.
    fn audit(
        &self,
        session: &Session,
        (tool, arguments): (&str, &JsonObject),
        call: &Call,
        context: &RequestContext<RoleServer>,
    ) -> Result<Option<AuditEntry>, Error> {
        let Some(audit) = &self.audit else { return Ok(None) };
        let connection = session.connection();
        let http = HttpRequestContext::of(context);
        let subject = http.and_then(|http| http.subject.clone());
        let session_id = match http {
            Some(_) => session_id(context),
            None => (!is_stateless(context)).then_some("stdio"),
        };
        let headers = context.extensions.get::<http::request::Parts>().map(|parts| &parts.headers);
        let credentials = headers.into_iter().flat_map(known_tokens::of_request);
        // A person whose access token was verified is known.
        let admission = http.filter(|_| subject.is_none()).and_then(|http| http.admission.as_ref());
        let line_limit = admission.and_then(|admission| admission.line_limit());
        // The tokens of a person's accounts are told by the names of these.
        let has_own_tokens = subject.is_none() || !connection.is_shared();
        let own_tokens = connection.tokens().filter(|_| has_own_tokens);
        let caller = audit.caller(subject, own_tokens, session_id, credentials).limited(line_limit);
        audit
            .begin(caller, (tool, session.called_tool(tool, arguments), arguments), connection, call.record())
            .map(Some)
    }

    /// Calls a tool, and sends its notifications. A call that is refused ends as all others do.
    pub(super) async fn call(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let session = self.session(&context)?;
        let trace = Trace::of(&context);
        trace.is_for_tool(|| session.known(&request.name));
        let peer = ClientPeer::new(self, &request, &context, Arc::clone(&session));
        let (peer, pump) = peer.inspect_err(|_| {
            if let Clients::Http { metrics, .. } = &self.clients {
                metrics.refusal("request_state");
            }
        })?;
        let peer = Arc::new(peer);
        let cancelled = context.ct.child_token();
        let call = Call::new(cancelled.clone(), Some(Arc::clone(&peer) as Arc<dyn CallPeer>));
        let call = call.traced(trace.clone()).showing_views(views::are_shown(&context));
        let arguments = request.arguments.unwrap_or_default();
        let guard = match (&self.clients, HttpRequestContext::of(&context)) {
            (Clients::Http { metrics, .. }, Some(http)) => {
                Some(CallGuard::begin(http, metrics, session.known(&request.name), &trace))
            }
            _ => None,
        };
        let (audit, refused) = match self.audit(&session, (&request.name, &arguments), &call, &context) {
            Ok(audit) => (audit, guard.as_ref().and_then(CallGuard::refusal)),
            Err(error) => (None, Some(error)),
        };
        let is_refused = refused.is_some();
        let mut outcome = match refused {
            Some(error) => Outcome::of(Err(error), false),
            None => {
                let span = guard.as_ref().map_or_else(Span::none, CallGuard::span);
                let calling = async {
                    let outcome = tokio::select! {
                        // An answer that is ready is given out.
                        biased;
                        outcome = session.call(&request.name, arguments, &call) => Some(outcome),
                        () = self.end.cancelled() => None,
                    };
                    peer.end();
                    self.unless_cut_off(outcome, &cancelled)
                };
                // Notifications are sent in order, and before the response.
                tokio::join!(biased; calling.instrument(span), pump.run()).0
            }
        };
        if outcome.list_changed {
            tell_of_changed_list(&context).await;
        }
        let ended = outcome.content.as_ref().map(Content::len).map_err(Error::kind);
        if let Some(audit) = audit
            && let Err(error) = audit.end(ended).await
            && !is_refused
        {
            (outcome.content, outcome.view_data) = (Err(error), None);
        }
        trace.set_outcome(outcome.content.as_ref().err().map(Error::kind));
        let answer = match guard {
            Some(guard) => guard.end(outcome.content),
            None => outcome.content,
        };
        match (peer.mrtr(), answer.as_ref().map_err(Error::kind)) {
            (Some(mrtr), Err(ErrorKind::ClientRequest)) => Ok(mrtr.end()?.into()),
            (Some(_), Err(ErrorKind::Client(capability))) => Err(
                ErrorData::missing_required_client_capability(client_peer::required_capabilities(capability)),
            ),
            _ => result::from_outcome(answer, outcome.view_data),
        }
    }

    /// The outcome of a call that has ended, or that the end of the server cuts off, which is not its client's doing.
    fn unless_cut_off(&self, outcome: Option<Outcome>, cancelled: &CancellationToken) -> Outcome {
        let is_cancelled = |outcome: &Outcome| {
            let error = outcome.content.as_ref().err();
            error.is_some_and(|error| error.kind() == ErrorKind::Cancelled)
        };
        match outcome {
            Some(outcome) if !(self.end.is_cancelled() && is_cancelled(&outcome)) => outcome,
            _ => {
                cancelled.cancel();
                Outcome::of(Err(Error::own(ErrorKind::Server, CUT_OFF)), false)
            }
        }
    }
}

/// Tells the client, and the other replicas, that its list of tools has changed.
async fn tell_of_changed_list(context: &RequestContext<RoleServer>) {
    if let Some(session) = HttpRequestContext::of(context).and_then(|http| http.session.as_ref()) {
        session.list_changed().await;
    }
    if let Err(error) = context.peer.notify_tool_list_changed().await {
        tracing::debug!(%error, "the client could not be notified of its changed tool list");
    }
}
