use std::net::SocketAddr;
use std::process::ExitStatus;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::soon;

/// The binary as a server over HTTP. Dropping it kills it.
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
        let Ok(told) = errors.wait_for(|text| place(text).is_some()).await.map(|told| told.clone()) else {
            panic!("it ended before it listened: {}", *errors.borrow());
        };
        let (scheme, address) = place(&told).unwrap();
        Self { child, address, scheme, errors, reading, folder }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL of its.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// The folder that it was started in.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// What it has written to standard error.
    pub fn errors(&self) -> String {
        self.errors.borrow().clone()
    }

    /// Waits until its standard error satisfies that, and returns it.
    pub async fn told(&self, what: &str, wanted: impl FnMut(&String) -> bool) -> String {
        let mut errors = self.errors.clone();
        soon(what, errors.wait_for(wanted)).await.unwrap().clone()
    }

    /// Sends it a signal: `TERM`, `INT`.
    pub async fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().await.unwrap();
        assert!(status.success());
    }

    /// Waits for its end: how it ended, and its standard error.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let status = soon("the end", self.child.wait()).await.unwrap();
        soon("standard error", &mut self.reading).await.unwrap();
        let errors = self.errors.borrow().clone();
        (status, errors)
    }
}

/// A test that fails shows what its servers have written.
impl Drop for HttpServer {
    #[expect(clippy::print_stderr, reason = "it is shown with the failure, and nowhere else")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} wrote:\n{}", self.address, *self.errors.borrow());
        }
    }
}

/// The scheme and address in the line that says where MCP is.
fn place(text: &str) -> Option<(String, SocketAddr)> {
    let (_, url) = text.split_once("MCP is at ")?;
    let (scheme, rest) = url.split_once("://")?;
    let (address, _) = rest.split_once("/mcp")?;
    Some((scheme.to_owned(), address.parse().unwrap()))
}
