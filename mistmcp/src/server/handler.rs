//! The rmcp handler: implementation of [`ServerHandler`] by [`Server`].

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult,
    CustomRequest, CustomResult, DiscoverResult, ErrorCode, ErrorData, GetPromptRequestParams,
    GetPromptResponse, InitializeRequestParams, InitializeResult, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerConfig, SubscribeRequestParams,
    SubscriptionFilter, Tool as Definition, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, RoleServer, SubscriptionContext};

#[cfg(feature = "client-requests")]
use super::ClientLog;
use super::stdio::InputEnd;
use super::{
    CUT_OFF, Clients, HttpRequestContext, LIST_TTL_MS, STREAMS_AT_ONCE, Server, completion, is_stateless,
    json_rpc, list_changes, prompts, resources, views,
};
use crate::Call;
use crate::catalog::Entry;
use crate::known_tokens;
use crate::mask::Mask;
use crate::trace::Trace;

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let session = match &self.clients {
            Clients::One(session) => session,
            Clients::Http { settings, session, .. } => match session.get() {
                Some(session) => session,
                // rmcp asks for this before each stateless request, and sends it to nobody.
                None => return self.server_info(settings, false),
            },
        };
        self.config(session.settings(), list_changes(session.settings()))
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        if self.is_initialized.swap(true, Ordering::AcqRel) {
            return Err(initialized_already());
        }
        if let (Clients::Http { session, .. }, Some(http)) = (&self.clients, HttpRequestContext::of(&context))
        {
            session.get_or_init(|| Arc::new(http.new_session(true)));
            if let Some(session) = &http.session {
                session.set_peer(&context.peer);
            }
        }
        context.peer.set_peer_info(request.clone());
        self.negotiate_initialize(&request)
    }

    async fn discover(&self, context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        let config = match (&self.clients, HttpRequestContext::of(&context)) {
            (Clients::Http { .. }, Some(http)) => self.config(&http.settings, false),
            _ => self.config(self.session(&context)?.settings(), false),
        };
        Ok(DiscoverResult::from_server_info(versions, config))
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        without_cursor(request)?;
        let session = self.session(&context)?;
        let views = views::are_shown(&context);
        let definition = |entry: &Entry| match session.settings().definition(entry) {
            definition if views => views::linked(definition, entry.tool()),
            definition => definition,
        };
        let tools = session.listed().map(definition).collect();
        let list = ListToolsResult::with_all_items(tools).with_cache_scope(CacheScope::Private);
        // A list that can change must not be cached.
        let is_cacheable = is_stateless(&context) || !list_changes(session.settings());
        Ok(list.with_ttl_ms(if is_cacheable { LIST_TTL_MS } else { 0 }))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // Boxed, because rmcp moves the future that contains this one.
        Box::pin(self.call(request, context)).await
    }

    /// The tool definition with which rmcp validates the headers of a call.
    fn get_tool(&self, name: &str) -> Option<Definition> {
        let settings = match &self.clients {
            Clients::One(session) => session.settings(),
            Clients::Http { settings, .. } => settings,
        };
        settings.catalog().find(name).map(|entry| entry.definition().clone())
    }

    /// Rejects an unknown method.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(unknown_method(&request.method, &context))
    }

    async fn subscribe(
        &self,
        _request: SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Err(unknown_method("resources/subscribe", &context))
    }

    async fn unsubscribe(
        &self,
        _request: UnsubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Err(unknown_method("resources/unsubscribe", &context))
    }

    #[cfg(not(feature = "client-requests"))]
    #[expect(deprecated, reason = "logging goes from MCP")]
    async fn set_level(
        &self,
        _request: rmcp::model::SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Err(unknown_method("logging/setLevel", &context))
    }

    #[cfg(feature = "client-requests")]
    #[expect(deprecated, reason = "logging goes from MCP")]
    async fn set_level(
        &self,
        request: rmcp::model::SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        ClientLog::set_level(self.log.as_ref(), request.level, &context)
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        without_cursor(request)?;
        Ok(prompts::list(self.session(&context)?.settings()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let session = self.session(&context)?;
        let settings = session.settings();
        Trace::of(&context).is_for_prompt(|| {
            settings.prompts().find(|prompt| prompt.name == request.name).map(|prompt| prompt.name)
        });
        prompts::get(settings, request).map(Into::into)
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        without_cursor(request)?;
        if !views::are_shown(&context) {
            return Ok(resources::list([]));
        }
        Ok(resources::list(views::resources(self.session(&context)?.settings())))
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        without_cursor(request)?;
        Ok(resources::templates())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let session = self.session(&context)?;
        let view = views::are_shown(&context).then(|| views::document(session.settings(), &request.uri));
        resources::read(session.settings(), &request.uri, view.flatten()).map(Into::into)
    }

    /// Subscriptions are accepted but never notify: stateless clients always get the same list. A client that
    /// subscribes without checking the capabilities must not fail.
    fn accepted_subscription_filter(&self, _requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::new())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let Some(http) = HttpRequestContext::of(context.request_context()) else {
            let _stream = self.streams.try_acquire().map_err(|_| too_many_streams())?;
            match context.request_context().extensions.get::<InputEnd>() {
                Some(InputEnd(end)) => tokio::select! {
                    () = context.cancelled() => {}
                    () = end.cancelled() => {}
                },
                None => context.cancelled().await,
            }
            return Ok(());
        };
        let _stream = http.activity.begin_stream().ok_or_else(too_many_streams)?;
        let ended = async {
            match &http.admission {
                Some(admission) => admission.stream_rejection(&http.pool, &http.cloud, &http.tokens).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = context.cancelled() => Ok(()),
            () = http.closing.cancelled() => Ok(()),
            why = ended => Err(ErrorData::invalid_request(why, None)),
        }
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let call = Call::unattended().traced(Trace::of(&context));
        let session = self.session(&context)?;
        tokio::select! {
            biased;
            completed = completion::complete(&session, &request, call) => completed,
            () = self.end.cancelled() => Err(ErrorData::internal_error(CUT_OFF, None)),
        }
    }
}

fn too_many_streams() -> ErrorData {
    let words = format!("This client listens {STREAMS_AT_ONCE} times already. End one of them first.");
    ErrorData::invalid_request(words, None)
}

/// The error for a second `initialize`: what the first one negotiated holds for the whole session.
fn initialized_already() -> ErrorData {
    let words = "This session is initialized already. Go on with the protocol version that was negotiated, or begin another \
                 session.";
    ErrorData::invalid_request(words, None)
}

/// Rejects a cursor: each list is sent as a whole, so the server gives none. An empty one is none.
fn without_cursor(request: Option<PaginatedRequestParams>) -> Result<(), ErrorData> {
    let cursor = request.and_then(|request| request.cursor);
    if cursor.is_none_or(|cursor| cursor.is_empty()) {
        return Ok(());
    }
    let words = "`cursor` is none of this server, which sends each list as a whole: leave it out.";
    Err(ErrorData::invalid_params(words, None))
}

/// The error for an unknown method, without what the request authenticates itself with.
fn unknown_method(method: &str, context: &RequestContext<RoleServer>) -> ErrorData {
    let parts = context.extensions.get::<http::request::Parts>();
    let credentials = parts.into_iter().flat_map(|parts| known_tokens::of_request(&parts.headers));
    let method = Mask::in_any_case(credentials).text(method.to_owned());
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, json_rpc::unknown_method(method), None)
}
