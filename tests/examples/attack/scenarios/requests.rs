//! Attacks by requests: large or nested arguments, many searches, many invented tokens, large answers.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::task::JoinSet;

use super::{Target, at_once, call, client, message, modern};
use crate::HONEST;

pub(super) async fn query(target: Target) -> Result<String> {
    let words: Vec<_> = (0..130_000).map(|number| format!("w{number}")).collect();
    let told =
        call(target, &client(target)?, "", "made-up-token", "findTools", json!({ "query": words.join(" ") }))
            .await?
            .1;
    ensure!(told.contains("at most 500"), "{told}");
    Ok("1 of 1".to_owned())
}

pub(super) async fn arguments(target: Target) -> Result<String> {
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
pub(super) async fn nested(target: Target) -> Result<String> {
    let client = client(target)?;
    let calls = (0..24).map(|number| {
        let client = client.clone();
        async move {
            let lists =
                vec!["[".repeat(100) + &"]".repeat(100); if number % 2 == 0 { 5_100 } else { 190 }].join(",");
            let site = format!("00000000-0000-4000-9000-{number:012}");
            let body =
                message("tools/call", &json!({ "name": "getSiteInfo", "arguments": { "site_id": site } }));
            let head = r#""io.modelcontextprotocol/clientCapabilities":{"#;
            let body = body.replacen(head, &format!(r#"{head}"experimental":{{"a":{{"b":[{lists}]}}}}"#), 1);
            let request = client.post(format!("http://{}/mcp?mode=all", target.address)).body(body);
            let request = modern(request, "tools/call", "made-up-token").header("mcp-name", "getSiteInfo");
            Ok(request.send().await?.status().as_u16())
        }
    });
    let refused = at_once(calls).await?.into_iter().filter(|status| matches!(status, 400 | 429)).count();
    ensure!(refused >= 12, "{refused} of 24 were refused");
    Ok(format!("{refused} of 24"))
}

pub(super) async fn searches(target: Target) -> Result<String> {
    let client = client(target)?;
    let searches = (0..240).map(|number| {
        let words = "site+device+wlan+clients+switch+port+".repeat(13);
        let request = client.get(format!("http://{}/search?query={number}+{words}", target.address)).send();
        async move { Ok(request.await?.status().as_u16()) }
    });
    let refused = at_once(searches).await?.into_iter().filter(|status| *status == 429).count();
    ensure!(refused > 100, "{refused} of 240 were refused");
    Ok(format!("{refused} of 240"))
}

pub(super) async fn finding(target: Target) -> Result<String> {
    let client = client(target)?;
    let end = std::time::Instant::now() + Duration::from_secs(5);
    let finding = (0..128).map(|number| {
        let client = client.clone();
        async move {
            let mut sent = 0;
            while std::time::Instant::now() < end {
                let query =
                    json!({ "query": format!("{number} {sent} {}", "site device wlan switch ".repeat(19)) });
                call(target, &client, "", &format!("made-up-{number}"), "findTools", query).await?;
                sent += 1;
            }
            Ok(sent)
        }
    });
    let answered: usize = at_once(finding).await?.into_iter().sum();
    Ok(format!("0 of {answered}"))
}

pub(super) async fn streams(target: Target) -> Result<String> {
    let client = client(target)?;
    let listening = (0..1_000).map(|number| {
        let client = client.clone();
        async move {
            let body =
                message("subscriptions/listen", &json!({ "notifications": { "toolsListChanged": true } }));
            let request = client.post(format!("http://{}/mcp", target.address)).body(body);
            let request = modern(request, "subscriptions/listen", &format!("made-up-{}", number % 33));
            let listens = async {
                let mut answer = request.send().await?;
                while answer.chunk().await?.is_some() {}
                anyhow::Ok(())
            };
            Ok(tokio::time::timeout(Duration::from_secs(8), listens).await.is_err())
        }
    });
    let refused = at_once(listening).await?.into_iter().filter(|listens| !listens).count();
    Ok(format!("{refused} of 1000"))
}

pub(super) async fn made_up(target: Target) -> Result<String> {
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

pub(super) async fn large(target: Target) -> Result<String> {
    let client = client(target)?;
    let calls = (0..16).map(|number| {
        let client = client.clone();
        async move {
            let site = json!({ "site_id": format!("00000000-0000-4000-9000-{number:012}") });
            call(target, &client, "?mode=all", HONEST, "listSiteDevices", site).await
        }
    });
    let answered = at_once(calls).await?.into_iter().filter(|(_, told)| told.contains("left_out")).count();
    Ok(format!("{} of 16", 16 - answered))
}
