//! The file that holds an entry's token, and nothing that others may see.

use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::file::write_private;
use crate::cli::configuration::TOKEN;
use crate::cli::env_file::{self, Environment};

/// The file of an entry's token.
#[derive(Debug)]
pub(super) struct TokenFile {
    path: PathBuf,
    /// What it holds, where it holds a token.
    known: Option<SecretString>,
    /// Its permissions, where others than its owner may read or change it.
    exposed: Option<u32>,
}

impl TokenFile {
    pub(super) fn read(path: PathBuf) -> anyhow::Result<Self> {
        let (known, exposed) = if path.exists() {
            let environment = Environment::named(path.clone())?;
            (environment.of_file(TOKEN).map(SecretString::from), env_file::exposed(&path))
        } else {
            (None, None)
        };
        Ok(Self { path, known, exposed })
    }

    /// Whether others than its owner may read or change it.
    pub(super) fn is_exposed(&self) -> bool {
        self.exposed.is_some()
    }

    pub(super) fn told_of_exposure(&self) -> Option<String> {
        let (path, mode) = (self.path.display(), self.exposed?);
        Some(format!(
            "Others on this machine may read {path} (mode {mode:03o}): it is made yours alone (600).\n"
        ))
    }

    /// Leaves it to its owner alone.
    pub(super) fn close(&self) -> anyhow::Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;

            std::fs::set_permissions(&self.path, PermissionsExt::from_mode(0o600))
                .with_context(|| format!("the permissions of {} cannot be changed", self.path.display()))?;
        }
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn has_token(&self) -> bool {
        self.known.is_some()
    }

    pub(super) fn holds(&self, token: &SecretString) -> bool {
        self.known.as_ref().is_some_and(|known| known.expose_secret() == token.expose_secret())
    }

    /// Writes the token, or a place for it where there is none yet.
    pub(super) fn write(&self, token: Option<&SecretString>) -> anyhow::Result<()> {
        let value = token.map_or_else(String::new, |token| quoted(token.expose_secret()));
        write_private(
            &self.path,
            &format!("# The API token of Juniper Mist, for mistmcp.\n{TOKEN}={value}\n"),
        )
    }
}

/// As a `.env` file takes it. A token holds no white space; between commas there may be some, and a token with both kinds
/// of quotes stands without any.
fn quoted(token: &str) -> String {
    match (token.contains('\''), token.contains('"')) {
        (false, _) => format!("'{token}'"),
        (true, false) => format!("\"{token}\""),
        (true, true) => token.split_whitespace().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_whatever_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("mist.env");
        for token in ["plain", "one, two", "$HOME#\"x\\", "it's", "a'$HOME\\\"", "a=b`c`"] {
            TokenFile::read(path.clone()).unwrap().write(Some(&token.into())).unwrap();
            let read = TokenFile::read(path.clone()).unwrap();
            assert!(read.holds(&token.into()), "{token}");
        }
        TokenFile::read(path.clone()).unwrap().write(None).unwrap();
        assert!(!TokenFile::read(path).unwrap().has_token());
    }
}
