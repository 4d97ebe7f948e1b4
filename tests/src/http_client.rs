use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::{Era, HttpServer, StdioProcess, soon};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

/// A client over HTTP, with a connection pool of its own unless it is cloned.
#[derive(Clone, Debug)]
pub struct HttpClient {
    http: Client,
    url: String,
    headers: Vec<(String, String)>,
    era: Era,
    session: Option<String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decoded.
    pub body: String,
}

/// A request of MCP as text, with an id that no other has.
pub fn message(method: &str, params: &Value) -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

impl HttpClient {
    /// A client of the older era, without a token.
    pub fn new(server: &HttpServer, query: &str) -> Self {
        // The test's process has no other, and reqwest asks for one even where nothing is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().build().unwrap();
        let url = server.url(&format!("/mcp{query}"));
        Self { http, url, headers: Vec::new(), era: Era::Legacy, session: None }
    }

    /// A client of the older era with a token of its own.
    pub fn with_token(server: &HttpServer, query: &str, token: &str) -> Self {
        Self::new(server, query).header("X-Authorization", token)
    }

    /// With that header in every request, in place of any of the name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(there, _)| !there.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Of that era.
    pub fn of(mut self, era: Era) -> Self {
        self.era = era;
        self
    }

    /// With another query.
    pub fn query(mut self, query: &str) -> Self {
        self.url.truncate(self.url.find('?').unwrap_or(self.url.len()));
        self.url.push_str(query);
        self
    }

    /// At another URL altogether.
    pub fn to(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// The URL that it asks.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// With another HTTP client.
    pub fn by(self, http: Client) -> Self {
        Self { http, ..self }
    }

    /// On a session that somebody has opened.
    pub fn on(mut self, session: &str) -> Self {
        self.session = Some(session.to_owned());
        self
    }

    /// Its session.
    pub fn session(&self) -> &str {
        self.session.as_deref().expect("it has opened one")
    }

    /// Its session, where it has one.
    pub fn opened(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// A request with its headers, and nothing in it yet.
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

    /// Posts a body, whatever is in it.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Heard {
        Heard::of(self.request(Method::POST).header("Content-Type", "application/json").body(body)).await
    }

    /// Sends a request of MCP as its era has it.
    pub async fn ask(&self, method: &str, params: Value) -> Heard {
        Heard::of(self.asking(method, params)).await
    }

    /// The same, about to be sent.
    pub fn asking(&self, method: &str, params: Value) -> RequestBuilder {
        let version = if self.era == Era::Modern { MODERN } else { LEGACY };
        let mut request = self.request(Method::POST).header("Content-Type", "application/json");
        request = request.header("MCP-Protocol-Version", version);
        let params = match self.era {
            Era::Legacy => params,
            Era::Modern => {
                request = request.header("Mcp-Method", method);
                if let Some(name) = params["name"].as_str().or(params["uri"].as_str()) {
                    request = request.header("Mcp-Name", name);
                }
                StdioProcess::modern(params)
            }
        };
        request.body(message(method, &params))
    }

    /// Sends `initialize`, and keeps the session that it opens.
    pub async fn knock(&mut self) -> Heard {
        let client = json!({ "name": "guest", "version": "1" });
        let params = json!({ "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": client });
        let heard = self.post(message("initialize", &params)).await;
        self.session = heard.headers.get("mcp-session-id").map(|id| id.to_str().unwrap().to_owned());
        heard
    }

    /// Opens a session.
    pub async fn open(mut self) -> Self {
        let heard = self.knock().await;
        assert_eq!(heard.status, 200, "{}", heard.body);
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
        let heard = self.post(initialized).await;
        assert_eq!(heard.status, 202, "{}", heard.body);
        self
    }

    /// Comes in as a client of that era does.
    pub async fn enter(self, era: Era) -> Self {
        match era {
            Era::Legacy => self.of(era).open().await,
            Era::Modern => self.of(era),
        }
    }

    /// Ends the session.
    pub async fn end(&self) -> Heard {
        Heard::of(self.request(Method::DELETE)).await
    }

    /// Opens the session's stream, or one that stands for itself and asks for all there is to hear.
    pub async fn listen(&self) -> Response {
        let request = match self.era {
            Era::Legacy => self.request(Method::GET),
            Era::Modern => {
                let all = json!({ "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true });
                self.asking("subscriptions/listen", json!({ "notifications": all }))
            }
        };
        soon("a stream", request.send()).await.unwrap()
    }

    /// The names of the tools that it sees.
    pub async fn tools(&self) -> Vec<String> {
        let heard = self.ask("tools/list", json!({})).await;
        let tools = heard.result()["tools"].as_array().unwrap_or_else(|| panic!("{heard:?}")).clone();
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Calls a tool.
    pub async fn try_call(&self, tool: &str, arguments: Value) -> Heard {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Calls a tool that has to succeed, and returns its text.
    pub async fn call(&self, tool: &str, arguments: Value) -> String {
        let heard = self.try_call(tool, arguments).await;
        let (failed, text) = heard.outcome();
        assert!(!failed, "{tool}: {text}");
        text
    }

    /// Calls a tool that cannot succeed, and returns what the model is told.
    pub async fn refusal(&self, tool: &str, arguments: Value) -> String {
        let heard = self.try_call(tool, arguments).await;
        let (failed, text) = heard.outcome();
        assert!(failed, "{tool}: {text}");
        text
    }
}

impl Heard {
    /// Sends a request and reads all that comes back.
    pub async fn of(request: RequestBuilder) -> Self {
        Self::or_error(request).await.unwrap()
    }

    /// The same where it may fail: nobody answers, or not to the end.
    pub async fn or_error(request: RequestBuilder) -> reqwest::Result<Self> {
        let response = soon("an answer", request.send()).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = soon("a body", response.text()).await?;
        Ok(Self { status, headers, body })
    }

    /// A header, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The message of MCP in it: the body, or the last event of the stream that it is.
    pub fn message(&self) -> Value {
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data:"));
        let text = data.map(str::trim).rfind(|data| !data.is_empty()).unwrap_or(&self.body);
        serde_json::from_str(text).unwrap_or_else(|error| panic!("no message ({error}): {self:?}"))
    }

    /// The result in that message.
    pub fn result(&self) -> Value {
        let message = self.message();
        assert!(message["error"].is_null(), "{message}");
        message["result"].clone()
    }

    /// Whether a call failed, and its text.
    pub fn outcome(&self) -> (bool, String) {
        let result = self.result();
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{self:?}"));
        (result["isError"] == true, text.to_owned())
    }

    /// What a refusal says.
    pub fn error(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no refusal: {self:?}"));
        body["error"].as_str().unwrap_or_else(|| panic!("no refusal: {self:?}")).to_owned()
    }
}
