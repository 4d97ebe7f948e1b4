//! What strangers do. Each [`Scenario`] says how much of it was refused.

mod connections;
mod requests;

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use anyhow::Result;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::task::JoinSet;

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

const fn scenario(name: &'static str, attack: Attack, aims: &'static [Aim]) -> Scenario {
    Scenario { name, attack, later: Duration::from_secs(5), aims }
}

pub(crate) const SCENARIOS: [Scenario; 14] = [
    scenario(
        "findTools: a query of 1 MB",
        |target| Box::pin(requests::query(target)),
        &[Aim::Processor(200)],
    ),
    scenario(
        "fields and site_id of 1 MB",
        |target| Box::pin(requests::arguments(target)),
        &[Aim::Processor(200)],
    ),
    scenario(
        "24 messages of 1 MB in nested lists",
        |target| Box::pin(requests::nested(target)),
        &[Aim::Processor(500), Aim::Peak(100), Aim::Later(100)],
    ),
    scenario(
        "HTTP/2: 15 x 128 answers, window 0",
        |target| Box::pin(connections::untaken(target)),
        &[Aim::Peak(200)],
    ),
    scenario(
        "HTTP/2: 48 x 32 small answers, window 0",
        |target| Box::pin(connections::small_untaken(target)),
        &[Aim::Peak(80)],
    ),
    scenario(
        "240 searches of the page at once",
        |target| Box::pin(requests::searches(target)),
        &[Aim::Processor(2_000)],
    ),
    scenario(
        "the page, 40 x 20 times at once",
        |target| Box::pin(connections::pages(target)),
        &[Aim::Processor(2_000), Aim::Peak(150)],
    ),
    scenario(
        "findTools: 128 made-up tokens for 5 s",
        |target| Box::pin(requests::finding(target)),
        &[Aim::Asked(0)],
    ),
    scenario(
        "HTTP/2: 4 x 128 unfinished bodies",
        |target| Box::pin(connections::unfinished_h2(target)),
        &[Aim::Peak(100)],
    ),
    scenario(
        "700 unfinished bodies of 1 MB",
        |target| Box::pin(connections::unfinished(target)),
        &[Aim::Peak(100)],
    ),
    scenario("8,250 idle connections", |target| Box::pin(connections::idle(target)), &[Aim::Peak(80)]),
    scenario(
        "1,000 streams of made-up tokens",
        |target| Box::pin(requests::streams(target)),
        &[Aim::Peak(80), Aim::Asked(50)],
    ),
    scenario(
        "3,000 sessions and calls of made-up tokens",
        |target| Box::pin(requests::made_up(target)),
        &[Aim::Peak(80), Aim::Asked(50)],
    ),
    Scenario {
        later: Duration::from_mins(1),
        ..scenario(
            "16 answers of 30 MB at once",
            |target| Box::pin(requests::large(target)),
            &[Aim::Peak(600), Aim::Later(150)],
        )
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

/// The results of tasks that run at once.
async fn at_once<T: Send + 'static>(
    tasks: impl Iterator<Item = impl Future<Output = Result<T>> + Send + 'static>,
) -> Result<Vec<T>> {
    tasks.collect::<JoinSet<_>>().join_all().await.into_iter().collect()
}
