//! A real Redis: [`RedisServer`].

use std::collections::BTreeMap;
use std::time::Duration;

use redis::FromRedisValue;
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::port::free_port;
use crate::{program, soon};

/// A Redis on a loopback port, without persistence. Dropping it kills it.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    options: Vec<String>,
    process: Child,
    folder: TempDir,
}

impl RedisServer {
    /// Starts Redis, and waits until it answers.
    ///
    /// # Panics
    /// `redis-server` is not installed, or does not start.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// The same with options, separated by spaces.
    pub async fn start_with(options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options: Vec<_> = options.split_whitespace().map(str::to_owned).collect();
        // Another process may take the port before Redis does. Then Redis exits, and another port is tried.
        for _ in 0..10 {
            let port = free_port().await;
            let mut process = spawn(port, &options, &folder);
            if answers(port, &mut process).await {
                return Self { port, options, process, folder };
            }
        }
        panic!("redis-server does not start");
    }

    /// The URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills Redis, with all its data.
    pub async fn stop(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// Starts it again after [`stop`](Self::stop), empty, on the same port.
    pub async fn start_again(&mut self) {
        self.process = spawn(self.port, &self.options, &self.folder);
        assert!(answers(self.port, &mut self.process).await, "redis-server does not start again");
    }

    /// Sends a signal. After `STOP` it does not answer, with open connections, until `CONT`.
    pub async fn signal(&self, name: &str) {
        program::signal(self.process.id().expect("it runs"), name).await;
    }

    /// Opens a connection.
    pub async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        soon("Redis", client.get_multiplexed_async_connection()).await.unwrap()
    }

    /// All keys, with values and TTLs.
    pub async fn content(&self) -> BTreeMap<String, (String, i64)> {
        let mut connection = self.connect().await;
        let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
        let mut content = BTreeMap::new();
        for key in keys {
            let kind: String = redis::cmd("TYPE").arg(&key).query_async(&mut connection).await.unwrap();
            let mut reading = redis::cmd(if kind == "hash" { "HGETALL" } else { "GET" });
            let value: redis::Value = reading.arg(&key).query_async(&mut connection).await.unwrap();
            let value = match value {
                redis::Value::Nil => None,
                redis::Value::BulkString(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
                other => Some(format!("{:?}", Vec::<String>::from_redis_value(other).unwrap())),
            };
            let ttl: i64 = redis::cmd("TTL").arg(&key).query_async(&mut connection).await.unwrap();
            // The key may have expired in the meantime.
            if let Some(value) = value {
                content.insert(key, (value, ttl));
            }
        }
        content
    }
}

fn spawn(port: u16, options: &[String], folder: &TempDir) -> Child {
    let port = port.to_string();
    let mut command = Command::new("redis-server");
    command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]).args(options);
    program::spawn(command, "redis-server", folder)
}

/// Whether it answers before it exits.
async fn answers(port: u16, process: &mut Child) -> bool {
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}")).unwrap();
    let answer = async {
        loop {
            if process.try_wait().unwrap().is_some() {
                return false;
            }
            match client.get_multiplexed_async_connection().await {
                Ok(_) => return true,
                // A Redis that requires a password is running, too.
                Err(error) if error.kind() == redis::ErrorKind::AuthenticationFailed => return true,
                Err(error) if error.code() == Some("NOAUTH") => return true,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    soon("Redis", answer).await
}
