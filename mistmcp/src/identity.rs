//! Identity of the program: its name, version and title, as clients, Mist, logs and the command line see them.
//!
//! A process is one program, so there is one [`Identity`] for each process. [`Program`](crate::Program) sets it.

use std::sync::OnceLock;

/// Who the program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The name in `serverInfo`, the command line, logs and the `User-Agent`.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The name for people, where there is another one.
    pub(crate) title: Option<&'static str>,
    /// Description of the program in a sentence, for `--help` and the page.
    pub(crate) about: Option<&'static str>,
    /// Instructions for the model, before all others.
    pub(crate) instructions: Option<&'static str>,
}

/// The package that a category is declared in. Registered by [`category!`](crate::category).
pub struct Package {
    /// Its name in `Cargo.toml`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

inventory::collect!(Package);

static IDENTITY: OnceLock<Identity> = OnceLock::new();

impl Identity {
    /// The identity of a program that names none: the name of its executable, and the version of the package that its
    /// tools are in.
    pub(crate) fn found() -> Self {
        static FOUND: OnceLock<Identity> = OnceLock::new();
        *FOUND.get_or_init(|| {
            let name = executable().unwrap_or(env!("CARGO_PKG_NAME"));
            let packages: Vec<_> = inventory::iter::<Package>().collect();
            Self { name, version: version(name, &packages), title: None, about: None, instructions: None }
        })
    }

    /// Makes it the identity of this process. The first one stays.
    pub(crate) fn set(self) {
        // A program that runs twice in a process is the same program.
        let _ = IDENTITY.set(self);
    }

    /// The product of the `User-Agent`, and behind it this crate, unless that is the program.
    pub(crate) fn user_agent(&self) -> String {
        const RUNTIME: &str = concat!("mistmcp/", env!("CARGO_PKG_VERSION"));
        let own = format!("{}/{}", self.name, self.version);
        if own == RUNTIME { own } else { format!("{own} {RUNTIME}") }
    }

    /// The default name of the server's entry in a client's settings, in characters that every client accepts.
    pub(crate) fn entry(&self) -> String {
        if self.name == "mistmcp" {
            return "mist".to_owned();
        }
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        self.name.chars().map(|letter| if fits(letter) { letter } else { '-' }).take(40).collect()
    }
}

/// The identity of this process.
pub(crate) fn identity() -> &'static Identity {
    IDENTITY.get_or_init(Identity::found)
}

/// The name of this program.
pub(crate) fn name() -> &'static str {
    identity().name
}

/// The name of the executable, without its folder and its `.exe`.
fn executable() -> Option<&'static str> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_stem()?.to_str()?).filter(|name| !name.is_empty()).map(token)
}

/// The version of the package that is called as the program, or else of the only one there is.
fn version(name: &str, packages: &[&Package]) -> &'static str {
    let same = |package: &&&Package| package.name.replace('-', "_") == name.replace('-', "_");
    let mut versions: Vec<_> = packages.iter().map(|package| package.version).collect();
    versions.sort_unstable();
    versions.dedup();
    match (packages.iter().find(same), versions.as_slice()) {
        (Some(package), _) => package.version,
        (None, [only]) => only,
        (None, _) => env!("CARGO_PKG_VERSION"),
    }
}

/// A text with only the characters that a product in a `User-Agent`, a folder and a client's settings may have. It lives
/// as long as the process, of which there is one identity.
pub(crate) fn token(text: &str) -> &'static str {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.+".contains(letter);
    let text: String = text.chars().map(|letter| if fits(letter) { letter } else { '-' }).collect();
    Box::leak(text.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_programs_own_package_or_of_the_only_one() {
        let own = Package { name: "morning-tools", version: "2.1.0" };
        let other = Package { name: "library", version: "0.3.0" };
        assert_eq!(version("morning_tools", &[&other, &own]), "2.1.0");
        assert_eq!(version("renamed", &[&own, &own]), "2.1.0");
        assert_eq!(version("renamed", &[&own, &other]), env!("CARGO_PKG_VERSION"));
        assert_eq!(version("renamed", &[]), env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn the_user_agent_names_the_program_and_the_runtime_once() {
        let runtime = concat!("mistmcp/", env!("CARGO_PKG_VERSION"));
        let identity = |name, version| {
            let (name, version) = (token(name), token(version));
            Identity { name, version, title: None, about: None, instructions: None }
        };
        assert_eq!(identity("mistmcp", env!("CARGO_PKG_VERSION")).user_agent(), runtime);
        assert_eq!(identity("my morning", "2.1.0\r\n").user_agent(), format!("my-morning/2.1.0-- {runtime}"));
    }
}
