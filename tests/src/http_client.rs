//! An MCP client over HTTP: [`HttpClient`].

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::{HttpServer, Lifecycle, StdioProcess, soon};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

/// An MCP client over HTTP. Clones share its connection pool.
#[derive(Clone, Debug)]
pub struct HttpClient {
    http: Client,
    url: String,
    headers: Vec<(String, String)>,
    lifecycle: Lifecycle,
    capabilities: Value,
    session: Option<String>,
}

/// An HTTP response with its whole body.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decoded.
    pub body: String,
}

/// A JSON-RPC request with a unique id.
pub fn message(method: &str, params: &Value) -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

impl HttpClient {
    /// A legacy client without a token.
    pub fn new(server: &HttpServer, query: &str) -> Self {
        // reqwest requires a crypto provider, even without TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().build().unwrap();
        let url = server.url(&format!("/mcp{query}"));
        let (lifecycle, capabilities) = (Lifecycle::Legacy, json!({}));
        Self { http, url, headers: Vec::new(), lifecycle, capabilities, session: None }
    }

    /// A legacy client with a token.
    pub fn with_token(server: &HttpServer, query: &str, token: &str) -> Self {
        Self::new(server, query).header("X-Authorization", token)
    }

    /// Sets a header of every request.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(there, _)| !there.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the lifecycle.
    pub fn lifecycle(mut self, lifecycle: Lifecycle) -> Self {
        self.lifecycle = lifecycle;
        self
    }

    /// Sets the capabilities that the client declares.
    pub fn capabilities(self, capabilities: Value) -> Self {
        Self { capabilities, ..self }
    }

    /// Replaces the query of the URL.
    pub fn query(mut self, query: &str) -> Self {
        self.url.truncate(self.url.find('?').unwrap_or(self.url.len()));
        self.url.push_str(query);
        self
    }

