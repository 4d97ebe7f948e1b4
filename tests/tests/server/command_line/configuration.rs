//! Flags and variables, as the program takes them or stops.

use mistmcp_tests::{Launch, MockUpstream, TOKEN};

use super::stops;

#[tokio::test]
async fn a_bad_mode_is_reported_with_the_modes() {
    stops(Launch::new("--demo -m al"), 2, &["managed, all, custom", "--mode"]).await;
    let variable = Launch::new("--demo").variable("MISTMCP_TOOL_LOADING_MODE", "everything");
    stops(variable, 2, &["everything", "managed, all, custom"]).await;
}

#[tokio::test]
async fn a_bad_category_is_reported_with_the_one_that_was_meant_and_the_list() {
    let wanted =
        ["`sites_rmm`; did you mean \"sites_rrm\"?", "the categories are: answers, constants_applications, "];
    stops(Launch::new("--demo -c sites,sites_rmm"), 2, &wanted).await;
    let variable = Launch::new("--demo -m custom").variable("MISTMCP_TOOL_CATEGORIES", "sites_rmm");
    stops(variable, 2, &wanted).await;
}

#[tokio::test]
async fn custom_mode_without_categories_is_reported_with_the_remedy() {
    stops(Launch::new("--demo -m custom"), 2, &["--categories", "MISTMCP_TOOL_CATEGORIES", "sites_rrm"])
        .await;
}

#[tokio::test]
async fn a_pattern_without_a_tool_is_reported_with_what_was_meant() {
    for (arguments, wanted) in [
        ("--tools getSelv", &["--tools (or MISTMCP_TOOLS)", "`getSelv`", "did you mean `getSelf`"][..]),
        ("--without-tools getSelf,serchOrg*", &["MISTMCP_WITHOUT_TOOLS", "`serchOrg*`", "`searchOrg*`"]),
        ("--tools *Statz", &["`*Statz`", "`*Stats`"]),
        ("--tools sites_rrm", &["sites_rrm is a category", "--categories"]),
        ("--tools getself", &["did you mean `getSelf`"]),
        ("--without-tools zzz*", &["`zzz*`", "mistmcp tools"]),
        ("--tools getSelf,findTools", &["`findTools`", "managed mode has it by itself"]),
        ("--without-tools callTool", &["`callTool`", "--mode", "do not have it"]),
        ("--without-tools *", &["leave no tool", "--without-tools"]),
        ("--tools getSelf --without-tools get*", &["leave no tool"]),
    ] {
        stops(Launch::new(&format!("--demo {arguments}")), 2, wanted).await;
        stops(Launch::new(&format!("call getSelf --demo {arguments}")), 2, wanted).await;
    }
    let variable = Launch::new("--demo").variable("MISTMCP_TOOLS", "getSelf, listOrgSitez");
    stops(variable, 2, &["MISTMCP_TOOLS", "`listOrgSitez`"]).await;
    // A misplaced token is not repeated.
    let secret = Launch::new("--demo --tools").argument(TOKEN).run().await;
    assert!(!secret.stderr.contains(TOKEN), "{}", secret.stderr);
}

#[tokio::test]
async fn call_and_tools_know_the_policy() {
    let policy = "--demo --without-tools getSelf,*Rrm*";
    let called = Launch::new(&format!("call getSelf {policy}")).run().await;
    assert_eq!(called.code(), Some(4));
    assert!(called.stderr.contains("`getSelf` exists"), "{}", called.stderr);
    let listed = Launch::new(&format!("tools --json self_account {policy}")).run().await.output();
    assert!(listed.contains("getSelfApiUsage") && !listed.contains("\"getSelf\""), "{listed}");
    let checked = Launch::new(&format!("check --json {policy}")).run().await.output();
    assert!(checked.contains("--without-tools getSelf,*Rrm*"), "{checked}");
}

