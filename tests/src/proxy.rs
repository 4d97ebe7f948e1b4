//! An HTTP and SOCKS5 proxy: [`Proxy`].

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::lock;

/// An HTTP and SOCKS5 proxy that connects to one address, whatever the target. Dropping it stops it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    requested: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

/// How the proxy handles CONNECT.
#[derive(Clone, Copy, Debug)]
pub enum ConnectPolicy {
    /// Connects to this address.
    To(SocketAddr),
    /// Answers with this status.
    Not(u16),
}

impl Proxy {
    /// Starts the proxy.
    pub async fn start(connects: ConnectPolicy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, requested) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let all = Arc::clone(&requested);
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, connects, Arc::clone(&all)));
            }
        });
        Self { address, requested, serving }
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requested targets: protocol, host, port, and credentials if there were any.
    pub fn requested(&self) -> Vec<String> {
        lock(&self.requested).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Serves one connection until either side closes it.
async fn serve(
    mut client: TcpStream,
    connects: ConnectPolicy,
    requested: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let first = client.read_u8().await.ok()?;
    let (what, success, refused): (String, &[u8], Vec<u8>) = if first == 5 {
        (socks(&mut client).await?, &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0], vec![5, 2, 0, 1, 0, 0, 0, 0, 0, 0])
    } else {
        let mut head = vec![first];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?;
        let target = head.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let credentials = head.lines().find(|line| line.to_lowercase().starts_with("proxy-authorization"));
        let status = if let ConnectPolicy::Not(status) = connects { status } else { 200 };
        let what = credentials.map_or(target.clone(), |line| format!("{target} {line}"));
        (what, b"HTTP/1.1 200 OK\r\n\r\n", format!("HTTP/1.1 {status} No\r\n\r\n").into_bytes())
    };
    lock(&requested).push(what);
    let ConnectPolicy::To(address) = connects else {
        client.write_all(&refused).await.ok()?;
        return None;
    };
    let mut server = TcpStream::connect(address).await.ok()?;
    client.write_all(success).await.ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    Some(())
}

/// The SOCKS5 greeting and request, with a domain name.
async fn socks(client: &mut TcpStream) -> Option<String> {
    let mut methods = vec![0; usize::from(client.read_u8().await.ok()?)];
    client.read_exact(&mut methods).await.ok()?;
    client.write_all(&[5, 0]).await.ok()?;
    let mut head = [0; 4];
    client.read_exact(&mut head).await.ok()?;
    let mut name = vec![0; usize::from(client.read_u8().await.ok()?)];
    client.read_exact(&mut name).await.ok()?;
    let port = client.read_u16().await.ok()?;
    Some(format!("SOCKS5 {}:{port}", String::from_utf8(name).ok()?))
}
