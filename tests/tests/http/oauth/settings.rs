//! Settings of OAuth.

use mistmcp_tests::Launch;

use super::ACME;

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
        (format!("{audience} --accounts a.toml --oauth-scope="), "--oauth-scope"),
        (format!("{audience} --accounts a.toml --oauth-groups-claim="), "--oauth-groups-claim"),
        (format!("{audience} --accounts="), "--accounts"),
        (format!("{audience} --accounts a.toml --audit-log="), "--audit-log"),
        (format!("{audience} --accounts a.toml --without-tools=,"), "--without-tools"),
        (format!("{audience} --accounts a.toml --tools="), "--tools"),
        ("--accounts a.toml".to_owned(), "--oauth-issuer"),
    ] {
        let finished = with(&arguments).run().await;
        assert!(finished.code().is_some_and(|code| code != 0), "{arguments}: {}", finished.stderr);
        assert!(finished.stderr.contains(wanted), "{arguments}: {}", finished.stderr);
        assert!(!finished.stderr.contains("0123456789abcdef0"), "{}", finished.stderr);
    }
    // White space in a variable is a value as well.
    for variable in ["MISTMCP_OAUTH_ISSUER", "MISTMCP_AUDIT_LOG", "MISTMCP_WITHOUT_TOOLS"] {
        let finished = with("--demo").variable(variable, "  ").run().await;
        assert!(finished.code().is_some_and(|code| code != 0), "{variable}: {}", finished.stderr);
        assert!(finished.stderr.contains(variable), "{variable}: {}", finished.stderr);
    }
}
