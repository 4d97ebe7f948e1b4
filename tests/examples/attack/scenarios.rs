//! What strangers do. Each scenario says how much of it was refused.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Result, ensure};
use axum::body::Bytes;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::HONEST;
use crate::aim::Aim;

/// The server, and where the stranger is.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) stranger: IpAddr,
}

type Attack = fn(Target) -> Pin<Box<dyn Future<Output = Result<String>>>>;

/// An attack, and after how long memory is looked at again.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) attack: Attack,
    pub(crate) later: Duration,
    pub(crate) aims: &'static [Aim],
}

const SOON: Duration = Duration::from_secs(5);

pub(crate) const SCENARIOS: [Scenario; 14] = [
    Scenario {
        name: "findTools: a query of 1 MB",
        attack: |target| Box::pin(query(target)),
        later: SOON,
        aims: &[Aim::Processor(200)],
    },
    Scenario {
        name: "fields and site_id of 1 MB",
        attack: |target| Box::pin(arguments(target)),
        later: SOON,
        aims: &[Aim::Processor(200)],
    },
    Scenario {
        name: "24 messages of 1 MB in nested lists",
        attack: |target| Box::pin(nested(target)),
        later: SOON,
        aims: &[Aim::Processor(500), Aim::Peak(100), Aim::Later(100)],
    },
    Scenario {
        name: "HTTP/2: 15 x 128 answers, window 0",
        attack: |target| Box::pin(untaken(target)),
        later: SOON,
        aims: &[Aim::Peak(200)],
    },
    Scenario {
        name: "HTTP/2: 48 x 32 small answers, window 0",
        attack: |target| Box::pin(small_untaken(target)),
        later: SOON,
        aims: &[Aim::Peak(80)],
    },
    Scenario {
        name: "240 searches of the page at once",
        attack: |target| Box::pin(searches(target)),
        later: SOON,
        aims: &[Aim::Processor(2_000)],
    },
    Scenario {
        name: "the page, 40 x 20 times at once",
        attack: |target| Box::pin(pages(target)),
        later: SOON,
        aims: &[Aim::Processor(2_000), Aim::Peak(150)],
    },
    Scenario {
        name: "findTools: 128 made-up tokens for 5 s",
        attack: |target| Box::pin(finding(target)),
        later: SOON,
        aims: &[Aim::Asked(0)],
    },
    Scenario {
        name: "HTTP/2: 4 x 128 unfinished bodies",
        attack: |target| Box::pin(unfinished_h2(target)),
        later: SOON,
        aims: &[Aim::Peak(100)],
    },
    Scenario {
        name: "700 unfinished bodies of 1 MB",
        attack: |target| Box::pin(unfinished(target)),
        later: SOON,
        aims: &[Aim::Peak(100)],
    },
    Scenario {
        name: "8,250 idle connections",
        attack: |target| Box::pin(idle(target)),
        later: SOON,
        aims: &[Aim::Peak(80)],
    },
    Scenario {
        name: "1,000 streams of made-up tokens",
        attack: |target| Box::pin(streams(target)),
        later: SOON,
        aims: &[Aim::Peak(80), Aim::Asked(50)],
    },
    Scenario {
        name: "3,000 sessions and calls of made-up tokens",
        attack: |target| Box::pin(made_up(target)),
        later: SOON,
        aims: &[Aim::Peak(80), Aim::Asked(50)],
    },
    Scenario {
        name: "16 answers of 30 MB at once",
        attack: |target| Box::pin(large(target)),
        later: Duration::from_mins(1),
        aims: &[Aim::Peak(600), Aim::Later(150)],
    },
];

