#![expect(deprecated, reason = "what goes from MCP stays for the clients that have it")]

use std::borrow::Cow;

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

use super::parent::Parent;
use super::span::{CANCELLED, Trace};

/// What clients may call a request, at most, where its name is to be kept.
const LONGEST_ID: usize = 64;
/// What stands for a method that a client has made up.
const OTHER: &str = "_OTHER";

/// A handler, with a span around each request that it is handed. Streams and notifications have none.
pub(crate) struct Traced<H> {
    handler: H,
    tracer: Option<SdkTracer>,
}

impl<H> Traced<H> {
    pub(super) fn new(handler: H, tracer: Option<SdkTracer>) -> Self {
        Self { handler, tracer }
    }

    /// Begins the span, and hands it on with the request.
    fn begin(&self, method: &'static str, context: &mut RequestContext<RoleServer>) -> Answering {
        // A session that goes on at another replica is begun there again, which no client has asked for.
        let is_asked = || context.extensions.get::<SessionRestoreMarker>().is_none();
        let Some(tracer) = self.tracer.as_ref().filter(|_| is_asked()) else {
            return Answering(None);
        };
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
        Answering(Some(Asked { trace, cancelled: context.ct.clone() }))
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
    if let Some(id) = plain(&context.id) {
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

/// A request's id, where it is one that tells nothing but which request it is.
fn plain(id: &RequestId) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match id {
        NumberOrString::Number(number) => Some(number.to_string()),
        NumberOrString::String(text) => {
            (text.len() <= LONGEST_ID && text.bytes().all(plain)).then(|| text.to_string())
        }
    }
}

/// A request that is being answered; nothing where it is not traced.
struct Answering(Option<Asked>);

struct Asked {
    trace: Trace,
    cancelled: CancellationToken,
}

impl Answering {
    fn end<T>(mut self, outcome: &Result<T, ErrorData>) {
        let Some(asked) = self.0.take() else { return };
        if let (Err(error), Some(span)) = (outcome, asked.trace.recorded()) {
            let code = error.code.0.to_string();
            span.set_attribute(KeyValue::new("rpc.response.status_code", code.clone()));
            asked.fail(code);
        }
        asked.end();
    }

    fn end_call(self, outcome: &Result<CallToolResponse, ErrorData>) {
        if let (Some(asked), Ok(CallToolResponse::Complete(result))) = (&self.0, outcome)
            && result.is_error == Some(true)
        {
            asked.fail("tool_error".to_owned());
        }
        self.end(outcome);
    }
}

impl Asked {
    fn fail(&self, kind: String) {
        if let Some(span) = self.trace.recorded() {
            // Who has gone away is answered all the same, and no answer is an error of the tool's then.
            let kind = if self.cancelled.is_cancelled() { CANCELLED.to_owned() } else { kind };
            span.set_attribute(KeyValue::new("error.type", kind));
            // What an error says may be about the network, and is for the client.
            span.set_status(Status::error(""));
        }
    }

    fn end(self) {
        if let Some(span) = self.trace.span() {
            span.end();
        }
    }
}

impl Drop for Answering {
    /// Nobody waits for the answer any more.
    fn drop(&mut self) {
        if let Some(asked) = self.0.take() {
            asked.fail(CANCELLED.to_owned());
            asked.end();
        }
    }
}

macro_rules! traced {
    ($($method:expr => $name:ident($($request:ident: $of:ty)?) -> $result:ty;)*) => {
        $(async fn $name(
            &self,
            $($request: $of,)?
            mut context: RequestContext<RoleServer>,
        ) -> Result<$result, ErrorData> {
            let answering = self.begin($method, &mut context);
            let outcome = self.handler.$name($($request,)? context).await;
            answering.end(&outcome);
            outcome
        })*
    };
}

macro_rules! handed_on {
    ($($name:ident($($given:ident: $of:ty),*);)*) => {
        $(async fn $name(&self, $($given: $of),*) {
            self.handler.$name($($given),*).await;
        })*
    };
}

// All of the trait: what is not here would be answered by its defaults, whatever the handler does.
impl<H: ServerHandler> ServerHandler for Traced<H> {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        mut context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let answering = self.begin("tools/call", &mut context);
        let outcome = self.handler.call_tool(request, context).await;
        answering.end_call(&outcome);
        outcome
    }

    traced! {
        "initialize" => initialize(request: InitializeRequestParams) -> InitializeResult;
        "server/discover" => discover() -> DiscoverResult;
        "ping" => ping() -> ();
        "tools/list" => list_tools(request: Option<PaginatedRequestParams>) -> ListToolsResult;
        "prompts/list" => list_prompts(request: Option<PaginatedRequestParams>) -> ListPromptsResult;
        "prompts/get" => get_prompt(request: GetPromptRequestParams) -> GetPromptResponse;
        "resources/list" => list_resources(request: Option<PaginatedRequestParams>) -> ListResourcesResult;
        "resources/templates/list" =>
            list_resource_templates(request: Option<PaginatedRequestParams>) -> ListResourceTemplatesResult;
        "resources/read" => read_resource(request: ReadResourceRequestParams) -> ReadResourceResponse;
        "resources/subscribe" => subscribe(request: SubscribeRequestParams) -> ();
        "resources/unsubscribe" => unsubscribe(request: UnsubscribeRequestParams) -> ();
        "resources/directory/read" =>
            read_resource_directory(request: ReadResourceDirectoryRequestParams) -> ReadResourceDirectoryResult;
        "completion/complete" => complete(request: CompleteRequestParams) -> CompleteResult;
        "logging/setLevel" => set_level(request: SetLevelRequestParams) -> ();
        "tasks/get" => get_task(request: GetTaskParams) -> GetTaskResult;
        "tasks/update" => update_task(request: UpdateTaskParams) -> ();
        "tasks/cancel" => cancel_task(request: CancelTaskParams) -> ();
        "skills/list" => list_skills(request: Option<PaginatedRequestParams>) -> ListSkillsResult;
        "skills/get" => get_skill(request: GetSkillRequestParams) -> GetSkillResult;
        OTHER => on_custom_request(request: CustomRequest) -> CustomResult;
    }

    handed_on! {
        on_cancelled(notification: CancelledNotificationParam, context: NotificationContext<RoleServer>);
        on_progress(notification: ProgressNotificationParam, context: NotificationContext<RoleServer>);
        on_initialized(context: NotificationContext<RoleServer>);
        on_roots_list_changed(context: NotificationContext<RoleServer>);
        on_custom_notification(notification: CustomNotification, context: NotificationContext<RoleServer>);
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.handler.listen(context).await
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
