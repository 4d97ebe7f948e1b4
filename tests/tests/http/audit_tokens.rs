//! Tokens that the server knows are in no line of the audit log and of the log, from whichever client and in whichever place they come.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mistmcp_tests::{HttpClient, HttpServer, Launch, Lifecycle, MockUpstream, TOKEN};
use serde_json::{Value, json};

use crate::audit::text_of;
use crate::fixture::ALICE;
use crate::oauth::issuer::{AUDIENCE, Issuer};

const ACME: &str = "acme-t0ken-4Fq8xYt2Lm0pRs6u";
const BETA: &str = "beta-t0ken-9Hs3mKw7Qa1zXc5v";
const CLIENT: &str = "cl1ent-t0ken-of-everybody-77";
const PROXY: &str = "pr0xy-credential-Jk4Lp8";
const LOG: &str = "audit.jsonl";

/// A text in other spellings, alone and within others.
fn spellings(token: &str) -> Vec<String> {
    let hexadecimal = token.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let percent = token.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    vec![
        token.to_owned(),
        format!("\nsee {token}, and {token}"),
        token.to_uppercase(),
        format!("https://example.com/?q={}", token.replace('-', "%2D").replace('.', "%2e")),
        format!("{}{}", "x".repeat(180), token),
        hexadecimal.to_uppercase(),
        percent,
        STANDARD.encode(token),
        URL_SAFE_NO_PAD.encode(format!("x{token}")),
        lines(&STANDARD.encode(format!("xy{token}"))),
    ]
}

/// A text in lines, as encoders write it.
fn lines(text: &str) -> String {
    text.as_bytes().chunks(76).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n")
}

/// Calls with a text wherever a call may have one.
async fn send(client: &HttpClient, text: &str) {
    let arguments = json!({
        "site_id": text, "name": text, "limit": text, (text): 1, "nested": [{ "x": { "y": [text] } }],
    });
    // A client has the name of the tool in a header as well.
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for tool in ["getSiteInfo", "searchOrgSites", &name] {
        client.try_call(tool, arguments.clone()).await;
    }
    let table = json!({ "t": { "tool": "searchOrgSites", "arguments": { "name": text } } });
    client.try_call("queryRows", json!({ "tables": table, "sql": format!("SELECT '{text}' FROM t") })).await;
    let named = client.clone().header("X-Request-Id", text.trim().get(..60).unwrap_or(text.trim()));
    named.try_call("getSelf", json!({ "text": text })).await;
}

/// That no spelling of a token is in what the server has written, after so many lines of its audit log.
async fn assert_hidden(server: &HttpServer, tokens: &[String], count: usize) {
    let text = text_of(&server.folder().join(LOG), count).await;
    for line in text.lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    let spellings: BTreeSet<String> = tokens.iter().flat_map(|token| spellings(token)).collect();
    for (what, written) in [("audit log", text), ("log", server.errors())] {
        let written = written.to_lowercase();
        for spelling in &spellings {
            let spelling = spelling.trim().trim_start_matches('x').to_lowercase();
            assert!(!written.contains(&spelling), "{what}: {spelling}");
            // Nor is its end, behind a break or a limit.
            let compact: String = spelling.split_whitespace().collect();
            let end = compact.get(compact.len().max(56) - 48..compact.len().saturating_sub(8));
            assert!(
                end.is_none_or(|end| end.len() < 16 || !written.contains(end)),
                "{what}: {compact}: {end:?}"
            );
        }
        // Neither is a part of one where a limit has cut it off. Access tokens have a header in common.
        for token in tokens.iter().filter(|token| token.len() < 200) {
            assert!(!written.contains(&token[..16].to_lowercase()), "{what}: {token}");
        }
    }
}

#[tokio::test]
async fn tokens_of_other_accounts_of_the_environment_and_of_the_issuer_are_hidden() {
    let (issuer, upstream) = (Issuer::start().await, MockUpstream::start().await);
    let url = upstream.url();
    let file = format!(
        "[accounts.acme]\ntoken_env = \"ACME_TOKEN\"\ncloud = \"{url}\"\ngroups = [\"noc\"]\n\n\
         [accounts.beta]\ntoken_file = \"beta.token\"\ncloud = \"{url}\"\nusers = [\"bob\"]\n"
    );
    let server = Launch::new("--mode all --debug --accounts accounts.toml --audit-log")
        .arguments(LOG)
        .argument("--oauth-issuer")
        .argument(&issuer.url)
        .argument("--oauth-audience")
        .argument(AUDIENCE)
        .argument("--allow-cloud")
        .argument(&url)
        .file("accounts.toml", file)
        .file("beta.token", BETA)
        .variable("ACME_TOKEN", ACME)
        .variable("MIST_APITOKEN", TOKEN)
        .serve()
        .await;
    let (mut hidden, mut count) = (vec![ACME.to_owned(), BETA.to_owned(), TOKEN.to_owned()], 0);
    for lifecycle in Lifecycle::BOTH {
        let access = issuer.token("alice", json!({ "jti": format!("{lifecycle:?}") }));
        let alice = HttpClient::new(&server, "").header("Authorization", &format!("Bearer {access}"));
        let alice = alice.connect(lifecycle).await;
        let own = [Some(access), alice.opened().map(str::to_owned)].into_iter().flatten();
        let sent: Vec<String> = [ACME, BETA, TOKEN].map(str::to_owned).into_iter().chain(own).collect();
        for token in &sent {
            for text in spellings(token) {
                send(&alice, &text).await;
                count += 5;
            }
        }
        hidden.extend(sent);
    }
    assert_hidden(&server, &hidden, count).await;
}

#[tokio::test]
async fn the_client_token_and_each_credential_of_a_request_are_hidden() {
    for (flags, bearer) in [("", PROXY), ("--client-token", CLIENT)] {
        let upstream = MockUpstream::start().await;
        let launch = Launch::at(&upstream, "--mode all --debug").argument("--audit-log").argument(LOG);
        let mut launch = launch.arguments(flags);
        if !flags.is_empty() {
            launch = launch.argument(CLIENT);
        }
        let server = launch.serve().await;
        let (mut count, hidden) = (0, [ALICE, bearer, TOKEN].map(str::to_owned));
        for lifecycle in Lifecycle::BOTH {
            let alice = HttpClient::with_token(&server, "", ALICE);
            let alice = alice.header("Authorization", &format!("Bearer {bearer}")).connect(lifecycle).await;
            for token in &hidden {
                for text in spellings(token) {
                    send(&alice, &text).await;
                    count += 5;
                }
            }
        }
        assert_hidden(&server, &hidden, count).await;
    }
}
