//! Settings folders of the operating systems.

use std::path::PathBuf;

/// The operating system, which determines where programs keep their settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Linux,
    MacOs,
    Windows,
}

/// A user's folders on a system.
#[derive(Clone, Copy)]
pub(super) struct Location<'a> {
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
    pub(super) const CURRENT: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Linux
    };
}

impl Location<'_> {
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

    /// Where a program of the Microsoft Store has what it believes to be in `%APPDATA%`: `path` below the package whose name
    /// begins like that, if there is the folder of it.
    pub(super) fn packaged(&self, package: &str, path: &[&str]) -> Option<PathBuf> {
        if self.system != System::Windows {
            return None;
        }
        let local = self.named("LOCALAPPDATA").unwrap_or_else(|| self.home.join("AppData").join("Local"));
        let packages = std::fs::read_dir(local.join("Packages")).ok()?.flatten();
        let is_of_program =
            |name: &str| name.get(..package.len()).is_some_and(|start| start.eq_ignore_ascii_case(package));
        packages
            .filter(|entry| entry.file_name().to_str().is_some_and(is_of_program))
            .map(|entry| {
                path.iter()
                    .fold(entry.path().join("LocalCache").join("Roaming"), |path, part| path.join(part))
            })
            .filter(|file| file.parent().is_some_and(std::path::Path::is_dir))
            .max()
    }

    /// The folder that a variable names. A relative one is ignored, because it would depend on the
    /// working folder.
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

    /// This program's own folder, where tokens are kept.
    pub(super) fn own_folder(&self) -> PathBuf {
        self.folder(Base::Applications).join(crate::identity::name())
    }

    /// Where the token of an entry for a cloud is kept: a token is of one cloud.
    pub(super) fn token_file(&self, entry: &str, cloud: &str) -> PathBuf {
        let host = cloud.split_once("://").map_or(cloud, |(_, host)| host).trim_end_matches('/');
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
        let host = host.replace(|letter: char| !is_plain(letter), "_");
        self.own_folder().join(format!("{entry}.{host}.env"))
    }
}
