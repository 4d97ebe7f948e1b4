//! Secrets and placeholders in settings where they do not belong: the program stops, and repeats no secret.

use mistmcp_tests::{Launch, MockUpstream};

use super::stops;

#[tokio::test]
async fn a_token_that_is_none_is_refused_without_being_shown() {
    for (token, wanted) in [
        ("s3cr3t-first\ns3cr3t-second", "line break"),
        ("s3cr3t-first\r\nX-Evil: s3cr3t", "line break"),
        ("s3cr3t with s3cr3t spaces", "space"),
        ("s3cr3t-größe", "non-ASCII"),
        ("   ", "empty"),
    ] {
        let launch = Launch::new("--cloud api.mist.com").variable("MIST_APITOKEN", token);
        let finished = stops(launch, 1, &["MIST_APITOKEN", wanted]).await;
        assert!(!finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_placeholder_or_a_token_with_something_around_it_is_refused_before_any_request() {
    let upstream = MockUpstream::start().await;
    for (token, wanted) in [
        ("${MIST_APITOKEN}", "reference to a variable"),
        ("${input:mist-token}", "reference to a variable"),
        ("%MIST_APITOKEN%", "reference to a variable"),
        ("<token>", "reference to a variable"),
        ("<your token, without quotes>", "reference to a variable"),
        ("op://vault/mist/token", "`op://…`"),
        ("your_api_token", "placeholder"),
        ("null", "placeholder"),
        ("mist_apitoken", "placeholder of an example"),
        ("Bearer", "alone"),
        ("ENC[abc]", "encrypted"),
        ("xxxxxxxx", "shortened"),
        ("“s3cr3t”", "quotation mark"),
        ("'s3cr3t'", "quotation mark"),
        ("Token s3cr3t", "alone"),
        ("Authorization: Bearer s3cr3t", "alone"),
        ("api.eu.mist.com", "MIST_HOST"),
        ("s3cr3t-first,${SECOND}", "the 2nd token"),
    ] {
        let launch = |arguments: &str| Launch::at(&upstream, arguments).variable("MIST_APITOKEN", token);
        let finished = stops(launch("call getSelf"), 1, &["MIST_APITOKEN", wanted]).await;
        assert!(!finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
        let file = format!("MIST_APITOKEN='{}'\n", token.replace('\'', ""));
        if token != "'s3cr3t'" {
            let of_file = launch("call getSelf -e .env").variable("MIST_APITOKEN", "").file(".env", &file);
            stops(of_file, 1, &["MIST_APITOKEN", wanted]).await;
        }
        let checked = launch("check").run().await;
        assert_eq!(checked.code(), Some(1), "{}", checked.output());
        assert!(
            checked.output().contains(wanted) && !checked.output().contains("s3cr3t"),
            "{}",
            checked.output()
        );
    }
    assert!(upstream.take().is_empty());
}

#[tokio::test]
async fn a_secret_in_the_wrong_place_is_described_and_never_repeated() {
    for secret in
        ["s3cr3t-0f-7he-7es7s-Q9zXw4Lm", "s3cr3tABCDEFGHIJKLmnopqrstu", "https://ada:s3cr3t@api.mist.com"]
    {
        for variable in [
            "MIST_HOST",
            "MISTMCP_ORG_ID",
            "MISTMCP_ALLOW_CLOUDS",
            "MISTMCP_TOOL_CATEGORIES",
            "MISTMCP_TOOL_LOADING_MODE",
            "MISTMCP_TIMEOUT",
            "MISTMCP_FORMAT",
            "MISTMCP_DEBUG",
            "MIST_ENV_FILE",
        ] {
            for arguments in ["", "call getSelf", "check", "install cursor --print"] {
                let launch = Launch::new(arguments).variable("HOME", "/nowhere").variable(variable, secret);
                let finished = launch.run().await;
                let told = format!("{}{}", finished.output(), finished.stderr);
                assert_ne!(finished.code(), Some(0), "{variable}: {told}");
                assert!(!told.contains("s3cr3t"), "{variable} {arguments}: {told}");
                let known = told.contains(variable) || told.contains("--");
                assert!(known, "{variable} {arguments}: {told}");
            }
        }
        for arguments in [
            "--cloud",
            "--org-id",
            "--allow-cloud",
            "--mode",
            "--env-file",
            "-t http -p 0 --host",
            "-t http -p 0 --trusted-proxy",
            "-t http -p 0 --audit-log",
            "check -t http --audit-log",
            "-t http -p 0 --tls-key server.key --tls-cert",
            "-t http -p 0 --tls-cert server.pem --tls-key",
            "call getSelf --json",
            "call getSelf",
        ] {
            let finished = Launch::new("--demo").arguments(arguments).argument(secret).run().await;
            if arguments != "--cloud" {
                assert_ne!(finished.code(), Some(0), "{arguments}: {}", finished.stderr);
            }
            assert!(!finished.stderr.contains("s3cr3t"), "{arguments}: {}", finished.stderr);
        }
        for argument in [secret.to_owned(), format!("--{secret}"), format!("--Bearer {secret}")] {
            let finished = Launch::new("").argument(&argument).run().await;
            assert!(!finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
        }
        let finished = Launch::new("--demo call getSelf --json").argument(&format!("@{secret}")).run().await;
        assert!(finished.code() != Some(0) && !finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_host_to_listen_on_is_resolved_only_where_it_looks_like_one() {
    for host in
        ["deadbeef00112233445566778899aabbccddeeff", "Zk3vQ9pLmW7x", "127.0.0.1/8", "a b", "ada:pw@localhost"]
    {
        let finished =
            stops(Launch::new("-t http -p 0 --demo --host").argument(host), 1, &["--host", "127.0.0.1"])
                .await;
        assert!(!finished.stderr.contains(host), "{}", finished.stderr);
        assert!(!finished.stderr.contains("lookup"), "{}", finished.stderr);
    }
    stops(Launch::new("-t http -p 0 --demo --host nowhere.invalid"), 1, &["--host", "`nowhere.invalid`"])
        .await;
}

#[tokio::test]
async fn a_placeholder_in_place_of_a_secret_of_the_server_stops_it() {
    let reference = "${SECRET_THAT_NOBODY_SET}";
    for placeholder in
        [reference, "<put a long secret here>", "changeme-changeme", "%CLIENT_TOKEN_NAME%", "op://vault/x/y"]
    {
        let http = || Launch::new("-t http -p 0 --demo");
        for launch in [
            http().variable("MISTMCP_CLIENT_TOKEN", placeholder),
            http().argument("--client-token").argument(placeholder),
        ] {
            stops(launch, 1, &["--client-token (or MISTMCP_CLIENT_TOKEN) is a placeholder"]).await;
        }
        let redis = || http().variable("MISTMCP_REDIS_URL", "redis://127.0.0.1:1");
        stops(redis().variable("MISTMCP_REDIS_KEY", placeholder), 1, &["MISTMCP_REDIS_KEY is a placeholder"])
            .await;
        let key = "k3y-0f-the-repl1cas-Q9zXw4Lm-aaaaaaaa";
        let password =
            redis().variable("MISTMCP_REDIS_KEY", key).variable("MISTMCP_REDIS_PASSWORD", placeholder);
        stops(password, 1, &["MISTMCP_REDIS_PASSWORD is a placeholder"]).await;
    }
}
