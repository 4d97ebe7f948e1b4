//! The client address behind a trusted proxy, and from headers of an untrusted client.

use mistmcp_tests::{Launch, Lifecycle, MockUpstream};
use serde_json::json;

use super::{at, unknown_client};
use crate::fixture::Fixture;

const HEADERS: [(&str, &str); 2] = [("X-Forwarded-For", "192.0.2."), ("Forwarded", "for=192.0.2.")];

#[tokio::test]
async fn clients_behind_a_trusted_proxy_have_separate_quotas() {
    let fixture = Fixture::start(
        "--trusted-proxy 127.0.0.0/8 --max-new-clients-per-address 1 --new-tokens-per-minute 1",
    )
    .await;
    super::accept_only_bob(&fixture);
    let proxy = at([127, 0, 0, 2]);
    for (first, (header, prefix)) in [(1, HEADERS[0]), (101, HEADERS[1])] {
        for number in 0..5 {
            let named = format!("{prefix}{}", first + number);
            unknown_client(&fixture, &proxy, number).header(header, &named).open().await;
        }
        // More of the same clients are over the quota, whatever addresses they prepend.
        for spoofed in [format!("{prefix}{first}"), format!("{prefix}77, {prefix}{first}")] {
            let mut again = unknown_client(&fixture, &proxy, 9).header(header, &spoofed);
            let mut refused = again.initialize().await;
            if refused.status == 401 {
                refused = again.initialize().await;
            }
            assert_eq!(refused.status, 429, "{spoofed}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn headers_of_untrusted_clients_are_ignored() {
    for trusted in ["", "--trusted-proxy 10.0.0.0/8"] {
        let fixture =
            Fixture::start(&format!("{trusted} --max-new-clients-per-address 1 --new-tokens-per-minute 1"))
                .await;
        super::accept_only_bob(&fixture);
        let client = at([127, 0, 0, 2]);
        unknown_client(&fixture, &client, 0).open().await;
        let mut statuses = Vec::new();
        for number in 1..6 {
            for (header, prefix) in HEADERS {
                let mut mcp_client =
                    unknown_client(&fixture, &client, number).header(header, &format!("{prefix}{number}"));
                statuses.push(mcp_client.initialize().await.status);
            }
        }
        assert!(!statuses.contains(&200) && statuses.contains(&429), "{trusted}: {statuses:?}");
    }
}

#[tokio::test]
async fn a_trusted_proxy_is_named_as_a_network() {
    let upstream = MockUpstream::start().await;
    for wrong in [
        "proxy.example",
        "10.0.0.0/33",
        "*",
        "0.0.0.0/0",
        "::/0",
        "10.0.0.5,0.0.0.0/0",
        "0.0.0.0/1,128.0.0.0/1",
        "8000::/1",
        "10.0.0.0/0",
    ] {
        let finished =
            Launch::at(&upstream, &format!("--transport http --port 0 --trusted-proxy {wrong}")).run().await;
        assert_ne!(finished.status.code(), Some(0), "{wrong}");
        assert!(
            finished.stderr.contains("--trusted-proxy") && finished.stderr.contains("10.0.0.0/24"),
            "{}",
            finished.stderr
        );
    }
    for right in ["10.0.0.5", "10.0.0.0/24,fd00::/8", "10.0.0.0/8,fc00::/7,::1"] {
        let fixture = Fixture {
            server: Launch::at(&upstream, &format!("--trusted-proxy {right}")).serve().await,
            upstream: MockUpstream::start().await,
        };
        assert_eq!(
            fixture.alice("").lifecycle(Lifecycle::Stateless).ask("tools/list", json!({})).await.status,
            200
        );
    }
}

#[tokio::test]
async fn a_limit_for_one_client_above_that_for_all_is_warned_of_at_start() {
    for (flags, named) in [
        ("--max-connections-per-address 9000", "--max-connections,"),
        ("--max-connections-per-address 60 --max-connections 50", "--max-connections,"),
        ("--max-requests-per-address 100 --max-requests 99", "--max-requests,"),
        ("--max-sessions-per-token 20 --max-sessions 10", "--max-sessions,"),
    ] {
        let errors = Fixture::start(flags).await.server.errors();
        let flag = flags.split(' ').next().unwrap();
        assert!(
            errors.contains(&format!("warning: {flag} is ")) && errors.contains(named),
            "{flags}: {errors}"
        );
    }
    for flags in
        ["", "--max-connections 30 --max-requests 20 --max-sessions 10", "--max-connections-per-address 8192"]
    {
        let errors = Fixture::start(flags).await.server.errors();
        assert!(!errors.contains("warning"), "{flags}: {errors}");
    }
}
