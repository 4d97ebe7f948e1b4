use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::origin::Origin;

/// What the environment says, and behind it what a `.env` file says.
#[derive(Default)]
pub(super) struct Environment {
    file: HashMap<String, String>,
    path: Option<PathBuf>,
    /// Whether the file was named, and not only found.
    named: bool,
}

/// Why a `.env` file cannot be used. Its lines hold tokens, so none is ever repeated.
#[derive(Debug, Error)]
pub(super) enum EnvFileError {
    #[error("there is no file `{0}`, which `--env-file` (or MIST_ENV_FILE) names")]
    Missing(PathBuf),
    #[error("`{0}` cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    #[error("line {1} of `{0}` is no `NAME=value`; put quotes around a value with spaces")]
    Line(PathBuf, usize),
}

impl Environment {
    /// Reads the file that is named, or the `.env` of this folder where there is one.
    pub(super) fn read(named: Option<PathBuf>) -> Result<Self, EnvFileError> {
        let (path, required) = match named {
            Some(path) => (path, true),
            None => (PathBuf::from(".env"), false),
        };
        if !path.is_file() {
            return if required { Err(EnvFileError::Missing(path)) } else { Ok(Self::default()) };
        }
        let entries = dotenvy::from_path_iter(&path).map_err(|error| unreadable(&path, error))?;
        let file = entries.collect::<Result<_, _>>().map_err(|error| unreadable(&path, error))?;
        // Where the folder that one is in has no name any more, the file's alone has to do.
        let path = std::path::absolute(&path).unwrap_or(path);
        Ok(Self { file, path: Some(path), named: required })
    }

    /// The file, where there is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The file, where it was named by its flag or variable.
    pub(super) fn named_path(&self) -> Option<&Path> {
        self.path().filter(|_| self.named)
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

    /// The names of the file's variables.
    pub(super) fn names_of_file(&self) -> impl Iterator<Item = &str> {
        self.file.keys().map(String::as_str)
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

fn unreadable(path: &Path, error: dotenvy::Error) -> EnvFileError {
    match error {
        dotenvy::Error::Io(error) => EnvFileError::Unreadable(path.to_owned(), error),
        dotenvy::Error::LineParse(line, _) => {
            // The error holds the text of the line, but not which one it is.
            let content = std::fs::read_to_string(path).unwrap_or_default();
            let number =
                content.lines().position(|other| other.contains(line.trim())).map_or(1, |place| place + 1);
            EnvFileError::Line(path.to_owned(), number)
        }
        _ => EnvFileError::Unreadable(path.to_owned(), std::io::Error::other("it is no list of variables")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(content: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("env");
        write!(std::fs::File::create(&path).unwrap(), "{content}").unwrap();
        (folder, path)
    }

    #[test]
    fn export_quotes_and_comments_are_understood() {
        let (_folder, path) =
            file("# mine\nexport FILE_A=one\nFILE_B=\"two words\"\nFILE_C='$3' # note\n\nFILE_D=\n");
        let environment = Environment::read(Some(path)).unwrap();
        assert_eq!(environment.get("FILE_A").as_deref(), Some("one"));
        assert_eq!(environment.get("FILE_B").as_deref(), Some("two words"));
        assert_eq!(environment.get("FILE_C").as_deref(), Some("$3"));
        assert_eq!(environment.get("FILE_D"), None);
    }

    #[test]
    fn the_real_environment_wins() {
        let (_folder, path) = file("PATH=/nowhere\n");
        let environment = Environment::read(Some(path)).unwrap();
        assert_eq!(environment.get("PATH"), std::env::var("PATH").ok());
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_not_repeated() {
        let (_folder, path) = file("A=1\nMIST_APITOKEN=s3cr3t with spaces\n");
        let error = Environment::read(Some(path)).err().unwrap().to_string();
        assert!(error.contains("line 2") && !error.contains("s3cr3t"), "{error}");
    }

    #[test]
    fn a_named_file_has_to_be_there() {
        let error = Environment::read(Some("/nowhere/env".into())).err().unwrap().to_string();
        assert!(error.contains("/nowhere/env") && error.contains("--env-file"), "{error}");
    }
}
