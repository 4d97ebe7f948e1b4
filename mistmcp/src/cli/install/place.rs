use std::path::PathBuf;

/// The operating system, as far as it says where programs keep their settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Linux,
    MacOs,
    Windows,
}

/// A user's folders on a system.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) system: System,
    pub(super) home: &'a std::path::Path,
    /// A variable of the environment.
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
}

/// A folder of the user's that settings are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Home,
    /// Where desktop programs keep theirs: `~/.config`, `~/Library/Application Support`, `%APPDATA%`.
    Applications,
    /// Where programs that came from Unix keep theirs: `~/.config`, on macOS as well, or `%APPDATA%`.
    Config,
}

impl System {
    /// The one that this program runs on.
    pub(super) const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Linux
    };
}

impl Place<'_> {
    pub(super) fn folder(&self, base: Base) -> PathBuf {
        let unix = |variable: Option<PathBuf>| variable.unwrap_or_else(|| self.home.join(".config"));
        match (self.system, base) {
            (_, Base::Home) => self.home.to_owned(),
            (System::Linux, Base::Applications | Base::Config) => unix(self.named("XDG_CONFIG_HOME")),
            (System::MacOs, Base::Applications) => self.home.join("Library").join("Application Support"),
            (System::MacOs, Base::Config) => unix(None),
            (System::Windows, Base::Applications | Base::Config) => {
                self.named("APPDATA").unwrap_or_else(|| self.home.join("AppData").join("Roaming"))
            }
        }
    }

    /// The folder that a variable names. A relative one would be another one in each folder that one is in.
    pub(super) fn named(&self, variable: &str) -> Option<PathBuf> {
        let value = (self.variable)(variable)?;
        let is_absolute = match self.system {
            System::Linux | System::MacOs => value.starts_with('/'),
            System::Windows => {
                value.starts_with(r"\\") || value.get(1..).is_some_and(|rest| rest.starts_with(':'))
            }
        };
        is_absolute.then(|| value.into())
    }

    /// Where the token of an entry is kept: this program's own folder.
    pub(super) fn token_file(&self, entry: &str) -> PathBuf {
        self.folder(Base::Applications).join("mistmcp").join(format!("{entry}.env"))
    }
}
