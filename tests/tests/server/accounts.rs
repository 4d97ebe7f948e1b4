//! Several accounts behind one server over stdio: which one a call goes to, and what is told where that is open.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream, TOKEN, soon};
use serde_json::{Value, json};

use crate::command_line::stops;

pub(crate) const ACME: &str = "0a000000-0000-4000-8000-000000000001";
pub(crate) const BETA: &str = "0b000000-0000-4000-8000-000000000002";
pub(crate) const SITE_OF_ACME: &str = "05000000-0000-4000-8000-000000000001";
pub(crate) const SITE_OF_BETA: &str = "05000000-0000-4000-8000-000000000002";
pub(crate) const TOKENS: [&str; 2] = ["acme-t0ken-4Fq8xYt2", "beta-t0ken-9Hs3mKw7"];

/// A customer's cloud, with one organization and one site.
async fn customer(org: &str, name: &str, site: &str) -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let privileges = json!([{ "scope": "org", "org_id": org, "org_name": name, "role": "read" }]);
    upstream
        .json("/api/v1/self", &json!({ "email": format!("{name}@example.com"), "privileges": privileges }));
    upstream.json(&format!("/api/v1/orgs/{org}"), &json!({ "id": org, "name": name }));
    upstream.json(
        &format!("/api/v1/sites/{site}"),
        &json!({ "id": site, "org_id": org, "name": format!("{name} HQ") }),
    );
    upstream
        .json(&format!("/api/v1/orgs/{org}/sites"), &json!([{ "id": site, "name": format!("{name} HQ") }]));
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "not found" })).status(404));
    upstream
}

pub(crate) struct Customers {
    pub(crate) acme: MockUpstream,
    pub(crate) beta: MockUpstream,
}

impl Customers {
    pub(crate) async fn start() -> Self {
        Self {
            acme: customer(ACME, "Acme", SITE_OF_ACME).await,
            beta: customer(BETA, "Beta", SITE_OF_BETA).await,
        }
    }

    /// A server with an account for each, whose keys `more` may be added to.
    pub(crate) fn launch(&self, more: [&str; 2]) -> Launch {
        let account = |name: &str, upstream: &MockUpstream, more: &str| {
            format!(
                "[accounts.{name}]\ntoken_file = \"{name}.token\"\ncloud = \"{}\"\n{more}\n",
                upstream.url()
            )
        };
        let file = account("acme", &self.acme, more[0]) + &account("beta", &self.beta, more[1]);
        Launch::new("--mode all --accounts accounts.toml")
            .argument("--allow-cloud")
            .argument(&format!("{},{}", self.acme.url(), self.beta.url()))
            .file("accounts.toml", file)
            .file("acme.token", format!("{}\n", TOKENS[0]))
            .file("beta.token", TOKENS[1])
    }

    /// What was asked of each, and that each was asked with its own token.
    pub(crate) fn asked(&self) -> [Vec<String>; 2] {
        [(&self.acme, TOKENS[0]), (&self.beta, TOKENS[1])].map(|(upstream, token)| {
            let received = upstream.take();
            for request in &received {
                assert_eq!(request.header("authorization"), format!("Token {token}"));
            }
            received.iter().map(|request| format!("/{}", request.segments().join("/"))).collect()
        })
    }
}

async fn client(launch: Launch) -> Client {
    launch.client(Lifecycle::Legacy).await
}

#[tokio::test]
async fn a_call_goes_to_the_account_that_sees_what_it_names() {
    let customers = Customers::start().await;
    for lifecycle in Lifecycle::BOTH {
        let client = customers.launch(["", ""]).client(lifecycle).await;
        for (tool, arguments, wanted) in [
            ("getSiteInfo", json!({ "site_id": SITE_OF_BETA }), "Beta HQ"),
            ("getSiteInfo", json!({ "site_id": SITE_OF_ACME }), "Acme HQ"),
            ("getOrg", json!({ "org_id": BETA }), "Beta"),
            ("getOrg", json!({ "org_id": "acme" }), "Acme"),
            ("getSiteInfo", json!({ "site_id": SITE_OF_BETA }), "Beta HQ"),
        ] {
            customers.asked();
            let answer = client.json(tool, arguments.clone()).await;
            assert_eq!(answer["name"], wanted, "{tool} {arguments}");
            let [acme, beta] = customers.asked();
            let last = if wanted.starts_with("Acme") { acme.last() } else { beta.last() };
            assert!(last.is_some_and(|path| path.starts_with("/api/v1/")), "{acme:?} {beta:?}");
        }
        // What was found is kept: a call asks the other customer nothing.
        client.json("getSiteInfo", json!({ "site_id": SITE_OF_BETA })).await;
        let [acme, beta] = customers.asked();
        assert!(acme.is_empty() && beta == [format!("/api/v1/sites/{SITE_OF_BETA}")], "{acme:?} {beta:?}");
    }
}

