//! The TCP listener of the HTTP server, with TLS, connection quotas and timeouts. See [`serve`].

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

use super::admission::{Admission, CONNECTION_WINDOW, ClientConnection, STREAM_WINDOW, STREAMS};
use super::{STREAM_CLOSE_TIMEOUT, rejection, tls};
use crate::metrics::Metrics;

/// The backlog of the listening socket: how many clients may connect in one moment.
const BACKLOG: u32 = 1_024;
/// Timeout for the first request on a connection, for a TLS handshake, and for HTTP/2 keep-alive.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest size of request headers, in bytes.
const MAX_HEADER_BYTES: u32 = 32 * 1024;

/// Listens until `shutdown` resolves, with TLS if there is a certificate.
pub(super) async fn serve(
    address: SocketAddr,
    app: Router,
    tls: Option<(PathBuf, PathBuf)>,
    admission: &Arc<Admission>,
    metrics: &Metrics,
    shutdown: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let bind_address =
        BindAddr { address, open: metrics.connections(), admission: Arc::clone(admission), connection: None };
    let listener = LimitedListener::bind_to(bind_address).await?;
    let BindAddr { address, .. } = listener.get_local_addr()?;
    let handle = Handle::<BindAddr>::new();
    let mut server =
        Server::from_listener(listener).handle(handle.clone()).first_request_timeout(IDLE_TIMEOUT);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(IDLE_TIMEOUT * 6).max_buf_size(MAX_HEADER_BYTES as usize);
    builder
        .http2()
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(STREAM_WINDOW as usize)
        .keep_alive_interval(IDLE_TIMEOUT * 3)
        .keep_alive_timeout(IDLE_TIMEOUT);

    tokio::spawn(async move {
        shutdown.await;
        handle.graceful_shutdown(Some(STREAM_CLOSE_TIMEOUT));
    });
    let admission = Arc::clone(admission);
    let app = service_fn(move |bind_address: BindAddr| {
        let (app, admission, connection) = (app.clone(), Arc::clone(&admission), bind_address.connection);
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (app, admission, connection) = (app.clone(), Arc::clone(&admission), connection.clone());
            async move {
                let Some(connection) = connection else {
                    return Ok(rejection::not_found().await.into_response());
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
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(IDLE_TIMEOUT);
            server.acceptor(acceptor).serve(app).await
        }
        None => {
            ready(address);
            server.serve(app).await
        }
    }
}

/// The address that a listener binds, or the address of a client with its connection.
#[derive(Clone, Debug)]
struct BindAddr {
    address: SocketAddr,
    open: Gauge,
    admission: Arc<Admission>,
    connection: Option<Arc<ClientConnection>>,
}

/// A listener that admits connections within the quotas.
struct LimitedListener {
    listener: TcpListener,
    bind_address: BindAddr,
}

/// The socket of an admitted connection. Counted as open until it is dropped.
struct CountedStream {
    stream: TcpStream,
    connection: Arc<ClientConnection>,
    bind_address: BindAddr,
}

impl Drop for CountedStream {
    fn drop(&mut self) {
        self.bind_address.open.dec();
        self.bind_address.admission.disconnected(&self.connection);
    }
}

impl Address for BindAddr {
    type Stream = CountedStream;
    type Listener = LimitedListener;
}

impl AddrListener<CountedStream, BindAddr> for LimitedListener {
    async fn bind_to(bind_address: BindAddr) -> io::Result<Self> {
        let address = bind_address.address;
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Not on Windows, where it would allow two processes to bind the same port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        Ok(Self { listener, bind_address })
    }

    async fn accept_stream(&self) -> io::Result<(CountedStream, BindAddr)> {
        loop {
            let (stream, address) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                // The client has left already.
                Err(error) if is_of_connection(&error) => continue,
                // The caller retries after a moment.
                Err(error) => {
                    if is_out_of_descriptors(&error) {
                        self.bind_address.admission.make_room();
                    }
                    return Err(error);
                }
            };
            // Without a free slot, the stream is dropped.
            let Some(connection) = self.bind_address.admission.connect(address.ip()) else { continue };
            // A response is a few small writes, which Nagle's algorithm would delay.
            if stream.set_nodelay(true).is_err() {
                self.bind_address.admission.disconnected(&connection);
                continue;
            }
            self.bind_address.open.inc();
            let bind_address = BindAddr { address, ..self.bind_address.clone() };
            let counted = CountedStream {
                stream,
                connection: Arc::clone(&connection),
                bind_address: bind_address.clone(),
            };
            return Ok((counted, BindAddr { connection: Some(connection), ..bind_address }));
        }
    }

    fn get_local_addr(&self) -> io::Result<BindAddr> {
        Ok(BindAddr { address: self.listener.local_addr()?, ..self.bind_address.clone() })
    }
}

/// Whether an error of accepting is about one connection, and not about the listener.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Whether the process, or the system, is out of file descriptors.
fn is_out_of_descriptors(error: &io::Error) -> bool {
    // `WSAEMFILE`; elsewhere `ENFILE` and `EMFILE`, which have the same numbers on all Unix systems.
    let numbers: &[i32] = if cfg!(windows) { &[10_024] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|number| numbers.contains(&number))
}

impl CountedStream {
    /// Writes to the socket, unless the connection has been closed.
    fn write_open<T>(
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
        self.write_open(context, |stream, context| stream.poll_write(context, bytes))
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
        self.write_open(context, |stream, context| stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(unix, feature = "cli"))]
    #[test]
    fn room_is_made_only_for_want_of_file_descriptors() {
        use rustix::io::Errno;

        for (errno, of_connection, out_of_descriptors) in [
            (Errno::MFILE, false, true),
            (Errno::NFILE, false, true),
            (Errno::CONNABORTED, true, false),
            (Errno::CONNRESET, true, false),
            (Errno::NOBUFS, false, false),
            (Errno::PERM, false, false),
        ] {
            let error = io::Error::from(errno);
            let found = (is_of_connection(&error), is_out_of_descriptors(&error));
            assert_eq!(found, (of_connection, out_of_descriptors), "{error}");
        }
    }
}
