//! Looks for the programs that some tests start, and tells which of those tests are left out where one is missing.
#![forbid(unsafe_code)]

use std::env;
use std::path::PathBuf;

/// What the tests of replicas, and of the proxy before a server, start. They are not compiled where one of these is missing.
const OF_REPLICAS: [&str; 2] = ["redis-server", "nginx"];
/// What reads the completions and the man page.
const READERS: [&str; 4] = ["bash", "zsh", "fish", "groff"];

fn main() {
    println!("cargo::rerun-if-env-changed=PATH");
    println!("cargo::rustc-check-cfg=cfg(replicas)");
    if are_there(&OF_REPLICAS, "the tests of replicas") {
        println!("cargo::rustc-cfg=replicas");
    }
    are_there(&READERS, "reading the completions and the man page");
}

/// Whether all of these programs are installed; what is left out where they are not is told.
fn are_there(programs: &[&str], otherwise: &str) -> bool {
    let missing: Vec<_> = programs.iter().copied().filter(|program| !is_there(program)).collect();
    if missing.is_empty() {
        return true;
    }
    println!("cargo::warning=LEFT OUT: {otherwise}, for want of {}", missing.join(", "));
    // One of them may come to be there.
    for folder in folders().filter(|folder| folder.is_dir()) {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    false
}

fn is_there(program: &str) -> bool {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    folders().any(|folder| folder.join(&file).is_file())
}

/// Where programs are looked for. Debian has some servers where only root's path leads.
fn folders() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    folders.into_iter().chain([PathBuf::from("/usr/sbin")])
}