    /// Replaces the URL.
    pub fn to(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// The URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Replaces the reqwest client.
    pub fn by(self, http: Client) -> Self {
        Self { http, ..self }
    }

    /// Uses a session that has been opened.
    pub fn on(mut self, session: &str) -> Self {
        self.session = Some(session.to_owned());
        self
    }

    /// The session id.
    pub fn session(&self) -> &str {
        self.session.as_deref().expect("it has opened one")
    }

    /// The session id, if a session is open.
    pub fn opened(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// A request with the headers of this client, and no body.
    pub fn request(&self, method: Method) -> RequestBuilder {
        let mut request = self.http.request(method, &self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(session) = &self.session {
            request = request.header("Mcp-Session-Id", session);
        }
        request.header("Accept", "application/json, text/event-stream")
    }

    /// Posts a raw body.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> HttpResponse {
        HttpResponse::of(self.request(Method::POST).header("Content-Type", "application/json").body(body))
            .await
    }

    /// Sends an MCP request in the lifecycle of this client.
    pub async fn ask(&self, method: &str, params: Value) -> HttpResponse {
        HttpResponse::of(self.request_builder(method, params)).await
    }

    /// The same request, not sent yet.
    pub fn request_builder(&self, method: &str, params: Value) -> RequestBuilder {
        let version = if self.lifecycle == Lifecycle::Stateless { MODERN } else { LEGACY };
        let mut request = self.request(Method::POST).header("Content-Type", "application/json");
        request = request.header("MCP-Protocol-Version", version);
        let params = match self.lifecycle {
            Lifecycle::Legacy => params,
            Lifecycle::Stateless => {
                request = request.header("Mcp-Method", method);
                if let Some(name) = params["name"].as_str().or(params["uri"].as_str()) {
                    request = request.header("Mcp-Name", name);
                }
                let mut params = StdioProcess::stateless_params(params);
                params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = self.capabilities.clone();
                params
            }
        };
        request.body(message(method, &params))
    }

    /// Sends `initialize`, and stores the session id.
    pub async fn initialize(&mut self) -> HttpResponse {
        let client = json!({ "name": "guest", "version": "1" });
        let params = json!({
            "protocolVersion": LEGACY, "capabilities": self.capabilities, "clientInfo": client,
        });
        let reply = self.post(message("initialize", &params)).await;
        self.session = reply.headers.get("mcp-session-id").map(|id| id.to_str().unwrap().to_owned());
        reply
    }

    /// Opens a session: `initialize` and `notifications/initialized`.
    pub async fn open(mut self) -> Self {
        let reply = self.initialize().await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
        let reply = self.post(initialized).await;
        assert_eq!(reply.status, 202, "{}", reply.body);
        self
    }

    /// Sets the lifecycle, and opens a session if it is the legacy one.
    pub async fn connect(self, lifecycle: Lifecycle) -> Self {
        match lifecycle {
            Lifecycle::Legacy => self.lifecycle(lifecycle).open().await,
            Lifecycle::Stateless => self.lifecycle(lifecycle),
        }
    }

    /// Ends the session with DELETE.
    pub async fn end(&self) -> HttpResponse {
        HttpResponse::of(self.request(Method::DELETE)).await
    }

    /// Opens the stream of the session, or a stateless subscription to everything.
    pub async fn listen(&self) -> Response {
        let request = match self.lifecycle {
            Lifecycle::Legacy => self.request(Method::GET),
            Lifecycle::Stateless => {
                let all = json!({ "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true });
                self.request_builder("subscriptions/listen", json!({ "notifications": all }))
            }
        };
        soon("a stream", request.send()).await.unwrap()
    }

    /// The names of the listed tools.
    pub async fn tools(&self) -> Vec<String> {
        let reply = self.ask("tools/list", json!({})).await;
        let tools = reply.result()["tools"].as_array().unwrap_or_else(|| panic!("{reply:?}")).clone();
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Calls a tool.
    pub async fn try_call(&self, tool: &str, arguments: Value) -> HttpResponse {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Calls a tool that must succeed, and returns its text.
    pub async fn call(&self, tool: &str, arguments: Value) -> String {
        let reply = self.try_call(tool, arguments).await;
        let (failed, text) = reply.outcome();
        assert!(!failed, "{tool}: {text}");
        text
    }

    /// Calls a tool that must fail, and returns the error text.
    pub async fn refusal(&self, tool: &str, arguments: Value) -> String {
        let reply = self.try_call(tool, arguments).await;
        let (failed, text) = reply.outcome();
        assert!(failed, "{tool}: {text}");
        text
    }
}

impl HttpResponse {
    /// Sends a request and reads the whole response.
    pub async fn of(request: RequestBuilder) -> Self {
        Self::or_error(request).await.unwrap()
    }

    /// The same, for requests that may fail to connect or break off.
    pub async fn or_error(request: RequestBuilder) -> reqwest::Result<Self> {
        let response = soon("an answer", request.send()).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = soon("a body", response.text()).await?;
        Ok(Self { status, headers, body })
    }

    /// A header; empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON-RPC message: the body, or the last event of an event stream.
    pub fn message(&self) -> Value {
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data:"));
        let text = data.map(str::trim).rfind(|data| !data.is_empty()).unwrap_or(&self.body);
        serde_json::from_str(text).unwrap_or_else(|error| panic!("no message ({error}): {self:?}"))
    }

    /// The result of the message.
    pub fn result(&self) -> Value {
        let message = self.message();
        assert!(message["error"].is_null(), "{message}");
        message["result"].clone()
    }

    /// Whether a tool call failed, and its text.
    pub fn outcome(&self) -> (bool, String) {
        let result = self.result();
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{self:?}"));
        (result["isError"] == true, text.to_owned())
    }

    /// The text of an HTTP rejection: of a JSON-RPC error, or beside the endpoint of MCP.
    pub fn error(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no refusal: {self:?}"));
        let text = body["error"]["message"].as_str().or(body["error"].as_str());
        text.unwrap_or_else(|| panic!("no refusal: {self:?}")).to_owned()
    }
}
