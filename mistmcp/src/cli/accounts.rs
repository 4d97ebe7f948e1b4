//! The accounts file of `--accounts`: read at start, and again on SIGHUP and when it changes. The main type is
//! [`Source`].

mod file;
mod token;

use std::borrow::Borrow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use futures_util::future::try_join_all;
use tokio::sync::Notify;

use super::env_file::{Environment, exposed};
use super::sighup;
use crate::known_tokens;
use crate::mist::{Account, Accounts, Cloud, Clouds};
use crate::suggestion::listed;
use crate::text_file::{self, SMALL};
use file::Entry;

/// Time between two looks at the files.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Where the accounts come from.
#[derive(Clone)]
pub(super) struct Source {
    path: PathBuf,
    clouds: Clouds,
    /// The cloud of accounts that name none.
    cloud: Option<Cloud>,
    environment: Environment,
}

/// The token files that the accounts file names, and the fingerprints of all of them.
pub(super) struct FileState {
    files: Vec<PathBuf>,
    fingerprint: Vec<Option<Fingerprint>>,
}

/// What of a file changes when its content does, or when another file takes its place.
#[derive(Debug, PartialEq, Eq)]
struct Fingerprint {
    modified: SystemTime,
    length: u64,
    /// Device, number and time of the last change, where the system has them: a file that takes the place of another one
    /// may be as long and as old.
    identity: Option<(u64, u64, i64, i64)>,
}

impl Source {
    pub(super) fn new(path: &Path, clouds: Clouds, cloud: Option<Cloud>, environment: &Environment) -> Self {
        Self { path: path.to_owned(), clouds, cloud, environment: environment.clone() }
    }

    /// Reads the file, and gets the tokens, which are masked from now on.
    ///
    /// # Errors
    /// What is wrong, with its line, and the remedy. No token is in it.
    pub(super) async fn read(&self) -> anyhow::Result<Vec<Account>> {
        let entries = self.entries()?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let accounts = try_join_all(entries.into_iter().map(|entry| async move {
            let Entry { name, line, token, cloud, orgs, users, groups } = entry;
            let tokens = token.read(folder, &self.environment).await.map_err(|problem| {
                anyhow::anyhow!("{}, line {line}: account `{name}`: {problem}", self.path.display())
            })?;
            Ok::<_, anyhow::Error>(Account {
                name: name.into(),
                cloud,
                tokens,
                orgs: orgs.map(|orgs| Arc::new(orgs.into_iter().collect())),
                users,
                groups,
            })
        }))
        .await?;
        let tokens = accounts.iter().flat_map(|account: &Account| account.tokens.exposed());
        known_tokens::set(known_tokens::Origin::Accounts, tokens);
        Ok(accounts)
    }

    /// The variables of the environment that hold tokens, without getting a token.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) fn variables(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.entries()?;
        let mut names: Vec<_> =
            entries.iter().filter_map(|entry| entry.token.variable()).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn entries(&self) -> anyhow::Result<Vec<Entry>> {
        let text = text_file::read(&self.path, SMALL)
            .with_context(|| format!("the accounts file {} cannot be read", self.path.display()))?;
        file::parse(&text, &self.clouds, self.cloud.as_ref())
            .map_err(|problem| anyhow::anyhow!("{}, {problem}", self.path.display()))
    }

    /// The file and its token files as they are now, to detect changes.
    pub(super) fn state(&self) -> FileState {
        let files = self.token_files().unwrap_or_default();
        let fingerprint = self.fingerprint(&files);
        FileState { files, fingerprint }
    }

    /// Reads the file again on SIGHUP, and when it or a token file differs from `seen`, the state before the accounts were
    /// read, for as long as the process runs. What cannot be read leaves the accounts as they are.
    ///
    /// # Errors
    /// The signal cannot be handled.
    pub(super) fn watch(self, accounts: Arc<Accounts>, mut seen: FileState) -> std::io::Result<()> {
        let signals = Arc::new(Notify::new());
        let on_signal = Arc::clone(&signals);
        sighup::on_signal(move || on_signal.notify_one())?;
        tokio::spawn(async move {
            loop {
                let is_asked = tokio::select! {
                    () = signals.notified() => true,
                    () = tokio::time::sleep(POLL_INTERVAL) => false,
                };
                if !is_asked && self.fingerprint(&seen.files) == seen.fingerprint {
                    continue;
                }
                // Files that are named now, there or not, before they are read: one that is made later is a change.
                seen.files = self.token_files().unwrap_or(seen.files);
                seen.fingerprint = self.fingerprint(&seen.files);
                match self.read().await {
                    Ok(read) => {
                        tracing::info!(count = read.len(), "the accounts were read again");
                        accounts.replace(read);
                    }
                    Err(error) => tracing::error!("the accounts stay as they were: {error:#}"),
                }
            }
        });
        Ok(())
    }

    /// A warning in one line, where others on this machine may read token files.
    pub(super) fn exposure(&self) -> Option<String> {
        let of = |path: &PathBuf| Some(format!("{} (mode {:03o})", path.display(), exposed(path)?));
        let files: Vec<_> = self.token_files().unwrap_or_default().iter().filter_map(of).collect();
        if files.is_empty() {
            return None;
        }
        Some(format!("others on this machine may read {}", listed(files.iter().map(String::as_str))))
    }

    fn token_files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        Ok(self.entries()?.iter().filter_map(|entry| entry.token.file(folder)).collect())
    }

    fn fingerprint(&self, files: &[PathBuf]) -> Vec<Option<Fingerprint>> {
        std::iter::once(&self.path).chain(files).map(|path| Fingerprint::of(path)).collect()
    }
}

impl Fingerprint {
    /// None if there is no file.
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;

            Some((metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let identity = None;
        Some(Self { modified: metadata.modified().ok()?, length: metadata.len(), identity })
    }
}

/// What people cannot have meant: accounts that nobody can use, and users or groups that match nobody.
pub(super) fn warnings(accounts: &[impl Borrow<Account>]) -> Vec<String> {
    let mut warnings = Vec::new();
    for account in accounts.iter().map(Borrow::borrow) {
        let name = &account.name;
        if account.users.is_empty() && account.groups.is_empty() {
            warnings.push(format!(
                "account `{name}` has neither `users` nor `groups`, so that nobody who signs in may use it"
            ));
        }
        for (key, texts) in [("users", &account.users), ("groups", &account.groups)] {
            if texts.iter().any(|text| text.contains('*')) {
                warnings.push(format!(
                    "account `{name}`: `{key}` has a text with `*`, which stands for itself and matches nobody: name each, \
                     or a group that all are in"
                ));
            }
            if texts.iter().any(|text| text.trim() != text) {
                warnings.push(format!(
                    "account `{name}`: `{key}` has a text with white space at an end, which is compared as it stands"
                ));
            }
        }
    }
    warnings
}
