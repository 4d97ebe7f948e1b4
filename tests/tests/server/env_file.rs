//! Where settings come from: a flag, else the environment, else the file that is named.

use mistmcp_tests::{Launch, MockUpstream, TOKEN};

const FLAG: &str = "0f000000-0000-4000-8000-00000000000f";
const VARIABLE: &str = "0e000000-0000-4000-8000-00000000000e";
const FILE: &str = "0d000000-0000-4000-8000-00000000000d";

/// Calls `getOrg`, and returns which organization was asked for, with which token.
async fn asked(upstream: &MockUpstream, launch: Launch) -> (String, String) {
    let finished = launch.argument("call").argument("getOrg").run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    let received = upstream.take();
    let org = received[0].path.rsplit('/').next().unwrap().to_owned();
    (org, received[0].header("authorization").to_owned())
}

fn launch(upstream: &MockUpstream) -> Launch {
    let url = upstream.url();
    let file = format!(
        "# where\nexport MIST_HOST={url}\nMISTMCP_ALLOW_CLOUDS='https://mist.example, {url}'\n\
         MIST_APITOKEN=\"{TOKEN}\"\n\nMISTMCP_ORG_ID={FILE} # mine\n"
    );
    Launch::new("").file(".env", &file).variable("MIST_ENV_FILE", ".env")
}

#[tokio::test]
async fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let upstream = MockUpstream::start().await;
    let of_file = (FILE.to_owned(), format!("Token {TOKEN}"));
    assert_eq!(asked(&upstream, launch(&upstream)).await, of_file);
    let of_variable =
        launch(&upstream).variable("MISTMCP_ORG_ID", VARIABLE).variable("MIST_APITOKEN", "other-token");
    assert_eq!(asked(&upstream, of_variable).await, (VARIABLE.to_owned(), "Token other-token".to_owned()));
    let of_flag = launch(&upstream).variable("MISTMCP_ORG_ID", VARIABLE).argument("--org-id").argument(FLAG);
    assert_eq!(asked(&upstream, of_flag).await.0, FLAG);
}

#[tokio::test]
async fn an_empty_variable_is_none() {
    let upstream = MockUpstream::start().await;
    let empty = launch(&upstream).variable("MISTMCP_ORG_ID", "").variable("MIST_APITOKEN", "");
    assert_eq!(asked(&upstream, empty).await.0, FILE);
    let all_empty = launch(&upstream)
        .variable("MIST_HOST", "")
        .variable("MISTMCP_ALLOW_CLOUDS", "")
        .variable("MISTMCP_TIMEOUT", "")
        .variable("MISTMCP_TOOL_LOADING_MODE", "")
        .variable("MISTMCP_TOOL_CATEGORIES", "")
        .variable("MISTMCP_DEBUG", "")
        .variable("MISTMCP_DEMO", "")
        .variable("MISTMCP_FORMAT", "");
    assert_eq!(asked(&upstream, all_empty).await.0, FILE);
}

#[tokio::test]
async fn another_file_is_read_where_it_is_named() {
    let upstream = MockUpstream::start().await;
    let own = format!(
        "MIST_HOST={0}\nMISTMCP_ALLOW_CLOUDS={0}\nMIST_APITOKEN={TOKEN}\nMISTMCP_ORG_ID={FLAG}\n",
        upstream.url()
    );
    for launch in [
        launch(&upstream).file("own", &own).variable("MIST_ENV_FILE", "own"),
        launch(&upstream).file("own", &own).argument("--env-file").argument("own"),
        launch(&upstream).file("own", &own).argument("-eown"),
    ] {
        assert_eq!(asked(&upstream, launch).await.0, FLAG);
    }
    let behind =
        launch(&upstream).file("own", &own).argument("call").argument("getOrg").argument("--env-file=own");
    assert_eq!(behind.run().await.code(), Some(0));
    assert!(upstream.take()[0].path.ends_with(FLAG), "a flag behind the subcommand counts as well");
}