#[tokio::test]
async fn get_self_shows_all_accounts() {
    let customers = Customers::start().await;
    let client = client(customers.launch(["", ""])).await;
    let shown = client.json("getSelf", json!({})).await;
    let orgs: Vec<_> = shown["privileges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|privilege| format!("{} {}", privilege["account"], privilege["org_name"]))
        .collect();
    assert_eq!(orgs, [r#""acme" "Acme""#, r#""beta" "Beta""#], "{shown}");
    assert_eq!(shown["accounts"][1]["email"], "Beta@example.com", "{shown}");
    assert!(shown["accounts"][0]["cloud"].as_str().unwrap().contains("127.0.0.1"), "{shown}");
    // An account that Mist refuses hides no other.
    customers.acme.answers("/api/v1/self", (0..9).map(|_| Answer::json(&json!({})).status(401)));
    let shown = client.json("getSelf", json!({})).await;
    assert!(
        shown["accounts"][0]["error"].is_string() && shown["accounts"][1]["email"].is_string(),
        "{shown}"
    );
    assert!(!shown.to_string().contains(TOKENS[0]), "{shown}");
}

#[tokio::test]
async fn where_it_is_open_which_account_is_meant_all_are_listed() {
    let customers = Customers::start().await;
    let client = client(customers.launch(["", ""])).await;
    let refused = client.refusal("getOrg", json!({})).await;
    for wanted in ["your accounts see 2 organizations", "(Acme, account `acme`)", "`beta`", ACME, BETA] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    let stranger = "0c000000-0000-4000-8000-000000000003";
    let refused = client.refusal("getOrg", json!({ "org_id": stranger })).await;
    assert!(refused.contains("No account sees the organization") && refused.contains("`beta`"), "{refused}");
    let refused = client.refusal("getSiteInfo", json!({ "site_id": stranger })).await;
    assert!(refused.contains("No account sees the site"), "{refused}");
    // Nothing of the stranger's was asked for but whether it is there.
    let [acme, _] = customers.asked();
    assert!(!acme.contains(&format!("/api/v1/orgs/{stranger}")), "{acme:?}");
    // Two accounts of one organization.
    let same = customer(ACME, "Acme", SITE_OF_ACME).await;
    let both = Customers { acme: customer(ACME, "Acme", SITE_OF_ACME).await, beta: same };
    let client = crate::accounts::client(both.launch(["", ""])).await;
    for (tool, arguments) in
        [("getOrg", json!({ "org_id": ACME })), ("getSiteInfo", json!({ "site_id": SITE_OF_ACME }))]
    {
        let refused = client.refusal(tool, arguments).await;
        assert!(
            refused.contains("`acme`") && refused.contains("`beta`") && refused.contains("orgs"),
            "{refused}"
        );
    }
    let named = format!("orgs = [\"{ACME}\"]");
    let client = crate::accounts::client(both.launch(["", &named])).await;
    both.asked();
    client.json("getOrg", json!({ "org_id": ACME })).await;
    let [acme, beta] = both.asked();
    assert!(acme.is_empty() && !beta.is_empty(), "{acme:?} {beta:?}");
}

#[tokio::test]
async fn an_account_is_used_for_its_organizations_alone() {
    let customers = Customers::start().await;
    let other = json!([
        { "scope": "org", "org_id": ACME, "org_name": "Acme" }, { "scope": "org", "org_id": BETA, "org_name": "Beta" },
    ]);
    customers.acme.json("/api/v1/self", &json!({ "privileges": other }));
    let site = json!({ "id": SITE_OF_BETA, "org_id": BETA, "name": "Beta HQ" });
    customers.acme.json(&format!("/api/v1/sites/{SITE_OF_BETA}"), &site);
    customers.acme.json(&format!("/api/v1/orgs/{BETA}"), &json!({ "id": BETA, "name": "Beta" }));
    let file = format!(
        "[accounts.acme]\ntoken_env = \"ACME_TOKEN\"\ncloud = \"{}\"\norgs = [\"{ACME}\"]\n",
        customers.acme.url()
    );
    let launch = Launch::new("--mode all --accounts accounts.toml").argument("--allow-cloud");
    let launch =
        launch.argument(&customers.acme.url()).file("accounts.toml", file).variable("ACME_TOKEN", TOKENS[0]);
    let client = client(launch).await;
    assert_eq!(client.json("getOrg", json!({})).await["name"], "Acme");
    client.refusal("getOrg", json!({ "org_id": BETA })).await;
    client.refusal("getOrg", json!({ "org_id": "Beta" })).await;
    client.refusal("getSiteInfo", json!({ "site_id": SITE_OF_BETA })).await;
    let shown = client.call("getSelf", json!({})).await;
    assert!(shown.contains(ACME) && !shown.contains(BETA), "{shown}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_read_again_when_it_changes_and_a_wrong_one_changes_nothing() {
    let customers = Customers::start().await;
    let upstream = &customers.acme;
    let text = |token: &str| {
        let command = format!("token_command = [\"printf\", \"%s\", \"{token}\"]");
        format!("[accounts.acme]\n{command}\ncloud = \"{}\"\n", upstream.url())
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.toml");
    std::fs::write(&path, text(TOKENS[0])).unwrap();
    let launch =
        Launch::new("--mode all --accounts").argument(path.to_str().unwrap()).argument("--allow-cloud");
    let mut process =
        launch.argument(&upstream.url()).variable("PATH", &std::env::var("PATH").unwrap()).stdio();
    process.initialize().await;
    let ask = json!({ "org_id": ACME });
    let token =
        |received: &[mistmcp_tests::Received]| received.last().unwrap().header("authorization").to_owned();
    process.call("getOrg", ask.clone()).await;
    assert_eq!(token(&upstream.take()), format!("Token {}", TOKENS[0]));
    // A command that fails leaves a mark when it is run.
    let mark = folder.path().join("mark");
    let command = format!("token_command = [\"sh\", \"-c\", \"touch '{}'; exit 3\"]", mark.display());
    std::fs::write(&path, format!("[accounts.acme]\n{command}\ncloud = \"{}\"\n", upstream.url())).unwrap();
    process.signal("HUP").await;
    let was_read = async {
        while !mark.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    soon("the wrong file to be read", was_read).await;
    process.call("getOrg", ask.clone()).await;
    assert_eq!(token(&upstream.take()), format!("Token {}", TOKENS[0]));
    std::fs::write(&path, text("another-t0ken-5Yw2")).unwrap();
    let changed = async {
        loop {
            process.call("getOrg", ask.clone()).await;
            if token(&upstream.take()) == "Token another-t0ken-5Yw2" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    soon("the new token", changed).await;
    process.close_stdin();
    let finished = process.ended().await;
    assert!(
        finished.stderr.contains("account `acme`") && finished.stderr.contains("stay as they were"),
        "{}",
        finished.stderr
    );
    for token in [TOKENS[0], "another-t0ken-5Yw2"] {
        assert!(!finished.stderr.contains(token), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_file_that_is_wrong_stops_the_program_with_line_and_remedy() {
    let with =
        |text: &str| Launch::new("--accounts accounts.toml --cloud api.mist.com").file("accounts.toml", text);
    for (text, wanted) in [
        (
            "[accounts.a]\ntoken = \"s3cr3t-t0ken\"",
            &["accounts.toml, line 2", "token_file, token_env or token_command"][..],
        ),
        ("\n[accounts.a]\ntoken_env = \"NOT_SET\"", &["line 2", "account `a`", "`NOT_SET`", "not set"]),
        // Tokens in the wrong place.
        (
            "[accounts.a]\ntoken_env = \"s3cr3tAbCdEf0123456789GhIj\"",
            &["line 1", "token_env", "the name of a variable"],
        ),
        (
            "[accounts.a]\ntoken_file = \"s3cr3tAbCdEf0123456789GhIj\"",
            &["line 1", "token_file", "the name of a file"],
        ),
        ("[accounts.a]\ntoken_file = \"keys/s3cr3tAbCdEf0123456789GhIj\"", &["line 1", "token_file"]),
        ("[accounts.a]\ntoken_file = \"none\"", &["line 1", "token_file", "no such file"]),
        (
            "[accounts.a]\ntoken_command = [\"/no/such/program\"]",
            &["line 1", "token_command", "cannot be started"],
        ),
    ] {
        let finished = stops(with(text), 1, wanted).await;
        assert!(!finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
    }
    stops(Launch::new("--accounts none.toml"), 1, &["none.toml", "no such file"]).await;
    stops(Launch::new("--accounts a.toml --demo"), 1, &["--demo", "--accounts"]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_for_a_token_is_bounded_and_its_output_is_not_shown() {
    let with = |command: &str| {
        let text = format!("[accounts.a]\ntoken_command = {command}");
        Launch::new("--accounts accounts.toml --cloud api.mist.com")
            .variable("PATH", &std::env::var("PATH").unwrap())
            .file("accounts.toml", text)
    };
    for (command, wanted) in [
        (r#"["sh", "-c", "echo s3cr3t-output; echo s3cr3t-error >&2; exit 3"]"#, "failed"),
        (r#"["sh", "-c", "yes s3cr3t-output"]"#, "more than 64 KiB"),
        (r#"["printf", "s3cr3t output"]"#, "the output of token_command"),
        (r#"["true"]"#, "the token is empty"),
        // Without a shell, this is the name of a program.
        (r#"["echo s3cr3t-output | cat"]"#, "cannot be started"),
    ] {
        let finished = stops(with(command), 1, &["account `a`", wanted]).await;
        assert!(!finished.stderr.contains("s3cr3t"), "{command}: {}", finished.stderr);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_with_a_relative_path_is_one_beside_the_accounts_file() {
    let customers = Customers::start().await;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("get.sh");
    std::fs::write(&script, format!("#!/bin/sh\necho {}\n", TOKENS[0])).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&script, executable).unwrap();
    for command in ["./get.sh", "../NAME/get.sh"] {
        let name = folder.path().file_name().unwrap().to_str().unwrap();
        let command = command.replace("NAME", name);
        let path = folder.path().join("accounts.toml");
        let url = customers.acme.url();
        std::fs::write(
            &path,
            format!("[accounts.acme]\ntoken_command = [\"{command}\"]\ncloud = \"{url}\"\n"),
        )
        .unwrap();
        let launch = Launch::new("--accounts")
            .argument(path.to_str().unwrap())
            .argument("--allow-cloud")
            .argument(&url);
        let finished =
            launch.arguments("call getOrg").variable("PATH", &std::env::var("PATH").unwrap()).run().await;
        assert!(finished.output().contains("Acme"), "{command}: {} {}", finished.output(), finished.stderr);
    }
}

#[tokio::test]
async fn a_token_file_that_is_made_after_a_failed_reload_is_seen() {
    let customers = Customers::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, url) = (folder.path().join("accounts.toml"), customers.acme.url());
    let text = |file: &str| format!("[accounts.acme]\ntoken_file = \"{file}\"\ncloud = \"{url}\"\n");
    std::fs::write(folder.path().join("old.token"), TOKENS[0]).unwrap();
    std::fs::write(&path, text("old.token")).unwrap();
    let launch = Launch::new("--mode all --accounts").argument(path.to_str().unwrap());
    let mut process = launch.argument("--allow-cloud").argument(&url).stdio();
    process.initialize().await;
    std::fs::write(&path, text("new.token")).unwrap();
    // The file is looked at every two seconds, so that by then it was read without the token.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    std::fs::write(folder.path().join("new.token"), "another-t0ken-5Yw2").unwrap();
    let changed = async {
        loop {
            process.call("getOrg", json!({ "org_id": ACME })).await;
            let token = customers.acme.take().last().unwrap().header("authorization").to_owned();
            if token == "Token another-t0ken-5Yw2" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    soon("the new token", changed).await;
}

#[tokio::test]
async fn an_error_of_one_of_several_accounts_names_it() {
    let customers = Customers::start().await;
    let client = client(customers.launch(["", ""]).arguments("--retry-wait 0")).await;
    client.json("getOrg", json!({ "org_id": BETA })).await;
    for status in [401, 403, 500] {
        let path = format!("/api/v1/orgs/{BETA}");
        customers.beta.answers(&path, [Answer::json(&json!({})).status(status)]);
        let refused = client.refusal("getOrg", json!({ "org_id": BETA })).await;
        assert!(refused.contains("Account `beta`"), "{status}: {refused}");
    }
}

#[tokio::test]
async fn check_warns_of_accounts_that_see_the_same_and_of_organizations_that_none_sees() {
    let other = "0c000000-0000-4000-8000-000000000003";
    let both = Customers {
        acme: customer(ACME, "Acme", SITE_OF_ACME).await,
        beta: customer(ACME, "Acme", SITE_OF_ACME).await,
    };
    for (more, wanted) in [
        (["", ""], format!("acme and beta see the same organization, {ACME}")),
        (
            ["", &format!("orgs = [\"{other}\"]")],
            format!("`orgs` names {other}, which its token does not see"),
        ),
    ] {
        let finished = both.launch(more).arguments("check").run().await;
        assert!(finished.output().contains(&wanted), "{wanted}: {}", finished.output());
    }
    let people = ["", "users = [\"*\"]\ngroups = [\"noc \"]"];
    let launch = both.launch(people).arguments("--oauth-issuer https://login.example.com");
    let launch = launch.arguments("--oauth-audience https://mist.example.com/mcp check");
    let finished = launch.run().await;
    for wanted in ["account `acme` has neither `users` nor `groups`", "with `*`", "white space"] {
        assert!(finished.output().contains(wanted), "{wanted}: {}", finished.output());
    }
}

#[tokio::test]
async fn check_goes_through_all_accounts() {
    let customers = Customers::start().await;
    customers.beta.answers("/api/v1/self", (0..9).map(|_| Answer::json(&json!({})).status(401)));
    let finished = customers.launch(["", ""]).arguments("check --json").run().await;
    let report: Value = serde_json::from_str(&finished.output()).unwrap();
    let mark = |what: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["what"] == what).unwrap_or_else(|| panic!("{what}: {report}"))
            ["mark"]
            .clone()
    };
    assert_eq!(
        (mark("accounts"), mark("account acme"), mark("account beta")),
        ("ok".into(), "ok".into(), "failed".into())
    );
    assert_eq!(finished.code(), Some(1));
    for token in TOKENS.iter().chain([&TOKEN]) {
        assert!(!finished.output().contains(token));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn token_files_that_others_may_read_are_told_in_one_line() {
    use std::os::unix::fs::PermissionsExt;

    let with_modes = async |modes: [u32; 2]| {
        let customers = Customers::start().await;
        let launch = customers.launch(["", ""]);
        for (name, mode) in ["acme.token", "beta.token"].into_iter().zip(modes) {
            let path = launch.folder().join(name);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        (customers, launch)
    };
    for (modes, named) in [
        ([0o600, 0o600], &[][..]),
        ([0o400, 0o644], &["beta.token (mode 644)"]),
        ([0o640, 0o604], &["acme.token (mode 640)", "beta.token (mode 604)"]),
    ] {
        let (_customers, launch) = with_modes(modes).await;
        let finished = launch.run().await;
        let told: Vec<_> = finished.stderr.lines().filter(|line| line.contains("may read")).collect();
        assert_eq!(told.len(), usize::from(!named.is_empty()), "{modes:?}: {}", finished.stderr);
        for name in named {
            assert!(
                told[0].contains("warning") && told[0].contains(name) && told[0].contains("chmod 600"),
                "{told:?}"
            );
        }
        let (_customers, launch) = with_modes(modes).await;
        let finished = launch.arguments("check --json").run().await;
        let report: Value = serde_json::from_str(&finished.output()).unwrap();
        let mut findings = report["findings"].as_array().unwrap().iter();
        let finding = findings.find(|finding| finding["what"] == "token files");
        assert_eq!(finding.is_some(), !named.is_empty(), "{modes:?}: {report}");
        for name in named {
            let finding = finding.unwrap();
            assert!(finding["mark"] == "warning" && finding.to_string().contains(name), "{finding}");
        }
        for token in TOKENS {
            assert!(!finished.output().contains(token) && !finished.stderr.contains(token));
        }
    }
}

/// A query that reads the sites of an organization.
fn sites_of(org: &str) -> Value {
    json!({ "tool": "searchOrgSites", "arguments": { "org_id": org } })
}

/// A customer's rows: sites of the organization, and devices of the site.
fn add_rows(upstream: &MockUpstream, org: &str, site: &str, name: &str) {
    let sites =
        json!({ "results": [{ "id": site, "org_id": org, "name": format!("{name} HQ") }], "total": 1 });
    upstream.json(&format!("/api/v1/orgs/{org}/sites/search"), &sites);
    let device =
        json!({ "mac": "5c5b35000001", "name": format!("{name} AP"), "type": "ap", "site_id": site });
    let devices = json!({ "results": [device], "total": 1 });
    upstream.json(&format!("/api/v1/sites/{site}/devices/search"), &devices);
}

#[tokio::test]
async fn each_table_of_a_query_is_of_the_account_that_sees_it() {
    let customers = Customers::start().await;
    add_rows(&customers.acme, ACME, SITE_OF_ACME, "Acme");
    add_rows(&customers.beta, BETA, SITE_OF_BETA, "Beta");
    for lifecycle in Lifecycle::BOTH {
        let client = customers.launch(["", ""]).client(lifecycle).await;
        let rows = async |tables: Value, sql: &str| {
            let answer = client.json("queryRows", json!({ "tables": tables, "sql": sql })).await;
            answer["results"].clone()
        };
        for (org, name) in [(BETA, "Beta HQ"), (ACME, "Acme HQ"), ("acme", "Acme HQ"), (BETA, "Beta HQ")] {
            customers.asked();
            let answer = rows(json!({ "t": sites_of(org) }), "SELECT name FROM t").await;
            assert_eq!(answer, json!([{ "name": name }]), "{org}");
            let [acme, beta] = customers.asked();
            let others = if name.starts_with("Acme") { beta } else { acme };
            assert!(!others.iter().any(|path| path.contains("/sites/search")), "{org}: {others:?}");
        }
        // Both customers in one query: each table is of its own account.
        let tables = json!({ "a": sites_of(ACME), "b": sites_of(BETA) });
        let both = rows(tables, "SELECT a.name AS a, b.name AS b FROM a, b").await;
        assert_eq!(both, json!([{ "a": "Acme HQ", "b": "Beta HQ" }]));
        // By the site: its id, its name, or a part of it.
        for (site, name) in [
            (SITE_OF_BETA, "Beta AP"),
            (SITE_OF_ACME, "Acme AP"),
            ("Beta HQ", "Beta AP"),
            ("acme", "Acme AP"),
        ] {
            let source = json!({ "tool": "searchSiteDevices", "arguments": { "site_id": site } });
            let answer = rows(json!({ "t": source }), "SELECT name FROM t").await;
            assert_eq!(answer, json!([{ "name": name }]), "{site}");
        }
        customers.asked();
    }
}

#[tokio::test]
async fn a_query_that_leaves_the_account_open_lists_the_accounts_and_has_no_rows() {
    let customers = Customers::start().await;
    add_rows(&customers.acme, ACME, SITE_OF_ACME, "Acme");
    add_rows(&customers.beta, BETA, SITE_OF_BETA, "Beta");
    let client = client(customers.launch(["", ""])).await;
    let open = json!({ "tables": { "t": { "tool": "searchOrgSites" } }, "sql": "SELECT * FROM t" });
    let refused = client.refusal("queryRows", open).await;
    for wanted in ["acme", "beta", ACME, BETA] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    let stranger = "0c000000-0000-4000-8000-000000000003";
    let unknown = json!({ "tables": { "t": sites_of(stranger) }, "sql": "SELECT * FROM t" });
    let refused = client.refusal("queryRows", unknown).await;
    assert!(refused.contains("No account sees the organization") && refused.contains("`beta`"), "{refused}");
    // A name that sites of both customers have.
    let source = json!({ "tool": "searchSiteDevices", "arguments": { "site_id": "HQ" } });
    let by_name = json!({ "tables": { "t": source }, "sql": "SELECT * FROM t" });
    let refused = client.refusal("queryRows", by_name).await;
    for wanted in ["account `acme`", "account `beta`", SITE_OF_ACME, SITE_OF_BETA] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    // One table that is open spoils the query, whatever the other is.
    let mixed = json!({ "tables": { "a": sites_of(ACME), "t": { "tool": "searchOrgSites" } }, "sql": "SELECT * FROM a" });
    let refused = client.refusal("queryRows", mixed).await;
    assert!(refused.contains("beta") && !refused.contains("HQ"), "{refused}");
    // Two accounts that see one organization.
    let both = Customers {
        acme: customer(ACME, "Acme", SITE_OF_ACME).await,
        beta: customer(ACME, "Acme", SITE_OF_ACME).await,
    };
    let client = crate::accounts::client(both.launch(["", ""])).await;
    let query = json!({ "tables": { "t": sites_of(ACME) }, "sql": "SELECT * FROM t" });
    let refused = client.refusal("queryRows", query).await;
    assert!(
        refused.contains("`acme`") && refused.contains("`beta`") && refused.contains("orgs"),
        "{refused}"
    );
    let [acme, beta] = both.asked();
    assert!(![acme, beta].concat().iter().any(|path| path.contains("/sites/search")));
}
