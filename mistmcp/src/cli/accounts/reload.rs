//! Reloads of the accounts file, on SIGHUP and when it or a token file changes: [`Reloader`].
//!
//! What the file says of accounts and people takes effect at once. Tokens are read afterwards, a few sources at a time. A
//! source that fails leaves its account with its last tokens, and is tried again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{AT_ONCE, Entry, Loaded, Source, accounts_of, mask, warnings_of};
use crate::cli::sighup;
use crate::mist::{Accounts, Tokens};

/// Time between two looks at the files.
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Time until failing sources are tried again: at first, and at most. It doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// The token files that the accounts file names, and the fingerprints of all of them.
pub(in crate::cli) struct FileState {
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

/// Keeps the accounts of a server as the files have them.
struct Reloader {
    source: Source,
    accounts: Arc<Accounts>,
    /// Whether people sign in, so that `users` and `groups` mean something.
    has_people: bool,
    seen: FileState,
    loaded: Vec<Loaded>,
    /// The accounts before the last reload, whose tokens may not be revoked yet: they stay masked.
    former: Vec<Loaded>,
    /// The tokens that are being read, with the place of their account in `loaded`.
    reading: BoxStream<'static, (usize, anyhow::Result<Tokens>)>,
    failing: BTreeSet<usize>,
    pause: Duration,
    retry: Option<Instant>,
}

enum Event {
    Reload,
    Read(usize, anyhow::Result<Tokens>),
    ReadAll,
    Retry,
    None,
}

impl Source {
    /// The file and its token files as they are now, to detect changes.
    pub(in crate::cli) fn state(&self) -> FileState {
        let files = self.token_files().unwrap_or_default();
        let fingerprint = self.fingerprint(&files);
        FileState { files, fingerprint }
    }

    fn fingerprint(&self, files: &[PathBuf]) -> Vec<Option<Fingerprint>> {
        std::iter::once(&self.path).chain(files).map(|path| Fingerprint::of(path)).collect()
    }

    /// Reads the file again on SIGHUP, and when it or a token file differs from `seen`, the state before the accounts were
    /// read, for as long as the process runs. A file that cannot be read leaves the accounts as they are.
    ///
    /// # Errors
    /// The signal cannot be handled.
    pub(in crate::cli) fn watch(
        self,
        (accounts, loaded): (Arc<Accounts>, Vec<Loaded>),
        has_people: bool,
        seen: FileState,
    ) -> std::io::Result<()> {
        let signals = Arc::new(Notify::new());
        let on_signal = Arc::clone(&signals);
        sighup::on_signal(move || on_signal.notify_one())?;
        let reloader = Reloader {
            source: self,
            accounts,
            has_people,
            seen,
            loaded,
            former: Vec::new(),
            reading: stream::empty().boxed(),
            failing: BTreeSet::new(),
            pause: FIRST_PAUSE,
            retry: None,
        };
        tokio::spawn(reloader.run(signals));
        Ok(())
    }
}

impl Reloader {
    async fn run(mut self, signals: Arc<Notify>) {
        let mut polls = tokio::time::interval(POLL_INTERVAL);
        let (mut is_reading, is_changed) =
            (false, |it: &Self| it.source.fingerprint(&it.seen.files) != it.seen.fingerprint);
        loop {
            let retry = self.retry;
            let event = tokio::select! {
                () = signals.notified() => Event::Reload,
                _ = polls.tick() => if is_changed(&self) { Event::Reload } else { Event::None },
                read = self.reading.next(), if is_reading => match read {
                    Some((place, read)) => Event::Read(place, read),
                    None => Event::ReadAll,
                },
                () = async { tokio::time::sleep_until(retry.unwrap_or_else(Instant::now)).await }, if retry.is_some() => {
                    Event::Retry
                }
            };
            match event {
                Event::Reload => is_reading |= self.reload(),
                Event::Read(place, read) => self.take(place, read),
                Event::ReadAll => {
                    is_reading = false;
                    self.end_reading();
                }
                Event::Retry => {
                    is_reading = true;
                    self.retry = None;
                    let failing: Vec<_> = self.failing.iter().copied().collect();
                    self.begin_reading(failing);
                }
                Event::None => {}
            }
        }
    }

    /// Applies the file as it is now, and begins to read the tokens. Returns whether it could be read.
    fn reload(&mut self) -> bool {
        // Files that are named now, there or not, before they are read: one that is made later is a change.
        if let Ok(files) = self.source.token_files() {
            self.seen.files = files;
        }
        self.seen.fingerprint = self.source.fingerprint(&self.seen.files);
        let entries = match self.source.entries() {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!("the accounts stay as they were: {error:#}");
                return false;
            }
        };
        let former = std::mem::take(&mut self.loaded);
        self.loaded = entries.into_iter().map(|entry| Loaded::after(Arc::new(entry), &former)).collect();
        self.former = former;
        self.apply();
        for exposure in self.source.exposures() {
            tracing::warn!("{}: {}", exposure.words, exposure.remedy);
        }
        if self.has_people {
            let entries = self.loaded.iter().map(|loaded| &loaded.entry);
            for warning in entries.flat_map(|entry| warnings_of(&entry.name, &entry.users, &entry.groups)) {
                tracing::warn!("{warning}");
            }
        }
        (self.pause, self.retry) = (FIRST_PAUSE, None);
        self.failing.clear();
        self.begin_reading((0..self.loaded.len()).collect());
        true
    }

