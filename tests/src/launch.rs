use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::Command;

use crate::{Client, Era, Finished, HttpServer, MockUpstream, StdioProcess, soon};

/// A token that nothing else looks like.
pub const TOKEN: &str = "s3cr3t-0f-7he-7es7s-Q9zXw4Lm";

/// The binary, about to be started: in an empty folder, with no variables but those that are given.
#[derive(Debug)]
pub struct Launch {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    folder: TempDir,
    /// Another program than the binary.
    program: Option<PathBuf>,
}

impl Launch {
    /// The binary with these arguments, separated by spaces.
    pub fn new(arguments: &str) -> Self {
        Self {
            arguments: arguments.split_whitespace().map(str::to_owned).collect(),
            variables: Vec::new(),
            folder: tempfile::tempdir().unwrap(),
            program: None,
        }
    }

    /// The binary with a peer in Mist's place.
    pub fn at(peer: &MockUpstream, arguments: &str) -> Self {
        Self::at_url(&peer.url(), arguments)
    }

    /// The binary with whatever is at `url` in Mist's place.
    pub fn at_url(url: &str, arguments: &str) -> Self {
        Self::new(arguments)
            .argument("--allow-cloud")
            .argument(url)
            .argument("--cloud")
            .argument(url)
            .variable("MIST_APITOKEN", TOKEN)
    }

    /// Another program in the place of the binary.
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = Some(path.into());
        self
    }

    /// One argument more, spaces and all.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// More arguments, separated by spaces.
    pub fn arguments(mut self, arguments: &str) -> Self {
        self.arguments.extend(arguments.split_whitespace().map(str::to_owned));
        self
    }

    /// A variable of its environment; the last one given counts.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file into the folder that it is started in.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    /// The folder that it is started in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it for lines to be written and read.
    pub fn console(self) -> StdioProcess {
        let (command, folder) = self.command();
        StdioProcess::start(command, folder)
    }

    /// Starts it, and a client of that era with it.
    pub async fn client(self, era: Era) -> Client {
        let (command, folder) = self.command();
        soon("connecting", Client::connect(command, folder, era)).await
    }

    /// Starts it as a server over HTTP, on a port of its own, and waits until it listens.
    pub async fn serve(self) -> HttpServer {
        self.serve_at(0).await
    }

    /// The same on that port.
    pub async fn serve_at(self, port: u16) -> HttpServer {
        let launch = self.arguments("--transport http --port").argument(&port.to_string());
        let (command, folder) = launch.command();
        soon("listening", HttpServer::start(command, folder)).await
    }

    /// Runs it to its end, with nothing to read.
    pub async fn run(self) -> Finished {
        self.console().finish().await
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

/// The binary that Cargo built beside the test: the server's own `main`, under a name of this package. To test
/// another one, such as a release, set `MISTMCP_BINARY`.
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
