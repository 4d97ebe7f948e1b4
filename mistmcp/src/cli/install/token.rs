//! The file that holds an entry's token, and nothing that others may see.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::file::write_private;
use crate::cli::configuration::TOKEN;
use crate::cli::env_file::Environment;

/// The file of an entry's token.
#[derive(Debug)]
pub(super) struct TokenFile {
    path: PathBuf,
    /// What it holds, where it holds a token.
    known: Option<SecretString>,
}

impl TokenFile {
    pub(super) fn read(path: PathBuf) -> anyhow::Result<Self> {
        let known = if path.is_file() {
            Environment::read(Some(path.clone()))?.of_file(TOKEN).map(SecretString::from)
        } else {
            None
        };
        Ok(Self { path, known })
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

/// As a `.env` file takes it, whatever is in it.
fn quoted(token: &str) -> String {
    let escaped = token.chars().fold(String::new(), |mut text, character| {
        if matches!(character, '\\' | '"' | '$') {
            text.push('\\');
        }
        text.push(character);
        text
    });
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_whatever_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("mist.env");
        for token in ["plain", "one,two", "$HOME#\"x\\", "it's", "it's $HOME \\ \"", "a=b`c`"] {
            TokenFile::read(path.clone()).unwrap().write(Some(&token.into())).unwrap();
            let read = TokenFile::read(path.clone()).unwrap();
            assert!(read.holds(&token.into()), "{token}");
        }
        TokenFile::read(path.clone()).unwrap().write(None).unwrap();
        assert!(!TokenFile::read(path).unwrap().has_token());
    }
}
