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

/// Modification time and size of each file, to detect changes.
type Fingerprint = Vec<Option<(SystemTime, u64)>>;

impl Source {
    pub(super) fn new(path: &Path, clouds: Clouds, cloud: Option<Cloud>, environment: &Environment) -> Self {
        Self { path: path.to_owned(), clouds, cloud, environment: environment.clone() }
    }

    /// Reads the file, and gets the tokens.
    ///
    /// # Errors
    /// What is wrong, with its line, and the remedy. No token is in it.
    pub(super) async fn read(&self) -> anyhow::Result<Vec<Account>> {
        let entries = self.entries()?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        try_join_all(entries.into_iter().map(|entry| async move {
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
        .await
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

    /// Reads the file again on SIGHUP, and when it or a token file changes, for as long as the process runs. What cannot
    /// be read leaves the accounts as they are.
    ///
    /// # Errors
    /// The signal cannot be handled.
    pub(super) fn watch(self, accounts: Arc<Accounts>) -> std::io::Result<()> {
        let signals = Arc::new(Notify::new());
        let on_signal = Arc::clone(&signals);
        sighup::on_signal(move || on_signal.notify_one())?;
        tokio::spawn(async move {
            let mut files = self.token_files().unwrap_or_default();
            let mut seen = self.fingerprint(&files);
            loop {
                let is_asked = tokio::select! {
                    () = signals.notified() => true,
                    () = tokio::time::sleep(POLL_INTERVAL) => false,
                };
                let now = self.fingerprint(&files);
                if !is_asked && now == seen {
                    continue;
                }
                // Files that are named now, there or not, before they are read: one that is made later is a change.
                files = self.token_files().unwrap_or(files);
                seen = self.fingerprint(&files);
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

    fn fingerprint(&self, files: &[PathBuf]) -> Fingerprint {
        let of = |path: &PathBuf| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        std::iter::once(&self.path).chain(files).map(of).collect()
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
