//! A mock upstream that sends raw bytes: [`RawUpstream`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// An upstream that answers each request with raw bytes, valid HTTP or not. Dropping it stops it.
#[derive(Debug)]
pub struct RawUpstream {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    task: AbortHandle,
}

/// What happens to the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterResponse {
    /// It is kept open for the next request.
    KeepOpen,
    /// It is closed.
    Close,
}

impl RawUpstream {
    /// Starts an upstream with these answers in turn, the last one repeated. An empty answer closes the connection.
    pub async fn start(answers: impl IntoIterator<Item = (Vec<u8>, AfterResponse)>) -> Self {
        let answers: Arc<[_]> = answers.into_iter().collect();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, Arc::clone(&answers), Arc::clone(&counted)));
            }
        });
        Self { address, requests, task: task.abort_handle() }
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of requests received.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for RawUpstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut connection: TcpStream,
    answers: Arc<[(Vec<u8>, AfterResponse)]>,
    requests: Arc<AtomicUsize>,
) {
    while read_head(&mut connection).await {
        let number = requests.fetch_add(1, Ordering::SeqCst);
        let (answer, then) = &answers[number.min(answers.len() - 1)];
        // A client may disconnect in the middle of an answer.
        if connection.write_all(answer).await.is_err() || *then == AfterResponse::Close {
            return;
        }
    }
}

/// Reads up to the end of a request head.
async fn read_head(connection: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return false,
        }
    }
    true
}