#[tokio::test]
async fn flags_that_are_on_or_off_are_read_from_the_file() {
    let upstream = MockUpstream::start().await;
    for (line, logs) in
        [("MISTMCP_DEBUG=true", true), ("MISTMCP_DEBUG=1", true), ("MISTMCP_DEBUG=off", false)]
    {
        let own = format!(
            "MIST_HOST={0}\nMISTMCP_ALLOW_CLOUDS={0}\nMIST_APITOKEN={TOKEN}\n{line}\n",
            upstream.url()
        );
        let finished = Launch::new("call getSelf -e .env").file(".env", &own).run().await;
        assert_eq!(finished.code(), Some(0), "{line}: {}", finished.stderr);
        assert_eq!(finished.stderr.contains("GET /api/v1/self"), logs, "{line}: {}", finished.stderr);
    }
}

#[tokio::test]
async fn a_bad_value_in_the_file_stops_the_program() {
    let finished = Launch::new("--demo -e .env").file(".env", "MISTMCP_TOOL_LOADING_MODE=al\n").run().await;
    assert_eq!(finished.code(), Some(2));
    assert!(finished.stderr.contains("managed, all, custom"), "{}", finished.stderr);
}

#[tokio::test]
async fn the_error_of_a_file_is_not_followed_by_how_to_use_flags() {
    let launch = Launch::new("--env-file bad.env call getSelf").file("bad.env", "this is no variable\n");
    let finished = launch.run().await;
    assert_eq!(finished.code(), Some(2), "{}", finished.output());
    assert!(
        finished.stderr.starts_with("error: ") && finished.stderr.contains("bad.env"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("Usage") && !finished.stderr.contains("--help"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_named_file_that_is_missing_stops_the_program() {
    for launch in
        [Launch::new("--demo -e nowhere"), Launch::new("--demo").variable("MIST_ENV_FILE", "nowhere")]
    {
        let finished = launch.run().await;
        assert_eq!((finished.code(), finished.output().as_str()), (Some(2), ""));
        assert!(
            finished.stderr.contains("nowhere") && finished.stderr.contains("--env-file"),
            "{}",
            finished.stderr
        );
    }
}

/// Starts the demo with a named file of this content, over and over in each of these ways.
async fn named(content: &[u8]) -> Vec<mistmcp_tests::Finished> {
    let mut all = Vec::new();
    for arguments in ["--demo", "call getSelf --demo", "check --demo", "tools", "install zed --demo --print"]
    {
        let launch =
            Launch::new(arguments).argument("--env-file").argument("own.env").file("own.env", content);
        let launch = launch.variable("HOME", "/nowhere").variable("USERPROFILE", "C:\\nowhere");
        all.push(launch.run().await);
    }
    all
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_reported_by_its_number_and_its_remedy_works() {
    for (line, wanted, mended) in [
        (
            format!("MISTMCP_CLIENT_TOKEN={TOKEN} and more"),
            "quotes",
            format!("MISTMCP_CLIENT_TOKEN='{TOKEN} and more'"),
        ),
        (format!("APP_NAME=My {TOKEN}"), "quotes", format!("APP_NAME=\"My {TOKEN}\"")),
        (format!("A=\"{TOKEN} \"x\""), "put a value that contains \" into '", format!("A='{TOKEN} \"x'")),
        (format!("A='it's {TOKEN}'"), "put a value that contains ' into \"", format!("A=\"it's {TOKEN}\"")),
        (format!("A=\"{TOKEN}"), "no \" closes it", format!("A=\"{TOKEN}\"")),
        (format!("MIST_APITOKEN: {TOKEN}"), "`NAME=value`", format!("MIST_APITOKEN={TOKEN}")),
        (format!("set A={TOKEN}"), "`NAME=value`", format!("A={TOKEN}")),
        (TOKEN.to_owned(), "a comment begins with `#`", format!("# {TOKEN}")),
    ] {
        let file = |line: &str| format!("\u{feff}MISTMCP_FORMAT=json\r\n{line}\r\n");
        for finished in named(file(&line).as_bytes()).await {
            assert_eq!(finished.code(), Some(2), "{line}");
            let told = &finished.stderr;
            assert!(told.contains("line 2") && told.contains(wanted), "{line}: {told}");
            assert!(!told.contains(TOKEN), "{told}");
        }
        for finished in named(file(&mended).as_bytes()).await {
            assert_eq!(finished.code(), Some(0), "{mended}: {}", finished.stderr);
        }
    }
}

#[tokio::test]
async fn a_value_is_taken_as_it_stands() {
    let upstream = MockUpstream::start().await;
    for (line, wanted) in [
        ("MIST_APITOKEN=abc$def", "abc$def"),
        ("MIST_APITOKEN=\"abc$MISTMCP_ORG_ID\"", "abc$MISTMCP_ORG_ID"),
        ("export MIST_APITOKEN = \"ab\\certs\\new\\\" # mine", "ab\\certs\\new\\"),
        ("MIST_APITOKEN=first\nMIST_APITOKEN=last", "last"),
        ("MIST_APITOKEN=a=b#c", "a=b#c"),
    ] {
        let launch = launch(&upstream)
            .file(".env", format!("\u{feff}{line}\r\n"))
            .variable("MISTMCP_ORG_ID", VARIABLE);
        let launch = launch
            .argument("--allow-cloud")
            .argument(&upstream.url())
            .argument("--cloud")
            .argument(&upstream.url());
        assert_eq!(asked(&upstream, launch).await.1, format!("Token {wanted}"), "{line}");
    }
    let launch = Launch::new("-t http --demo -e own.env")
        .file("own.env", "MISTMCP_TLS_CERT=\"C:\\certs\\new.pem\"\nMISTMCP_TLS_KEY='C:\\keys\\t.pem'\n");
    let finished = launch.run().await;
    for wanted in ["C:\\certs\\new.pem", "C:\\keys\\t.pem"] {
        assert!(finished.stderr.contains(wanted), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_named_file_that_is_no_utf8_text_is_refused_and_never_waited_for() {
    let utf16: Vec<u8> = "\u{feff}A=1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let without_mark: Vec<u8> = "A=1\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for content in [utf16, without_mark, b"A=caf\xe9\n".to_vec()] {
        for finished in named(&content).await {
            assert_eq!(finished.code(), Some(2));
            assert!(
                finished.stderr.contains("save") && finished.stderr.contains("UTF-8"),
                "{}",
                finished.stderr
            );
        }
    }
    for finished in named(&vec![b'#'; 2 << 20]).await {
        assert_eq!(finished.code(), Some(2));
        assert!(finished.stderr.contains("larger than 1 MiB"), "{}", finished.stderr);
    }
    let launch = Launch::new("--demo -e own");
    std::fs::create_dir(launch.folder().join("own")).unwrap();
    let finished = launch.run().await;
    assert!(finished.code() == Some(2) && finished.stderr.contains("a folder"), "{}", finished.stderr);
    #[cfg(unix)]
    {
        let launch = Launch::new("--demo -e own");
        let pipe = launch.folder().join("own");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        for (launch, wanted) in
            [(launch, "a named pipe"), (Launch::new("check --demo -e /dev/zero"), "a device")]
        {
            let finished = launch.run().await;
            assert!(finished.code() == Some(2) && finished.stderr.contains(wanted), "{}", finished.stderr);
        }
    }
}

#[tokio::test]
async fn no_file_is_read_where_none_is_requested() {
    for launch in [
        Launch::new("check --demo --env-file none"),
        Launch::new("check --demo").variable("MIST_ENV_FILE", "none"),
    ] {
        let finished = launch.file(".env", "MISTMCP_FORMAT=toon\nMISTMCP_ORG_ID=x\n").run().await;
        assert_eq!(finished.code(), Some(0), "{}", finished.output());
        assert!(finished.output().contains("none, as --env-file none says"), "{}", finished.output());
        assert!(!finished.output().contains("MISTMCP_FORMAT"), "{}", finished.output());
    }
}
