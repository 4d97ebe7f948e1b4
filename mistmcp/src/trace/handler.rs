//! Handler that traces each MCP request: [`Traced`].

#![expect(deprecated, reason = "what goes from MCP stays for the clients that have it")]

use std::borrow::Cow;

use futures_util::future::Either;
use http::Version;
use http::request::Parts;
use opentelemetry::trace::{Link, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam,
    CompleteRequestParams, CompleteResult, CustomNotification, CustomRequest, CustomResult, DiscoverResult,
    ErrorData, GetPromptRequestParams, GetPromptResponse, GetSkillRequestParams, GetSkillResult,
    GetTaskParams, GetTaskResult, InitializeRequestParams, InitializeResult, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListSkillsResult, ListToolsResult, NumberOrString,
    PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion, ReadResourceDirectoryRequestParams,
    ReadResourceDirectoryResult, ReadResourceRequestParams, ReadResourceResponse, RequestId, ServerConfig,
    SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams,
    UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, RoleServer, SubscriptionContext};
use rmcp::transport::streamable_http_server::SessionRestoreMarker;
use tokio_util::sync::CancellationToken;

use super::propagation::Parent;
use super::span::{CANCELLED, Trace};
use crate::known_tokens;

/// Maximum length of a request id that is recorded.
const MAX_ID_LENGTH: usize = 64;
/// Placeholder for an unknown method.
const OTHER: &str = "_OTHER";

/// Handler that wraps another one with a span per request. Streams and notifications have none.
pub(crate) struct Traced<H> {
    handler: H,
    tracer: Option<SdkTracer>,
}

impl<H> Traced<H> {
    pub(super) fn new(handler: H, tracer: Option<SdkTracer>) -> Self {
        Self { handler, tracer }
    }

    /// Starts the span and passes it on with the request.
    fn begin(&self, method: &'static str, context: &mut RequestContext<RoleServer>) -> Option<Answering> {
        // Restoring a session replays `initialize`, which the client has not sent.
        let is_asked = || context.extensions.get::<SessionRestoreMarker>().is_none();
        let tracer = self.tracer.as_ref().filter(|_| is_asked())?;
        let parts = context.extensions.get::<Parts>();
        let Parent { context: parent, link } = Parent::of(&context.meta, parts.map(|parts| &parts.headers));
        let links = link.into_iter().map(Link::with_context).collect();
        let span = tracer.span_builder(method).with_kind(SpanKind::Server).with_links(links);
        let span = span.start_with_context(tracer, &parent);
        let trace = Trace::new(tracer.clone(), Context::new().with_span(span));
        if let Some(span) = trace.recorded() {
            span.set_attributes(attributes(method, context));
        }
        context.extensions.insert(trace.clone());
        Some(Answering { trace, cancelled: context.ct.clone(), answered: false })
    }
}

fn attributes(method: &'static str, context: &RequestContext<RoleServer>) -> Vec<KeyValue> {
    let mut attributes = vec![KeyValue::new("mcp.method.name", method)];
    let mut add = |name: &'static str, value: Cow<'static, str>| attributes.push(KeyValue::new(name, value));
    if method == "tools/call" {
        add("gen_ai.operation.name", "execute_tool".into());
    }
    let version = context.protocol_version();
    if let Some(version) = version.filter(|version| ProtocolVersion::KNOWN_VERSIONS.contains(version)) {
        add("mcp.protocol.version", version.as_str().to_owned().into());
    }
    let headers = context.extensions.get::<Parts>().map(|parts| &parts.headers);
    if let Some(id) = plain(&context.id).filter(|id| !known_tokens::is_in(id, headers)) {
        add("jsonrpc.request.id", id.into());
    }
    match context.extensions.get::<Parts>() {
        Some(parts) => {
            add("network.transport", "tcp".into());
            add("network.protocol.name", "http".into());
            add(
                "network.protocol.version",
                if parts.version == Version::HTTP_2 { "2" } else { "1.1" }.into(),
            );
        }
        None => add("network.transport", "pipe".into()),
    }
    attributes
}

/// A request's id, if it is short and plain enough to be recorded.
fn plain(id: &RequestId) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match id {
        NumberOrString::Number(number) => Some(number.to_string()),
        NumberOrString::String(text) => {
            (text.len() <= MAX_ID_LENGTH && text.bytes().all(plain)).then(|| text.to_string())
        }
    }
}

/// Span of a request that is being handled.
struct Answering {
    trace: Trace,
    cancelled: CancellationToken,
    answered: bool,
}

impl Answering {
    fn end<T>(mut self, outcome: &Result<T, ErrorData>) {
        if let (Err(error), Some(span)) = (outcome, self.trace.recorded()) {
            let code = error.code.0.to_string();
            span.set_attribute(KeyValue::new("rpc.response.status_code", code.clone()));
            self.fail(code);
        }
        self.answered = true;
    }

