//! A client of MCP over HTTP that costs next to nothing, so that what is measured is the server.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Which revision a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifecycle {
    /// 2025-11-25: a session, opened with `initialize`.
    Legacy,
    /// 2026-07-28: every request stands for itself.
    Stateless,
}

/// One client on one connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    /// The connection was left with a call on it.
    is_gone: bool,
    address: String,
    /// The path, its query, and the token.
    path: String,
    token: String,
    lifecycle: Lifecycle,
    session: Option<String>,
    next_id: u64,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) session: Option<String>,
    /// The message, out of JSON or of a stream of events.
    pub(crate) message: Option<Value>,
}

impl Client {
    /// Connects, and opens a session where the revision has them. `token` is a token of Mist, or `Bearer` and an access token.
    pub(crate) async fn open(address: &str, path: &str, token: &str, lifecycle: Lifecycle) -> Result<Self> {
        let mut client = Self {
            stream: BufReader::new(connect(address).await?),
            is_gone: false,
            address: address.to_owned(),
            path: path.to_owned(),
            token: token.to_owned(),
            lifecycle,
            session: None,
            next_id: 1,
        };
        if lifecycle == Lifecycle::Legacy {
            let hello = json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": { "name": "load", "version": "1" },
            });
            let answer = client.request("initialize", hello).await?;
            client.session = Some(answer.session.context("no session was opened")?);
            let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
            let answer = client.exchange("notifications/initialized", "", &initialized).await?;
            ensure!(answer.status == 202, "`initialized` was answered with {}", answer.status);
        }
        Ok(client)
    }

    /// Calls a tool and returns its text.
    pub(crate) async fn call(&mut self, tool: &str, arguments: &Value) -> Result<String> {
        let answer = self.request("tools/call", json!({ "name": tool, "arguments": arguments })).await?;
        let message = answer.message.with_context(|| format!("no answer, status {}", answer.status))?;
        let result = &message["result"];
        ensure!(result["isError"] != json!(true) && result.is_object(), "{tool} failed: {message}");
        Ok(result["content"][0]["text"].as_str().unwrap_or_default().to_owned())
    }

    #[allow(dead_code, reason = "the soak has clients that vanish, the benchmark has none")]
    /// Sends a call and goes away without waiting for its answer; the next one makes a connection of its own.
    pub(crate) async fn close_stdio(&mut self, tool: &str, arguments: &Value) -> Result<()> {
        let message = self.message("tools/call", json!({ "name": tool, "arguments": arguments }));
        let request = self.written("tools/call", tool, &message);
        self.stream.write_all(&request).await?;
        self.stream.shutdown().await?;
        self.is_gone = true;
        Ok(())
    }

    async fn request(&mut self, method: &str, params: Value) -> Result<Answer> {
        let name = params["name"].as_str().unwrap_or_default().to_owned();
        let message = self.message(method, params);
        self.exchange(method, &name, &message).await
    }

    fn message(&mut self, method: &str, mut params: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        if self.lifecycle == Lifecycle::Stateless {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
    }

    async fn exchange(&mut self, method: &str, name: &str, message: &Value) -> Result<Answer> {
        let request = self.written(method, name, message);
        if std::mem::take(&mut self.is_gone) {
            self.stream = BufReader::new(connect(&self.address).await?);
        }
        self.stream.write_all(&request).await?;
        self.read().await
    }

    fn written(&self, method: &str, name: &str, message: &Value) -> Vec<u8> {
        let body = message.to_string();
        // A token of Mist has a header of its own.
        let header = if self.token.starts_with("Bearer ") { "Authorization" } else { "X-Authorization" };
        let mut head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\n{header}: {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n",
            self.path,
            self.address,
            self.token,
            body.len()
        );
        match (self.lifecycle, &self.session) {
            (Lifecycle::Stateless, _) => {
                head.extend(["MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: ", method, "\r\n"]);
                if !name.is_empty() {
                    head.extend(["Mcp-Name: ", name, "\r\n"]);
                }
            }
            (Lifecycle::Legacy, Some(session)) => {
                head.extend(["MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: ", session, "\r\n"]);
            }
            (Lifecycle::Legacy, None) => {}
        }
        format!("{head}\r\n{body}").into_bytes()
    }

    async fn read(&mut self) -> Result<Answer> {
        let status = self.line().await?;
        let status: u16 = status.split(' ').nth(1).context("no status")?.parse()?;
        let (mut length, mut chunked, mut session) = (0, false, None);
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "transfer-encoding" => chunked = true,
                "mcp-session-id" => session = Some(value.to_owned()),
                _ => {}
            }
        }
        let body = if chunked { self.chunks().await? } else { self.exactly(length).await? };
        Ok(Answer { status, session, message: message(&body) })
    }

    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line().await?, 16)?;
            body.extend(self.exactly(length).await?);
            ensure!(self.line().await?.is_empty(), "a chunk is longer than it says");
            if length == 0 {
                return Ok(body);
            }
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).await?;
        Ok(bytes)
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(line.trim_end().to_owned())
    }
}

/// The last message in a body that is JSON, or events with JSON in them.
fn message(body: &[u8]) -> Option<Value> {
    if let Ok(message) = serde_json::from_slice(body) {
        return Some(message);
    }
    let text = str::from_utf8(body).ok()?;
    let data = text.lines().rev().filter_map(|line| line.strip_prefix("data:"));
    data.map(str::trim).filter(|data| !data.is_empty()).find_map(|data| serde_json::from_str(data).ok())
}

async fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
