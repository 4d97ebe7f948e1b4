//! The server over stdio, line by line: [`StdioProcess`].

use std::process::ExitStatus;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::program::signal;
use crate::soon;

/// The server process over stdio, with raw lines.
#[derive(Debug)]
pub struct StdioProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
    stderr: JoinHandle<String>,
    written: Vec<String>,
    last_id: u64,
    _folder: TempDir,
}

/// The result of a finished run.
#[derive(Debug)]
pub struct Finished {
    /// The exit status.
    pub status: ExitStatus,
    /// The lines of standard output.
    pub stdout: Vec<String>,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// The exit code; none if a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Standard output as one text.
    pub fn output(&self) -> String {
        self.stdout.join("\n")
    }
}

impl StdioProcess {
    pub(crate) fn start(mut command: Command, folder: TempDir) -> Self {
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().map(|stdout| BufReader::new(stdout).lines());
        let mut errors = child.stderr.take().unwrap();
        let stderr = tokio::spawn(async move {
            let mut text = Vec::new();
            errors.read_to_end(&mut text).await.unwrap();
            String::from_utf8_lossy(&text).into_owned()
        });
        Self { child, stdin, stdout, stderr, written: Vec::new(), last_id: 0, _folder: folder }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Writes a raw line.
    pub async fn write(&mut self, line: &str) {
        self.write_bytes(format!("{line}\n").as_bytes()).await;
    }

    /// Writes bytes without a line feed.
    pub async fn write_bytes(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        soon("writing", stdin.write_all(bytes)).await.unwrap();
        stdin.flush().await.unwrap();
    }

    async fn next_line(&mut self, what: &str) -> Option<String> {
        soon(what, self.stdout.as_mut()?.next_line()).await.unwrap()
    }

    /// Reads the next message. None at the end of output.
    pub async fn read(&mut self) -> Option<Value> {
        let line = self.next_line("reading").await?;
        let message = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("standard output has {line:?}, which is no message: {error}"));
        self.written.push(line);
        Some(message)
    }

    /// Sends a request and returns its id.
    pub async fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.write(&request.to_string()).await;
        id
    }

    /// Sends a request and reads up to its response. Returns the messages before it, too.
    pub async fn request(&mut self, method: &str, params: Value) -> (Value, Vec<Value>) {
        let id = self.ask(method, params).await;
        let mut before = Vec::new();
        loop {
            let message = self.read().await.unwrap_or_else(|| panic!("no answer to {method}"));
            if message["id"] == json!(id) {
                return (message, before);
            }
            before.push(message);
        }
    }

    /// Calls a tool.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments })).await.0
    }

    /// Initializes a legacy session.
    pub async fn initialize(&mut self) -> Value {
        let client = json!({ "name": "console", "version": "1" });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        let (answer, _) = self.request("initialize", params).await;
        self.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string()).await;
        answer
    }

    /// Adds the `_meta` of a stateless request to parameters.
    pub fn stateless_params(mut params: Value) -> Value {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "console", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        for (name, value) in meta.as_object().unwrap() {
            params["_meta"][name] = value.clone();
        }
        params
    }

    /// Closes standard input, as a client does that disconnects.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Closes standard input and output.
    pub fn close_stdio(&mut self) {
        self.close_stdin();
        self.stdout = None;
    }

    /// Sends a signal: `TERM`, `INT`.
    pub async fn signal(&self, name: &str) {
        signal(self.id(), name).await;
    }

    /// Closes standard input and waits for the exit.
    pub async fn finish(mut self) -> Finished {
        self.close_stdin();
        self.ended().await
    }

    /// Waits for the exit, with standard input open.
    pub async fn ended(mut self) -> Finished {
        while let Some(line) = self.next_line("the last lines").await {
            self.written.push(line);
        }
        let status = soon("the end", self.child.wait()).await.unwrap();
        let stderr = soon("standard error", self.stderr).await.unwrap();
        Finished { status, stdout: self.written, stderr }
    }
}
