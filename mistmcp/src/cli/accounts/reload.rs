//! Reloads of the accounts file, on SIGHUP and when it or a token file changes: [`Reloader`].
//!
//! What the file says of accounts and people takes effect at once. Tokens are read afterwards, a few sources at a time. A
//! source that fails leaves its account with its last tokens, and is tried again.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::{AT_ONCE, AccountEntry, Exposure, Loaded, Source, accounts_of, mask, warnings_of};
use crate::cli::sighup;
use crate::mist::{Accounts, Tokens};
use crate::text_file::Fingerprint;

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

/// Keeps the accounts of a server as the files have them.
struct Reloader {
    source: Arc<Source>,
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

/// The files, and what stands in the accounts file.
type Look = (FileState, anyhow::Result<(Vec<AccountEntry>, Vec<Exposure>)>);

enum Event {
    Reload,
    Poll,
    Read(usize, anyhow::Result<Tokens>),
    ReadAll,
    Retry,
}

impl Source {
    /// The file and its token files as they are now, to detect changes.
    pub(in crate::cli) fn state(&self) -> FileState {
        let files = self.token_files().unwrap_or_default();
        let fingerprint = self.fingerprint(&files);
        FileState { files, fingerprint }
    }

    fn fingerprint(&self, files: &[PathBuf]) -> Vec<Option<Fingerprint>> {
        let of = |path: &PathBuf| Fingerprint::of(&std::fs::metadata(path).ok()?);
        std::iter::once(&self.path).chain(files).map(of).collect()
    }

    /// Whether the files differ from `seen`. A slow file system keeps no other task waiting.
    async fn is_changed(self: &Arc<Self>, seen: &FileState) -> bool {
        let (source, files) = (Arc::clone(self), seen.files.clone());
        let now = spawn_blocking(move || source.fingerprint(&files)).await;
        now.is_ok_and(|now| now != seen.fingerprint)
    }

    /// Reads the file, and what others may do with it and with the files that it names. `files` are the token files before.
    fn look(&self, files: Vec<PathBuf>) -> Look {
        // Files that are named now, there or not, before they are read: one that is made later is a change.
        let files = self.token_files().unwrap_or(files);
        let fingerprint = self.fingerprint(&files);
        let entries = self.entries().map(|entries| (entries, self.exposures()));
        (FileState { files, fingerprint }, entries)
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
            source: Arc::new(self),
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
        let mut is_reading = false;
        loop {
            let retry = self.retry;
            let event = tokio::select! {
                () = signals.notified() => Event::Reload,
                _ = polls.tick() => Event::Poll,
                read = self.reading.next(), if is_reading => match read {
                    Some((place, read)) => Event::Read(place, read),
                    None => Event::ReadAll,
                },
                () = async { tokio::time::sleep_until(retry.unwrap_or_else(Instant::now)).await }, if retry.is_some() => {
                    Event::Retry
                }
            };
            match event {
                Event::Reload => is_reading |= self.reload().await,
                Event::Poll => {
                    if self.source.is_changed(&self.seen).await {
                        is_reading |= self.reload().await;
                    }
                }
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
            }
        }
    }

    /// Applies the file as it is now, and begins to read the tokens. Returns whether it could be read.
    async fn reload(&mut self) -> bool {
        let (source, files) = (Arc::clone(&self.source), self.seen.files.clone());
        let read = match spawn_blocking(move || source.look(files)).await {
            Ok((seen, read)) => {
                self.seen = seen;
                read
            }
            Err(error) => Err(error.into()),
        };
        let (entries, exposures) = match read {
            Ok(read) => read,
            Err(error) => {
                tracing::error!("the accounts stay as they were: {error:#}");
                return false;
            }
        };
        let former = std::mem::take(&mut self.loaded);
        self.loaded = entries.into_iter().map(|entry| Loaded::after(Arc::new(entry), &former)).collect();
        self.former = former;
        self.apply();
        for exposure in exposures {
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
        let source = Arc::clone(&self.source);
        let read = move |(place, entry): (usize, Arc<AccountEntry>)| {
            let source = Arc::clone(&source);
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
    fn after(entry: Arc<AccountEntry>, former: &[Self]) -> Self {
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::super::file;
    use super::super::token::TokenSource;
    use super::*;
    use crate::cli::env_file::Environment;
    use crate::mist::Clouds;

    const ORG: [&str; 2] = ["0a000000-0000-4000-8000-000000000001", "0a000000-0000-4000-8000-000000000002"];

    fn entry(source: &str, people: &str) -> Arc<AccountEntry> {
        let text = format!("[accounts.a]\n{source}\ncloud = \"api.mist.com\"\n{people}");
        Arc::new(file::parse(&text, &Clouds::default(), None).unwrap().remove(0))
    }

    /// Runs a future on a runtime that has no thread left for what may wait, and tells whether it ended nevertheless.
    fn ends_without_a_thread<T>(future: impl Future<Output = T>) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let _held = runtime.spawn_blocking(move || held.recv());
        let ended = runtime.block_on(async { future.now_or_never().is_some() });
        drop(release);
        ended
    }

    #[test]
    fn a_slow_file_system_keeps_no_async_thread_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.toml");
        std::fs::write(folder.path().join("token"), "a-t0ken-1").unwrap();
        std::fs::write(&path, "[accounts.a]\ntoken_file = \"token\"\ncloud = \"api.mist.com\"\n").unwrap();
        let source = Arc::new(Source::new(&path, Clouds::default(), None, &Environment::default()));
        let seen = source.state();
        assert!(!ends_without_a_thread(source.is_changed(&seen)));
        for token in [
            TokenSource::File("token".into()),
            TokenSource::Command(vec!["cat".into(), "token".into()]),
            TokenSource::Command(vec!["./none".into()]),
        ] {
            let read = token.read(folder.path(), &source.environment);
            assert!(!ends_without_a_thread(read), "{token:?}");
        }
        let mut reloader = Reloader {
            source,
            accounts: Arc::new(Accounts::new(Vec::new())),
            has_people: false,
            seen,
            loaded: Vec::new(),
            former: Vec::new(),
            reading: stream::empty().boxed(),
            failing: BTreeSet::new(),
            pause: FIRST_PAUSE,
            retry: None,
        };
        assert!(!ends_without_a_thread(reloader.reload()));
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
