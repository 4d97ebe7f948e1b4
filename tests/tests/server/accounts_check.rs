//! `mistmcp check` with an accounts file.

use mistmcp_tests::{Answer, TOKEN};
use serde_json::{Value, json};

use crate::accounts::{ACME, Customers, SITE_OF_ACME, TOKENS, customer};

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

#[tokio::test]
async fn over_stdio_no_account_is_one_that_nobody_may_use() {
    let customers = Customers::start().await;
    for people in [["", ""], ["users = [\"*\"]", "groups = [\"noc \"]"]] {
        let finished = customers.launch(people).arguments("check").run().await;
        let told = finished.output();
        assert!(told.contains("2 accounts; over stdio each of them is yours"), "{told}");
        for unwanted in ["neither `users` nor `groups`", "with `*`", "white space"] {
            assert!(!told.contains(unwanted), "{unwanted}: {told}");
        }
    }
    // Over HTTP, also without an issuer, which the check misses.
    let finished = customers.launch(["", ""]).arguments("--transport http --port 0 check").run().await;
    assert!(!finished.output().contains("over stdio"), "{}", finished.output());
}

#[tokio::test]
async fn names_of_one_account_do_not_show_the_token_of_another() {
    let customers = Customers::start().await;
    let privilege = json!({ "scope": "org", "org_id": ACME, "org_name": format!("x {} {TOKEN}", TOKENS[1]), "role": "read" });
    customers.acme.json("/api/v1/self", &json!({ "name": TOKENS[1], "privileges": [privilege] }));
    for json in ["", "--json"] {
        let launch = customers.launch(["", ""]).variable("MIST_APITOKEN", TOKEN);
        let finished = launch.arguments("check").arguments(json).run().await;
        assert!(finished.output().contains("[token]"), "{}", finished.output());
        for token in TOKENS.iter().chain([&TOKEN]) {
            assert!(
                !finished.output().contains(token) && !finished.stderr.contains(token),
                "{}",
                finished.output()
            );
        }
    }
}

#[tokio::test]
async fn a_cloud_that_does_not_answer_leaves_the_other_accounts_their_time() {
    let customers = Customers::start().await;
    customers.acme.answers("/api/v1/self", [Answer::never()]);
    let finished =
        customers.launch(["", ""]).arguments("check --json --timeout 20 --retry-wait 0").run().await;
    let report: Value = serde_json::from_str(&finished.output()).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let words = |what: &str, mark: &str| {
        let of = |finding: &&Value| finding["what"] == what && finding["mark"] == mark;
        findings.iter().find(of).unwrap_or_else(|| panic!("{what} {mark}: {report}"))["words"].to_string()
    };
    let told = words("account acme", "failed");
    assert!(["did not answer in time", "took longer"].iter().any(|words| told.contains(words)), "{told}");
    assert!(words("account beta", "ok").contains("valid"), "{report}");
}

#[tokio::test]
async fn check_fails_for_settings_that_a_start_refuses() {
    let customers = Customers::start().await;
    for (arguments, wanted) in
        [("--demo", "--demo has an account of its own"), ("--demo-incident x", "--demo-incident")]
    {
        let started = customers.launch(["", ""]).arguments(arguments).run().await;
        assert!(started.code() != Some(0) && started.stderr.contains(wanted), "{}", started.stderr);
        let finished = customers.launch(["", ""]).arguments(arguments).arguments("check").run().await;
        assert_eq!(finished.code(), Some(1), "{arguments}: {}", finished.output());
        assert!(finished.output().contains(wanted), "{arguments}: {}", finished.output());
    }
    // The certificate of a server over HTTP.
    let launch = mistmcp_tests::Launch::new("-t http --tls-cert cert.pem --tls-key key.pem");
    let finished = launch.file("cert.pem", "none").file("key.pem", "none").arguments("check").run().await;
    assert_eq!(finished.code(), Some(1), "{}", finished.output());
    assert!(
        finished.output().contains("--tls-cert cert.pem")
            || finished.output().contains("--tls-cert `cert.pem`"),
        "{}",
        finished.output()
    );
}

