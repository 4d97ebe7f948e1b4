//! Errors of the Redis configuration at start.

use mistmcp_tests::{Finished, Launch, RedisServer};

use crate::fixture::KEY;

/// Asserts that the server fails at start with this message, and shows no secret.
async fn assert_fails(launch: Launch, wanted: &[&str]) -> Finished {
    let finished =
        launch.argument("--demo").argument("-t").argument("http").argument("-p").argument("0").run().await;
    assert_eq!(finished.code(), Some(1), "{}", finished.stderr);
    for wanted in wanted {
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
    }
    assert!(!finished.stderr.contains("s3cr3t") && !finished.stderr.contains(KEY), "{}", finished.stderr);
    finished
}

#[tokio::test]
async fn a_key_is_required_and_must_be_long() {
    let launch = || Launch::new("--redis redis://127.0.0.1:1");
    assert_fails(launch(), &["MISTMCP_REDIS_KEY", "openssl rand -hex 32"]).await;
    assert_fails(launch().variable("MISTMCP_REDIS_KEY", "s3cr3t"), &["MISTMCP_REDIS_KEY", "32 characters"])
        .await;
}

#[tokio::test]
async fn an_invalid_url_is_rejected_and_not_repeated() {
    for url in ["http://:s3cr3t@localhost", "localhost:6379", "redis:///0", "redis://:s3cr3t@localhost/x"] {
        let launch = Launch::new("").argument("--redis").argument(url).variable("MISTMCP_REDIS_KEY", KEY);
        assert_fails(launch, &["--redis (or MISTMCP_REDIS_URL)"]).await;
    }
    let launch = Launch::new("--redis redis://localhost").argument("--redis-prefix").argument("a b");
    assert_fails(launch.variable("MISTMCP_REDIS_KEY", KEY), &["--redis-prefix (or MISTMCP_REDIS_PREFIX)"])
        .await;
}

#[tokio::test]
async fn a_rejected_login_is_an_error_that_names_the_password_settings() {
    let redis = RedisServer::start_with("--requirepass s3cr3t-0f-redis").await;
    let launch =
        |url: &str| Launch::new("").variable("MISTMCP_REDIS_URL", url).variable("MISTMCP_REDIS_KEY", KEY);
    let wrong = redis.url().replace("redis://", "redis://:s3cr3t-but-wr0ng@");
    let place = redis.url().replace("redis://", "");
    for url in [&redis.url(), &wrong] {
        assert_fails(launch(url), &[&place, "MISTMCP_REDIS_PASSWORD"]).await;
    }
    let server =
        launch(&redis.url()).argument("--demo").variable("MISTMCP_REDIS_PASSWORD", "s3cr3t-0f-redis");
    let errors = server.serve().await.errors();
    assert!(!errors.contains("s3cr3t") && !errors.contains("away"), "{errors}");
    let right = redis.url().replace("redis://", "redis://:s3cr3t-0f-redis@");
    let errors = launch(&right).argument("--demo").argument("--debug").serve().await.errors();
    assert!(!errors.contains("s3cr3t") && !errors.contains("away"), "{errors}");
}
