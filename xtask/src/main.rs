//! `cargo xtask`: what keeps the repository in order.

mod document;
mod drift;
mod generated;
mod snapshots;
mod tokens;
mod tools_page;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use mistmcp::Catalog;
// Without a mention the linker drops the crate, and its tools with it.
use mistmcp_tools as _;

/// Keeps the repository in order.
#[derive(Parser)]
struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the files that are generated from the catalog: docs/tools.md and tools/snapshots
    Generate {
        /// Change nothing; fail where a file is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Print how many tokens (o200k) the tool list takes, by category
    Tokens {
        /// By tool as well
        #[arg(long)]
        tools: bool,
    },
    /// Hold the catalog against Mist's OpenAPI document, and print what differs
    Drift {
        /// The document: openapi.json
        #[arg(env = "MIST_OPENAPI")]
        document: PathBuf,
    },
}

fn main() -> Result<ExitCode> {
    let catalog = Catalog::gather()?;
    match Flags::parse().command {
        Command::Generate { check } => generated::write(&catalog, check),
        Command::Tokens { tools } => tokens::print(&catalog, tools),
        Command::Drift { document } => drift::print(&catalog, &document),
    }
}
