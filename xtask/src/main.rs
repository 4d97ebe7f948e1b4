//! `cargo xtask`: what keeps the repository in order.

mod answers;
mod answers_page;
mod collections;
mod configuration_table;
mod document;
mod drift;
mod feature_costs;
mod find;
mod generated;
mod layers;
mod marked;
mod mistakes;
mod requests;
mod secrets;
mod snapshots;
mod tokens;
mod tools_page;
mod uncovered_endpoints;
mod views;

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
    /// Write what is generated: docs/tools.md, docs/answers.md, tools/snapshots, tests/expected/requests.json, mistmcp/views,
    /// and tables in README.md, docs/architecture.md, docs/demo.md and docs/macro.md
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
    /// Measure what the runtime's features cost: cold release builds, which take long, and the size of the program
    Features,
    /// Check that no module of the runtime uses one of a lower layer
    Layers,
    /// Hold the catalog against Mist's OpenAPI document, and print what differs: the tools, and the GETs that are neither a
    /// tool nor in xtask/left_out.tsv
    Drift {
        /// The document: openapi.json
        #[arg(env = "MIST_OPENAPI")]
        document: PathBuf,
    },
    /// Look through the answers in Mist's OpenAPI document for secrets that would be shown
    Secrets {
        /// The document: openapi.json
        #[arg(env = "MIST_OPENAPI", required_unless_present = "forms")]
        document: Option<PathBuf>,
        /// Print how well secrets are hidden in the forms of mistmcp/evaluation/secrets instead
        #[arg(long)]
        forms: bool,
        /// Each form that is not as it must be as well. Do not tune the classifier to the test half
        #[arg(long, value_name = "HALF", num_args = 0..=1, default_missing_value = "train", requires = "forms")]
        misses: Option<String>,
    },
    /// Print how well `findTools` answers the questions of mistmcp/evaluation
    Find {
        /// Each question of a part that it does not answer best as well. Never tune the search to another part than `train`
        #[arg(long, value_name = "PART", num_args = 0..=1, default_missing_value = "train")]
        misses: Option<String>,
        /// Only what it finds for this question
        #[arg(conflicts_with = "misses")]
        query: Option<String>,
    },
    /// Ask the questions of the incidents in demo/incidents, and print how well they are answered, what an answer costs, and what the
    /// same costs by raw tools
    Answers {
        /// One half alone
        #[arg(long, value_name = "train|test")]
        half: Option<String>,
        /// Each answer that is not right at once, and each false alarm as well. Never tune the rules to the test half
        #[arg(long)]
        misses: bool,
    },
    /// Print what `mistmcp/search/build` makes the search's vectors and weights from
    SearchCorpus,
}

fn main() -> Result<ExitCode> {
    let catalog = Catalog::gather()?;
    match Flags::parse().command {
        Command::Generate { check } => generated::write(&catalog, check),
        Command::Tokens { tools } => tokens::print(&catalog, tools),
        Command::Features => feature_costs::measure(),
        Command::Layers => layers::print(),
        Command::Drift { document } => drift::print(&catalog, &document),
        Command::Secrets { forms: true, misses, .. } => secrets::print_forms(misses.as_deref()),
        Command::Secrets { document, .. } => secrets::print(&catalog, &document.unwrap_or_default()),
        Command::Find { misses, query } => find::print(misses.as_deref(), query.as_deref()),
        Command::Answers { half, misses } => answers::print(&catalog, half.as_deref(), misses),
        Command::SearchCorpus => find::corpus(),
    }
}