    fn end_call(self, outcome: &Result<CallToolResponse, ErrorData>) {
        if let Ok(CallToolResponse::Complete(result)) = outcome
            && result.is_error == Some(true)
        {
            self.fail("tool_error".to_owned());
        }
        self.end(outcome);
    }

    fn fail(&self, kind: String) {
        if let Some(span) = self.trace.recorded() {
            // A cancelled request may still be answered; its error is not the tool's then.
            let kind = if self.cancelled.is_cancelled() { CANCELLED.to_owned() } else { kind };
            span.set_attribute(KeyValue::new("error.type", kind));
            // The message may contain data of the network, and is only for the client.
            span.set_status(Status::error(""));
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if !self.answered {
            self.fail(CANCELLED.to_owned());
        }
        self.trace.end();
    }
}

// A request that is not traced is passed on without overhead.
macro_rules! traced {
    ($($method:expr => $name:ident($($request:ident: $of:ty)?) -> $result:ty, $end:ident;)*) => {
        $(fn $name(
            &self,
            $($request: $of,)?
            mut context: RequestContext<RoleServer>,
        ) -> impl Future<Output = Result<$result, ErrorData>> + Send + '_ {
            let answering = self.begin($method, &mut context);
            let answer = self.handler.$name($($request,)? context);
            let Some(answering) = answering else { return Either::Left(answer) };
            Either::Right(Box::pin(async move {
                let outcome = answer.await;
                answering.$end(&outcome);
                outcome
            }))
        })*
    };
}

macro_rules! handed_on {
    ($($name:ident($($given:ident: $of:ty),*) -> $result:ty;)*) => {
        $(fn $name(&self, $($given: $of),*) -> impl Future<Output = $result> + Send + '_ {
            self.handler.$name($($given),*)
        })*
    };
}

// All methods of the trait: a missing one would use the trait's default instead of the handler's.
impl<H: ServerHandler> ServerHandler for Traced<H> {
    traced! {
        "tools/call" => call_tool(request: CallToolRequestParams) -> CallToolResponse, end_call;
        "initialize" => initialize(request: InitializeRequestParams) -> InitializeResult, end;
        "server/discover" => discover() -> DiscoverResult, end;
        "ping" => ping() -> (), end;
        "tools/list" => list_tools(request: Option<PaginatedRequestParams>) -> ListToolsResult, end;
        "prompts/list" => list_prompts(request: Option<PaginatedRequestParams>) -> ListPromptsResult, end;
        "prompts/get" => get_prompt(request: GetPromptRequestParams) -> GetPromptResponse, end;
        "resources/list" => list_resources(request: Option<PaginatedRequestParams>) -> ListResourcesResult, end;
        "resources/templates/list" =>
            list_resource_templates(request: Option<PaginatedRequestParams>) -> ListResourceTemplatesResult, end;
        "resources/read" => read_resource(request: ReadResourceRequestParams) -> ReadResourceResponse, end;
        "resources/subscribe" => subscribe(request: SubscribeRequestParams) -> (), end;
        "resources/unsubscribe" => unsubscribe(request: UnsubscribeRequestParams) -> (), end;
        "resources/directory/read" =>
            read_resource_directory(request: ReadResourceDirectoryRequestParams) -> ReadResourceDirectoryResult, end;
        "completion/complete" => complete(request: CompleteRequestParams) -> CompleteResult, end;
        "logging/setLevel" => set_level(request: SetLevelRequestParams) -> (), end;
        "tasks/get" => get_task(request: GetTaskParams) -> GetTaskResult, end;
        "tasks/update" => update_task(request: UpdateTaskParams) -> (), end;
        "tasks/cancel" => cancel_task(request: CancelTaskParams) -> (), end;
        "skills/list" => list_skills(request: Option<PaginatedRequestParams>) -> ListSkillsResult, end;
        "skills/get" => get_skill(request: GetSkillRequestParams) -> GetSkillResult, end;
        OTHER => on_custom_request(request: CustomRequest) -> CustomResult, end;
    }

    handed_on! {
        on_cancelled(notification: CancelledNotificationParam, context: NotificationContext<RoleServer>) -> ();
        on_progress(notification: ProgressNotificationParam, context: NotificationContext<RoleServer>) -> ();
        on_initialized(context: NotificationContext<RoleServer>) -> ();
        on_roots_list_changed(context: NotificationContext<RoleServer>) -> ();
        on_custom_notification(notification: CustomNotification, context: NotificationContext<RoleServer>) -> ();
        listen(context: SubscriptionContext) -> Result<(), ErrorData>;
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        self.handler.accepted_subscription_filter(requested)
    }

    fn negotiate_initialize(&self, request: &InitializeRequestParams) -> Result<InitializeResult, ErrorData> {
        self.handler.negotiate_initialize(request)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.handler.supported_protocol_versions()
    }

    fn get_info(&self) -> ServerConfig {
        self.handler.get_info()
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.handler.get_tool(name)
    }
}
