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
    metrics: Arc<Metrics>,
    ending: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let listener = Bounded::bind_to(Place(address)).await?;
    let address = listener.get_local_addr()?;
    let handle = Handle::<Place>::new();
    let mut server = Server::from_listener(listener).handle(handle.clone()).first_request_timeout(SILENCE);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(SILENCE * 6).max_buf_size(HEADERS as usize);
    builder.http2().max_concurrent_streams(128).max_header_list_size(HEADERS);

    let closer = handle.clone();
    tokio::spawn(async move {
        ending.await;
        closer.graceful_shutdown(Some(FAREWELL));
    });
    let counter = tokio::spawn(async move {
        loop {
            metrics.connections(handle.connection_count());
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let app = app.into_make_service();
    let outcome = match tls {
        Some((certificate, key)) => {
            let config = tls::watched(certificate, key).await?;
            ready(address.0);
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(SILENCE);
            server.acceptor(acceptor).serve(app).await
        }
        None => {
            ready(address.0);
            server.serve(app).await
        }
    };
    counter.abort();
    outcome
}

/// An address to listen on, whose connections are counted.
#[derive(Clone, Copy, Debug)]
struct Place(SocketAddr);

struct Bounded {
    listener: TcpListener,
    room: Arc<Semaphore>,
}

/// A connection, and its place among those that there may be.
struct Counted {
    stream: TcpStream,
    _room: OwnedSemaphorePermit,
}

impl Address for Place {
    type Stream = Counted;
    type Listener = Bounded;
}

impl AddrListener<Counted, Place> for Bounded {
    async fn bind_to(address: Place) -> io::Result<Self> {
        let socket = if address.0.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Elsewhere it would let two processes have one port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address.0)?;
        let listener = socket.listen(QUEUE)?;
        Ok(Self { listener, room: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    async fn accept_stream(&self) -> io::Result<(Counted, Place)> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, address) = self.listener.accept().await?;
        // An answer is a few small writes, which must not wait for one another.
        stream.set_nodelay(true)?;
        Ok((Counted { stream, _room: room }, Place(address)))
    }

    fn get_local_addr(&self) -> io::Result<Place> {
        self.listener.local_addr().map(Place)
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
