//! What is taken of a `.env` that nobody named: only what cannot widen trust, and nothing in it stops the program.

use mistmcp_tests::{Finished, Launch, MockUpstream, TOKEN, soon};

const VALUE: &str = "s7ranger-s7ranger-s7ranger";

/// Runs it in a folder with this `.env`; its lines on standard error.
async fn told(launch: Launch, file: impl AsRef<[u8]>) -> (Finished, Vec<String>) {
    let finished = launch.file(".env", file).run().await;
    assert!(!finished.stderr.contains(VALUE) && !finished.output().contains(VALUE), "{finished:?}");
    let lines = finished.stderr.lines().map(str::to_owned).collect();
    (finished, lines)
}

/// `check` against a proxy that is not there: nothing leaves this machine.
async fn checked(launch: Launch, file: &str) -> String {
    let launch = launch.arguments("check --timeout 2 --retry-wait 0");
    let launch = launch.variable("HTTPS_PROXY", "http://127.0.0.1:9");
    told(launch, file).await.0.output()
}

#[tokio::test]
async fn a_found_cloud_never_gets_a_token_from_elsewhere() {
    let stranger = MockUpstream::start().await;
    let file =
        format!("MIST_HOST={0}\nMISTMCP_ALLOW_CLOUDS={0}\nMISTMCP_SHARED_TOKEN=true\n", stranger.url());
    for (own, arguments) in [
        ("", ""),
        ("", "call getSelf"),
        ("", "check"),
        ("MIST_APITOKEN=own\n", "call getSelf"),
        ("MIST_APITOKEN=own\n", "check"),
    ] {
        let launch = Launch::new(arguments).variable("MIST_APITOKEN", TOKEN);
        let (finished, _) = told(launch, format!("{own}{file}")).await;
        assert_eq!(finished.code(), Some(1), "{arguments}: {}", finished.stderr);
        let all = format!("{}{}", finished.output(), finished.stderr);
        assert!(all.contains("MISTMCP_ALLOW_CLOUDS") && all.contains("--env-file .env"), "{all}");
    }
    // Over HTTP, clients bring the tokens.
    let launch = Launch::new("").variable("MIST_APITOKEN", TOKEN);
    let server = launch.file(".env", format!("MIST_APITOKEN={VALUE}\n{file}")).serve().await;
    assert!(server.errors().contains("/mcp?cloud=HOST, where"), "{}", server.errors());
    assert_eq!(stranger.connections(), 0);
}

