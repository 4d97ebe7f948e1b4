//! What the binary says on the command line, and how it ends.

use mistmcp_tests::{Finished, Launch, Peer, TOKEN};
use serde_json::Value;

/// It stops with that code before it has said anything to a client.
async fn stops(launch: Launch, code: i32, wanted: &[&str]) -> Finished {
    let finished = launch.run().await;
    assert_eq!((finished.code(), finished.output().as_str()), (Some(code), ""), "{}", finished.stderr);
    for wanted in wanted {
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
    }
    finished
}

#[tokio::test]
async fn help_names_every_flag_in_its_group() {
    let finished = Launch::new("--help").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    let help = finished.output();
    for (group, flags) in [
        (
            "Server:",
            &[
                "-t, --transport MISTMCP_TRANSPORT_MODE",
                "-m, --mode MISTMCP_TOOL_LOADING_MODE",
                "-c, --categories MISTMCP_TOOL_CATEGORIES",
                "-e, --env-file MIST_ENV_FILE",
                "-d, --debug MISTMCP_DEBUG",
            ][..],
        ),
        (
            "Mist:",
            &[
                "--demo MISTMCP_DEMO",
                "--cloud MIST_HOST",
                "--allow-cloud MISTMCP_ALLOW_CLOUDS",
                "--org-id MISTMCP_ORG_ID",
                "--timeout MISTMCP_TIMEOUT",
                "--retry-wait MISTMCP_RETRY_WAIT",
                "--rate-limit MISTMCP_RATE_LIMIT",
            ],
        ),
        (
            "Answers:",
            &[
                "--max-result-bytes MISTMCP_MAX_RESULT_BYTES",
                "--max-response-bytes MISTMCP_MAX_RESPONSE_BYTES",
                "--format MISTMCP_FORMAT",
                "--show-secrets MISTMCP_SHOW_SECRETS",
            ],
        ),
    ] {
        let (_, of_group) =
            help.split_once(&format!("\n{group}\n")).unwrap_or_else(|| panic!("{group} {help}"));
        // A group ends where the next one is headed, at the margin.
        let of_group = of_group.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
        let of_group = of_group.collect::<Vec<_>>().join("\n");
        for flag in flags {
            let (flag, variable) = flag.rsplit_once(' ').unwrap();
            assert!(of_group.contains(flag) && of_group.contains(variable), "{flag}: {of_group}");
        }
    }
    assert!(help.contains("MIST_APITOKEN") && help.contains("mistmcp --demo"), "{help}");
    assert!(!help.contains("--token") && !help.contains("--apitoken"), "{help}");
}

#[tokio::test]
async fn help_shows_no_value_of_the_environment() {
    let launch =
        Launch::new("--help").variable("MIST_APITOKEN", TOKEN).variable("MIST_HOST", "private.example");
    let help = launch.run().await.output();
    assert!(!help.contains(TOKEN), "{help}");
}

#[tokio::test]
async fn a_bad_mode_is_told_with_the_modes() {
    stops(Launch::new("--demo -m al"), 2, &["managed, all, custom", "--mode"]).await;
    let variable = Launch::new("--demo").variable("MISTMCP_TOOL_LOADING_MODE", "everything");
    stops(variable, 2, &["everything", "managed, all, custom"]).await;
}

#[tokio::test]
async fn a_bad_category_is_told_with_the_one_that_was_meant_and_the_list() {
    let wanted = ["`sites_rmm`; did you mean \"sites_rrm\"?", "the categories are: constants_definitions, "];
    stops(Launch::new("--demo -c sites,sites_rmm"), 1, &wanted).await;
    let variable = Launch::new("--demo -m custom").variable("MISTMCP_TOOL_CATEGORIES", "sites_rmm");
    stops(variable, 1, &wanted).await;
}

#[tokio::test]
async fn custom_mode_without_categories_is_told_with_the_remedy() {
    stops(Launch::new("--demo -m custom"), 1, &["--categories", "MISTMCP_TOOL_CATEGORIES", "sites_rrm"])
        .await;
}

#[tokio::test]
async fn numbers_out_of_range_are_told_with_the_flag() {
    for (flag, value) in [
        ("--timeout", "0"),
        ("--timeout", "soon"),
        ("--rate-limit", "0"),
        ("--max-result-bytes", "10"),
        ("--max-response-bytes", "-1"),
        ("--retry-wait", "999999"),
        ("--format", "xml"),
    ] {
        let launch = Launch::new("--demo").argument(&format!("{flag}={value}"));
        stops(launch, 2, &[flag, value]).await;
    }
    stops(Launch::new("--demo --org-id acme"), 1, &["acme", "--org-id", "UUID"]).await;
}

#[tokio::test]
async fn a_missing_cloud_is_told_with_the_clouds_there_are() {
    let launch = Launch::new("").variable("MIST_APITOKEN", TOKEN);
    stops(launch, 1, &["--cloud", "MIST_HOST", "api.mist.com", "api.us.mist-federal.com", "--demo"]).await;
}

