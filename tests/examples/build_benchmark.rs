//! What tools cost to build: the seconds that `cargo` and the compiler use for a crate of them alone, from nothing and
//! after a change of one function. One crate of 260 tools is made for it, the other is this repository's own.
//!
//! ```console
//! $ cargo run -p mistmcp-tests --example build_benchmark
//! ```
//!
//! The crate is written below the target directory, and depends on this repository's `mistmcp`, which is built before
//! anything is measured.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, ensure};

const MODULES: usize = 26;
const TOOLS_OF_A_MODULE: usize = 10;
/// Cargo, and the shell that tells the CPU time of all it waited for.
const TIMED: &str = r#""$@" >&2 && times"#;

/// A crate that is measured.
struct Subject {
    title: &'static str,
    package: &'static str,
    /// Where cargo is run.
    folder: PathBuf,
    /// The file in which one function is changed, and the words that are changed in it.
    touched: (PathBuf, &'static str),
}

/// What a build took.
struct Cost {
    cpu: f64,
    wall: f64,
}

fn main() -> Result<()> {
    let target = target();
    let many = target.join("build_benchmark");
    write(&many).context("the crate cannot be written")?;
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("tests/ has a parent")?;
    measure(
        &Subject {
            title: "260 tools of 6 parameters",
            package: "many-tools",
            touched: (many.join("src/category_0.rs"), "What happened"),
            folder: many,
        },
        &target,
    )?;
    measure(
        &Subject {
            title: "the tools of this repository",
            package: "mistmcp-tools",
            touched: (repository.join("tools/src/sites_rrm.rs"), "What radio management"),
            folder: repository.to_owned(),
        },
        &target,
    )
}

#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn measure(subject: &Subject, target: &Path) -> Result<()> {
    println!("\n{}, seconds of CPU (user + system) and of wall clock:", subject.title);
    println!("{:<18} {:>16} {:>22}", "", "from nothing", "one function touched");
    for (name, arguments) in [("cargo build -r", &["build", "--release"][..]), ("cargo check", &["check"])] {
        let cargo = || cost(subject, target, arguments);
        cargo()?;
        let cleaned = Command::new(env!("CARGO"))
            .args(["clean", "--quiet", "--package", subject.package])
            .args(arguments.iter().filter(|argument| argument.starts_with('-')))
            .current_dir(&subject.folder)
            .env("CARGO_TARGET_DIR", target)
            .status()?;
        ensure!(cleaned.success(), "cargo clean failed");
        // A binary that is called `mistmcp` takes the library of that name with it when it is cleaned away.
        build(subject, target, arguments, "mistmcp")?;
        let clean = cargo()?;
        let touched = touched(subject, &cargo)?;
        println!(
            "{name:<18} {:>9.1} {:>6.1} {:>15.1} {:>6.1}",
            clean.cpu, clean.wall, touched.cpu, touched.wall
        );
    }
    Ok(())
}

/// Builds with one tool changed, and leaves the file as it was.
fn touched(subject: &Subject, cargo: &dyn Fn() -> Result<Cost>) -> Result<Cost> {
    let (path, words) = &subject.touched;
    let text = fs::read_to_string(path)?;
    ensure!(text.contains(words), "{} says nowhere \"{words}\"", path.display());
    fs::write(path, text.replacen(words, &format!("All in all: {words}"), 1))?;
    let cost = cargo();
    fs::write(path, text)?;
    cost
}

/// The directory that this example was built into: `…/target/debug/examples/build_benchmark`.
fn target() -> PathBuf {
    let built = env::current_exe().unwrap_or_default();
    built.ancestors().nth(3).map_or_else(env::temp_dir, Path::to_owned)
}

fn write(package: &Path) -> Result<()> {
    let sources = package.join("src");
    fs::create_dir_all(&sources)?;
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("tests/ has a parent")?;
    fs::copy(repository.join("Cargo.lock"), package.join("Cargo.lock"))?;
    fs::write(
        package.join("Cargo.toml"),
        format!(
            "[package]\nname = \"many-tools\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nmistmcp = {{ path = \"{}\" }}\n\n[workspace]\n\n\
             [profile.release]\nlto = \"thin\"\ncodegen-units = 4\nstrip = true\n",
            repository.join("mistmcp").display()
        ),
    )?;
    let mut library = String::new();
    for at in 0..MODULES {
        writeln!(library, "pub mod category_{at};")?;
        fs::write(sources.join(format!("category_{at}.rs")), module(at)?)?;
    }
    fs::write(sources.join("lib.rs"), library)?;
    Ok(())
}

fn module(category: usize) -> Result<String> {
    let mut text = format!(
        "use mistmcp::{{Choice, Mac, PageNumber, SiteId, TimeWindow, mist_tool}};\n\n\
         mistmcp::category! {{\n    /// Category {category}.\n    category_{category}\n}}\n\n\
         /// Kind.\n#[derive(Clone, Copy, Choice)]\npub enum Kind {{\n    Ap,\n    Switch,\n    Gateway,\n}}\n"
    );
    for tool in 0..TOOLS_OF_A_MODULE {
        write!(
            text,
            r#"
/// What happened at a site, number {tool} of its kind: by device, by kind, and by time.
#[mist_tool(category = "category_{category}", get = "/api/v1/sites/{{site_id}}/things_{category}/{tool}/search")]
pub async fn search_things_{category}_{tool}(
    site_id: SiteId,
    /// Only this device.
    mac: Option<Mac>,
    /// Only this kind.
    kind: Option<Kind>,
    /// Text that the name holds.
    name: Option<String>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);
"#
        )?;
    }
    Ok(text)
}

/// Builds the library of a package, and adds up what cargo and its children took.
fn cost(subject: &Subject, target: &Path, arguments: &[&str]) -> Result<Cost> {
    let begun = Instant::now();
    let times = build(subject, target, arguments, subject.package)?;
    let wall = begun.elapsed().as_secs_f64();
    // The first line is the shell itself, the second its children: `0m3.120s 0m0.450s`.
    let children = times.lines().nth(1).context("`times` told nothing of children")?;
    let cpu: Result<f64> = children.split_whitespace().map(seconds).sum();
    Ok(Cost { cpu: cpu?, wall })
}

/// Builds one library, and tells what the shell says of the time it took.
fn build(subject: &Subject, target: &Path, arguments: &[&str], package: &str) -> Result<String> {
    let output = Command::new("bash")
        .args(["-c", TIMED, "bash", env!("CARGO"), "--quiet"])
        .args(arguments)
        .args(["--package", package, "--lib"])
        .current_dir(&subject.folder)
        .env("CARGO_TARGET_DIR", target)
        .env("LC_ALL", "C")
        .output()
        .context("bash cannot be started")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

fn seconds(written: &str) -> Result<f64> {
    let (minutes, seconds) = written.trim_end_matches('s').split_once('m').context("no time")?;
    Ok(minutes.parse::<f64>()? * 60.0 + seconds.parse::<f64>()?)
}
