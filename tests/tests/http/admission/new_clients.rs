//! Sessions, streams and validation requests of tokens that Mist has not accepted yet.

use std::sync::Arc;
use std::time::Duration;

use mistmcp_tests::{Answer, Launch, Lifecycle, MockUpstream, soon};
use reqwest::Method;
use serde_json::json;
use tokio::sync::Semaphore;

use super::{accept_only_bob, at, in_use, refusals, unknown_client, until};
use crate::fixture::{Fixture, site};

#[tokio::test]
async fn sessions_of_unaccepted_tokens_are_limited_per_address() {
    let fixture = Fixture::start("--max-new-clients-per-address 3 --new-tokens-per-minute 4").await;
    accept_only_bob(&fixture);
    let client = at([127, 0, 0, 2]);
    for number in 0..3 {
        unknown_client(&fixture, &client, number).open().await;
    }
    assert_eq!(fixture.upstream.take().len(), 0, "nobody has called anything");
    // Beyond the quota, Mist is asked to validate each token, until that is rate-limited, too.
    let mut statuses = Vec::new();
    for number in 3..40 {
        let response = unknown_client(&fixture, &client, number).initialize().await;
        let (message, status) = (response.error(), response.status);
        assert!(message.contains("Mist"), "{message}");
        if status == 429 {
            assert!(message.contains("--max-new-clients-per-address"), "{message}");
            let seconds = response.header("retry-after");
            assert!(message.contains(&format!("Try again in {seconds} seconds")), "{seconds}: {message}");
        }
        statuses.push(status);
    }
    assert!(
        statuses.contains(&429) && statuses.iter().all(|status| [401, 429].contains(status)),
        "{statuses:?}"
    );
    let asked = fixture.upstream.take();
    assert!((1..=8).contains(&asked.len()), "{}", asked.len());
    assert!(asked.iter().all(|request| request.path == "/api/v1/self"), "{asked:?}");
    assert!(refusals(&fixture, "new_clients").await > 20);
    assert_eq!(in_use(&fixture, "new_clients").await, 3);

    // A client of another address can connect, and so can a valid one of the same address once Mist can be asked.
    fixture.bob("?mode=all").by(at([127, 0, 0, 3])).open().await;
    let bob = fixture.bob("?mode=all").by(client.clone());
    until("Bob gets in", async || bob.clone().initialize().await.status == 200).await;
}

#[tokio::test]
async fn a_session_lasts_after_its_first_accepted_call() {
    let fixture = Fixture::start("--max-new-clients-per-address 2").await;
    accept_only_bob(&fixture);
    let bobs = [fixture.bob("?mode=all").open().await, fixture.bob("?mode=all").open().await];
    assert_eq!(in_use(&fixture, "new_clients").await, 2);
    bobs[0].call("getSelf", json!({})).await;
    until("their places are given back", async || in_use(&fixture, "new_clients").await == 0).await;
    // Sessions of the accepted token are not limited, and cause no validation requests.
    fixture.upstream.take();
    for _ in 0..9 {
        fixture.bob("?mode=all").open().await;
    }
    assert_eq!(fixture.upstream.take().len(), 0);
    // An ended session releases its permit as well.
    let unknown_client = unknown_client(&fixture, &at([127, 0, 0, 2]), 1).open().await;
    assert_eq!(in_use(&fixture, "new_clients").await, 1);
    assert_eq!(unknown_client.end().await.status, 204);
    assert_eq!(in_use(&fixture, "new_clients").await, 0);
}

#[tokio::test]
async fn streams_of_unaccepted_tokens_are_limited_per_address() {
    let fixture = Fixture::start("--max-new-clients-per-address 4 --new-tokens-per-minute 1").await;
    accept_only_bob(&fixture);
    let client = at([127, 0, 0, 2]);
    let mut streams = Vec::new();
    for number in 0..4 {
        let mut stream =
            unknown_client(&fixture, &client, number).lifecycle(Lifecycle::Stateless).listen().await;
        soon("an acknowledgement", stream.chunk()).await.unwrap().unwrap();
        streams.push(stream);
    }
    until("they are counted", async || in_use(&fixture, "new_clients").await == 4).await;
    for number in 4..9 {
        let refused =
            unknown_client(&fixture, &client, number).lifecycle(Lifecycle::Stateless).listen().await;
        let refused = soon("a refusal", refused.text()).await.unwrap();
        assert!(refused.contains("error") && refused.contains("Mist"), "{refused}");
    }
    assert!(fixture.upstream.take().len() <= 2);
    drop(streams);
    until("their places are given back", async || in_use(&fixture, "new_clients").await == 0).await;
}

