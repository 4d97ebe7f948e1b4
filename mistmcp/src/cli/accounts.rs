//! The accounts file of `--accounts`: read at start, and again on SIGHUP and when it changes ([`reload`]). The main type
//! is [`Source`].

mod file;
mod reload;
mod token;

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::env_file::{Environment, exposed};
use crate::known_tokens;
use crate::mist::{Account, Cloud, Clouds, Tokens};
use crate::quote;
use crate::suggestion::listed;
use crate::text_file::{self, SMALL};
use file::AccountEntry;

/// Sources of tokens that are read at once.
const AT_ONCE: usize = 4;

/// Where the accounts come from.
#[derive(Clone)]
pub(super) struct Source {
    path: PathBuf,
    clouds: Clouds,
    /// The cloud of accounts that name none.
    cloud: Option<Cloud>,
    environment: Environment,
}

/// The bits of a file's mode with which others may write it.
const WRITABLE: u32 = 0o022;

/// A warning of a file that others on this machine may read or write.
pub(super) struct Exposure {
    pub(super) what: &'static str,
    pub(super) words: String,
    pub(super) remedy: &'static str,
}

/// An account of the file, and the tokens that were last read for it.
#[derive(Clone)]
pub(super) struct Loaded {
    entry: Arc<AccountEntry>,
    /// The tokens, with the entry that they were read for. None until they could be read.
    last: Option<(Arc<AccountEntry>, Tokens)>,
}

impl Source {
    pub(super) fn new(path: &Path, clouds: Clouds, cloud: Option<Cloud>, environment: &Environment) -> Self {
        Self { path: path.to_owned(), clouds, cloud, environment: environment.clone() }
    }

    /// Reads the file, and gets the tokens, which are masked from now on.
    ///
    /// # Errors
    /// What is wrong, with its line, and the remedy. No token is in it.
    pub(super) async fn read(&self) -> anyhow::Result<Vec<Loaded>> {
        let entries = self.entries()?.into_iter().map(Arc::new);
        let loaded: Vec<_> = stream::iter(entries.map(|entry| async move {
            let tokens = self.tokens(&entry).await?;
            Ok::<_, anyhow::Error>(Loaded { last: Some((Arc::clone(&entry), tokens)), entry })
        }))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
        mask(&loaded);
        Ok(loaded)
    }