#[tokio::test]
async fn no_description_on_the_command_line_names_a_removed_tool() {
    let commands = [
        "tools who changed something",
        "tools --json who changed something",
        "tools orgs_logs",
        "tools --json orgs_logs",
        "tools orgs_admins",
        "tools --json listOrgAdmins",
        "tools listOrgAdmins",
        "call listOrgAdmins --help",
        "completions zsh",
        "completions fish",
    ];
    let mut named = 0;
    for command in commands {
        let all = Launch::new(&format!("--demo {command}")).run().await.output();
        named += usize::from(all.contains("AuditLogs"));
        let rest = Launch::new(&format!("--demo --without-tools *AuditLogs {command}")).run().await.output();
        assert!(!rest.contains("AuditLogs"), "{command}: {rest}");
    }
    assert!(named >= 3, "the commands name no such tool at all");
}

#[tokio::test]
async fn numbers_out_of_range_are_reported_with_the_flag() {
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
    for (id, what) in [
        ("acme", "`acme`"),
        ("11111111", "`11111111`"),
        ("Zk3v9QpLr7TtYyUu", "a text of 16 characters"),
        ("6f2d1c0a93b44e578a16d0c5e7b1f4", "a text of 30 characters"),
    ] {
        let launch = Launch::new("--demo").argument(&format!("--org-id={id}"));
        stops(launch, 2, &[what, "--org-id", "UUID"]).await;
    }
}

#[tokio::test]
async fn a_missing_cloud_is_reported_with_the_clouds_there_are() {
    let launch = Launch::new("").variable("MIST_APITOKEN", TOKEN);
    stops(launch, 1, &["--cloud", "MIST_HOST", "api.mist.com", "api.us.mist-federal.com", "--demo"]).await;
}

#[tokio::test]
async fn a_missing_token_is_reported_with_where_to_get_one() {
    let wanted = ["MIST_APITOKEN", "https://manage.eu.mist.com/", ".env", "--demo"];
    stops(Launch::new("--cloud api.eu.mist.com"), 1, &wanted).await;
    stops(Launch::new("--cloud api.eu.mist.com").variable("MIST_APITOKEN", ""), 1, &wanted).await;
}

#[tokio::test]
async fn an_unknown_cloud_is_refused_and_nothing_is_sent_to_it() {
    let stranger = MockUpstream::start().await;
    let (host, url) = (stranger.address().to_string(), stranger.url());
    for cloud in [
        host.as_str(),
        &url,
        "127.0.0.1",
        "localhost",
        "evil.example",
        "api.mist.com.evil.example",
        "https://api.mist.com:8443",
        "http://api.mist.com",
        "xapi.mist.com",
    ] {
        for flag in [true, false] {
            let launch = Launch::new("call getSelf").variable("MIST_APITOKEN", TOKEN);
            let launch = if flag {
                launch.argument("--cloud").argument(cloud)
            } else {
                launch.variable("MIST_HOST", cloud)
            };
            stops(launch, 2, &["--cloud", "MIST_HOST", cloud]).await;
        }
    }
    assert_eq!(stranger.connections(), 0);
}

#[tokio::test]
async fn the_address_of_a_portal_names_cloud_and_organization() {
    let id = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";
    let url = format!("https://manage.eu.mist.com/admin/?org_id={id}#!dashboard/insights");
    for launch in [Launch::new("").variable("MIST_HOST", &url), Launch::new("--cloud").argument(&url)] {
        let checked = launch.argument("check").run().await;
        assert!(checked.output().contains("api.eu.mist.com, from "), "{}", checked.output());
        assert!(checked.output().contains(&format!("organization {id}")), "{}", checked.output());
    }
    let print = |more: &str| {
        Launch::new("install cursor --print --cloud")
            .argument(&url)
            .arguments(more)
            .variable("HOME", "/nowhere")
    };
    let printed = print("").run().await;
    for wanted in ["\"api.eu.mist.com\"", "--org-id", id] {
        assert!(printed.output().contains(wanted), "{wanted}: {}", printed.output());
    }
    assert!(!printed.output().contains("manage"), "{}", printed.output());
    let other = "7f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";
    let printed = print(&format!("--org-id {other}")).run().await;
    assert!(printed.output().contains(other) && !printed.output().contains(id), "{}", printed.output());
    let printed = print("--url http://127.0.0.1:8000").run().await;
    let wanted = format!("cloud=api.eu.mist.com&org_id={id}");
    assert!(printed.output().contains(&wanted), "{}", printed.output());
}