#[tokio::test]
async fn validation_requests_to_mist_are_limited_per_address() {
    let fixture = Fixture::start("--new-tokens-per-minute 5").await;
    accept_only_bob(&fixture);
    let client = at([127, 0, 0, 2]);
    let (mut refused, mut paced) = (0, 0);
    for number in 0..60 {
        let message = unknown_client(&fixture, &client, number)
            .lifecycle(Lifecycle::Stateless)
            .refusal("getSelf", json!({}))
            .await;
        refused += usize::from(message.contains("does not accept the API token"));
        paced += usize::from(message.contains("--new-tokens-per-minute"));
    }
    // The limit is per minute, and the test takes less.
    let asked = fixture.upstream.take().len();
    assert!(
        refused == asked && (5..=11).contains(&asked) && refused + paced == 60,
        "{asked} {refused} {paced}"
    );
    assert!(refusals(&fixture, "new_tokens").await >= 40);
    // An accepted token is not limited, nor is another address.
    let bob = fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless).by(at([127, 0, 0, 3]));
    for number in 0..20 {
        bob.call("getSiteInfo", site(number)).await;
    }
    assert_eq!(fixture.upstream.take().len(), 20);
}

#[tokio::test]
async fn concurrent_calls_of_a_new_token_are_validated_once() {
    let fixture = Fixture::start("--new-tokens-per-minute 1").await;
    accept_only_bob(&fixture);
    let bob = fixture.bob("?mode=all").open().await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..30 {
        let bob = bob.clone();
        calls.spawn(async move { bob.call("getSiteInfo", site(number)).await });
    }
    while let Some(call) = soon("a call", calls.join_next()).await {
        call.unwrap();
    }
    assert_eq!(fixture.upstream.take().len(), 30);
}

#[tokio::test]
async fn calls_of_a_new_token_wait_for_a_slow_first_answer() {
    let fixture = Fixture::start("--new-tokens-per-minute 2").await;
    let turnstile = Arc::new(Semaphore::new(0));
    let slow = Answer::json(&json!({ "name": "slow" })).once(&turnstile);
    fixture.upstream.default_handler(move |_| slow.clone());
    let bob = fixture.bob("?mode=all").lifecycle(Lifecycle::Stateless);
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..40 {
        let bob = bob.clone();
        calls.spawn(async move { bob.call("getSiteInfo", site(number)).await });
    }
    // The address may send two requests with a new token. None of the other calls fails because of that.
    let first = soon("the first requests", fixture.upstream.arrivals(2)).await;
    assert_eq!(first.len(), 2);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(calls.try_join_next().is_none(), "nothing is answered or refused yet");
    turnstile.close();
    while let Some(call) = soon("a call", calls.join_next()).await {
        assert!(call.unwrap().contains("slow"));
    }
    assert_eq!(refusals(&fixture, "new_tokens").await, 0);
}

#[tokio::test]
async fn a_rejected_token_fails_all_calls_that_wait_for_its_validation() {
    let fixture = Fixture::start("--new-tokens-per-minute 2").await;
    let turnstile = Arc::new(Semaphore::new(0));
    let slow = Answer::json(&json!({})).status(401).once(&turnstile);
    fixture.upstream.default_handler(move |_| slow.clone());
    let client = at([127, 0, 0, 2]);
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..40 {
        let mcp_client = unknown_client(&fixture, &client, 1).lifecycle(Lifecycle::Stateless);
        calls.spawn(async move { mcp_client.refusal("getSiteInfo", site(number)).await });
    }
    soon("the first requests", fixture.upstream.arrivals(2)).await;
    turnstile.close();
    while let Some(call) = soon("a call", calls.join_next()).await {
        assert!(call.unwrap().contains("does not accept the API token"));
    }
    assert!(fixture.upstream.take().is_empty());
}

#[tokio::test]
async fn a_token_that_is_shared_behind_a_proxy_needs_a_client_token() {
    let upstream = MockUpstream::start().await;
    for behind in ["--allow-host mist.example.com", "--trusted-proxy 127.0.0.1"] {
        let arguments = format!("--transport http --port 0 --shared-token {behind}");
        let finished = Launch::at(&upstream, &arguments).run().await;
        assert_ne!(finished.status.code(), Some(0), "{behind}");
        assert!(finished.stderr.contains("MISTMCP_CLIENT_TOKEN"), "{behind}: {}", finished.stderr);
        let guarded = Launch::at(&upstream, &format!("--shared-token {behind}"));
        guarded.variable("MISTMCP_CLIENT_TOKEN", "a-secret-of-the-clients").serve().await;
    }
    // Only this machine can reach it.
    let server = Launch::at(&upstream, "--shared-token").serve().await;
    let mcp_client = mistmcp_tests::HttpClient::new(&server, "").request(Method::GET).send().await.unwrap();
    assert_ne!(mcp_client.status(), 401);
}
