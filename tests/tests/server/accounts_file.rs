//! The accounts file: what is wrong in it, and where tokens come from.

use mistmcp_tests::Launch;

use crate::accounts::{Customers, TOKENS};
use crate::command_line::stops;

#[tokio::test]
async fn a_file_that_is_wrong_stops_the_program_with_line_and_remedy() {
    let with = |text: &str| {
        let launch = Launch::new("--accounts accounts.toml --cloud api.mist.com").file("accounts.toml", text);
        launch.file("page", "<!doctype html>\n<title>s3cr3t</title>\n<p>Sign in, please</p>\n")
    };
    for (text, wanted) in [
        (
            "[accounts.a]\ntoken = \"s3cr3t-t0ken\"",
            &["accounts.toml, line 2", "token_file, token_env or token_command"][..],
        ),
        ("\n[accounts.a]\ntoken_env = \"NOT_SET\"", &["line 3", "account `a`", "`NOT_SET`", "not set"]),
        // The line is that of the key, and not of its table.
        (
            "[accounts.a]\ncloud = \"api.mist.com\"\n\n# the token\ntoken_env = \"NOT_SET\"\nusers = [\"u\"]",
            &["line 5", "`NOT_SET`"],
        ),
        (
            "[accounts]\nb.users = [\"u\"]\nb.token_file = \"none\"",
            &["line 3", "account `b`", "no such file"],
        ),
        // Tokens in the wrong place.
        (
            "[accounts.a]\ntoken_env = \"s3cr3tAbCdEf0123456789GhIj\"",
            &["line 2", "token_env", "the name of a variable"],
        ),
        (
            "[accounts.a]\ntoken_file = \"s3cr3tAbCdEf0123456789GhIj\"",
            &["line 2", "token_file", "the name of a file"],
        ),
        ("[accounts.a]\ntoken_file = \"keys/s3cr3tAbCdEf0123456789GhIj\"", &["line 2", "token_file"]),
        ("[accounts.a]\ntoken_file = \"none\"", &["line 2", "token_file", "no such file"]),
        ("[accounts.a]\ntoken_file = \".\"", &["line 2", "token_file", "it is a folder, not a regular file"]),
        ("[accounts.a]\ntoken_file = \"~/mist.token\"", &["line 2", "`~` is a name like any other"]),
        ("[accounts.a]\ntoken_file = \"page\"", &["line 2", "a page in HTML or XML"]),
        ("[accounts.a]\ntoken_env = \"$ACME_TOKEN\"", &["line 2", "without `$`", "write `ACME_TOKEN`"]),
        ("[accounts.a]\ntoken_env = \"${ACME_TOKEN}\"", &["line 2", "without `$`", "write `ACME_TOKEN`"]),
        (
            "[accounts.a]\ntoken_command = [\"~/bin/token\"]",
            &["line 2", "`~/bin/token` cannot be started", "`~` is a name"],
        ),
        (
            "[accounts.a]\ntoken_command = [\"page\"]",
            &["line 2", "`page` cannot be started", "looked up in PATH", "written `./page`"],
        ),
        (
            "[accounts.a]\ntoken_command = [\"no-such-program\"]",
            &["line 2", "`no-such-program` cannot be started", "looked up in PATH", "the whole path"],
        ),
        (
            "[accounts.a]\ntoken_command = [\"sh -c\", \"x\"]",
            &["line 2", "each word of a command is an element"],
        ),
        (
            "[accounts.a]\ntoken_command = [\"./none.sh\"]",
            &["line 2", "starts at the folder of the accounts file"],
        ),
        (
            "[accounts.a]\ntoken_command = [\"/no/such/program\"]",
            &["line 2", "token_command", "cannot be started"],
        ),
    ] {
        let finished = stops(with(text), 1, wanted).await;
        assert!(!finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
    }
    stops(Launch::new("--accounts none.toml"), 1, &["none.toml", "no such file"]).await;
    stops(Launch::new("--accounts ."), 1, &["the accounts file, `.`, cannot", "it is a folder"]).await;
    let large = with(&"#".repeat(2 << 20));
    stops(large, 1, &["`accounts.toml`, cannot be read", "larger than"]).await;
    stops(Launch::new("--accounts a.toml --demo"), 2, &["--demo", "--accounts"]).await;
    for value in ["s3cr3tAbCdEf0123456789GhIj", "[accounts.a]\ntoken_env=\"s3cr3tAbCdEf0123456789GhIj"] {
        let launch = Launch::new("").variable("MISTMCP_ACCOUNTS", value);
        let finished = stops(launch, 1, &["the accounts file, a text of", "no such file"]).await;
        assert!(!finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
    }
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
        (r#"["sh", "-c", "head -c 10000000 /dev/zero | tr '\\000' s"]"#, "more than 64 KiB"),
        (r#"["printf", "s3cr3t output"]"#, "the output of token_command"),
        (r#"["printf", "s3cr3t-1\ns3cr3t-2\n"]"#, "the token has a line break in it"),
        (r#"["echo"]"#, "the token is empty"),
        (r#"["printf", "{\\n \"token\": \"s3cr3t\",\\n \"until\": 1\\n}"]"#, "the token is JSON"),
        (r#"["printf", "[\"s3cr3t\",\"s3cr3t-2\"]"]"#, "the token is JSON"),
        (r#"["printf", "<html><p>s3cr3t</html>"]"#, "a page in HTML or XML"),
        // It is not waited for, whatever it does.
        (r#"["sleep", "86400"]"#, "it must not wait for input, and must close its output"),
        (r#"["true"]"#, "the token is empty"),
        // Without a shell, this is the name of a program.
        (r#"["echo s3cr3t-output | cat"]"#, "cannot be started"),
        (r#"["echo s3cr3t-output"]"#, "each word of a command is an element of the list"),
    ] {
        let finished = stops(with(command), 1, &["account `a`", wanted]).await;
        assert!(!finished.stderr.contains("s3cr3t"), "{command}: {}", finished.stderr);
    }
}

/// A named pipe, and a message when no process has it open any longer.
#[cfg(unix)]
fn pipe(folder: &std::path::Path) -> (String, std::sync::mpsc::Receiver<Vec<u8>>) {
    let pipe = folder.join("pipe").to_str().unwrap().to_owned();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (ended, end) = std::sync::mpsc::channel();
    let reader = pipe.clone();
    std::thread::spawn(move || ended.send(std::fs::read(reader).unwrap()));
    (pipe, end)
}

#[cfg(unix)]
#[tokio::test]
async fn the_processes_of_a_failing_command_end_with_it() {
    for (how, wanted) in [
        ("exec sleep 86400", "did not end within 10 seconds"),
        ("yes s3cr3t", "more than 64 KiB"),
        // The child holds the output open.
        ("exit 3", "failed (exit status: 3)"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, child_ended) = pipe(folder.path());
        // The pipe is open before the command goes on, so that its end is seen.
        let script = format!("exec 3> {pipe}; sleep 86400 & {how}");
        let text = format!("[accounts.a]\ntoken_command = [\"sh\", \"-c\", \"{script}\"]");
        let launch = Launch::new("--accounts accounts.toml --cloud api.mist.com")
            .variable("PATH", &std::env::var("PATH").unwrap())
            .file("accounts.toml", text);
        stops(launch, 1, &["account `a`", wanted]).await;
        child_ended.recv_timeout(std::time::Duration::from_mins(1)).unwrap_or_else(|_| panic!("{how}"));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_the_command_that_a_program_waits_for_with_the_program() {
    for (arguments, signal, code) in [
        ("call getSelf", "INT", 130),
        ("query --from sites=listOrgSites", "TERM", 130),
        ("check", "INT", 130),
        ("", "TERM", 0),
        ("--transport http --port 0", "INT", 0),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, ended) = pipe(folder.path());
        let mark = folder.path().join("mark");
        let script = format!("exec 3> {pipe}; touch {}; sleep 86400 & exec sleep 86400", mark.display());
        let text = format!("[accounts.a]\ntoken_command = [\"sh\", \"-c\", \"{script}\"]");
        let process = Launch::new("--accounts accounts.toml --cloud api.mist.com")
            .arguments(arguments)
            .variable("PATH", &std::env::var("PATH").unwrap())
            .file("accounts.toml", text)
            .stdio();
        mistmcp_tests::polled("the command", async || mark.exists().then_some(())).await;
        process.signal(signal).await;
        let finished = process.ended().await;
        let seen = (finished.code(), finished.output());
        assert_eq!(seen, (Some(code), String::new()), "{arguments}: {}", finished.stderr);
        ended.recv_timeout(std::time::Duration::from_mins(1)).unwrap_or_else(|_| panic!("{arguments}"));
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
    // The folder of the server has another script of this name.
    for command in ["./get.sh", "../NAME/get.sh", "sh\", \"./get.sh", "sh\", \"get.sh"] {
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
            .file("get.sh", "echo a-t0ken-of-the-folder-of-the-server\n")
            .argument(path.to_str().unwrap())
            .argument("--allow-cloud")
            .argument(&url);
        let finished =
            launch.arguments("call getOrg").variable("PATH", &std::env::var("PATH").unwrap()).run().await;
        assert!(finished.output().contains("Acme"), "{command}: {} {}", finished.output(), finished.stderr);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_has_ended_is_not_waited_for_although_a_process_of_it_holds_the_output() {
    let customers = Customers::start().await;
    let url = customers.acme.url();
    for script in [
        "echo TOKEN; (sleep 60) & exit 0",
        "sleep 60 & printf %s TOKEN",
        "(sleep 1; echo more; sleep 60) & echo TOKEN",
    ] {
        let script = script.replace("TOKEN", TOKENS[0]);
        let text =
            format!("[accounts.acme]\ntoken_command = [\"sh\", \"-c\", \"{script}\"]\ncloud = \"{url}\"\n");
        let launch =
            Launch::new("--accounts accounts.toml --allow-cloud").argument(&url).file("accounts.toml", text);
        let launch = launch.variable("PATH", &std::env::var("PATH").unwrap());
        let finished = launch.arguments("call getOrg").run().await;
        assert!(finished.output().contains("Acme"), "{script}: {} {}", finished.output(), finished.stderr);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_few_commands_run_at_once() {
    const ACCOUNTS: usize = 24;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    // Each notes how many run with it.
    let script = format!(
        "cd '{path}'; mkdir running.$$; ls -d running.* | wc -l >> counts; sleep 0.1; rmdir running.$$; echo t0ken-$$-0123456789"
    );
    let account = |number| {
        format!(
            "[accounts.a{number}]\ntoken_command = [\"sh\", \"-c\", \"{script}\"]\ncloud = \"api.mist.com\"\n"
        )
    };
    let text: String = (0..ACCOUNTS).map(account).collect();
    let launch = Launch::new("--accounts accounts.toml").file("accounts.toml", text);
    let finished = launch.variable("PATH", &std::env::var("PATH").unwrap()).run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    let counts = std::fs::read_to_string(folder.path().join("counts")).unwrap();
    let counts: Vec<usize> = counts.lines().map(|line| line.trim().parse().unwrap()).collect();
    assert_eq!(counts.len(), ACCOUNTS);
    assert!(counts.iter().all(|count| *count <= 4), "{counts:?}");
}

#[tokio::test]
async fn a_variable_of_a_found_file_is_told_as_one_that_is_not_used() {
    let launch = Launch::new("--accounts accounts.toml --cloud api.mist.com")
        .file("accounts.toml", "[accounts.a]\ntoken_env = \"ACME_TOKEN\"")
        .file(".env", "ACME_TOKEN=s3cr3t-t0ken-0123456789\n");
    let wanted = ["line 2", "account `a`", "found and not named", "--env-file"];
    let finished = stops(launch, 1, &wanted).await;
    assert!(!finished.stderr.contains("s3cr3t"), "{}", finished.stderr);
}
