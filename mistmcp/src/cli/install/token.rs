//! Private file of an entry's token.

use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::client::{CLIENTS, Client};
use super::file::write_private;
use super::location::Location;
use crate::cli::configuration::TOKEN;
use crate::cli::env_file::{self, Environment};
use crate::identity::name;
use crate::mist::Tokens;

fn heading() -> String {
    format!("# The API token of Juniper Mist, for {}.", name())
}

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
            // A placeholder does not count.
            let token = environment.of_file(TOKEN).filter(|token| Tokens::parse(token).is_ok());
            (token.map(SecretString::from), env_file::exposed(&path))
        } else {
            (None, None)
        };
        Ok(Self { path, known, exposed })
    }

    /// Whether others than its owner may read or change it.
    pub(super) fn is_exposed(&self) -> bool {
        self.exposed.is_some()
    }

    pub(super) fn exposure_warning(&self) -> Option<String> {
        let (path, mode) = (self.path.display(), self.exposed?);
        Some(format!(
            "Others on this machine may read {path} (mode {mode:03o}): it is made yours alone (600).\n"
        ))
    }

    /// Restricts it to its owner.
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

    pub(super) fn contains(&self, token: &SecretString) -> bool {
        self.known.as_ref().is_some_and(|known| known.expose_secret() == token.expose_secret())
    }

    /// Writes the token, or a placeholder if there is none yet. Other lines are kept.
    pub(super) fn write(&self, token: Option<&SecretString>) -> anyhow::Result<()> {
        let value = token.map_or_else(String::new, |token| quoted(token.expose_secret()));
        let before = std::fs::read_to_string(&self.path).unwrap_or_default();
        let is_of_token = |line: &str| {
            let line = line.trim_start_matches('\u{feff}').trim_start();
            line.strip_prefix("export ").unwrap_or(line).trim_start().starts_with(TOKEN) || line == heading()
        };
        let mut text = format!("{}\n{TOKEN}={value}\n", heading());
        for line in before.lines().filter(|line| !is_of_token(line)) {
            text.push_str(line);
            text.push('\n');
        }
        write_private(&self.path, &text)
    }
}

/// The clients whose settings name a file of a token, but for the settings file `except`.
pub(super) fn readers(file: &Path, location: &Location<'_>, except: &Path) -> Vec<&'static str> {
    let path = file.to_string_lossy();
    // In JSON, with escapes.
    let escaped = serde_json::Value::from(&*path).to_string();
    let names = |text: String| text.contains(&*path) || text.contains(escaped.trim_matches('"'));
    let is_reader = |client: &&Client| {
        let settings = client.file(location);
        settings != except && std::fs::read_to_string(settings).is_ok_and(names)
    };
    CLIENTS.iter().filter(is_reader).map(|client| client.title).collect()
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
        for token in ["plain", "one, two", "$HOME#\"x\\", "it's", "a'$HOME\\\"b", "a=b`c`d"] {
            TokenFile::read(path.clone()).unwrap().write(Some(&token.into())).unwrap();
            let read = TokenFile::read(path.clone()).unwrap();
            assert!(read.contains(&token.into()), "{token}");
        }
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}HTTPS_PROXY=http://proxy:1\n")).unwrap();
        TokenFile::read(path.clone()).unwrap().write(Some(&"another".into())).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!((text.matches(TOKEN).count(), text.matches("HTTPS_PROXY").count()), (1, 1), "{text}");
        std::fs::write(&path, format!("{TOKEN}='${{MIST_APITOKEN}}'\n")).unwrap();
        assert!(!TokenFile::read(path.clone()).unwrap().has_token());
        TokenFile::read(path.clone()).unwrap().write(None).unwrap();
        assert!(!TokenFile::read(path).unwrap().has_token());
    }
}
