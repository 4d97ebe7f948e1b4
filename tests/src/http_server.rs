//! The server over HTTP: [`HttpServer`].

use std::net::SocketAddr;
use std::process::ExitStatus;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::program::signal;
use crate::soon;

/// The server process, over HTTP. Dropping it kills it.
#[derive(Debug)]
pub struct HttpServer {
    child: Child,
    address: SocketAddr,
    scheme: String,
    errors: watch::Receiver<String>,
    reading: JoinHandle<()>,
    folder: TempDir,
}

impl HttpServer {
    pub(crate) async fn start(mut command: Command, folder: TempDir) -> Self {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (written, mut errors) = watch::channel(String::new());
        let reading = tokio::spawn(async move {
            while let Some(line) = lines.next_line().await.unwrap() {
                written.send_modify(|text| text.extend([line.as_str(), "\n"]));
            }
        });
        let Ok(told) = errors.wait_for(|text| address_in(text).is_some()).await.map(|told| told.clone())
        else {
            panic!("it ended before it listened: {}", *errors.borrow());
        };
        let (scheme, address) = address_in(&told).unwrap();
        Self { child, address, scheme, errors, reading, folder }
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL of the server.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// The working directory.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Standard error so far.
    pub fn errors(&self) -> String {
        self.errors.borrow().clone()
    }

    /// Waits until standard error satisfies `wanted`, and returns it.
    pub async fn wait_until(&self, what: &str, wanted: impl FnMut(&String) -> bool) -> String {
        let mut errors = self.errors.clone();
        soon(what, errors.wait_for(wanted)).await.unwrap().clone()
    }

    /// Sends a signal: `TERM`, `INT`.
    pub async fn signal(&self, name: &str) {
        signal(self.id(), name).await;
    }

    /// Waits for the exit: status and standard error.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let status = soon("the end", self.child.wait()).await.unwrap();
        soon("standard error", &mut self.reading).await.unwrap();
        let errors = self.errors.borrow().clone();
        (status, errors)
    }
}

/// A failing test shows the standard error of its servers.
impl Drop for HttpServer {
    #[expect(clippy::print_stderr, reason = "it is shown with the failure, and nowhere else")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} wrote:\n{}", self.address, *self.errors.borrow());
        }
    }
}

/// The scheme in the log line of the listener, and its address on this machine.
fn address_in(text: &str) -> Option<(String, SocketAddr)> {
    let (_, url) = text.split_once("MCP is at ")?;
    let (scheme, rest) = url.split_once("://")?;
    let (address, _) = rest.split_once("/mcp")?;
    let address = address.parse().unwrap_or_else(|_| {
        let (_, port) = address.rsplit_once(':').unwrap();
        SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()))
    });
    Some((scheme.to_owned(), address))
}
