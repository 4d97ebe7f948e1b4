//! Where settings come from: a flag, else the environment, else the file.

use mistmcp_tests::{Launch, Peer, TOKEN};

const FLAG: &str = "0f000000-0000-4000-8000-00000000000f";
const VARIABLE: &str = "0e000000-0000-4000-8000-00000000000e";
const FILE: &str = "0d000000-0000-4000-8000-00000000000d";

/// Calls `getOrg`, and returns which organization was asked for, with which token.
async fn asked(peer: &Peer, launch: Launch) -> (String, String) {
    let finished = launch.argument("call").argument("getOrg").run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    let received = peer.take();
    let org = received[0].path.rsplit('/').next().unwrap().to_owned();
    (org, received[0].header("authorization").to_owned())
}

fn launch(peer: &Peer) -> Launch {
    let url = peer.url();
    let file = format!(
        "# where\nexport MIST_HOST={url}\nMISTMCP_ALLOW_CLOUDS='https://mist.example, {url}'\n\
         MIST_APITOKEN=\"{TOKEN}\"\n\nMISTMCP_ORG_ID={FILE} # mine\n"
    );
    Launch::new("").file(".env", &file)
}

#[tokio::test]
async fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let peer = Peer::start().await;
    let of_file = (FILE.to_owned(), format!("Token {TOKEN}"));
    assert_eq!(asked(&peer, launch(&peer)).await, of_file);
    let of_variable =
        launch(&peer).variable("MISTMCP_ORG_ID", VARIABLE).variable("MIST_APITOKEN", "other-token");
    assert_eq!(asked(&peer, of_variable).await, (VARIABLE.to_owned(), "Token other-token".to_owned()));
    let of_flag = launch(&peer).variable("MISTMCP_ORG_ID", VARIABLE).argument("--org-id").argument(FLAG);
    assert_eq!(asked(&peer, of_flag).await.0, FLAG);
}

#[tokio::test]
async fn an_empty_variable_is_none() {
    let peer = Peer::start().await;
    let empty = launch(&peer).variable("MISTMCP_ORG_ID", "").variable("MIST_APITOKEN", "");
    assert_eq!(asked(&peer, empty).await.0, FILE);
    let all_empty = launch(&peer)
        .variable("MIST_HOST", "")
        .variable("MISTMCP_ALLOW_CLOUDS", "")
        .variable("MISTMCP_TIMEOUT", "")
        .variable("MISTMCP_TOOL_LOADING_MODE", "")
        .variable("MISTMCP_TOOL_CATEGORIES", "")
        .variable("MISTMCP_DEBUG", "")
        .variable("MISTMCP_DEMO", "")
        .variable("MISTMCP_FORMAT", "");
    assert_eq!(asked(&peer, all_empty).await.0, FILE);
}

#[tokio::test]
async fn another_file_is_read_where_it_is_named() {
    let peer = Peer::start().await;
    let own = format!(
        "MIST_HOST={0}\nMISTMCP_ALLOW_CLOUDS={0}\nMIST_APITOKEN={TOKEN}\nMISTMCP_ORG_ID={FLAG}\n",
        peer.url()
    );
    for launch in [
        launch(&peer).file("own", &own).variable("MIST_ENV_FILE", "own"),
        launch(&peer).file("own", &own).argument("--env-file").argument("own"),
        launch(&peer).file("own", &own).argument("-eown"),
    ] {
        assert_eq!(asked(&peer, launch).await.0, FLAG);
    }
    let behind =
        launch(&peer).file("own", &own).argument("call").argument("getOrg").argument("--env-file=own");
    assert_eq!(behind.run().await.code(), Some(0));
    assert!(peer.take()[0].path.ends_with(FLAG), "a flag behind the subcommand counts as well");
}

#[tokio::test]
async fn flags_that_are_on_or_off_are_read_from_the_file() {
    let peer = Peer::start().await;
    for (line, logs) in
        [("MISTMCP_DEBUG=true", true), ("MISTMCP_DEBUG=1", true), ("MISTMCP_DEBUG=off", false)]
    {
        let own =
            format!("MIST_HOST={0}\nMISTMCP_ALLOW_CLOUDS={0}\nMIST_APITOKEN={TOKEN}\n{line}\n", peer.url());
        let finished = Launch::new("call getSelf").file(".env", &own).run().await;
        assert_eq!(finished.code(), Some(0), "{line}: {}", finished.stderr);
        assert_eq!(finished.stderr.contains("GET /api/v1/self"), logs, "{line}: {}", finished.stderr);
    }
}

#[tokio::test]
async fn a_bad_value_in_the_file_stops_the_program() {
    let finished = Launch::new("--demo").file(".env", "MISTMCP_TOOL_LOADING_MODE=al\n").run().await;
    assert_eq!(finished.code(), Some(2));
    assert!(finished.stderr.contains("managed, all, custom"), "{}", finished.stderr);
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

#[tokio::test]
async fn a_line_that_cannot_be_read_is_told_by_its_number_alone() {
    let file = format!("MIST_HOST=api.mist.com\nMIST_APITOKEN={TOKEN} and more\n");
    let finished = Launch::new("--demo").file(".env", &file).run().await;
    assert_eq!(finished.code(), Some(2));
    assert!(finished.stderr.contains("line 2"), "{}", finished.stderr);
    assert!(!finished.stderr.contains(TOKEN), "{}", finished.stderr);
}
