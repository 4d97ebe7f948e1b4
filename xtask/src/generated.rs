//! Files, and parts of them, that follow from the code: written, or compared with what is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use anyhow::{Context, Result};
use mistmcp::Catalog;

use crate::{
    answers_page, collections, configuration_table, feature_costs, marked, mistakes, requests, snapshots,
    tools_page, views,
};

/// Where a folder holds nothing but generated files, what is in it and not generated is left over.
const OWN_FOLDER: &str = "tools/snapshots";

pub(crate) fn write(catalog: &Catalog, check: bool) -> Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace has no folder")?;
    let mut files: BTreeMap<PathBuf, String> = snapshots::files(catalog)?;
    files.insert("docs/answers.md".into(), answers_page::page(catalog));
    files.insert("docs/tools.md".into(), tools_page::page(catalog));
    files.insert("tests/expected/requests.json".into(), requests::table(catalog));
    files.extend(views::files(root, catalog)?);
    for (path, name, content) in [
        ("README.md", "configuration", configuration_table::table(&mistmcp::__private::command())?),
        ("docs/architecture.md", "feature costs", feature_costs::table(root)?),
        ("docs/demo.md", "collections", collections::table()),
        ("docs/macro.md", "mistakes", mistakes::table(root)?),
    ] {
        let page = fs::read_to_string(root.join(path)).context(path)?;
        files.insert(path.into(), marked::replace(&page, name, &content).context(path)?);
    }
    let mut changes = Vec::new();
    for (path, content) in &files {
        let target = root.join(path);
        if read(&target)?.as_deref() != Some(content) {
            changes.push(format!("{} is not up to date", path.display()));
            if !check {
                fs::create_dir_all(target.parent().context("a file lies in a folder")?)?;
                fs::write(&target, content)?;
            }
        }
    }
    for left_over in left_over(root, &files)? {
        changes.push(format!("{} belongs to no tool", left_over.display()));
        if !check {
            fs::remove_file(root.join(left_over))?;
        }
    }
    Ok(report(&changes, check))
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
fn report(changes: &[String], check: bool) -> ExitCode {
    for change in changes {
        println!("{change}{}", if check { "" } else { ": mended" });
    }
    if check && !changes.is_empty() {
        println!("run `cargo xtask generate`, and read what it changed");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn left_over(root: &Path, files: &BTreeMap<PathBuf, String>) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(root.join(OWN_FOLDER)) else { return Ok(found) };
    for entry in entries {
        let path = Path::new(OWN_FOLDER).join(entry?.file_name());
        if !files.contains_key(&path) {
            found.push(path);
        }
    }
    Ok(found)
}
