//! What shells and `man` are given.

use std::process::Stdio;

use mistmcp_tests::Launch;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

async fn printed(line: &str) -> String {
    let finished = Launch::new(line).run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""), "{line}");
    finished.output() + "\n"
}

/// What a program makes of a text; nothing where it is not installed, which the build script tells.
async fn through(program: &str, arguments: &[&str], text: &str) -> Option<(String, String)> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        child => child.unwrap(),
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Some((text(output.stdout), text(output.stderr)))
}

#[tokio::test]
async fn every_shell_gets_the_names_of_tools_and_categories() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&format!("completions {shell}")).await;
        assert!(script.contains("all-pages"), "{shell}");
        if ["bash", "zsh", "fish"].contains(&shell) {
            assert!(script.contains("listSiteRrmEvents") && script.contains("sites_rrm"), "{shell}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn bash_completes_tools_categories_and_flags() {
    let script = printed("completions bash").await;
    let complete = async |words: &str| {
        let line = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _mistmcp mistmcp \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\necho ${{COMPREPLY[@]}}\n"
        );
        through("bash", &["--norc"], &line).await
    };
    for (words, wanted) in [
        ("mistmcp ca", "call"),
        ("mistmcp call listSiteRrm", "listSiteRrmEvents"),
        ("mistmcp tools sites_rr", "sites_rrm"),
        ("mistmcp call getSelf --all-", "--all-pages"),
        ("mistmcp --mode man", "managed"),
    ] {
        let Some((completed, _)) = complete(words).await else { return };
        assert_eq!(completed.trim(), wanted, "{words}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn zsh_and_fish_read_their_scripts() {
    for shell in ["zsh", "fish"] {
        let script = printed(&format!("completions {shell}")).await;
        if let Some((_, errors)) = through(shell, &["-n"], &script).await {
            assert_eq!(errors, "", "{shell}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn fish_completes_values_of_flags_and_values_without_a_flag() {
    let script = printed("completions fish").await;
    for (words, wanted) in [
        ("mistmcp --mode ", &["all", "custom", "managed"][..]),
        ("mistmcp -m ", &["all", "custom", "managed"]),
        ("mistmcp --demo -t ", &["http", "stdio"]),
        ("mistmcp -c sites_rr", &["sites_rrm"]),
        ("mistmcp check --mode m", &["managed"]),
        ("mistmcp install cu", &["cursor"]),
        ("mistmcp completions fi", &["fish"]),
        ("mistmcp call listSiteRrm", &["listSiteRrmEvents"]),
        ("mistmcp tools sites_rr", &["sites_rrm"]),
        ("mistmcp qu", &["query"]),
    ] {
        let text = format!("{script}\ncomplete -C '{words}'\n");
        let Some((completed, _)) = through("fish", &["--no-config"], &text).await else { return };
        let mut values: Vec<_> = completed.lines().map(|line| line.split('\t').next().unwrap()).collect();
        values.sort_unstable();
        assert_eq!(values, wanted, "{words}");
    }
}

#[tokio::test]
async fn the_man_page_has_flags_variables_subcommands_and_exit_codes() {
    let page = printed("man").await;
    for wanted in [
        "MISTMCP_TIMEOUT",
        "\\-\\-all\\-pages",
        ".SH \"EXIT STATUS\"",
        ".SH EXAMPLES",
        ".SH FILES",
        "MIST_APITOKEN",
        "completions",
        "interrupted",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    let Some((text, warnings)) = through("groff", &["-mandoc", "-ww", "-Tutf8"], &page).await else { return };
    assert_eq!(warnings, "");
    assert!(text.contains("listSiteRrmEvents"), "{text}");
}
