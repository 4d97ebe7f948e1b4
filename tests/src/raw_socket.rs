//! A TCP connection for raw HTTP/1.1: [`RawSocket`].

use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::soon;

/// A TCP connection on which arbitrary bytes can be sent.
#[derive(Debug)]
pub struct RawSocket {
    stream: TcpStream,
    read: Vec<u8>,
}

impl RawSocket {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = soon("connecting", TcpStream::connect(address)).await.unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Connects from a local address.
    pub async fn from_address(own: IpAddr, address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((own, 0).into()).unwrap();
        let stream = soon("connecting", socket.connect(address)).await.unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Connects from a port that another connection may have used. None if the port is taken.
    pub async fn from(port: u16, address: SocketAddr) -> Option<Self> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(([127, 0, 0, 1], port).into()).ok()?;
        let stream = soon("connecting", socket.connect(address)).await.ok()?;
        Some(Self { stream, read: Vec::new() })
    }

    /// Closes the connection with a reset, so that its port is free.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// The local port.
    pub fn port(&self) -> u16 {
        self.stream.local_addr().unwrap().port()
    }

    /// Sends bytes. Errors are ignored: a server may close before it has read everything.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = soon("sending", self.stream.write_all(bytes.as_ref())).await;
    }

    /// Sends a POST to the MCP endpoint with these header lines and a body with `Content-Length`.
    pub async fn post(&mut self, target: &str, headers: &[&str], body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        let mut head = format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json, text/event-stream\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        for header in headers {
            head.extend([header, "\r\n"]);
        }
        head.push_str("\r\n");
        self.send([head.as_bytes(), body].concat()).await;
    }

    /// The next response: status, head, and body. None if the connection is closed before.
    pub async fn answer(&mut self) -> Option<(u16, String, String)> {
        let head = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
            }
            self.more().await?;
        };
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        let lower = head.to_ascii_lowercase();
        let body = if lower.contains("transfer-encoding: chunked") {
            self.chunks().await?
        } else {
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length = length.map_or(0, |length| length.trim().parse().unwrap());
            self.exactly(length).await?
        };
        Some((status, head, String::from_utf8_lossy(&body).into_owned()))
    }

    /// Waits until bytes have come, and leaves them unread.
    pub async fn readable(&self) {
        soon("the first bytes", self.stream.readable()).await.unwrap();
    }

    /// All bytes until the connection is closed.
    pub async fn rest(mut self) -> String {
        while self.more().await.is_some() {}
        String::from_utf8_lossy(&self.read).into_owned()
    }

    async fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(end) = find(&self.read, b"\r\n") {
                    break String::from_utf8(self.read.drain(..end + 2).collect()).unwrap();
                }
                self.more().await?;
            };
            let length = usize::from_str_radix(line.trim(), 16).unwrap();
            let chunk = self.exactly(length + 2).await?;
            if length == 0 {
                return Some(body);
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }

    async fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.read.len() < length {
            self.more().await?;
        }
        Some(self.read.drain(..length).collect())
    }

    async fn more(&mut self) -> Option<()> {
        let length = soon("reading", self.stream.read_buf(&mut self.read)).await.ok()?;
        (length > 0).then_some(())
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
