//! Variables of the process's environment, with those of a `.env` file as fallback:
//! [`Environment`].

mod found;
mod grammar;

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::flags::EarlyFlags;
use super::origin::Origin;
use crate::quote;
use crate::text_file::{self, TextFileError};
use grammar::Mistake;
pub(super) use grammar::without;

/// The process's environment, with a `.env` file as fallback.
#[derive(Clone, Default)]
pub(super) struct Environment {
    /// Accepted variables of the file.
    file: HashMap<String, String>,
    /// Names of all variables of the file.
    names: BTreeSet<String>,
    path: Option<PathBuf>,
    /// Whether the operator named the file.
    named: bool,
    /// Message about variables of a found file that are ignored.
    ignored: Option<String>,
}

/// Error of a `.env` file. Its lines hold tokens, so none is quoted; nor is a token in place of its
/// path.
#[derive(Debug, Error)]
pub(super) enum EnvFileError {
    #[error("there is no file {path}, which `--env-file` (or MIST_ENV_FILE) names: correct the path, or make the file, with a line MIST_APITOKEN=…", path = quote::path(.0))]
    Missing(PathBuf),
    #[error("the file of variables {path} cannot be read: {1}", path = quote::path(.0))]
    Unreadable(PathBuf, TextFileError),
    #[error("line {1} of `{0}` cannot be read: {2}")]
    Line(PathBuf, usize, Mistake),
}

/// Default file in the working folder.
const FOUND: &str = ".env";

impl Environment {
    /// Reads a file that the operator named, and accepts all of it.
    pub(super) fn named(path: PathBuf) -> Result<Self, EnvFileError> {
        let bytes = text_file::read_bytes(&path, text_file::SMALL).map_err(|error| match error {
            TextFileError::Missing => EnvFileError::Missing(path.clone()),
            error => EnvFileError::Unreadable(path.clone(), error),
        })?;
        let content = grammar::parse(&bytes);
        if let Some(line) = content.unreadable.first() {
            return Err(EnvFileError::Line(path, line.line, line.mistake));
        }
        let file: HashMap<_, _> = content.variables.into_iter().collect();
        let names = file.keys().cloned().collect();
        Ok(Self { file, names, path: Some(absolute(path)), named: true, ignored: None })
    }

    /// Reads the `.env` of the working folder, if there is one, and accepts what cannot widen
    /// trust. Nothing in it stops the program.
    pub(super) fn found(command: &clap::Command, early: &EarlyFlags) -> Self {
        let path = PathBuf::from(FOUND);
        let bytes = match text_file::read_bytes(&path, text_file::SMALL) {
            Ok(bytes) => bytes,
            // A folder of that name is a Python virtual environment.
            Err(TextFileError::Missing) => return Self::default(),
            Err(_) if path.is_dir() => return Self::default(),
            Err(error) => {
                return Self { ignored: Some(format!("it is not read: {error}")), ..Self::default() };
            }
        };
        let content = grammar::parse(&bytes);
        let (file, ignored) = found::restrict(&content, command, early);
        let names = content.variables.into_iter().map(|(name, _)| name).collect();
        Self { file, names, path: Some(absolute(path)), named: false, ignored }
    }

    /// The file, where there is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The file, where it was named by its flag or variable.
    pub(super) fn named_path(&self) -> Option<&Path> {
        self.path().filter(|_| self.named)
    }

    /// What of a found file is not taken, and what to do about it: one line, without values.
    pub(super) fn ignored(&self) -> Option<String> {
        self.ignored.as_ref().map(|words| format!("{FOUND} was found in this folder, not named: {words}"))
    }

    /// Where [`get`](Self::get) finds a variable.
    pub(super) fn origin(&self, name: &str) -> Option<Origin> {
        match std::env::var_os(name).filter(|value| !value.is_empty()) {
            Some(_) => Some(Origin::Variable),
            None => self.of_file(name).map(|_| Origin::File),
        }
    }

    /// A variable of the process's environment, or else of the file. An empty one is none.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let own = std::env::var_os(name).filter(|value| !value.is_empty());
        match own.map(OsString::into_string) {
            Some(Ok(value)) => Some(value),
            // What is not Unicode is neither a token nor a host; it must not be hidden by the file's.
            Some(Err(_)) => Some("\u{fffd}".to_owned()),
            None => self.of_file(name).map(str::to_owned),
        }
    }

    /// The found file, if it has a variable of this name that is not taken since the file was not named.
    pub(super) fn found_with(&self, name: &str) -> Option<&Path> {
        self.path().filter(|_| !self.named && self.names.contains(name) && self.of_file(name).is_none())
    }

    /// The names of the file's variables, also of those that are not taken.
    pub(super) fn names_of_file(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The names that begin like that of all variables that [`get`](Self::get) finds, in order.
    pub(super) fn names(&self, beginning: &str) -> BTreeSet<String> {
        let own = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let names = own.chain(self.file.keys().cloned()).filter(|name| name.starts_with(beginning));
        names.filter(|name| self.origin(name).is_some()).collect()
    }

    /// A variable of the file alone.
    pub(super) fn of_file(&self, name: &str) -> Option<&str> {
        self.file.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Where the folder that one is in has no name any more, the file's alone has to do.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// The permissions of a file that others than its owner may read or write.
#[cfg(unix)]
pub(super) fn exposed(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Elsewhere a file's folder says who may read it.
#[cfg(not(unix))]
pub(super) fn exposed(_path: &Path) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("env");
        std::fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn export_quotes_and_comments_are_understood() {
        let (_folder, path) =
            file(b"# mine\nexport FILE_A=one\nFILE_B=\"two words\"\nFILE_C='$3' # note\n\nFILE_D=\n");
        let environment = Environment::named(path).unwrap();
        assert_eq!(environment.get("FILE_A").as_deref(), Some("one"));
        assert_eq!(environment.get("FILE_B").as_deref(), Some("two words"));
        assert_eq!(environment.get("FILE_C").as_deref(), Some("$3"));
        assert_eq!(environment.get("FILE_D"), None);
    }

    #[test]
    fn the_last_of_repeated_variables_counts_and_a_byte_order_mark_is_dropped() {
        let (_folder, path) = file(b"\xef\xbb\xbfFILE_A=one\r\nFILE_A=two\r\n");
        assert_eq!(Environment::named(path).unwrap().get("FILE_A").as_deref(), Some("two"));
    }

    #[test]
    fn the_real_environment_wins() {
        let (_folder, path) = file(b"PATH=/nowhere\n");
        let environment = Environment::named(path).unwrap();
        assert_eq!(environment.get("PATH"), std::env::var("PATH").ok());
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_not_repeated() {
        let (_folder, path) = file(b"A=1\nMIST_APITOKEN=s3cr3t with spaces\n");
        let error = Environment::named(path).err().unwrap().to_string();
        assert!(error.contains("line 2") && !error.contains("s3cr3t"), "{error}");
    }

    #[test]
    fn a_token_in_place_of_the_path_is_not_repeated() {
        let long = "Zk3v9QpLr7".repeat(60);
        for token in ["Zk3v9QpLr7TtYyUuIiOo", "https://ada:Zk3v9@api.mist.com", &long] {
            let error = Environment::named(token.into()).err().unwrap().to_string();
            assert!(!error.contains("Zk3v9"), "{error}");
        }
    }

    #[test]
    fn a_named_file_has_to_be_there() {
        let error = Environment::named("/nowhere/env".into()).err().unwrap().to_string();
        assert!(error.contains("/nowhere/env") && error.contains("--env-file"), "{error}");
    }
}