/// A message of the revision without sessions.
pub(crate) fn message(method: &str, params: &Value) -> String {
    let mut params = params.clone();
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "attack", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

pub(crate) fn modern(request: RequestBuilder, method: &str, token: &str) -> RequestBuilder {
    request
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", method)
        .header("x-authorization", token)
}

fn client(target: Target) -> Result<Client> {
    Ok(Client::builder().no_proxy().local_address(target.stranger).build()?)
}

async fn call(
    target: Target,
    client: &Client,
    query: &str,
    token: &str,
    tool: &str,
    arguments: Value,
) -> Result<(u16, String)> {
    let body = message("tools/call", &json!({ "name": tool, "arguments": arguments }));
    let request = client.post(format!("http://{}/mcp{query}", target.address));
    let answer = modern(request, "tools/call", token).header("mcp-name", tool).body(body).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

async fn query(target: Target) -> Result<String> {
    let words: Vec<_> = (0..130_000).map(|number| format!("w{number}")).collect();
    let told =
        call(target, &client(target)?, "", "made-up-token", "findTools", json!({ "query": words.join(" ") }))
            .await?
            .1;
    ensure!(told.contains("at most 500"), "{told}");
    Ok("1 of 1".to_owned())
}

async fn arguments(target: Target) -> Result<String> {
    let client = client(target)?;
    let fields = json!({ "fields": "name,".repeat(180_000) });
    let one = call(target, &client, "?mode=all", "made-up-token", "searchOrgAlarms", fields).await?.1;
    let site = json!({ "site_id": "x".repeat(520_000) });
    let other = call(target, &client, "?mode=all", "made-up-token", "getSiteInfo", site).await?.1;
    ensure!(one.contains("at most") && other.contains("at most 200"), "{one} {other}");
    Ok("2 of 2".to_owned())
}

/// Lists in lists in `_meta`, which take two hundred times the memory of their text, in calls that wait for Mist: half
/// of them with as many lists as fit into a message, half with as many as are read.
async fn nested(target: Target) -> Result<String> {
    let client = client(target)?;
    let mut calls = JoinSet::new();
    for number in 0..24 {
        let client = client.clone();
        calls.spawn(async move {
            let lists =
                vec!["[".repeat(100) + &"]".repeat(100); if number % 2 == 0 { 5_100 } else { 190 }].join(",");
            let site = format!("00000000-0000-4000-9000-{number:012}");
            let body =
                message("tools/call", &json!({ "name": "getSiteInfo", "arguments": { "site_id": site } }));
            let head = r#""io.modelcontextprotocol/clientCapabilities":{"#;
            let body = body.replacen(head, &format!(r#"{head}"experimental":{{"a":{{"b":[{lists}]}}}}"#), 1);
            let request = client.post(format!("http://{}/mcp?mode=all", target.address)).body(body);
            let request = modern(request, "tools/call", "made-up-token").header("mcp-name", "getSiteInfo");
            anyhow::Ok(request.send().await?.status().as_u16())
        });
    }
    let mut refused = 0;
    while let Some(called) = calls.join_next().await {
        refused += usize::from(matches!(called??, 400 | 429));
    }
    ensure!(refused >= 12, "{refused} of 24 were refused");
    Ok(format!("{refused} of 24"))
}

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

async fn untaken(target: Target) -> Result<String> {
    let list = Bytes::from(message("tools/list", &json!({})));
    let mut connections = Vec::new();
    for _ in 0..15 {
        connections.push(over_h2(target, 0, 128, &list, true).await?);
    }
    refused_in(connections, 15 * 128).await
}

/// Answers of some bytes to requests without a token, from three addresses. All connections have to be closed.
async fn small_untaken(target: Target) -> Result<String> {
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

async fn searches(target: Target) -> Result<String> {
    let (client, mut searching) = (client(target)?, JoinSet::new());
    for number in 0..240 {
        let words = "site+device+wlan+clients+switch+port+".repeat(13);
        let request = client.get(format!("http://{}/search?query={number}+{words}", target.address)).send();
        searching.spawn(async move { anyhow::Ok(request.await?.status().as_u16()) });
    }
    let mut refused = 0;
    while let Some(searched) = searching.join_next().await {
        refused += usize::from(searched?? == 429);
    }
    ensure!(refused > 100, "{refused} of 240 were refused");
    Ok(format!("{refused} of 240"))
}

async fn pages(target: Target) -> Result<String> {
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".repeat(19);
    let last = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n";
    let mut loading = JoinSet::new();
    for _ in 0..40 {
        let (mut stream, request) = (connect(target).await?, format!("{request}{last}"));
        loading.spawn(async move {
            stream.write_all(request.as_bytes()).await?;
            let mut read = Vec::new();
            stream.read_to_end(&mut read).await?;
            anyhow::Ok(read.len())
        });
    }
    let mut bytes = 0;
    while let Some(loaded) = loading.join_next().await {
        bytes += loaded??;
    }
    ensure!(bytes > 800 * 10_000, "{bytes} bytes were read");
    Ok("0 of 800".to_owned())
}

async fn finding(target: Target) -> Result<String> {
    let (client, mut finding) = (client(target)?, JoinSet::new());
    let end = std::time::Instant::now() + Duration::from_secs(5);
    for number in 0..128 {
        let client = client.clone();
        finding.spawn(async move {
            let mut sent = 0;
            while std::time::Instant::now() < end {
                let query =
                    json!({ "query": format!("{number} {sent} {}", "site device wlan switch ".repeat(19)) });
                call(target, &client, "", &format!("made-up-{number}"), "findTools", query).await?;
                sent += 1;
            }
            anyhow::Ok(sent)
        });
    }
    let mut answered = 0;
    while let Some(found) = finding.join_next().await {
        answered += found??;
    }
    Ok(format!("0 of {answered}"))
}

async fn unfinished_h2(target: Target) -> Result<String> {
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

async fn unfinished(target: Target) -> Result<String> {
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Authorization: made-up-token\r\nContent-Length: 1000000\r\n\r\n";
    let mut sending = JoinSet::new();
    for number in 0..700_u32 {
        // Several strangers, or one would soon be refused.
        let target = Target { stranger: [127, 0, 0, 2 + u8::try_from(number % 10)?].into(), ..target };
        sending.spawn(async move {
            let mut stream = connect(target).await.ok()?;
            let whole = [head.as_bytes(), &vec![b' '; 999_000]].concat();
            let _ = tokio::time::timeout(Duration::from_secs(5), stream.write_all(&whole)).await;
            Some(stream)
        });
    }
    let (mut streams, mut refused) = (Vec::new(), 0);
    while let Some(stream) = sending.join_next().await {
        streams.extend(stream?);
    }
    for stream in &streams {
        let mut first = [0; 12];
        refused +=
            usize::from(matches!(stream.try_read(&mut first), Ok(12) if first.starts_with(b"HTTP/1.1")));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(format!("{refused} of 700"))
}

async fn idle(target: Target) -> Result<String> {
    let mut streams = Vec::new();
    for _ in 0..8_250 {
        streams.push(connect(target).await?);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut byte = [0];
    let closed = streams.iter().filter(|stream| !matches!(stream.try_read(&mut byte), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)).count();
    Ok(format!("{closed} of 8250 closed"))
}

async fn streams(target: Target) -> Result<String> {
    let (client, mut listening) = (client(target)?, JoinSet::new());
    for number in 0..1_000 {
        let client = client.clone();
        listening.spawn(async move {
            let body =
                message("subscriptions/listen", &json!({ "notifications": { "toolsListChanged": true } }));
            let request = client.post(format!("http://{}/mcp", target.address)).body(body);
            let request = modern(request, "subscriptions/listen", &format!("made-up-{}", number % 33));
            let listens = async {
                let mut answer = request.send().await?;
                while answer.chunk().await?.is_some() {}
                anyhow::Ok(())
            };
            anyhow::Ok(tokio::time::timeout(Duration::from_secs(8), listens).await.is_err())
        });
    }
    let mut refused = 0;
    while let Some(listened) = listening.join_next().await {
        refused += usize::from(!listened?.unwrap_or(false));
    }
    Ok(format!("{refused} of 1000"))
}

async fn made_up(target: Target) -> Result<String> {
    let client = client(target)?;
    let (mut sending, mut admitted) = (JoinSet::new(), 0);
    let begin = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": { "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "a", "version": "1" } },
    });
    for number in 0..3_000 {
        let (client, begin) = (client.clone(), begin.to_string());
        sending.spawn(async move {
            let token = format!("made-up-{number:08}");
            let request = client.post(format!("http://{}/mcp", target.address)).body(begin);
            let request =
                request.header("content-type", "application/json").header("x-authorization", &token);
            let request = request.header("accept", "application/json, text/event-stream");
            let opened = request.send().await.is_ok_and(|answer| answer.status() == 200);
            let called = call(target, &client, "?mode=all", &token, "getSelf", json!({})).await;
            opened || called.is_ok_and(|(_, told)| told.contains("\"isError\":false"))
        });
        if number % 100 == 99 {
            while let Some(sent) = sending.try_join_next() {
                admitted += usize::from(sent?);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    while let Some(sent) = sending.join_next().await {
        admitted += usize::from(sent?);
    }
    Ok(format!("{} of 3000", 3_000 - admitted))
}

async fn large(target: Target) -> Result<String> {
    let client = client(target)?;
    let mut calls = JoinSet::new();
    for number in 0..16 {
        let client = client.clone();
        calls.spawn(async move {
            let site = json!({ "site_id": format!("00000000-0000-4000-9000-{number:012}") });
            call(target, &client, "?mode=all", HONEST, "listSiteDevices", site).await
        });
    }
    let mut answered = 0;
    while let Some(called) = calls.join_next().await {
        answered += usize::from(called??.1.contains("left_out"));
    }
    Ok(format!("{} of 16", 16 - answered))
}