#[tokio::test]
async fn a_name_that_is_nearly_a_cloud_is_reported_with_the_one_that_was_meant() {
    for (text, wanted) in
        [("eu", "`api.eu.mist.com` (EMEA 01)"), ("global 03", "`api.ac2.mist.com`"), ("gc1", "Global 02")]
    {
        let launch = Launch::new("call getSelf").variable("MIST_APITOKEN", TOKEN).variable("MIST_HOST", text);
        stops(launch, 2, &["did you mean", wanted, "api.gc7.mist.com", "MIST_HOST"]).await;
    }
}

#[tokio::test]
async fn another_programs_name_for_a_variable_is_reported_where_ours_is_not_set() {
    let launch = Launch::new("call getSelf")
        .variable("MIST_API_KEY", TOKEN)
        .variable("MIST_BASE_URL", "https://s3cr3t.example");
    let finished =
        stops(launch, 1, &["MIST_API_KEY", "did you mean MIST_APITOKEN?", "did you mean MIST_HOST?"]).await;
    assert!(!finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
    let set = Launch::new("call getSelf --demo --cloud api.mist.com").variable("MIST_APITOKEN", TOKEN);
    let set = set
        .variable("MIST_API_KEY", "x")
        .variable("MIST_URL", "x")
        .variable("MISTRAL_API_KEY", "x")
        .run()
        .await;
    assert!(!set.stderr.contains("did you mean"), "{}", set.stderr);
    let checked = Launch::new("check").variable("MIST_TOKEN", TOKEN).variable("MIST_ORG", "x").run().await;
    for wanted in ["did you mean MIST_APITOKEN?", "did you mean MISTMCP_ORG_ID?"] {
        assert!(checked.output().contains(wanted), "{}", checked.output());
    }
}

#[tokio::test]
async fn a_cloud_that_was_added_is_used_and_no_other_port_of_it() {
    let (upstream, stranger) = (MockUpstream::start().await, MockUpstream::start().await);
    let launch = |cloud: &str| {
        Launch::new("call getSelf --allow-cloud")
            .argument(&upstream.url())
            .argument("--cloud")
            .argument(cloud)
    };
    for cloud in ["127.0.0.1".to_owned(), upstream.url()] {
        let finished = launch(&cloud).variable("MIST_APITOKEN", TOKEN).run().await;
        assert_eq!((finished.code(), finished.output().as_str()), (Some(0), "{}"), "{}", finished.stderr);
        assert_eq!(upstream.take().len(), 1);
    }
    stops(launch(&stranger.url()).variable("MIST_APITOKEN", TOKEN), 2, &["--allow-cloud"]).await;
    assert_eq!(stranger.connections(), 0);
}

#[tokio::test]
async fn plain_http_beyond_loopback_is_refused() {
    let launch = Launch::new("--allow-cloud http://mist.example --cloud mist.example");
    stops(launch.variable("MIST_APITOKEN", TOKEN), 2, &["http://mist.example", "https", "--allow-cloud"])
        .await;
}

#[tokio::test]
async fn a_slip_in_the_name_of_a_variable_is_reported_with_the_one_that_was_meant() {
    let file = "MISTMCP_TOOL_CATEGORY=orgs\nMIST_USER=ada\nMISTMCP_RATE_LIMIT=100\n";
    let launch = |arguments: &str| {
        let launch = Launch::new(arguments).file(".env", file).variable("MIST_ENV_FILE", ".env");
        let launch = launch.variable("MISTMCP_APITOKEN", TOKEN);
        launch.variable("MISTMCP_REDIS_KEY", TOKEN).variable("MISTMCP_EMPTY", "").variable("MISTMCP_Q", "1")
    };
    let wanted = [
        "MISTMCP_APITOKEN is no variable of this program, and changes nothing; did you mean MIST_APITOKEN?",
        "MISTMCP_Q is no variable of this program, and changes nothing; `mistmcp --help` tells those there are",
        "MISTMCP_TOOL_CATEGORY is no variable of this program, and changes nothing; did you mean \
         MISTMCP_TOOL_CATEGORIES?",
    ];
    let called = launch("call getSelf --demo").run().await;
    assert_eq!(called.code(), Some(0), "{}", called.stderr);
    assert_eq!(called.stderr, wanted.map(|words| format!("warning: {words}\n")).concat());
    let checked = launch("check --demo").run().await;
    assert_eq!((checked.code(), checked.stderr.as_str()), (Some(0), ""));
    for words in wanted {
        let told = checked.stdout.iter().any(|line| line.starts_with("warning") && line.ends_with(words));
        assert!(told, "{words}: {}", checked.output());
    }
    let quiet = launch("completions bash").run().await;
    assert_eq!(quiet.stderr, "");
}

#[tokio::test]
async fn a_wrong_value_is_reported_with_the_variable_and_its_place() {
    let stops =
        |launch: Launch, wanted: &'static [&'static str]| async move { stops(launch, 2, wanted).await };
    let demo = || Launch::new("--demo");
    stops(demo().variable("MISTMCP_FORMAT", "yaml"), &["yaml", "MISTMCP_FORMAT in the environment"]).await;
    stops(demo().variable("MISTMCP_TIMEOUT", "soon"), &["soon", "MISTMCP_TIMEOUT in the environment"]).await;
    let file = |line: &str| demo().file("own.env", line).arguments("--env-file own.env");
    stops(file("MISTMCP_FORMAT=yaml"), &["yaml", "MISTMCP_FORMAT in ", "own.env"]).await;
    stops(file("MISTMCP_PORT=70000"), &["70000", "MISTMCP_PORT in ", "own.env"]).await;
    // A flag is named by itself, whatever the variable says.
    let flag = demo().variable("MISTMCP_FORMAT", "toon").argument("--format=yaml");
    stops(flag, &["yaml", "'--format <FORMAT>'"]).await;
}

