//! `check` with the settings of a server: it fails where the start would, and asks the issuer.

use mistmcp_tests::{Answer, Launch, MockUpstream};
use serde_json::json;

use crate::command_line::stops;

const ISSUER: &str = "--oauth-issuer https://login.example.com";
const AUDIENCE: &str = "--oauth-audience https://mist.example.com/mcp";

fn launch(arguments: &str) -> Launch {
    let file =
        "[accounts.acme]\ntoken_env = \"ACME_TOKEN\"\ncloud = \"http://127.0.0.1:9\"\nusers = [\"ada\"]\n";
    Launch::new("--transport http --port 0 --timeout 2 --retry-wait 0 --allow-cloud http://127.0.0.1:9")
        .arguments(arguments)
        .file("accounts.toml", file)
        .variable("ACME_TOKEN", "acme-t0ken-4Fq8xYt2")
}

#[tokio::test]
async fn what_stops_the_start_fails_the_check() {
    const ACCOUNTS: &str = "--accounts accounts.toml";
    for (arguments, wanted) in [
        (format!("{ACCOUNTS} --oauth-issuer http://login.example.com {AUDIENCE}"), "takes https"),
        (format!("{ACCOUNTS} {ISSUER}"), "needs --oauth-audience"),
        (format!("{ACCOUNTS} {ISSUER} --oauth-audience client-id"), "such as https://mist.example.com/mcp"),
        (format!("{ACCOUNTS} {ISSUER} {AUDIENCE} --oauth-scope a\"b"), "--oauth-scope"),
        (format!("{ACCOUNTS} {ISSUER} {AUDIENCE} --shared-token"), "does not go with --oauth-issuer"),
        (format!("{ACCOUNTS} {ISSUER} {AUDIENCE} --client-token 0123456789abcdef01"), "does not go with"),
        (format!("{ACCOUNTS} {ISSUER} {AUDIENCE} --audit-log no/such/folder/log"), "--audit-log (or"),
        (ACCOUNTS.to_owned(), "--accounts needs --oauth-issuer"),
        (format!("{ISSUER} {AUDIENCE}"), "needs tokens of Mist"),
        (format!("{ACCOUNTS} {ISSUER} {AUDIENCE} --allow-host a/b"), "--allow-host"),
        (format!("{ACCOUNTS} {ISSUER} {AUDIENCE} --trusted-proxy nowhere"), "--trusted-proxy"),
        (
            format!("{ACCOUNTS} {ISSUER} {AUDIENCE} --mode all --tools listOrgAdmins"),
            "clients would see no tool",
        ),
    ] {
        stops(launch(&arguments), 1, &[wanted]).await;
        let checked = launch(&arguments).arguments("check").run().await;
        assert_eq!(checked.code(), Some(1), "{arguments}: {}", checked.output());
        let failed = checked.output();
        let failed: Vec<_> = failed.lines().filter(|line| line.starts_with("failed")).collect();
        assert!(failed.iter().any(|line| line.contains(wanted)), "{arguments}: {wanted}: {failed:?}");
    }
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_leaves_the_cloud_its_time() {
    let (issuer, cloud) = (MockUpstream::start().await, MockUpstream::start().await);
    issuer.answers("/.well-known/openid-configuration", [Answer::never()]);
    let arguments = format!("{AUDIENCE} --oauth-own-token --oauth-issuer {} --timeout 4 check", issuer.url());
    let checked = Launch::at(&cloud, "--transport http").arguments(&arguments).run().await;
    let is_of = |mark: &str, words: &str| {
        checked.stdout.iter().any(|line| line.starts_with(mark) && line.contains(words))
    };
    // It has five seconds.
    assert!(is_of("failed", "the issuer did not answer in time"), "{}", checked.output());
    assert!(is_of("ok", "connected to 127.0.0.1"), "{}", checked.output());
}

#[tokio::test]
async fn the_issuer_is_asked_and_tokens_of_clients_are_none_of_the_servers() {
    let issuer = MockUpstream::start().await;
    let own = format!("{AUDIENCE} --oauth-own-token --oauth-issuer {}", issuer.url());
    let metadata = json!({ "issuer": issuer.url(), "jwks_uri": format!("{}/keys", issuer.url()) });
    issuer.json("/.well-known/openid-configuration", &metadata);
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    issuer.json("/keys", &json!({ "keys": [key] }));
    let checked = launch(&own).arguments("check").run().await;
    assert_eq!(checked.code(), Some(0), "{}", checked.output());
    assert!(checked.output().contains("clients send their own"), "{}", checked.output());
    assert!(checked.output().contains("answers, and its keys can be read"), "{}", checked.output());
    assert!(checked.output().contains("--allow-host mist.example.com"), "{}", checked.output());
    // Keys that verify nothing.
    let encryption = |kid: &str| {
        let mut key = key.clone();
        (key["kid"], key["use"]) = (kid.into(), "enc".into());
        key
    };
    for (keys, wanted) in [
        (json!([]), "its JWKS has no key"),
        (json!([encryption("a"), encryption("b")]), "none of its 2 keys verifies signatures"),
        (
            json!([{ "kty": "oct", "k": "c2VjcmV0" }]),
            "the only key of its JWKS is none that verifies signatures",
        ),
    ] {
        issuer.json("/keys", &json!({ "keys": keys }));
        let checked = launch(&own).arguments("check").run().await;
        assert_eq!(checked.code(), Some(1), "{}", checked.output());
        assert!(checked.output().contains(wanted), "{wanted}: {}", checked.output());
    }
    issuer.json("/keys", &json!({ "error": "maintenance" }));
    let checked = launch(&own).arguments("check").run().await;
    assert_eq!(checked.code(), Some(1), "{}", checked.output());
    assert!(checked.output().contains("the keys of --oauth-issuer cannot be read"), "{}", checked.output());
}
