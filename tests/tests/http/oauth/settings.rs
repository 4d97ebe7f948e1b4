//! Settings of OAuth.

use mistmcp_tests::{Launch, MockUpstream};
use serde_json::json;

use super::ACME;
use super::issuer::Issuer;

#[tokio::test]
async fn settings_that_contradict_stop_the_program() {
    let with = |arguments: &str| {
        Launch::new("--transport http --port 0")
            .arguments(arguments)
            .variable("A_TOKEN", ACME)
            .file("a.toml", "[accounts.a]\ntoken_env = \"A_TOKEN\"\ncloud = \"api.mist.com\"\n")
    };
    let issuer = "--oauth-issuer https://login.example.com";
    let audience = format!("{issuer} --oauth-audience https://mist.example.com/mcp");
    for (arguments, wanted) in [
        (format!("{audience} --accounts a.toml --client-token 0123456789abcdef0"), "--client-token"),
        (format!("{audience} --accounts a.toml --shared-token"), "--shared-token"),
        (format!("{issuer} --accounts a.toml"), "--oauth-audience"),
        (audience.clone(), "--oauth-own-token"),
        (audience.replace("https://login", "http://login") + " --accounts a.toml", "https"),
        ("--oauth-own-token".to_owned(), "--oauth-issuer"),
        (
            "--demo --oauth-issuer= --oauth-audience https://mist.example.com/mcp --oauth-scope mcp"
                .to_owned(),
            "--oauth-issuer",
        ),
        ("--demo --oauth-issuer=".to_owned(), "--oauth-issuer"),
        ("--demo --oauth-groups-claim roles".to_owned(), "--oauth-groups-claim needs --oauth-issuer"),
        ("--demo --oauth-scope mcp".to_owned(), "--oauth-scope needs --oauth-issuer"),
        ("--oauth-audience https://mist.example.com/mcp check".to_owned(), "needs --oauth-issuer"),
        (format!("{audience} --accounts a.toml --oauth-scope="), "--oauth-scope"),
        (format!("{audience} --accounts a.toml --oauth-groups-claim="), "--oauth-groups-claim"),
        (format!("{audience} --accounts="), "--accounts"),
        (format!("{audience} --accounts a.toml --audit-log="), "--audit-log"),
        (format!("{audience} --accounts a.toml --without-tools=,"), "--without-tools"),
        (format!("{audience} --accounts a.toml --tools="), "--tools"),
        ("--accounts a.toml".to_owned(), "--oauth-issuer"),
        (format!("{audience} --accounts a.toml --oauth-groups-claim roles,groups"), "no name of a claim"),
        (format!("{audience} --accounts a.toml --oauth-groups-claim groups."), "no name of a claim"),
        (format!("{audience} --accounts a.toml --oauth-groups-claim .groups"), "no name of a claim"),
        (
            format!("{audience} --accounts a.toml --oauth-groups-claim realm_access..roles"),
            "no name of a claim",
        ),
        (format!("{audience}?tenant=a --accounts a.toml"), "no user, query or fragment"),
        (
            audience.replace("example.com --", "example.com?p=1 --") + " --accounts a.toml",
            "no user, query or fragment",
        ),
        (
            format!("{issuer} --oauth-audience mist-mcp,https://mist.example.com/mcp --accounts a.toml"),
            "the first value of --oauth-audience (or MISTMCP_OAUTH_AUDIENCE) has to be the URL of this server as clients \
             reach it, such as https://mist.example.com/mcp, and is `mist-mcp`",
        ),
        (
            format!("{issuer} --oauth-audience 0a1b2c3d-1111-4222-8333-444455556666 --accounts a.toml"),
            "and is `0a1b2c3d-1111-4222-8333-444455556666`",
        ),
    ] {
        let finished = with(&arguments).run().await;
        assert!(finished.code().is_some_and(|code| code != 0), "{arguments}: {}", finished.stderr);
        assert!(finished.stderr.contains(wanted), "{arguments}: {}", finished.stderr);
        assert!(!finished.stderr.contains("0123456789abcdef0"), "{}", finished.stderr);
    }
    // What others take for marks around a value is a part of it here.
    for (variable, value) in [
        ("MISTMCP_OAUTH_SCOPE", "'mcp'"),
        ("MISTMCP_OAUTH_GROUPS_CLAIM", "\"groups\""),
        ("MISTMCP_OAUTH_GROUPS_CLAIM", "'groups'"),
        ("MISTMCP_ALLOW_HOST", "'mist.example.com'"),
        ("MISTMCP_ALLOW_HOST", "\"mist.example.com,other.example.com\""),
    ] {
        for command in ["", " check"] {
            let launch = with(&format!("{audience} --accounts a.toml{command}"));
            let finished = launch.variable(variable, value).run().await;
            assert_eq!(finished.code(), Some(1), "{variable}={value}: {}", finished.stderr);
            let told = &finished.stderr;
            assert!(told.contains(variable) && told.contains("quotation mark"), "{variable}={value}: {told}");
        }
    }
    // White space in a variable is a value as well.
    for variable in ["MISTMCP_OAUTH_ISSUER", "MISTMCP_AUDIT_LOG", "MISTMCP_WITHOUT_TOOLS"] {
        let finished = with("--demo").variable(variable, "  ").run().await;
        assert!(finished.code().is_some_and(|code| code != 0), "{variable}: {}", finished.stderr);
        assert!(finished.stderr.contains(variable), "{variable}: {}", finished.stderr);
    }
}

#[tokio::test]
async fn an_audience_whose_host_is_not_served_is_told_at_the_start() {
    let issuer = Issuer::start().await;
    for (arguments, wanted) in [
        ("--oauth-audience https://mist.example.com/mcp", Some("--allow-host mist.example.com")),
        (
            "--oauth-audience https://mist.example.com:8443/mcp --allow-host mist.example.com:443",
            Some("mist.example.com:8443"),
        ),
        (
            "--oauth-audience https://mist.example.com/mcp,client-id --allow-host other.example.com",
            Some("with 403"),
        ),
        ("--oauth-audience https://mist.example.com/mcp --allow-host mist.example.com", None),
        ("--oauth-audience https://mist.example.com:8443/mcp --allow-host *", None),
        ("--oauth-audience http://localhost:8000/mcp", None),
    ] {
        let server =
            Launch::new("--demo").arguments(arguments).argument("--oauth-issuer").argument(&issuer.url);
        let server = server.serve().await;
        let told = server.errors();
        assert_eq!(told.contains("the host of --oauth-audience"), wanted.is_some(), "{arguments}: {told}");
        assert!(wanted.is_none_or(|wanted| told.contains(wanted)), "{arguments}: {told}");
    }
}

#[tokio::test]
async fn keys_that_verify_nothing_are_told_at_the_start() {
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "use": "enc", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    for (keys, wanted) in [
        (json!([]), "no access token of the issuer can be accepted: its JWKS has no key"),
        (
            json!([key, key]),
            "no access token of the issuer can be accepted: none of its 2 keys verifies signatures",
        ),
    ] {
        let issuer = MockUpstream::start().await;
        let metadata = json!({ "issuer": issuer.url(), "jwks_uri": format!("{}/keys", issuer.url()) });
        issuer.json("/.well-known/openid-configuration", &metadata);
        issuer.json("/keys", &json!({ "keys": keys }));
        let server = Launch::new("--demo --oauth-audience http://localhost/mcp --oauth-issuer");
        let server = server.argument(&issuer.url()).serve().await;
        server.wait_until(wanted, |errors| errors.contains(wanted)).await;
    }
}
