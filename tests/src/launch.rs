//! Starting the server: [`Launch`].

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::Command;

use crate::{Client, Finished, HttpServer, Lifecycle, MockUpstream, StdioProcess, soon};

/// A token that cannot be confused with other text.
pub const TOKEN: &str = "s3cr3t-0f-7he-7es7s-Q9zXw4Lm";

/// A server to start: in an empty folder, with only the given environment variables.
#[derive(Debug)]
pub struct Launch {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    folder: TempDir,
    /// Another program in place of the server.
    program: Option<PathBuf>,
}

impl Launch {
    /// The server with these arguments, separated by spaces.
    pub fn new(arguments: &str) -> Self {
        Self {
            arguments: arguments.split_whitespace().map(str::to_owned).collect(),
            variables: Vec::new(),
            folder: tempfile::tempdir().unwrap(),
            program: None,
        }
    }

    /// The server with a mock upstream as the Mist cloud.
    pub fn at(upstream: &MockUpstream, arguments: &str) -> Self {
        Self::at_url(&upstream.url(), arguments)
    }

    /// The server with `url` as the Mist cloud.
    pub fn at_url(url: &str, arguments: &str) -> Self {
        Self::new(arguments)
            .argument("--allow-cloud")
            .argument(url)
            .argument("--cloud")
            .argument(url)
            .variable("MIST_APITOKEN", TOKEN)
    }

    /// Starts another program in place of the server.
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = Some(path.into());
        self
    }

    /// Adds one argument, which may contain spaces.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Adds arguments, separated by spaces.
    pub fn arguments(mut self, arguments: &str) -> Self {
        self.arguments.extend(arguments.split_whitespace().map(str::to_owned));
        self
    }

    /// Sets an environment variable; the last value counts.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file into the working directory.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    /// The working directory.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the server over stdio, to write and read lines.
    pub fn stdio(self) -> StdioProcess {
        let (command, folder) = self.command();
        StdioProcess::start(command, folder)
    }

    /// Starts the server over stdio, with an rmcp client.
    pub async fn client(self, lifecycle: Lifecycle) -> Client {
        let (command, folder) = self.command();
        soon("connecting", Client::connect(command, folder, lifecycle)).await
    }

    /// Starts the server over HTTP on a free port, and waits until it listens.
    pub async fn serve(self) -> HttpServer {
        self.serve_at(0).await
    }

    /// The same on a given port.
    pub async fn serve_at(self, port: u16) -> HttpServer {
        let launch = self.arguments("--transport http --port").argument(&port.to_string());
        let (command, folder) = launch.command();
        soon("listening", HttpServer::start(command, folder)).await
    }

    /// Runs the program to its end, without input.
    pub async fn run(self) -> Finished {
        self.stdio().finish().await
    }

    fn command(self) -> (Command, TempDir) {
        let mut command = Command::new(self.program.unwrap_or_else(binary));
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .kill_on_drop(true)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        (command, self.folder)
    }
}

/// The binary that Cargo built beside the test: the `main` of the server, under a name of this package. Set
/// `MISTMCP_BINARY` to test another one, such as a release.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("MISTMCP_BINARY") {
        return std::path::absolute(path).unwrap();
    }
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(std::path::Path::parent).unwrap();
    let binary = built.join(format!("mistmcp-under-test{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.is_file(), "{} is missing: run the tests through Cargo", binary.display());
    binary
}
