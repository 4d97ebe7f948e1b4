//! The cost of the runtime's features: dependencies, processor time of a cold release build, and size of the program.
//! `cargo xtask generate` writes the table of `docs/architecture.md` and counts the dependencies; `cargo xtask features`
//! measures the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::{Context, Result, ensure};

/// The measurements: features, seconds of processor time and bytes, with tabs between them.
const MEASURED: &str = "xtask/feature_costs.tsv";

/// Sets of features without the default ones, and the example that is built with each.
const SETS: [(&str, &str); 8] = [
    ("", "embedded"),
    ("http", "embedded"),
    ("cli", "two_tools"),
    ("cli,demo", "two_tools"),
    ("cli,redis", "two_tools"),
    ("cli,demo,http,redis", "two_tools"),
    ("cli,demo,http,query,redis", "two_tools"),
    ("cli,demo,http,query,redis,otlp", "two_tools"),
];

/// The table of the page.
pub(crate) fn table(root: &Path) -> Result<String> {
    let measured = fs::read_to_string(root.join(MEASURED)).context(MEASURED)?;
    let measured: BTreeMap<&str, (&str, &str)> = measured
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?, (columns.next()?, columns.next()?)))
        })
        .collect();
    let mut table =
        "| features | program | crates | cold release build, processor time | size |\n|---|---|---|---|---|\n".to_owned();
    for (features, example) in SETS {
        let crates = dependencies(root, features)?;
        let (seconds, bytes) = measured.get(features).copied().unwrap_or_default();
        let seconds =
            seconds.parse().map_or("not measured".to_owned(), |seconds: u64| format!("{seconds} s"));
        let megabytes = bytes.parse().map_or("not measured".to_owned(), |bytes: u64| {
            format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
        });
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {} | `{example}` | {crates} | {seconds} | {megabytes} |", label(features));
    }
    Ok(table)
}

fn label(features: &str) -> String {
    match features {
        "" => "none: a server over stdio".to_owned(),
        "cli,demo,http,redis" => "the default ones without `query`".to_owned(),
        "cli,demo,http,query,redis" => "the default ones".to_owned(),
        "cli,demo,http,query,redis,otlp" => "the default ones and `otlp`".to_owned(),
        features => features.split(',').map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// The number of crates that are linked in, on this platform.
fn dependencies(root: &Path, features: &str) -> Result<usize> {
    let output = cargo(root)
        .args(["tree", "--package", "mistmcp", "--edges", "normal", "--prefix", "none", "--no-dedupe"])
        .args(["--locked", "--no-default-features", "--features", features])
        .output()
        .context("cargo tree")?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout)?;
    let crates: BTreeSet<_> = lines.lines().filter(|line| !line.starts_with("mistmcp v")).collect();
    Ok(crates.len())
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Builds each set in an empty folder, writes the measurements, and prints the table.
#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn measure() -> Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace has no folder")?;
    let target = root.join("target/feature-costs");
    let status = cargo(root).args(["fetch", "--locked"]).status()?;
    ensure!(status.success(), "cargo fetch failed");
    let mut measured = String::new();
    for (features, example) in SETS {
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        let before = processor_seconds_of_children()?;
        let status = cargo(root)
            .args([
                "build",
                "--release",
                "--locked",
                "--offline",
                "--package",
                "mistmcp",
                "--example",
                example,
            ])
            .args(["--no-default-features", "--features", features])
            .env("CARGO_TARGET_DIR", &target)
            // The examples belong to a package with an override of the profile, for which Cargo forgets the profile's `strip`.
            .env("RUSTFLAGS", "-C strip=symbols")
            .status()?;
        ensure!(status.success(), "the build with the features `{features}` failed");
        let seconds = processor_seconds_of_children()? - before;
        let name = format!("{example}{}", env::consts::EXE_SUFFIX);
        let bytes = fs::metadata(target.join("release/examples").join(name))?.len();
        // Writing to a String cannot fail.
        let _ = writeln!(measured, "{features}\t{seconds}\t{bytes}");
        fs::write(root.join(MEASURED), &measured)?;
    }
    fs::remove_dir_all(&target)?;
    print!("{}", table(root)?);
    println!("\nRun `cargo xtask generate`, which writes this table to docs/architecture.md.");
    Ok(ExitCode::SUCCESS)
}

/// Seconds of processor time of the child processes that have ended, and of theirs. It does not depend on other load or on
/// the number of cores, as the time on the clock does.
fn processor_seconds_of_children() -> Result<u64> {
    /// `sysconf(_SC_CLK_TCK)`, which is 100 on each platform of Linux that Rust has.
    const TICKS_PER_SECOND: u64 = 100;
    let stat =
        fs::read_to_string("/proc/self/stat").context("the processor time is measured on Linux only")?;
    // Behind the name of the program, which is in parentheses, the 14th and 15th fields are cutime and cstime.
    let (_, fields) = stat.rsplit_once(')').context("/proc/self/stat")?;
    let ticks: Vec<u64> =
        fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    ensure!(ticks.len() == 2, "/proc/self/stat has an unknown form: {stat}");
    Ok(ticks.iter().sum::<u64>() / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_of_features_has_a_row_with_its_crates() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let table = table(root).unwrap();
        let crates: Vec<usize> = table
            .lines()
            .skip(2)
            .map(|row| row.split(" | ").nth(2).and_then(|cell| cell.parse().ok()).unwrap())
            .collect();
        assert_eq!(crates.len(), SETS.len(), "{table}");
        let [none, http, cli, demo, .., all, otlp] = crates[..] else { panic!("{table}") };
        assert!(none > 50 && none < http && http < cli && cli < demo && demo < all && all < otlp, "{table}");
    }

    #[test]
    fn the_profile_strips_the_program() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
        let (_, release) = manifest.split_once("[profile.release]").unwrap();
        assert!(release.split("\n[").next().unwrap().contains("\nstrip = true\n"), "{release}");
        // An override of the program's package makes Cargo forget `strip`.
        let (_, overrides) = manifest.split_once("[profile.release.package]").unwrap();
        let overrides = overrides.split("\n[").next().unwrap();
        assert!(!overrides.contains("mistmcp-tools"), "{overrides}");
    }
}
