use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{AddrListener, Address, Handle, Server};
use hyper::body::Incoming;
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tower::service_fn;

use super::admission::{Admission, CONNECTION_WINDOW, Connection, STREAM_WINDOW, STREAMS};
use super::{FAREWELL, rejection, tls};
use crate::metrics::Metrics;

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
    admission: &Arc<Admission>,
    metrics: &Metrics,
    ending: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let place =
        BindAddr { address, open: metrics.connections(), admission: Arc::clone(admission), connection: None };
    let listener = LimitedListener::bind_to(place).await?;
    let BindAddr { address, .. } = listener.get_local_addr()?;
    let handle = Handle::<BindAddr>::new();
    let mut server = Server::from_listener(listener).handle(handle.clone()).first_request_timeout(SILENCE);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(SILENCE * 6).max_buf_size(HEADERS as usize);
    builder
        .http2()
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(STREAM_WINDOW as usize)
        .keep_alive_interval(SILENCE * 3)
        .keep_alive_timeout(SILENCE);

    tokio::spawn(async move {
        ending.await;
        handle.graceful_shutdown(Some(FAREWELL));
    });
    let admission = Arc::clone(admission);
    let app = service_fn(move |place: BindAddr| {
        let (app, admission, connection) = (app.clone(), Arc::clone(&admission), place.connection);
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (app, admission, connection) = (app.clone(), Arc::clone(&admission), connection.clone());
            async move {
                let Some(connection) = connection else {
                    return Ok(rejection::nowhere().await.into_response());
                };
                Ok::<_, Infallible>(admission.serve(connection, request.map(Body::new), app).await)
            }
        });
        std::future::ready(Ok::<_, Infallible>(service))
    });
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

/// An address to listen on, whose connections are counted; or that of a client, with its connection.
#[derive(Clone, Debug)]
struct BindAddr {
    address: SocketAddr,
    open: Gauge,
    admission: Arc<Admission>,
    connection: Option<Arc<Connection>>,
}

struct LimitedListener {
    listener: TcpListener,
    place: BindAddr,
}

/// The socket of a connection that has been admitted.
struct CountedStream {
    stream: TcpStream,
    connection: Arc<Connection>,
    place: BindAddr,
}

impl Drop for CountedStream {
    fn drop(&mut self) {
        self.place.open.dec();
        self.place.admission.disconnected(&self.connection);
    }
}

impl Address for BindAddr {
    type Stream = CountedStream;
    type Listener = LimitedListener;
}

impl AddrListener<CountedStream, BindAddr> for LimitedListener {
    async fn bind_to(place: BindAddr) -> io::Result<Self> {
        let address = place.address;
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Elsewhere it would let two processes have one port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(QUEUE)?;
        Ok(Self { listener, place })
    }

    async fn accept_stream(&self) -> io::Result<(CountedStream, BindAddr)> {
        loop {
            let (stream, address) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                // Most likely there are no more files. The caller tries again in a moment.
                Err(error) => {
                    self.place.admission.make_room();
                    return Err(error);
                }
            };
            // Where there is no room, the stream is dropped.
            let Some(connection) = self.place.admission.connect(address.ip()) else { continue };
            // An answer is a few small writes, which must not wait for one another.
            if stream.set_nodelay(true).is_err() {
                self.place.admission.disconnected(&connection);
                continue;
            }
            self.place.open.inc();
            let place = BindAddr { address, ..self.place.clone() };
            let counted = CountedStream { stream, connection: Arc::clone(&connection), place: place.clone() };
            return Ok((counted, BindAddr { connection: Some(connection), ..place }));
        }
    }

    fn get_local_addr(&self) -> io::Result<BindAddr> {
        Ok(BindAddr { address: self.listener.local_addr()?, ..self.place.clone() })
    }
}

impl CountedStream {
    /// What is closed takes no more bytes.
    fn written<T>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.connection.poll_closed(context.waker()) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = write(Pin::new(&mut self.stream), context);
        self.connection.blocked(written.is_pending());
        written
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.connection.poll_closed(context.waker()) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.written(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.connection.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.written(context, |stream, context| stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
