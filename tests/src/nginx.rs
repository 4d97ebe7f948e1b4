//! A real nginx before several servers: [`Nginx`].

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::port::free_port;
use crate::{program, soon};

/// The configuration that is shipped to operators.
const SITE: &str = include_str!("../../packages/docker/nginx.conf");

/// An nginx on a loopback port, with the shipped configuration but without TLS. Dropping it kills it.
#[derive(Debug)]
pub struct Nginx {
    port: u16,
    _process: Child,
    folder: TempDir,
}

/// How requests are balanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balance {
    /// By session, as in the shipped configuration.
    BySession,
    /// Randomly.
    Random,
}

impl Nginx {
    /// Starts nginx, and waits until it listens.
    ///
    /// # Panics
    /// `nginx` is not installed, or does not start.
    pub async fn start(servers: &[SocketAddr], balance: Balance) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Another process may take the port before nginx does. Then nginx exits, and another port is tried.
        for _ in 0..10 {
            let port = free_port().await;
            std::fs::write(folder.path().join("nginx.conf"), configuration(port, servers, balance)).unwrap();
            let mut process = spawn(&folder);
            if listens(port, &mut process).await {
                return Self { port, _process: process, folder };
            }
        }
        panic!("nginx does not start: {}", errors(&folder));
    }

    /// A URL of nginx.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The error log.
    pub fn errors(&self) -> String {
        errors(&self.folder)
    }
}

fn errors(folder: &TempDir) -> String {
    std::fs::read_to_string(folder.path().join("error.log")).unwrap_or_default()
}

/// The main configuration, with all files in the working directory.
fn configuration(port: u16, servers: &[SocketAddr], balance: Balance) -> String {
    let site = site(port, servers, balance);
    format!(
        "daemon off;\nmaster_process off;\npid nginx.pid;\nlock_file nginx.lock;\nerror_log error.log warn;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\naccess_log off;\nclient_body_temp_path body;\nproxy_temp_path proxy;\nfastcgi_temp_path fastcgi;\n\
         uwsgi_temp_path uwsgi;\nscgi_temp_path scgi;\n{site}\n}}\n"
    )
}

/// The shipped site configuration, with these servers and without TLS.
fn site(port: u16, servers: &[SocketAddr], balance: Balance) -> String {
    let (mut lines, mut listens, mut balances, mut served) = (Vec::new(), 0, 0, 0);
    for line in SITE.lines() {
        let directive = line.trim();
        if directive.starts_with("listen ") {
            listens += 1;
            lines.push(format!("listen 127.0.0.1:{port};"));
        } else if directive.starts_with("hash ") && balance == Balance::Random {
            balances += 1;
            lines.push("random;".to_owned());
        } else if let Some(options) = directive.strip_prefix("server 127.0.0.1:") {
            served += 1;
            let options = options.trim_start_matches(|letter: char| letter.is_ascii_digit());
            // All servers in place of the first.
            let servers = if served == 1 { servers } else { &[] };
            lines.extend(servers.iter().map(|server| format!("server {server}{options}")));
        } else if !directive.starts_with("ssl_") {
            lines.push(line.to_owned());
        }
    }
    let site = lines.join("\n");
    let random = usize::from(balance == Balance::Random);
    assert!(
        listens == 1 && balances == random && served > 0,
        "packages/docker/nginx.conf is another: {site}"
    );
    site
}

fn spawn(folder: &TempDir) -> Child {
    // Debian installs it in a folder that is only in the path of root.
    let debian_path = Path::new("/usr/sbin/nginx");
    let mut command = Command::new(if debian_path.is_file() { debian_path } else { Path::new("nginx") });
    command.arg("-p").arg(folder.path()).args(["-c", "nginx.conf", "-e", "error.log"]);
    program::spawn(command, "nginx", folder)
}

/// Whether it listens before it exits.
async fn listens(port: u16, process: &mut Child) -> bool {
    let listening = async {
        loop {
            if process.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon("nginx", listening).await
}