#[tokio::test]
async fn a_found_token_and_cloud_are_taken_together_or_not_at_all() {
    let (own_token, cloud) =
        ("MIST_APITOKEN=s7ranger-s7ranger-s7ranger\n", "MIST_HOST='api.gc1.mist.com' # ours\n");
    let both = format!("{own_token}{cloud}");
    let taken = checked(Launch::new(""), &both).await;
    for wanted in ["api.gc1.mist.com, from MIST_HOST in ", "1 token, from MIST_APITOKEN in "] {
        assert!(taken.contains(wanted), "{wanted}: {taken}");
    }
    let with_token = || Launch::new("").variable("MIST_APITOKEN", TOKEN);
    for (launch, file, words) in [
        (Launch::new(""), own_token, "MIST_APITOKEN (it is taken with MIST_HOST beside it alone)"),
        (Launch::new(""), cloud, "MIST_HOST (it is taken with MIST_APITOKEN beside it alone)"),
        (with_token(), &both, "MIST_APITOKEN and MIST_HOST (one of token and cloud is set elsewhere"),
        (with_token(), cloud, "MIST_HOST (one of token and cloud is set elsewhere"),
        (Launch::new("--cloud api.eu.mist.com"), &both, "MIST_APITOKEN and MIST_HOST (one of"),
        (
            Launch::new("").variable("MIST_HOST", "api.eu.mist.com"),
            &both,
            "MIST_APITOKEN and MIST_HOST (one of",
        ),
        (Launch::new(""), &format!("{own_token}MIST_HOST=evil.example\n"), "none of Mist's own"),
        (Launch::new(""), &format!("{own_token}MIST_HOST=http://127.0.0.1:9\n"), "none of Mist's own"),
        (Launch::new(""), &format!("MIST_APITOKEN='two {VALUE}'\n{cloud}"), "space"),
        (Launch::new("").variable("MISTMCP_TRANSPORT_MODE", "http"), &both, "over HTTP"),
    ] {
        let output = checked(launch, file).await;
        assert!(output.contains(words), "{words}: {output}");
        assert!(!output.contains("from MIST_APITOKEN in /"), "{output}");
        assert!(!output.contains("from MIST_HOST in /"), "{output}");
    }
    // The address of a portal does not choose the organization.
    let portal = "https://manage.gc1.mist.com/admin/?org_id=6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";
    let output = checked(Launch::new(""), &format!("{own_token}MIST_HOST={portal}\n")).await;
    assert!(
        output.contains("api.gc1.mist.com, from MIST_HOST in ") && !output.contains("6f2d1c0a"),
        "{output}"
    );
    // A subcommand that serves no clients takes both, whatever the transport.
    for arguments in ["call getSelf", "query --from t=searchOrgSites"] {
        let launch = Launch::new(arguments).arguments("--timeout 2 --retry-wait 0");
        let launch = launch.variable("HTTPS_PROXY", "http://127.0.0.1:9");
        let launch = launch.variable("MISTMCP_TRANSPORT_MODE", "http");
        let (finished, lines) = told(launch, &both).await;
        assert_eq!(finished.code(), Some(6), "{arguments}: {lines:?}");
        assert!(!finished.stderr.contains("clients bring"), "{arguments}: {lines:?}");
    }
    // What is set elsewhere as a whole needs nothing of the file's.
    let launch = with_token().variable("MIST_HOST", "api.eu.mist.com");
    let output = checked(launch, &both).await;
    assert!(!output.contains("was found"), "{output}");
}

