mod initialize_cache;
mod replica;
mod sync;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use redis::{Cmd, Pipeline, Script};
use rmcp::transport::streamable_http_server::session::SessionStore as InitializeStore;

use initialize_cache::InitializeCache;
use replica::{PendingWrite, SessionReplica};
pub(in super::super) use sync::keep_up;

use super::super::principal::Principal;
use super::super::session_handle::{SessionHandle, SessionParams};
use super::record::{ENDED, Written};
use super::{Found, Record, SessionStore};
use crate::redis::{RedisClient, Unavailable};
use crate::server::ToolListObserver;
use crate::session::Settings;

/// How often a session is written that others change at the same time.
const TRIES: usize = 3;
/// The most ends of sessions that are remembered for Redis to hear of when it is back.
const MOST_ENDS: usize = 10_000;

/// Writes a session, unless another replica has written it since the revision that is known, or another release in
/// another form, and tells the others. Answers what stands there instead.
static WRITE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local there = redis.call('GET', KEYS[1])
         if there and string.match(there, '^(%d+ %d+) ') ~= ARGV[1] then return there end
         redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
         redis.call('PUBLISH', ARGV[4], ARGV[5])
         return false",
    )
});

/// The session store that replicas share, in Redis: one key a session, which lives a little longer than the session may be idle.
pub(in super::super) struct RedisStore {
    link: Arc<RedisClient>,
    operator: Arc<Settings>,
    /// How long a session may be idle.
    idle: Duration,
    held: Mutex<HashMap<Arc<str>, Arc<SessionReplica>>>,
    /// Sessions that have ended while Redis was away.
    ends: Mutex<HashMap<Arc<str>, Instant>>,
    initialize_cache: Arc<InitializeCache>,
    myself: Weak<Self>,
}

/// What one replica tells the others of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChangeNotice {
    Switched,
    Ended,
}

impl RedisStore {
    pub(in super::super) fn new(
        link: Arc<RedisClient>,
        operator: Arc<Settings>,
        idle: Duration,
    ) -> Arc<Self> {
        Arc::new_cyclic(|myself| Self {
            link,
            operator,
            idle,
            held: Mutex::default(),
            ends: Mutex::default(),
            initialize_cache: Arc::default(),
            myself: myself.clone(),
        })
    }

    /// What a session is called among replicas. Its own name is half of what opens it.
    fn key(&self, id: &str) -> Arc<str> {
        let hash = self.link.key().hash(["session", id]);
        URL_SAFE_NO_PAD.encode(&hash[..16]).into()
    }

    fn name(&self, key: &str) -> String {
        self.link.name("session", key)
    }

    /// How long a session may be used before its time to live is renewed.
    fn renewal(&self) -> Duration {
        self.idle / 8
    }

    /// In seconds. It is renewed no sooner than an eighth of the time has passed, which is on top.
    fn time_to_live(&self) -> u64 {
        (self.idle + self.renewal()).as_secs() + 1
    }

    /// Reads a session, and has it live on where `renew` says so.
    fn reading(&self, key: &str, renew: bool) -> Cmd {
        let mut command = redis::cmd(if renew { "GETEX" } else { "GET" });
        command.arg(self.name(key));
        if renew {
            command.arg("EX").arg(self.time_to_live());
        }
        command
    }

    /// What is told of a session that is not the principal's as far as is written. Others are told the same of one that is.
    fn nowhere(&self) -> Found {
        if self.link.is_settled() { Found::Nowhere } else { Found::Unknown }
    }

    fn holding(&self, key: &str) -> Option<Arc<SessionReplica>> {
        self.held().get(key).cloned()
    }

    fn hold(
        &self,
        key: &Arc<str>,
        id: &str,
        record: Record,
        opened: &Arc<SessionHandle>,
    ) -> Arc<SessionReplica> {
        let holding = Arc::new(SessionReplica::new(id, record, opened));
        self.held().insert(Arc::clone(key), Arc::clone(&holding));
        opened.shared.keep(Arc::new(Switched { session_store: self.myself.clone(), key: Arc::clone(key) }));
        holding
    }

    /// Brings a session that is held here and what is written of it together.
    async fn reconcile(&self, key: &str, holding: &SessionReplica, theirs: Record) {
        if let Some(unsaved) = holding.adopt(theirs, self.operator.catalog()) {
            self.save(key, holding, unsaved).await;
        }
    }

    /// Writes what is switched on here before anybody hears of it, and waits for that where Redis has just gone: the
    /// others, who may not have missed it, would know nothing of the session.
    async fn save_first(&self, key: &str, holding: &SessionReplica) {
        let catalog = self.operator.catalog();
        let saving = || self.try_to_save(key, holding, holding.unsaved(catalog));
        // Otherwise it is written when it is back.
        let _: Result<(), Unavailable> = self.link.retry_while_unavailable(saving).await;
    }

    /// Writes what is switched on here; where Redis is away, that is done at the next look.
    async fn save(&self, key: &str, holding: &SessionReplica, unsaved: PendingWrite) {
        let _: Result<(), Unavailable> = self.try_to_save(key, holding, unsaved).await;
    }

