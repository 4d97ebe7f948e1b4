use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{AddrListener, Address, Handle, Server};
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{FAREWELL, tls};
use crate::metrics::Metrics;

/// Connections at once. Those beyond wait in the system's queue until one is closed.
const CONNECTIONS: usize = 8_192;
/// Connections that the system holds until they are taken: as many clients may come at one moment.
const QUEUE: u32 = 1_024;
/// How long a connection may be silent before its first request, and between headers.
const SILENCE: Duration = Duration::from_secs(10);
/// Bytes of a request's headers.
const HEADERS: u32 = 32 * 1024;

/// Listens, with TLS where there is a certificate, until `ending` is over.
pub(super) async fn serve(
    address: SocketAddr,
    app: Router,
    tls: Option<(PathBuf, PathBuf)>,
    metrics: &Metrics,
    ending: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let listener = Bounded::bind_to(Place { address, open: metrics.connections() }).await?;
    let Place { address, .. } = listener.get_local_addr()?;
    let handle = Handle::<Place>::new();
    let mut server = Server::from_listener(listener).handle(handle.clone()).first_request_timeout(SILENCE);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(SILENCE * 6).max_buf_size(HEADERS as usize);
    builder.http2().max_concurrent_streams(128).max_header_list_size(HEADERS);

    tokio::spawn(async move {
        ending.await;
        handle.graceful_shutdown(Some(FAREWELL));
    });
    let app = app.into_make_service();
    match tls {
        Some((certificate, key)) => {
            let config = tls::watched(certificate, key).await?;
            ready(address);
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(SILENCE);
            server.acceptor(acceptor).serve(app).await
        }
        None => {
            ready(address);
            server.serve(app).await
        }
    }
}

/// An address to listen on, whose connections are counted.
#[derive(Clone, Debug)]
struct Place {
    address: SocketAddr,
    open: Gauge,
}

struct Bounded {
    listener: TcpListener,
    room: Arc<Semaphore>,
    open: Gauge,
}

/// A connection, and its place among those that there may be.
struct Counted {
    stream: TcpStream,
    open: Gauge,
    _room: OwnedSemaphorePermit,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.open.dec();
    }
}

impl Address for Place {
    type Stream = Counted;
    type Listener = Bounded;
}

impl AddrListener<Counted, Place> for Bounded {
    async fn bind_to(Place { address, open }: Place) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Elsewhere it would let two processes have one port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(QUEUE)?;
        Ok(Self { listener, room: Arc::new(Semaphore::new(CONNECTIONS)), open })
    }

    async fn accept_stream(&self) -> io::Result<(Counted, Place)> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, address) = self.listener.accept().await?;
        // An answer is a few small writes, which must not wait for one another.
        stream.set_nodelay(true)?;
        self.open.inc();
        let open = self.open.clone();
        Ok((Counted { stream, open: open.clone(), _room: room }, Place { address, open }))
    }

    fn get_local_addr(&self) -> io::Result<Place> {
        Ok(Place { address: self.listener.local_addr()?, open: self.open.clone() })
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