#[tokio::test]
async fn flags_of_oauth_over_stdio_are_warned_of() {
    let customers = Customers::start().await;
    let oauth = |launch: mistmcp_tests::Launch| {
        launch
            .variable("MISTMCP_OAUTH_ISSUER", "https://login.example.com")
            .arguments("--oauth-audience https://mist.example.com/mcp")
    };
    let wanted = "MISTMCP_OAUTH_ISSUER, --oauth-audience mean nothing over stdio";
    let started = oauth(customers.launch(["", ""])).run().await;
    assert!(started.code() == Some(0) && started.stderr.contains(wanted), "{}", started.stderr);
    let finished = oauth(customers.launch(["", ""])).arguments("check").run().await;
    assert!(
        finished.output().contains(wanted) && finished.output().contains("add -t http"),
        "{}",
        finished.output()
    );
    for arguments in ["", "check"] {
        let without = customers.launch(["", ""]).arguments(arguments).run().await;
        assert!(!(without.output() + &without.stderr).contains("mean nothing"), "{}", without.stderr);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_accounts_file_that_others_may_write_is_told() {
    use std::os::unix::fs::PermissionsExt;

    for (mode, is_told) in [(0o644, false), (0o600, false), (0o666, true), (0o620, true), (0o602, true)] {
        for arguments in ["", "check"] {
            let customers = Customers::start().await;
            let launch = customers.launch(["", ""]);
            let path = launch.folder().join("accounts.toml");
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
            let finished = launch.arguments(arguments).run().await;
            let told = finished.output() + &finished.stderr;
            let wanted = format!("may write accounts.toml (mode {mode:03o})");
            assert_eq!(told.contains(&wanted) && told.contains("chmod 600"), is_told, "{mode:o}: {told}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn programs_and_folders_that_others_may_write_are_told() {
    use std::os::unix::fs::PermissionsExt;

    let customers = Customers::start().await;
    let folder = tempfile::tempdir().unwrap();
    let set_mode = |name: &str, mode| {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let script = |name: &str| {
        std::fs::write(folder.path().join(name), format!("#!/bin/sh\necho {}\n", TOKENS[0])).unwrap();
        set_mode(name, 0o700);
    };
    std::fs::create_dir(folder.path().join("bin")).unwrap();
    script("bin/token.sh");
    script("other.sh");
    let other = folder.path().join("other.sh");
    let path = folder.path().join("accounts.toml");
    for (command, changed, mode, wanted) in [
        ("[\"./bin/token.sh\"]".to_owned(), "bin/token.sh", 0o700, None),
        ("[\"./bin/token.sh\"]".to_owned(), "bin/token.sh", 0o722, Some("token.sh (mode 722)")),
        ("[\"./bin/token.sh\"]".to_owned(), "bin", 0o777, Some("bin (mode 777)")),
        ("[\"./bin/token.sh\"]".to_owned(), "bin", 0o1777, None),
        (format!("[\"sh\", \"{}\"]", other.display()), "other.sh", 0o766, Some("other.sh (mode 766)")),
        ("[\"./bin/token.sh\"]".to_owned(), "other.sh", 0o766, None),
        ("[\"token.sh\"]".to_owned(), "bin/token.sh", 0o720, Some("token.sh (mode 720)")),
    ] {
        let text =
            format!("[accounts.acme]\ntoken_command = {command}\ncloud = \"{}\"\n", customers.acme.url());
        std::fs::write(&path, text).unwrap();
        for name in ["accounts.toml", "bin", "bin/token.sh", "other.sh"] {
            set_mode(name, 0o700);
        }
        set_mode(changed, mode);
        let search = format!("{}:{}", folder.path().join("bin").display(), std::env::var("PATH").unwrap());
        let launch = mistmcp_tests::Launch::new("--accounts").argument(path.to_str().unwrap());
        let launch =
            launch.argument("--allow-cloud").argument(&customers.acme.url()).variable("PATH", &search);
        let finished = launch.arguments("check --json").run().await;
        let report: Value = serde_json::from_str(&finished.output()).unwrap();
        let mut findings = report["findings"].as_array().unwrap().iter();
        let finding = findings.find(|finding| finding["what"] == "token commands");
        assert_eq!(finding.is_some(), wanted.is_some(), "{changed} {mode:o}: {report}");
        let told = finding.map(ToString::to_string).unwrap_or_default();
        assert!(wanted.is_none_or(|wanted| told.contains(wanted) && told.contains("\"warning\"")), "{told}");
        assert!(!finished.output().contains(TOKENS[0]));
    }
    // The folder of the accounts file.
    set_mode("", 0o777);
    let launch = mistmcp_tests::Launch::new("--accounts").argument(path.to_str().unwrap());
    let launch = launch.argument("--allow-cloud").argument(&customers.acme.url()).arguments("check");
    let finished = launch.variable("PATH", &folder.path().join("bin").display().to_string()).run().await;
    assert!(finished.output().contains("give themselves accounts"), "{}", finished.output());
}
