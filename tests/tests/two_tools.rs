//! The example of a server of its own works, outside the crate of tools.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The example, built where this test was built, against the demo cloud.
fn example() -> Result<Command> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("a target directory")?;
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["run", "--quiet", "--package", "mistmcp", "--example", "two_tools", "--", "--demo"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target)
        .env_remove("OTEL_EXPORTER_OTLP_ENDPOINT")
        .stdin(Stdio::null());
    Ok(command)
}

/// Calls one of its tools.
fn call(arguments: &[&str]) -> Result<Value> {
    let output = example()?.arg("call").args(arguments).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
fn the_tool_with_a_body_counts_the_demos_sites() {
    let countries = call(&["countSitesByCountry"]).unwrap();
    assert_eq!(countries["SG"], 1, "{countries}");
}

#[test]
fn an_error_of_a_tool_with_a_body_names_the_request_that_failed() {
    let unknown = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";
    let error = call(&["countSitesByCountry", &format!("org_id={unknown}")]).unwrap_err().to_string();
    assert!(error.contains(&format!("The request was `GET /api/v1/orgs/{unknown}/sites`")), "{error}");
}

#[test]
fn the_endpoint_finds_its_site_by_name_and_keeps_to_its_page() {
    let changes = call(&["listChannelChanges", "site_id=Singapore Office", "limit=3"]).unwrap();
    assert!((1..=3).contains(&changes["results"].as_array().unwrap().len()), "{changes}");
}

#[test]
fn without_the_feature_spans_that_are_asked_for_are_said_to_be_left_out() {
    let serve = |variables: &[(&str, &str)]| {
        let output = example().unwrap().envs(variables.iter().copied()).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && output.stdout.is_empty(), "{errors}");
        errors
    };
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://s3cret@127.0.0.1:9");
    let errors = serve(&[endpoint]);
    assert!(
        errors.contains("OTEL_EXPORTER_OTLP_ENDPOINT is set") && errors.contains("--features otlp"),
        "{errors}"
    );
    assert!(errors.lines().count() == 1 && !errors.contains("s3cret"), "{errors}");
    assert_eq!(serve(&[endpoint, ("OTEL_SDK_DISABLED", "true")]), "");
    assert_eq!(serve(&[]), "");
}