    fn begin_reading(&mut self, places: Vec<usize>) {
        let of = |place: usize| Some((place, Arc::clone(&self.loaded.get(place)?.entry)));
        let entries: Vec<_> = places.into_iter().filter_map(of).collect();
        let source = self.source.clone();
        let read = move |(place, entry): (usize, Arc<Entry>)| {
            let source = source.clone();
            async move { (place, source.tokens(&entry).await) }
        };
        self.reading = stream::iter(entries).map(read).buffer_unordered(AT_ONCE).boxed();
    }

    /// Takes the tokens of an account.
    fn take(&mut self, place: usize, read: anyhow::Result<Tokens>) {
        let Some(loaded) = self.loaded.get_mut(place) else { return };
        match read {
            Ok(tokens) => {
                if self.failing.remove(&place) {
                    tracing::info!(account = loaded.entry.name, "the tokens could be read again");
                }
                let is_known = loaded.last.as_ref().is_some_and(|(of, last)| {
                    Arc::ptr_eq(of, &loaded.entry) && last.exposed().eq(tokens.exposed())
                });
                loaded.last = Some((Arc::clone(&loaded.entry), tokens));
                // Nothing is to be replaced for the accounts of most files, which are read at each change of one.
                if !is_known {
                    self.apply();
                }
            }
            Err(error) => {
                self.failing.insert(place);
                let what = match &loaded.last {
                    Some(_) => "the token of an account stays as it was",
                    None => "an account cannot be used yet",
                };
                let seconds = self.pause.as_secs();
                tracing::error!("{what}; its source is read again {seconds} s after the others: {error:#}");
            }
        }
    }

    fn end_reading(&mut self) {
        self.reading = stream::empty().boxed();
        if self.failing.is_empty() {
            tracing::info!(count = self.loaded.len(), "the accounts were read again");
            return;
        }
        self.retry = Some(Instant::now() + self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn apply(&self) {
        mask(self.loaded.iter().chain(&self.former));
        self.accounts.replace(accounts_of(&self.loaded));
    }
}

impl Loaded {
    /// An account as the file has it now, with the tokens that were last read: for the same source, or else for the account
    /// of the same name.
    fn after(entry: Arc<Entry>, former: &[Self]) -> Self {
        let has_same = |former: &&Self| former.last.as_ref().is_some_and(|(of, _)| entry.has_tokens_of(of));
        let is_named = |former: &&Self| former.entry.name == entry.name;
        let found = former.iter().find(|it| is_named(it) && has_same(it));
        let found = found.or_else(|| former.iter().find(has_same)).or_else(|| former.iter().find(is_named));
        let last = found.and_then(|found| found.last.clone()).map(|(of, tokens)| {
            // What it is used for follows from the entry of now, also if its source changes later.
            if entry.still_has_tokens_of(&of) { (Arc::clone(&entry), tokens) } else { (of, tokens) }
        });
        Self { entry, last }
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

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;
    use crate::mist::Clouds;

    const ORG: [&str; 2] = ["0a000000-0000-4000-8000-000000000001", "0a000000-0000-4000-8000-000000000002"];

    fn entry(source: &str, people: &str) -> Arc<Entry> {
        let text = format!("[accounts.a]\n{source}\ncloud = \"api.mist.com\"\n{people}");
        Arc::new(file::parse(&text, &Clouds::default(), None).unwrap().remove(0))
    }

    #[test]
    fn people_and_organizations_that_are_added_do_not_get_a_token_that_was_not_read_again() {
        let before = "users = [\"ada\"]\ngroups = [\"noc\"]\n";
        let of_one = format!("{before}orgs = [\"{}\"]", ORG[0]);
        for source in ["token_file = \"a\"", "token_env = \"A\"", "token_command = [\"cat\", \"a\"]"] {
            let first = entry(source, &of_one);
            let tokens = Tokens::parse("a-t0ken-1").unwrap();
            let loaded = vec![Loaded { entry: Arc::clone(&first), last: Some((first, tokens)) }];
            let account = |people: &str| {
                let account = Loaded::after(entry(source, people), &loaded).account().unwrap();
                let orgs: Vec<_> = account.orgs.iter().flat_map(|orgs| orgs.iter().cloned()).collect();
                (account.users, account.groups, orgs)
            };
            let (ada, noc) = (vec!["ada".to_owned()], vec!["noc".to_owned()]);
            let org = vec![ORG[0].to_owned()];
            for (people, wanted) in [
                (of_one.clone(), (ada.clone(), noc.clone(), org.clone())),
                (of_one.replace("\"ada\"", "\"ada\", \"bob\""), (ada.clone(), noc.clone(), org.clone())),
                (of_one.replace("ada", "bob"), (vec![], noc.clone(), org.clone())),
                (of_one.replace("noc", "sales"), (ada.clone(), vec![], org.clone())),
                (of_one.replace(ORG[0], ORG[1]), (ada.clone(), noc.clone(), vec![])),
                (before.to_owned(), (ada.clone(), noc.clone(), org.clone())),
            ] {
                assert_eq!(account(&people), wanted, "{source}: {people}");
            }
            // They get the one that is read for them.
            let mut next = Loaded::after(entry(source, &of_one.replace("ada", "bob")), &loaded);
            next.last = Some((Arc::clone(&next.entry), Tokens::parse("a-t0ken-2").unwrap()));
            assert_eq!(next.account().unwrap().users, ["bob"], "{source}");
        }
    }
}