    /// Writes what is switched on here. Where another replica was faster, both changes are kept.
    async fn try_to_save(
        &self,
        key: &str,
        holding: &SessionReplica,
        mut unsaved: PendingWrite,
    ) -> Result<(), Unavailable> {
        for _ in 0..TRIES {
            let Some(written) = unsaved.record.written() else { return Ok(()) };
            let mut script = WRITE.prepare_invoke();
            script
                .key(self.name(key))
                .arg(Record::beginning(unsaved.over))
                .arg(written)
                .arg(self.time_to_live());
            script.arg(self.link.channel()).arg(self.message(key, ChangeNotice::Switched));
            let Some(there) = self.link.run::<Option<String>>(&script).await? else {
                holding.saved(unsaved.record);
                return Ok(());
            };
            let Written::Record(theirs) = Written::read(Some(&there)) else { return Ok(()) };
            match holding.adopt(*theirs, self.operator.catalog()) {
                Some(again) => unsaved = again,
                None => return Ok(()),
            }
        }
        tracing::debug!("a session is switched by many at once; it is written at its next call");
        Ok(())
    }

    fn ending(&self, key: &str) -> Pipeline {
        let mut commands = redis::pipe();
        commands.cmd("SET").arg(self.name(key)).arg(ENDED).arg("EX").arg(self.time_to_live()).ignore();
        commands.cmd("PUBLISH").arg(self.link.channel()).arg(self.message(key, ChangeNotice::Ended)).ignore();
        commands
    }

    fn message(&self, key: &str, news: ChangeNotice) -> String {
        let news = match news {
            ChangeNotice::Switched => "switched",
            ChangeNotice::Ended => "ended",
        };
        format!("{} {key} {news}", self.link.replica())
    }

    /// What another replica tells, and of which session.
    fn heard<'a>(&self, message: &'a str) -> Option<(&'a str, ChangeNotice)> {
        let mut words = message.split(' ');
        let (replica, key) = (words.next()?, words.next()?);
        let news = match words.next()? {
            "switched" => ChangeNotice::Switched,
            "ended" => ChangeNotice::Ended,
            // Of a release that knows more.
            _ => return None,
        };
        (replica != self.link.replica()).then_some((key, news))
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<SessionReplica>>> {
        // A panic cannot leave a half-made change behind, so a poisoned lock is as good as any.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<Arc<str>, Instant>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SessionStore for RedisStore {
    async fn look_up(&self, id: &str, principal: Principal, held: bool) -> Found {
        let key = self.key(id);
        let holding = if held { self.holding(&key) } else { None };
        let renew = holding.as_ref().is_none_or(|holding| holding.is_due(self.renewal()));
        let reading = self.reading(&key, renew);
        let asking = || self.link.ask::<Option<String>>(&reading);
        let there = if held { asking().await } else { self.link.retry_while_unavailable(asking).await };
        let there = match there {
            Ok(there) => Written::read(there.as_deref()),
            Err(_) if held => return Found::AsHeld,
            Err(_) => return Found::Unknown,
        };
        if let (true, Some(holding)) = (renew, &holding) {
            holding.renewed();
        }
        match (there, holding) {
            (Written::Ended, _) => Found::Nowhere,
            (Written::Record(record), _) if !record.is_of(principal) => self.nowhere(),
            (Written::Record(record), Some(holding)) => {
                self.reconcile(&key, &holding, *record).await;
                Found::AsHeld
            }
            (Written::Nothing, Some(holding)) => {
                // Redis has lost it, or was away when it was opened.
                let unsaved = holding.unsaved(self.operator.catalog());
                self.save(&key, &holding, unsaved).await;
                Found::AsHeld
            }
            // What was too long to be written is here alone.
            _ if held => Found::AsHeld,
            (Written::Record(record), None) if !self.ends().contains_key(&key) => Found::Elsewhere(record),
            _ => self.nowhere(),
        }
    }

    async fn enter(&self, id: &str, principal: Principal, terms: SessionParams, opened: &Arc<SessionHandle>) {
        let Some(client) = self.initialize_cache.take(id) else { return };
        let Some(record) = Record::new(principal, terms, client) else {
            tracing::debug!("a client says so much of itself that its session stays at this replica");
            return;
        };
        let Some(written) = record.written() else { return };
        let key = self.key(id);
        self.hold(&key, id, record, opened);
        let mut command = redis::cmd("SET");
        command.arg(self.name(&key)).arg(written).arg("EX").arg(self.time_to_live());
        // Where Redis is away, it is written when it is back.
        let _: Result<(), Unavailable> = self.link.retry_while_unavailable(|| self.link.ask(&command)).await;
    }

    fn restore(&self, id: &str, record: &Record, opened: &Arc<SessionHandle>) {
        self.hold(&self.key(id), id, record.clone(), opened);
    }

    fn introduce(&self, id: &str, record: &Record) {
        self.initialize_cache.put(id, record.client.clone());
    }

    async fn end(&self, id: &str) {
        let key = self.key(id);
        self.held().remove(&key);
        if self.link.ask_all::<()>(&self.ending(&key)).await.is_err() {
            let mut ends = self.ends();
            if ends.len() < MOST_ENDS {
                ends.insert(key, Instant::now());
            }
        }
    }

    fn initialize_cache(&self) -> Option<Arc<dyn InitializeStore>> {
        Some(Arc::clone(&self.initialize_cache) as Arc<dyn InitializeStore>)
    }

    fn is_there(&self) -> Option<bool> {
        Some(self.link.is_there())
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisStore").field("link", &self.link).finish_non_exhaustive()
    }
}

/// Has a change of a session written down.
struct Switched {
    session_store: Weak<RedisStore>,
    key: Arc<str>,
}

#[async_trait]
impl ToolListObserver for Switched {
    async fn switched(&self) {
        let Some(session_store) = self.session_store.upgrade() else { return };
        let Some(holding) = session_store.holding(&self.key) else { return };
        session_store.save_first(&self.key, &holding).await;
    }
}
