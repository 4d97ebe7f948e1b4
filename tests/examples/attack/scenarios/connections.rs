//! Attacks by connections: bodies that do not end, answers that are not read, connections that are idle.

use std::time::Duration;

use anyhow::{Result, ensure};
use axum::body::Bytes;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::{Target, at_once, message};

async fn connect(target: Target) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((target.stranger, 0).into())?;
    Ok(socket.connect(target.address).await?)
}

/// Requests on an HTTP/2 connection, as many as it takes at once.
async fn over_h2(
    target: Target,
    window: u32,
    streams: usize,
    body: &Bytes,
    ends: bool,
) -> Result<JoinHandles> {
    let handshake = h2::client::Builder::new().initial_window_size(window).handshake(connect(target).await?);
    let (mut requests, connection) = handshake.await?;
    let driving = tokio::spawn(async move {
        let _ = connection.await;
    });
    let mut sent = Vec::new();
    for _ in 0..streams {
        let Ok(Ok(ready)) = tokio::time::timeout(Duration::from_millis(300), requests.ready()).await else {
            break;
        };
        requests = ready;
        let request = http::Request::post(format!("http://{}/mcp?mode=all", target.address))
            .header("x-authorization", "made-up-token")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/list")
            .body(())?;
        let (answer, mut stream) = requests.send_request(request, false)?;
        stream.send_data(body.clone(), ends)?;
        sent.push((answer, stream));
    }
    Ok(JoinHandles { sent, _driving: driving })
}

struct JoinHandles {
    sent: Vec<(h2::client::ResponseFuture, h2::SendStream<Bytes>)>,
    _driving: tokio::task::JoinHandle<()>,
}

pub(super) async fn untaken(target: Target) -> Result<String> {
    let list = Bytes::from(message("tools/list", &json!({})));
    let mut connections = Vec::new();
    for _ in 0..15 {
        connections.push(over_h2(target, 0, 128, &list, true).await?);
    }
    refused_in(connections, 15 * 128).await
}

/// Answers of some bytes to requests without a token, from three addresses. All connections have to be closed.
pub(super) async fn small_untaken(target: Target) -> Result<String> {
    const CONNECTIONS: u8 = 48;
    let (mut connections, mut held) = (JoinSet::new(), Vec::new());
    for number in 0..CONNECTIONS {
        let target = Target { stranger: [127, 0, 0, 2 + number / 16].into(), ..target };
        let handshake =
            h2::client::Builder::new().initial_window_size(0).handshake::<_, Bytes>(connect(target).await?);
        let (mut requests, connection) = handshake.await?;
        connections.spawn(connection);
        for _ in 0..32 {
            requests = requests.ready().await?;
            let request = http::Request::get(format!("http://{}/nothing", target.address)).body(())?;
            held.push(requests.send_request(request, true)?);
        }
        held.truncate(100_000);
        std::mem::forget(requests);
    }
    let mut closed = 0;
    let closing = async {
        while connections.join_next().await.is_some() {
            closed += 1;
        }
    };
    let _ = tokio::time::timeout(Duration::from_mins(1), closing).await;
    ensure!(closed == CONNECTIONS, "{closed} of {CONNECTIONS} connections were closed");
    Ok(format!("{closed} of {CONNECTIONS} closed"))
}

pub(super) async fn pages(target: Target) -> Result<String> {
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".repeat(19);
    let last = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n";
    let loading = (0..40).map(|_| {
        let request = format!("{request}{last}");
        async move {
            let mut stream = connect(target).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut read = Vec::new();
            stream.read_to_end(&mut read).await?;
            Ok(read.len())
        }
    });
    let bytes: usize = at_once(loading).await?.into_iter().sum();
    ensure!(bytes > 800 * 10_000, "{bytes} bytes were read");
    Ok("0 of 800".to_owned())
}

pub(super) async fn unfinished_h2(target: Target) -> Result<String> {
    let body = Bytes::from(vec![b' '; 1_000_000]);
    let mut connections = Vec::new();
    for _ in 0..4 {
        connections.push(over_h2(target, 65_535, 128, &body, false).await?);
    }
    refused_in(connections, 4 * 128).await
}

async fn refused_in(connections: Vec<JoinHandles>, wanted: usize) -> Result<String> {
    let (mut served, mut kept) = (0, Vec::new());
    for mut connection in connections {
        for (answer, stream) in connection.sent.drain(..) {
            let answer = tokio::time::timeout(Duration::from_millis(20), answer).await;
            served +=
                usize::from(matches!(&answer, Ok(Ok(answer)) if answer.status() == 200) || answer.is_err());
            kept.push((answer, stream));
        }
        kept.truncate(100_000);
        std::mem::forget(connection);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(format!("{} of {wanted}", wanted.saturating_sub(served)))
}

pub(super) async fn unfinished(target: Target) -> Result<String> {
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: made-up-token\r\nContent-Length: 1000000\r\n\r\n";
    let sending = (0..700_u32).map(|number| async move {
        // Several strangers, or one would soon be refused.
        let target = Target { stranger: [127, 0, 0, 2 + u8::try_from(number % 10)?].into(), ..target };
        let Ok(mut stream) = connect(target).await else { return Ok(None) };
        let whole = [head.as_bytes(), &vec![b' '; 999_000]].concat();
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.write_all(&whole)).await;
        Ok(Some(stream))
    });
    let (streams, mut refused) = (at_once(sending).await?, 0);
    for stream in streams.iter().flatten() {
        let mut first = [0; 12];
        refused +=
            usize::from(matches!(stream.try_read(&mut first), Ok(12) if first.starts_with(b"HTTP/1.1")));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(format!("{refused} of 700"))
}

pub(super) async fn idle(target: Target) -> Result<String> {
    let mut streams = Vec::new();
    for _ in 0..8_250 {
        streams.push(connect(target).await?);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut byte = [0];
    let closed = streams.iter().filter(|stream| !matches!(stream.try_read(&mut byte), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)).count();
    Ok(format!("{closed} of 8250 closed"))
}
