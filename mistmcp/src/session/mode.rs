//! Loading mode of tools: [`Mode`].

/// Loading mode of a session's tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A few tools; the others are found, called by name, or switched on by category
    Managed,
    /// All tools except those of extended categories
    All,
    /// The tools of the named categories (required), and those that every mode lists
    Custom,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Managed, Self::All, Self::Custom];

    /// Name in flags and URLs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::All => "all",
            Self::Custom => "custom",
        }
    }

    /// Description for people.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Managed => "A few tools; the others are found, called by name, or switched on by category",
            Self::All => "All tools except those of extended categories",
            Self::Custom => "The tools of the named categories (required), and those that every mode lists",
        }
    }

    /// Maximum number of tools for which the default is to list all. Their definitions take some
    /// 3,000 tokens; those of managed mode take 1,000 and a search before most calls.
    pub const FEW_TOOLS: usize = 20;

    /// The default mode of a program with this many tools: `All`, or `Managed` above
    /// [`Self::FEW_TOOLS`].
    pub const fn default_for(tools: usize) -> Self {
        if tools <= Self::FEW_TOOLS { Self::All } else { Self::Managed }
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn flags_name_and_describe_the_modes_as_pages_do() {
        assert_eq!(Mode::ALL.as_slice(), Mode::value_variants());
        for mode in Mode::ALL {
            let value = mode.to_possible_value().unwrap();
            assert_eq!(value.get_name(), mode.name());
            assert_eq!(value.get_help().unwrap().to_string(), mode.about());
        }
    }
}
