//! `tools/call`: runs a tool with its audit line, guard, notifications and outcome ([`Server::call`]).

use std::sync::Arc;

use rmcp::model::{CallToolRequestParams, CallToolResponse, ErrorData, JsonObject};
use rmcp::service::{RequestContext, RoleServer};
use tracing::Instrument;

use super::call_guard::CallGuard;
use super::client_peer::{self, ClientPeer};
use super::{Clients, HttpRequestContext, Server, is_stateless, result, session_id, views};
use crate::audit::AuditEntry;
use crate::call::CallPeer;
use crate::error::ErrorKind;
use crate::known_tokens;
use crate::reply::Content;
use crate::session::Session;
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
        let caller = audit.caller(subject, connection.tokens(), session_id, credentials).limited(line_limit);
        audit
            .begin(caller, (tool, session.called_tool(tool, arguments), arguments), connection, call.record())
            .map(Some)
    }

    /// Calls a tool, and sends its notifications.
    pub(super) async fn call(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let session = self.session(&context)?;
        let trace = Trace::of(&context);
        trace.is_for_tool(|| session.known(&request.name));
        let (peer, pump) = ClientPeer::new(self, &request, &context, Arc::clone(&session))?;
        let peer = Arc::new(peer);
        let call = Call::new(context.ct.clone(), Some(Arc::clone(&peer) as Arc<dyn CallPeer>));
        let call = call.traced(trace.clone()).showing_views(views::are_shown(&context));
        let arguments = request.arguments.unwrap_or_default();
        let refused = |error: Error| {
            trace.set_outcome(Some(error.kind()));
            result::from_outcome(Err(error), None)
        };
        let audit = match self.audit(&session, (&request.name, &arguments), &call, &context) {
            Ok(audit) => audit,
            Err(error) => return refused(error),
        };
        let guard = match (&self.clients, HttpRequestContext::of(&context)) {
            (Clients::Http { metrics, .. }, Some(http)) => match CallGuard::begin(http, metrics) {
                Ok(guard) => Some(guard),
                Err(error) => {
                    if let Some(audit) = audit {
                        // The call is refused anyway.
                        let _ = audit.end(Err(error.kind())).await;
                    }
                    return refused(error);
                }
            },
            _ => None,
        };
        let calling = async {
            let outcome = session.call(&request.name, arguments, &call).await;
            peer.end();
            outcome
        };
        // Notifications are sent in order, and before the response.
        let (mut outcome, ()) = match &guard {
            Some(guard) => tokio::join!(biased; calling.instrument(guard.span()), pump.run()),
            None => tokio::join!(biased; calling, pump.run()),
        };
        if outcome.list_changed {
            if let Some(session) = HttpRequestContext::of(&context).and_then(|http| http.session.as_ref()) {
                session.list_changed().await;
            }
            if let Err(error) = context.peer.notify_tool_list_changed().await {
                tracing::debug!(%error, "the client could not be notified of its changed tool list");
            }
        }
        if let Some(audit) = audit {
            let ended = outcome.content.as_ref().map(Content::len).map_err(Error::kind);
            if let Err(error) = audit.end(ended).await {
                outcome.view_data = None;
                outcome.content = Err(error);
            }
        }
        trace.set_outcome(outcome.content.as_ref().err().map(Error::kind));
        let answer = match guard {
            Some(guard) => guard.end(session.known(&request.name), &trace, outcome.content),
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
}
