/// How a session's tools are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A few tools; the others are found, called by name, or switched on by category
    Managed,
    /// All tools at once, but those of extended categories
    All,
    /// The tools of the named categories, and the essential ones
    Custom,
}

impl Mode {
    /// Up to so many tools are simply listed. Their definitions take some 3,000 tokens, where those of managed mode take
    /// 1,000 and a search before most calls.
    pub const FEW_TOOLS: usize = 20;

    /// The mode of a program with so many tools, where nobody names one: all of few, and managed mode for more than
    /// [`Self::FEW_TOOLS`].
    pub const fn default_for(tools: usize) -> Self {
        if tools <= Self::FEW_TOOLS { Self::All } else { Self::Managed }
    }
}