#[tokio::test]
async fn what_widens_trust_is_not_taken_and_reported_in_one_line_without_values() {
    let refused = [
        ("MISTMCP_TRANSPORT_MODE", "http"),
        ("MISTMCP_REDIS_URL", "redis://s7ranger-s7ranger-s7ranger"),
        ("MISTMCP_REDIS_PASSWORD", "${MIST_APITOKEN}"),
        ("MISTMCP_REDIS_KEY", VALUE),
        ("MISTMCP_REDIS_PREFIX", VALUE),
        ("MISTMCP_ALLOW_CLOUDS", "https://s7ranger-s7ranger-s7ranger"),
        ("MISTMCP_ALLOW_HOST", VALUE),
        ("MISTMCP_ALLOW_ORIGIN", "https://s7ranger-s7ranger-s7ranger"),
        ("MISTMCP_SHARED_TOKEN", "true"),
        ("MISTMCP_CLIENT_TOKEN", VALUE),
        ("MISTMCP_SHOW_SECRETS", "true"),
        ("MISTMCP_ORG_ID", VALUE),
        ("MISTMCP_TLS_CERT", VALUE),
        ("MISTMCP_TLS_KEY", VALUE),
        ("MISTMCP_HOST", "0.0.0.0"),
        ("MISTMCP_PORT", "1"),
        ("MISTMCP_DEBUG", "true"),
        ("MISTMCP_LOG_FORMAT", "json"),
        ("MIST_ENV_FILE", VALUE),
        ("MISTMCP_TIMEOUT", "31"),
        ("MISTMCP_RATE_LIMIT", "5001"),
        ("MISTMCP_MAX_RESULT_BYTES", "60001"),
        ("MISTMCP_RETRY_WAIT", "s7ranger-s7ranger-s7ranger"),
        ("MISTMCP_TOOL_LOADING_MODE", "custom"),
        ("MISTMCP_TOOL_CATEGORIES", "s7ranger-s7ranger-s7ranger"),
        ("MISTMCP_FORMAT", "s7ranger-s7ranger-s7ranger"),
        ("MISTMCP_NO_SUCH_SETTING", VALUE),
        ("MIST_API_TOKEN", VALUE),
    ];
    for (name, value) in refused {
        let file = format!("{name}={value}\n");
        for arguments in ["--demo", "call getSelf --demo", "tools"] {
            let (finished, lines) = told(Launch::new(arguments), &file).await;
            assert_eq!((finished.code(), lines.len()), (Some(0), 1), "{name}: {}", finished.stderr);
            for wanted in ["warning: .env", name, "--env-file .env"] {
                assert!(lines[0].contains(wanted), "{wanted}: {lines:?}");
            }
        }
        let (finished, lines) = told(Launch::new("check --demo"), &file).await;
        assert_eq!((finished.code(), lines.len()), (Some(0), 0), "{name}: {}", finished.output());
        assert!(
            finished.stdout.iter().any(|line| line.starts_with("warning") && line.contains(name)),
            "{finished:?}"
        );
        for arguments in ["--help", "completions bash"] {
            let (finished, lines) = told(Launch::new(arguments), &file).await;
            assert_eq!((finished.code(), lines.len()), (Some(0), 0), "{name}: {}", finished.stderr);
        }
        // What the operator sets needs no word.
        if name == "MISTMCP_TIMEOUT" || name == "MISTMCP_REDIS_KEY" {
            let (_, lines) = told(Launch::new("--demo").variable(name, "29"), &file).await;
            assert_eq!(lines.len(), 0, "{lines:?}");
        }
    }
    let file = refused.map(|(name, value)| format!("{name}={value}\n")).concat();
    let (_, lines) = told(Launch::new("--demo"), format!("{file}{}", "MISTMCP_X{}=1\n".repeat(1_000))).await;
    assert!(lines.len() == 1 && lines[0].len() < 3_000, "{lines:?}");
    let server = Launch::new("--demo").file(".env", &file).serve().await;
    assert!(
        server.address().ip().is_loopback() && server.url("").starts_with("http://"),
        "{}",
        server.errors()
    );
}

#[tokio::test]
async fn what_narrows_is_taken() {
    let file = "MISTMCP_TOOL_LOADING_MODE=custom\nMISTMCP_TOOL_CATEGORIES='sites, orgs'\nMISTMCP_FORMAT=toon\n\
                MISTMCP_TIMEOUT=30\nMISTMCP_RETRY_WAIT=0\nMISTMCP_RATE_LIMIT=100\nMISTMCP_MAX_RESULT_BYTES=2000\n\
                MISTMCP_MAX_RESPONSE_BYTES=2000\n";
    let (finished, lines) = told(Launch::new("check --demo"), file).await;
    assert_eq!((finished.code(), lines.len()), (Some(0), 0), "{}", finished.output());
    let settings = finished.stdout.iter().find(|line| line.contains("settings")).unwrap();
    for name in file.lines().filter_map(|line| line.split('=').next()) {
        assert!(settings.contains(&format!("{name} ")), "{name}: {settings}");
    }
    assert!(!finished.output().contains("was found"), "{}", finished.output());
    // A flag counts more, and is not held against the file.
    let (_, lines) = told(Launch::new("call getSelf --demo --timeout 600"), file).await;
    assert_eq!(lines.len(), 0, "{lines:?}");
}