#[tokio::test]
async fn an_organization_is_taken_from_a_url_of_the_portal_in_either_setting() {
    const ORG: &str = "6f2d1c0a-93b4-4e57-8a16-d0c5e7b1f428";
    for url in [
        format!("https://manage.eu.mist.com/admin/?org_id={ORG}#!dashboard/insights"),
        format!("manage.eu.mist.com/admin/?org_id={ORG}"),
        format!("https://api.mist.com/api/v1/orgs/{ORG}/sites"),
        ORG.replace('-', ""),
    ] {
        let finished = Launch::new("--demo call getSelf").variable("MISTMCP_ORG_ID", &url).run().await;
        assert_eq!(finished.code(), Some(0), "{url}: {}", finished.stderr);
    }
    for url in ["https://manage.eu.mist.com/admin/?org_id=bogus", "manage.mist.com/admin/#!x?org_id=6f2d1c0a"]
    {
        let launch = Launch::new("").variable("MIST_HOST", url).variable("MIST_APITOKEN", TOKEN);
        stops(launch, 2, &["MIST_HOST", "org_id"]).await;
        let launch = Launch::new("--demo").variable("MISTMCP_ORG_ID", url);
        stops(launch, 2, &["MISTMCP_ORG_ID", "UUID"]).await;
    }
}
