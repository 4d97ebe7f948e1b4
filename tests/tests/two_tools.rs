//! The example of a server of its own works, outside the crate of tools.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Builds the example where this test was built, and calls one of its tools against the demo cloud.
fn call(arguments: &[&str]) -> Result<Value> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("a target directory")?;
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "mistmcp", "--example", "two_tools", "--", "call"])
        .args(arguments)
        .arg("--demo")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
fn the_tool_with_a_body_counts_the_demos_sites() {
    let countries = call(&["countSitesByCountry"]).unwrap();
    assert_eq!(countries["SG"], 1, "{countries}");
}

#[test]
fn the_endpoint_finds_its_site_by_name_and_keeps_to_its_page() {
    let changes = call(&["listChannelChanges", "site_id=Singapore Office", "limit=3"]).unwrap();
    assert!((1..=3).contains(&changes["results"].as_array().unwrap().len()), "{changes}");
}