    /// Gets the tokens of an account.
    async fn tokens(&self, entry: &AccountEntry) -> anyhow::Result<Tokens> {
        let tokens = entry.token.read(self.folder(), &self.environment).await;
        tokens.map_err(|problem| {
            let (path, line, name) = (self.path.display(), entry.line, &entry.name);
            anyhow::anyhow!("{path}, line {line}: account `{name}`: {problem}")
        })
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
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

    fn entries(&self) -> anyhow::Result<Vec<AccountEntry>> {
        let text = text_file::read(&self.path, SMALL)
            // A token may stand here by mistake, or the text of the file.
            .with_context(|| format!("the accounts file, {}, cannot be read", quote::path(&self.path)))?;
        file::parse(&text, &self.clouds, self.cloud.as_ref())
            .map_err(|problem| anyhow::anyhow!("{}, {problem}", self.path.display()))
    }

    /// Warnings of files that others on this machine may read or write, each with its remedy.
    pub(super) fn exposures(&self) -> Vec<Exposure> {
        let mut exposures = Vec::new();
        let writable: Vec<_> = writable_by_others(&self.path).collect();
        if !writable.is_empty() {
            exposures.push(Exposure {
                what: "accounts file",
                words: format!(
                    "others on this machine may write {}, and with it give themselves accounts and run programs as the \
                     server",
                    listed(writable.iter().map(String::as_str))
                ),
                remedy: "chmod 600 keeps the accounts file to its owner, and chmod 700 its folder",
            });
        }
        let entries = self.entries().unwrap_or_default();
        let programs: BTreeSet<_> = entries
            .iter()
            .flat_map(|entry| entry.token.programs(self.folder()))
            .flat_map(|program| writable_by_others(&program).collect::<Vec<_>>())
            .collect();
        if !programs.is_empty() {
            exposures.push(Exposure {
                what: "token commands",
                words: format!(
                    "others on this machine may write {}, and with it run programs as the server",
                    listed(programs.iter().map(String::as_str))
                ),
                remedy: "chmod go-w keeps the program of a token_command and its folder to their owner",
            });
        }
        let of = |path: &PathBuf| Some(with_mode(path, exposed(path)?));
        let files: Vec<_> = self.token_files().unwrap_or_default().iter().filter_map(of).collect();
        if !files.is_empty() {
            let files = listed(files.iter().map(String::as_str));
            exposures.push(Exposure {
                what: "token files",
                words: format!("others on this machine may read {files}"),
                remedy: "chmod 600 keeps a token file to its owner",
            });
        }
        exposures
    }

    fn token_files(&self) -> anyhow::Result<Vec<PathBuf>> {
        Ok(self.entries()?.iter().filter_map(|entry| entry.token.file(self.folder())).collect())
    }
}

impl Loaded {
    /// The account. None until its tokens could be read.
    fn account(&self) -> Option<Account> {
        let (of, tokens) = self.last.as_ref()?;
        let entry = &self.entry;
        let (orgs, users, groups) = if Arc::ptr_eq(entry, of) || entry.still_has_tokens_of(of) {
            (entry.orgs.clone(), entry.users.clone(), entry.groups.clone())
        } else {
            // The tokens may be those of another customer now: its people do not get the former ones.
            let orgs = match (&entry.orgs, &of.orgs) {
                (Some(orgs), Some(former)) => Some(common(orgs, former)),
                (orgs, former) => orgs.as_ref().or(former.as_ref()).cloned(),
            };
            (orgs, common(&entry.users, &of.users), common(&entry.groups, &of.groups))
        };
        Some(Account {
            name: entry.name.as_str().into(),
            cloud: of.cloud.clone(),
            tokens: tokens.clone(),
            orgs: orgs.map(|orgs| Arc::new(orgs.into_iter().collect())),
            users,
            groups,
        })
    }
}

/// The accounts whose tokens could be read.
pub(super) fn accounts_of(loaded: &[Loaded]) -> Vec<Account> {
    loaded.iter().filter_map(Loaded::account).collect()
}

/// What two lists have in common.
fn common(one: &[String], other: &[String]) -> Vec<String> {
    one.iter().filter(|text| other.contains(text)).cloned().collect()
}

/// Masks the tokens of these accounts from now on.
fn mask<'a>(loaded: impl IntoIterator<Item = &'a Loaded>) {
    let tokens =
        loaded.into_iter().filter_map(|loaded| loaded.last.as_ref()).flat_map(|(_, tokens)| tokens.exposed());
    known_tokens::set(known_tokens::Origin::Accounts, tokens);
}

fn with_mode(path: &Path, mode: u32) -> String {
    format!("{} (mode {mode:03o})", path.display())
}

/// A file, and the folders that have it, as far as others may write them: one who writes a folder puts another file in the place
/// of one in it. A link is followed.
fn writable_by_others(path: &Path) -> impl Iterator<Item = String> {
    let target = std::fs::canonicalize(path).ok();
    let folder = |path: &Path| match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        Some(folder) => folder.to_owned(),
        None => path.to_owned(),
    };
    let folders: BTreeSet<_> = [Some(path), target.as_deref()].into_iter().flatten().map(folder).collect();
    let file = exposed(path).filter(|mode| mode & WRITABLE != 0).map(|mode| with_mode(path, mode));
    let folders =
        folders.into_iter().filter_map(|folder| Some(with_mode(&folder, writable_folder(&folder)?)));
    file.into_iter().chain(folders.collect::<BTreeSet<_>>())
}

/// The permissions of a folder in which everybody may replace files. The group of a folder is left to the system, which has folders
/// of programs for groups of administrators, and so is one in which only owners replace files (`/tmp`).
#[cfg(unix)]
fn writable_folder(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;

    const STICKY: u32 = 0o1000;
    let mode = std::fs::metadata(folder).ok()?.permissions().mode();
    (mode & 0o002 != 0 && mode & STICKY == 0).then_some(mode & 0o777)
}

#[cfg(not(unix))]
fn writable_folder(_folder: &Path) -> Option<u32> {
    None
}

/// What people cannot have meant: accounts that nobody can use, and users or groups that match nobody.
pub(super) fn warnings(accounts: &[impl Borrow<Account>]) -> Vec<String> {
    let accounts = accounts.iter().map(Borrow::borrow);
    accounts.flat_map(|account| warnings_of(&account.name, &account.users, &account.groups)).collect()
}

/// The same of one account.
fn warnings_of(name: &str, users: &[String], groups: &[String]) -> Vec<String> {
    let mut warnings = Vec::new();
    if users.is_empty() && groups.is_empty() {
        warnings.push(format!(
            "account `{name}` has neither `users` nor `groups`, so that nobody who signs in may use it"
        ));
    }
    for (key, texts) in [("users", users), ("groups", groups)] {
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
    warnings
}
