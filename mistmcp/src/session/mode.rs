/// How a session's tools are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A few tools; the others are found, called by name, or switched on by category
    Managed,
    /// All tools at once
    All,
    /// The tools of the named categories, and `getSelf`
    Custom,
}
