//! Diagnostics of `#[mist_tool]`, `#[derive(ParamGroup)]` and `#[derive(Choice)]`: the compiler's whole output stands beside
//! each fixture. `UPDATE_SNAPSHOTS=1` writes it anew; read it then.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use ui_test::custom_flags::edition::Edition;
use ui_test::spanned::Spanned;
use ui_test::status_emitter::Text;
use ui_test::{
    Config, bless_output_files, default_file_filter, default_per_file_config, error_on_output_conflict,
    run_tests_generic,
};

#[test]
fn every_mistake_is_reported_at_its_place() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = Config::rustc(package.join("macro/mistakes"));
    config.out_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("macro_mistakes");
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        config.output_conflict_handling = bless_output_files;
    } else {
        config.output_conflict_handling = error_on_output_conflict;
    }
    config.bless_command =
        Some("UPDATE_SNAPSHOTS=1 cargo test -p mistmcp-tests --test macro_mistakes".to_owned());
    let libraries = libraries();
    let runtime = newest(&libraries, "libmistmcp-", ".rlib");
    config.program.args.extend([
        "-L".into(),
        format!("dependency={}", libraries.display()).into(),
        "--extern".into(),
        format!("mistmcp={}", runtime.display()).into(),
    ]);
    config.stderr_filter(r"(?m)--> .*/(macro/mistakes/)", "--> $1");
    // A line's number in the runtime changes with each edit there, and the width of the margin with it.
    config.stderr_filter(r"(mistmcp/src/\S+\.rs):\d+:\d+", "$1");
    config.stderr_filter(r"(?m)^ *\d+ ([|/+~-])", "LL $1");
    config.stderr_filter(r"(?m)^ +([|=]|-->|:::)", "   $1");
    config.stderr_filter(r"and \d+ others", "and N others");
    config.stderr_filter(r"(?s)\n(error: aborting due to|For more information about).*", "");
    let base = config.comment_defaults.base();
    base.set_custom("edition", Edition("2024".to_owned()));
    base.require_annotations = Spanned::dummy(false).into();
    // Without the arguments of this process: they filter its tests, not the fixtures.
    let outcome =
        run_tests_generic(vec![config], default_file_filter, default_per_file_config, Text::quiet());
    assert!(outcome.is_ok(), "the differences are above");
}

/// The folder in which Cargo has put this test and all that it links.
fn libraries() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// The file of that name that was built last. This test links it, so that Cargo has built it from the sources as they are.
fn newest(folder: &Path, prefix: &str, suffix: &str) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let named = files.filter(|file| {
        let name = file.file_name().into_string().unwrap();
        name.starts_with(prefix) && name.ends_with(suffix)
    });
    named.max_by_key(|file| file.metadata().unwrap().modified().unwrap()).unwrap().path()
}

#[test]
fn one_mistake_gives_one_message() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("macro/mistakes");
    for entry in fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy();
        // The type stands in a constant and in a function, and the compiler checks each by itself.
        let twice = name == "group_member_that_is_no_arg";
        if path.extension().is_none_or(|kind| kind != "stderr") || name.starts_with("several_") || twice {
            continue;
        }
        let answer = fs::read_to_string(&path).unwrap();
        let messages = answer.lines().filter(|line| {
            line.starts_with("error") || line.starts_with("warning") || line.starts_with("note: erroneous")
        });
        assert_eq!(messages.count(), 1, "{name}:\n{answer}");
    }
}
