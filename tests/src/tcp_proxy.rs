//! A TCP proxy with delays: [`TcpProxy`].

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// A TCP proxy to a loopback port that delays everything. Dropping it closes it.
#[derive(Debug)]
pub struct TcpProxy {
    address: SocketAddr,
    delay: watch::Sender<Duration>,
    task: AbortHandle,
}

impl TcpProxy {
    /// Starts a proxy to a loopback port, without delay.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (delay, delays) = watch::channel(Duration::ZERO);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(connect(client, port, delays.clone()));
            }
        });
        Self { address, delay, task: task.abort_handle() }
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the delay of each direction.
    pub fn set_delay(&self, each_way: Duration) {
        self.delay.send_replace(each_way);
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn connect(client: TcpStream, port: u16, delays: watch::Receiver<Duration>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    // If one direction ends, the other is closed.
    tokio::select! {
        ended = pass(from_client, to_server, delays.clone()) => ended,
        ended = pass(from_server, to_client, delays) => ended,
    }
}

/// Forwards data in order, each piece after the delay. Many pieces can be in flight.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delays: watch::Receiver<Duration>,
) -> io::Result<()> {
    let (in_flight, mut arriving) = mpsc::unbounded_channel();
    let reading = async move {
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let length = from.read(&mut bytes).await?;
            let due = Instant::now() + *delays.borrow();
            if length == 0 || in_flight.send((due, bytes[..length].to_vec())).is_err() {
                return Ok(());
            }
        }
    };
    let writing = async move {
        while let Some((due, bytes)) = arriving.recv().await {
            sleep_until(due).await;
            to.write_all(&bytes).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(reading, writing).map(|_| ())
}