#[tokio::test]
async fn a_missing_token_is_told_with_where_to_get_one() {
    let wanted = ["MIST_APITOKEN", "https://manage.eu.mist.com/", ".env", "--demo"];
    stops(Launch::new("--cloud api.eu.mist.com"), 1, &wanted).await;
    stops(Launch::new("--cloud api.eu.mist.com").variable("MIST_APITOKEN", ""), 1, &wanted).await;
}

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
async fn an_unknown_cloud_is_refused_and_nothing_is_sent_to_it() {
    let stranger = Peer::start().await;
    let (host, url) = (stranger.address().to_string(), stranger.url());
    for cloud in [
        host.as_str(),
        &url,
        "127.0.0.1",
        "localhost",
        "evil.example",
        "api.mist.com.evil.example",
        "api.mist.com@evil.example",
        "https://api.mist.com:8443",
        "http://api.mist.com",
        "api.mist.com/evil",
        "xapi.mist.com",
    ] {
        for flag in [true, false] {
            let launch = Launch::new("call getSelf").variable("MIST_APITOKEN", TOKEN);
            let launch = if flag {
                launch.argument("--cloud").argument(cloud)
            } else {
                launch.variable("MIST_HOST", cloud)
            };
            stops(launch, 1, &["--cloud", "MIST_HOST", cloud]).await;
        }
    }
    assert_eq!(stranger.connections(), 0);
}

#[tokio::test]
async fn a_cloud_that_was_added_is_used_and_no_other_port_of_it() {
    let (peer, stranger) = (Peer::start().await, Peer::start().await);
    let launch = |cloud: &str| {
        Launch::new("call getSelf --allow-cloud").argument(&peer.url()).argument("--cloud").argument(cloud)
    };
    for cloud in ["127.0.0.1".to_owned(), peer.url()] {
        let finished = launch(&cloud).variable("MIST_APITOKEN", TOKEN).run().await;
        assert_eq!((finished.code(), finished.output().as_str()), (Some(0), "{}"), "{}", finished.stderr);
        assert_eq!(peer.take().len(), 1);
    }
    stops(launch(&stranger.url()).variable("MIST_APITOKEN", TOKEN), 1, &["--allow-cloud"]).await;
    assert_eq!(stranger.connections(), 0);
}

#[tokio::test]
async fn plain_http_beyond_loopback_is_refused() {
    let launch = Launch::new("--allow-cloud http://mist.example --cloud mist.example");
    stops(launch.variable("MIST_APITOKEN", TOKEN), 1, &["http://mist.example", "https", "--allow-cloud"])
        .await;
}

#[tokio::test]
async fn a_call_prints_its_answer_and_nothing_else() {
    let finished = Launch::new("--demo call searchOrgSites limit=2").run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    let answer: Value = serde_json::from_str(&finished.output()).unwrap();
    assert_eq!(answer["results"].as_array().unwrap().len(), 2, "{answer}");
}

#[tokio::test]
async fn a_call_that_fails_says_so_on_standard_error() {
    stops(Launch::new("--demo call getself"), 1, &["did you mean \"getSelf\"?"]).await;
    stops(Launch::new("--demo call getSiteInfo"), 1, &["`site_id` is missing"]).await;
    stops(Launch::new("--demo call searchOrgSites limit=many"), 1, &["`limit`"]).await;
    stops(Launch::new("--demo call searchOrgSites limit"), 1, &["`limit`", "name=value"]).await;
    stops(Launch::new("--demo call"), 2, &["<TOOL>"]).await;
}

#[tokio::test]
async fn a_call_of_a_file_prints_the_file_as_it_is() {
    let launch = Launch::new("--demo call exportSiteDevices").argument("site_id=Leeds Distribution Centre");
    let finished = launch.run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""));
    assert!(finished.stdout[0].starts_with("name,"), "{}", finished.output());
    let columns = finished.stdout[0].split(',').count();
    assert!(finished.stdout.len() > 5, "{}", finished.output());
    assert!(finished.stdout.iter().all(|line| line.split(',').count() == columns), "{}", finished.output());
}

#[tokio::test]
async fn the_categories_bound_what_a_call_reaches() {
    stops(Launch::new("--demo -c sites call getOrg"), 1, &["There is no tool `getOrg`"]).await;
    assert_eq!(Launch::new("--demo -c sites call getSelf").run().await.code(), Some(0));
}

#[tokio::test]
async fn tools_lists_categories_and_the_tools_of_one() {
    let finished = Launch::new("tools").run().await;
    assert_eq!(finished.code(), Some(0), "it needs neither token nor cloud");
    let sites_rrm = finished.stdout.iter().find(|line| line.starts_with("sites_rrm ")).unwrap();
    assert!(sites_rrm.contains(" 4 "), "{sites_rrm}");

    let finished = Launch::new("tools sites_rrm").run().await;
    for wanted in ["\nlistSiteRrmEvents\n", "  * site_id ", "One of: 24, 5, ", "Default: 100."] {
        assert!(finished.output().contains(wanted), "{wanted}: {}", finished.output());
    }
    let bounded = Launch::new("tools -c sites").run().await;
    assert_eq!(bounded.stdout.len(), 1, "{}", bounded.output());
    stops(Launch::new("tools sites_rmm"), 1, &["did you mean \"sites_rrm\"?", "mistmcp tools"]).await;
}
