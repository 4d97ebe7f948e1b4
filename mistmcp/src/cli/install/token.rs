//! Private file of an entry's token.

use std::path::{Path, PathBuf};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::client::{CLIENTS, Client};
use super::file::{content, write_private};
use super::location::Location;
use crate::cli::configuration::TOKEN;
use crate::cli::env_file::{self, Environment};
use crate::identity::name;
use crate::mist::Tokens;
use crate::text_file::without_mark;

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
        // What cannot be kept is told before anything is changed.
        let (known, exposed) = if content(&path)?.is_some() {
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
        let before = content(&self.path)?.unwrap_or_default();
        let others = env_file::without(without_mark(&before), TOKEN);
        let mut text = format!("{}\n{TOKEN}={value}\n", heading());
        for line in others.lines().filter(|line| *line != heading()) {
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
        settings != except && content(&settings).is_ok_and(|text| text.is_some_and(names))
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

    #[test]
    fn the_lines_of_other_variables_stay_whatever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mist.env");
        let heading = heading();
        let of_windows = format!("\u{feff}{heading}\r\nMIST_APITOKEN=one\r\n");
        for (before, others) in [
            ("MIST_APITOKEN_OLD=old\n\texport\tMIST_APITOKEN = 'one'\nB=1\n", "MIST_APITOKEN_OLD=old\nB=1\n"),
            ("MIST_APITOKEN='one,\ntwo'\nB=1", "B=1\n"),
            ("B='1\nMIST_APITOKEN=2'\nMIST_APITOKEN=one\n", "B='1\nMIST_APITOKEN=2'\n"),
            ("\u{feff}# für Büro\r\nB=1\r\n", "# für Büro\nB=1\n"),
            (of_windows.as_str(), ""),
        ] {
            std::fs::write(&path, before).unwrap();
            TokenFile::read(path.clone()).unwrap().write(Some(&"new".into())).unwrap();
            let wanted = format!("{heading}\n{TOKEN}='new'\n{others}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), wanted, "{before:?}");
            assert!(TokenFile::read(path.clone()).unwrap().contains(&"new".into()), "{before:?}");
        }
    }

    #[test]
    fn a_file_that_is_not_utf_8_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mist.env");
        let text = "MIST_APITOKEN=one\n";
        std::fs::write(&path, text).unwrap();
        let file = TokenFile::read(path.clone()).unwrap();
        let latin1 = [b"# f\xfcr B\xfcro\nHTTPS_PROXY=http://proxy:1\n", text.as_bytes()].concat();
        std::fs::write(&path, &latin1).unwrap();
        let refusals = [file.write(Some(&"new".into())), TokenFile::read(path.clone()).map(drop)];
        for refusal in refusals {
            let refusal = refusal.unwrap_err().to_string();
            assert!(
                refusal.contains("mist.env cannot be read") && refusal.contains("save it as UTF-8"),
                "{refusal}"
            );
        }
        assert_eq!(std::fs::read(&path).unwrap(), latin1);
    }

    #[cfg(unix)]
    #[test]
    fn settings_of_other_clients_that_are_no_text_files_are_not_read() {
        use super::super::location::System;

        let home = tempfile::tempdir().unwrap();
        let location = Location { system: System::CURRENT, home: home.path(), variable: &|_| None };
        let token_file = home.path().join("mist.env");
        let files: Vec<_> = CLIENTS.iter().map(|client| client.file(&location)).collect();
        for file in &files {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        }
        for pipe in [&files[1], &files[2]] {
            let made = std::process::Command::new("mkfifo").arg(pipe).status().unwrap();
            assert!(made.success(), "{}", pipe.display());
        }
        std::os::unix::fs::symlink("/dev/zero", &files[3]).unwrap();
        std::fs::File::create(&files[4]).unwrap().set_len(1 << 40).unwrap();
        std::fs::create_dir(&files[5]).unwrap();
        for reader in [&files[0], &files[6], &files[7]] {
            std::fs::write(reader, format!("\u{feff}{{\"env\": \"{}\"}}", token_file.display())).unwrap();
        }
        assert_eq!(readers(&token_file, &location, &files[0]), [CLIENTS[6].title, CLIENTS[7].title]);
    }
}