#[tokio::test]
async fn foreign_lines_stop_nothing() {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg==\n-----END PRIVATE KEY-----\n";
    let utf16: Vec<u8> = "\u{feff}MIST_HOST=x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let huge = vec![b'x'; 3 << 20];
    let files: [(&[u8], bool); 13] = [
        (b"APP_NAME=My App\n", true),
        (b"PATH_X=C:\\new\\x\nPATH_Y=\"C:\\new\\x\"\nP=a$b${PATH}\n", false),
        (b"{\n  \"a\": [1, 2]\n}\n", true),
        (b"version: '3'\nservices:\n  - web\n", true),
        (pem.as_bytes(), true),
        (b"OPEN=\"never closed\n", true),
        (b"# f\xfcr uns\nCAFE=caf\xe9\n", true),
        (&utf16, true),
        (b"\x7fELF\x02\x01\x00\x00\x00", true),
        (&huge, true),
        (b"", false),
        (b"\xef\xbb\xbf# only a comment\r\n", false),
        (b"MISTRAL_KEY=x\nMIST_USER=ada\n", false),
    ];
    for (file, is_told) in files {
        for arguments in ["--help", "--version", "call --help", "man", "completions zsh"] {
            let (finished, lines) = told(Launch::new(arguments), file).await;
            assert_eq!((finished.code(), lines.len()), (Some(0), 0), "{arguments}: {}", finished.stderr);
        }
        for arguments in ["--demo", "call getSelf --demo", "tools orgs", "install zed --demo --print"] {
            let launch =
                Launch::new(arguments).variable("HOME", "/nowhere").variable("USERPROFILE", "C:\\nowhere");
            let (finished, lines) = told(launch, file).await;
            let file = String::from_utf8_lossy(&file[..file.len().min(40)]).into_owned();
            assert_eq!(finished.code(), Some(0), "{arguments}, {file}: {}", finished.stderr);
            let warnings = lines.iter().filter(|line| line.starts_with("warning: .env")).count();
            assert_eq!(warnings, usize::from(is_told), "{arguments}, {file}: {lines:?}");
        }
        let (finished, _) = told(Launch::new("check --demo"), file).await;
        assert_eq!(finished.code(), Some(0), "{}", finished.output());
    }
}

#[tokio::test]
async fn a_line_of_ours_that_cannot_be_read_is_reported_and_spares_the_others() {
    for line in [
        "MIST_APITOKEN=two s7ranger-s7ranger-s7ranger",
        "MIST_APITOKEN=\"s7ranger-s7ranger-s7ranger",
        "MIST_APITOKEN: s7ranger-s7ranger-s7ranger",
        "\"MIST_APITOKEN\": \"s7ranger-s7ranger-s7ranger\",",
        "set MIST_APITOKEN=s7ranger-s7ranger-s7ranger",
    ] {
        let file = format!("A=1\n{line}\nMISTMCP_FORMAT=toon\n");
        let (_, lines) = told(Launch::new("call getSelf --demo"), &file).await;
        assert!(lines.len() == 1 && lines[0].contains("line 2 (MIST_APITOKEN)"), "{lines:?}");
        let (finished, _) = told(Launch::new("check --demo"), &file).await;
        assert!(finished.output().contains("MISTMCP_FORMAT toon in "), "{}", finished.output());
    }
}

#[tokio::test]
async fn what_is_called_so_and_is_no_file_stops_nothing() {
    let launch = Launch::new("call getSelf --demo");
    std::fs::create_dir(launch.folder().join(".env")).unwrap();
    let finished = launch.run().await;
    assert_eq!(
        (finished.code(), finished.stderr.as_str()),
        (Some(0), ""),
        "a folder is a virtual environment"
    );
    #[cfg(unix)]
    for (target, wanted) in [("pipe", "a named pipe"), ("/dev/zero", "a device")] {
        let launch = Launch::new("call getSelf --demo");
        let pipe = launch.folder().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        std::os::unix::fs::symlink(target, launch.folder().join(".env")).unwrap();
        let finished = soon("the end", launch.run()).await;
        assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
        assert!(finished.stderr.contains(wanted), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_found_file_does_not_start_the_demo_network() {
    for arguments in ["", "call getSelf"] {
        let (finished, lines) = told(Launch::new(arguments), "MISTMCP_DEMO=true\n").await;
        assert_eq!((finished.code(), finished.output().as_str()), (Some(1), ""), "{}", finished.stderr);
        assert!(lines[0].contains("MISTMCP_DEMO"), "{lines:?}");
    }
}
