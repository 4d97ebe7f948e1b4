/// How a session's tools are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// A few tools; the others are found, called by name, or switched on by category
    Managed,
    /// All tools at once
    All,
    /// The tools of the named categories, and `getSelf`
    Custom,
}
