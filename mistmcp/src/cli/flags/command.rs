use clap::Subcommand;

/// What to do in place of serving.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Call one tool and print its answer
    Call {
        /// The tool, such as `getSelf`
        tool: String,
        /// Its arguments; a name given twice is a list
        #[arg(value_name = "NAME=VALUE")]
        arguments: Vec<String>,
    },
    /// List the categories, or the tools of one with their parameters
    Tools {
        /// A category, such as `sites_rrm`
        category: Option<String>,
    },
}
