//! What `--help` shows.

use mistmcp_tests::{Launch, TOKEN};

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
                "--tools MISTMCP_TOOLS",
                "--without-tools MISTMCP_WITHOUT_TOOLS",
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
async fn the_help_of_a_subcommand_shows_what_means_something_to_it() {
    let help = async |arguments: &str| Launch::new(arguments).run().await.output();
    let tools = help("tools --help").await;
    assert!(tools.contains("--categories") && tools.contains("--json"), "{tools}");
    for flag in ["--timeout", "--cloud", "--port", "--mode", "--demo"] {
        assert!(!tools.contains(flag), "{flag}: {tools}");
    }
    let call = help("call --help").await;
    for wanted in ["--table", "--all-pages", "--cloud", "--demo", "[default: all]", "130  interrupted"] {
        assert!(call.contains(wanted), "{wanted}: {call}");
    }
    assert!(!call.contains("--port") && !call.contains("60000"), "{call}");
    let query = help("query --help").await;
    for wanted in ["--from", "--output", "--cloud", "--show-secrets", "--timeout", "--max-response-bytes"] {
        assert!(query.contains(wanted), "{wanted}: {query}");
    }
    for flag in ["--mode", "--format", "--max-result-bytes"] {
        assert!(!query.contains(flag), "{flag}: {query}");
    }
    let completions = help("completions --help").await;
    assert!(completions.contains("--without-tools") && !completions.contains("--cloud"), "{completions}");
    // The settings of a server.
    for line in ["check --help", "install --help"] {
        let shown = help(line).await;
        assert!(shown.contains("--mode") && shown.contains("--max-result-bytes"), "{line}: {shown}");
    }
    let man = help("man --help").await;
    assert!(!man.contains("--org-id"), "{man}");
}

#[tokio::test]
async fn help_of_call_and_tools_begins_with_examples_and_that_of_a_tool_has_its_parameters() {
    for line in ["call --help", "tools --help"] {
        let help = Launch::new(line).run().await.output();
        let (examples, usage) = (help.find("Examples:"), help.find("Usage:"));
        assert!(examples.is_some() && examples < usage, "{line}: {help}");
    }
    let whole = "Keep only these fields of each row: names with commas";
    for line in
        ["call searchOrgDevices --help", "--demo call searchOrgDevices limit=1 -h", "tools searchOrgDevices"]
    {
        let finished = Launch::new(line).run().await;
        assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""), "{line}");
        for wanted in [
            whole,
            "End of the window, in the forms",
            "Site, by its id or name.",
            "mistmcp call searchOrgDevices",
        ] {
            assert!(finished.output().contains(wanted), "{line}: {wanted}: {}", finished.output());
        }
    }
    let finished = Launch::new("call searchOrgDevicez --help").run().await;
    assert_eq!(finished.code(), Some(2));
    assert!(finished.stderr.contains("did you mean \"searchOrgDevices\"?"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_flag_that_is_not_shown_is_taken_all_the_same() {
    for line in [
        "tools sites --demo --org-id 9777c1a0-6ef6-11e6-8bbf-02e208b2d34f",
        "--timeout 5 man",
        "call getSelf --demo",
    ] {
        assert_eq!(Launch::new(line).run().await.code(), Some(0), "{line}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn every_command_that_the_readme_shows_works_with_the_demo() {
    let readme = include_str!("../../../../README.md");
    let section = readme.split_once("\n## On the command line\n").unwrap().1;
    let commands = section.split("```").nth(1).unwrap().strip_prefix("sh\n").unwrap();
    assert!(commands.lines().count() > 5, "{commands}");
    for command in commands.lines() {
        let folder = tempfile::tempdir().unwrap();
        let line = command.replacen("mistmcp", "\"$MISTMCP\"", 1);
        let mut shell = tokio::process::Command::new("sh");
        shell.args(["-c", &line]).current_dir(folder.path()).env_clear();
        let shell = shell.env("MISTMCP", mistmcp_tests::binary()).env("MISTMCP_DEMO", "true");
        let output = shell.output().await.unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
            (Some(0), ""),
            "{command}"
        );
        let written =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
        assert!(output.stdout.len() as u64 + written.sum::<u64>() > 100, "{command}: {output:?}");
    }
}
