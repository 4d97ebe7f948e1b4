//! [`RedisStore`], the session store that replicas share in Redis.

mod replica;
mod sync;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parking_lot::Mutex;
use redis::{Cmd, Script};
use rmcp::model::InitializeRequestParams;

use replica::{PendingWrite, SessionReplica};
pub(in super::super) use sync::sync;

use super::super::admission::UNACCEPTED_AT_MOST;
use super::super::principal::Principal;
use super::record::{ENDED, StoredValue};
use super::{Lookup, Record, SessionParams, SessionStore};
use crate::key::encoded;
use crate::redis::{RedisClient, Unavailable};
use crate::server::HttpSession;
use crate::session::Settings;

/// Attempts to write a session that other replicas are changing.
const WRITE_ATTEMPTS: usize = 3;
/// The most ended sessions that are remembered during a Redis outage.
const MAX_PENDING_ENDS: usize = 10_000;

/// How long Redis keeps a session whose token Mist has not accepted, which ends before.
const UNACCEPTED_TIME: Duration = UNACCEPTED_AT_MOST.saturating_mul(2);
/// How long its tombstone is kept, where its TTL is not that of accepted tokens. Until then the session counts against the limit
/// of such clients, so that their keys in Redis are as few.
const UNACCEPTED_TOMBSTONE_TIME: Duration = Duration::from_secs(30);

/// Writes a session and publishes a change notice, unless the stored record has another revision or format than
/// expected. Returns the stored record in that case. A session that is not to last keeps the TTL that it has.
static WRITE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local there = redis.call('GET', KEYS[1])
         if there and string.match(there, '^(%d+ %d+) ') ~= ARGV[1] then return there end
         if there and ARGV[6] == '0' then
             redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
         else
             redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
         end
         redis.call('PUBLISH', ARGV[4], ARGV[5])
         return false",
    )
});

/// Writes the tombstone of a session, and publishes its end. That of a session whose token Mist has not accepted, which is known by
/// its TTL too, is short-lived, because clients can invent tokens.
static END: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local left = redis.call('TTL', KEYS[1])
         if ARGV[1] == '1' or left > tonumber(ARGV[2]) then
             redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[4])
         elseif left ~= -2 or ARGV[8] == '1' then
             redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[5])
         end
         redis.call('PUBLISH', ARGV[6], ARGV[7])",
    )
});

/// Stores each session under one key, whose TTL is a little longer than the idle timeout of sessions.
pub(in super::super) struct RedisStore {
    redis: Arc<RedisClient>,
    settings: Arc<Settings>,
    /// The idle timeout of sessions.
    idle: Duration,
    replicas: Mutex<HashMap<Arc<str>, Arc<SessionReplica>>>,
    /// Sessions that ended while Redis was unavailable.
    pending_ends: Mutex<HashMap<Arc<str>, PendingEnd>>,
    this: Weak<Self>,
}

/// The end of a session that is still to be written.
#[derive(Clone, Copy, Debug)]
struct PendingEnd {
    since: Instant,
    is_accepted: bool,
}

/// A pub/sub message about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChangeNotice {
    Changed,
    Ended,
}

impl RedisStore {
    pub(in super::super) fn new(
        redis: Arc<RedisClient>,
        settings: Arc<Settings>,
        idle: Duration,
    ) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            redis,
            settings,
            idle,
            replicas: Mutex::default(),
            pending_ends: Mutex::default(),
            this: this.clone(),
        })
    }

    /// The key of a session: a keyed hash, because the session id itself is half of the credentials for it.
    fn key(&self, id: &str) -> Arc<str> {
        let hash = self.redis.key().hash(["session", id]);
        encoded(&hash[..16]).into()
    }

    fn name(&self, key: &str) -> String {
        self.redis.name("session", key)
    }

    /// The interval after which the TTL of a session in use is renewed.
    fn renewal(&self) -> Duration {
        self.idle / 8
    }

    /// The TTL of a session that lasts, in seconds. It includes one renewal interval, because it is renewed at most that often.
    fn time_to_live(&self) -> u64 {
        (self.idle + self.renewal()).as_secs() + 1
    }

    /// Whether a session is kept for as long as it may be idle, which is renewed.
    fn lasts(&self, is_accepted: bool) -> bool {
        is_accepted || self.time_to_live() <= UNACCEPTED_TIME.as_secs()
    }

    /// How long the tombstone of a session is kept whose token Mist is not known to have accepted. Where all sessions have the
    /// same TTL, that may be one whose token it has accepted.
    fn unaccepted_tombstone_time(&self) -> Duration {
        if self.lasts(false) { Duration::from_secs(self.time_to_live()) } else { UNACCEPTED_TOMBSTONE_TIME }
    }

    /// The TTL of a session that is written, in seconds.
    fn first_time_to_live(&self, lasts: bool) -> u64 {
        if lasts { self.time_to_live() } else { UNACCEPTED_TIME.as_secs() }
    }

    /// Whether the TTL of a session of this process is to be renewed.
    fn is_due(&self, replica: &SessionReplica) -> bool {
        self.lasts(replica.is_accepted()) && replica.is_due(self.renewal())
    }

    /// The command that reads a session, and renews its TTL if `renew` is set.
    fn read_command(&self, key: &str, renew: bool) -> Cmd {
        let mut command = redis::cmd(if renew { "GETEX" } else { "GET" });
        command.arg(self.name(key));
        if renew {
            command.arg("EX").arg(self.time_to_live());
        }
        command
    }

    /// The answer for a session that the store has not, or has for another principal. Clients cannot tell the two
    /// cases apart.
    async fn not_found(&self) -> Lookup {
        // Redis may refuse writes for want of memory, so that a session of another replica could not be stored.
        let is_writable = self.redis.try_to_write().await.is_ok();
        if is_writable && self.redis.is_recovered() { Lookup::NotFound } else { Lookup::Unavailable }
    }

    /// Tracks a session of this process. `is_renewed` tells whether it was stored for as long as it may be idle.
    fn track_stored(&self, id: &str, record: Record, session: &Arc<HttpSession>, is_renewed: bool) {
        let key = self.key(id);
        let replica =
            SessionReplica::new((Arc::clone(&key), id), (record, is_renewed), self.this.clone(), session);
        let replica = Arc::new(replica);
        self.replicas.lock().insert(key, Arc::clone(&replica));
        session.set_observer(replica);
    }

    /// Removes a session of this process that has ended. If Mist has not accepted its token, its permit is held until the tombstone
    /// is gone.
    fn remove(&self, key: &str) {
        let session = self.replicas.lock().remove(key).and_then(|replica| replica.session());
        if let Some(session) = session.filter(|session| !session.is_accepted()) {
            let held = self.unaccepted_tombstone_time() + Duration::from_secs(1);
            tokio::spawn(async move {
                tokio::time::sleep(held).await;
                drop(session);
            });
        }
    }

    fn replica(&self, key: &str) -> Option<Arc<SessionReplica>> {
        self.replicas.lock().get(key).cloned()
    }

    /// Merges the stored record and the session of this process.
    async fn reconcile(&self, replica: &SessionReplica, stored: Record) {
        if let Some(pending_write) = replica.adopt(stored, self.settings.catalog()) {
            self.save(replica, pending_write).await;
        }
    }

    /// Writes the record of a session that Redis does not have.
    async fn save_again(&self, replica: &SessionReplica) {
        self.save(replica, replica.pending_write(self.settings.catalog())).await;
    }

    /// Writes the enabled categories before the client is notified. If Redis has just become unavailable, it waits:
    /// other replicas, which may still reach Redis, would miss the change.
    async fn save_before_notification(&self, replica: &SessionReplica) {
        let catalog = self.settings.catalog();
        let save = || self.try_to_save(replica, replica.pending_write(catalog));
        // If Redis stays unavailable, `sync` writes it later.
        let _: Result<(), Unavailable> = self.redis.retry_while_unavailable(save).await;
    }

    /// Writes the enabled categories. If Redis is unavailable, `sync` writes them later.
    async fn save(&self, replica: &SessionReplica, pending_write: PendingWrite) {
        let _: Result<(), Unavailable> = self.try_to_save(replica, pending_write).await;
    }

    /// Writes the enabled categories. If another replica has written in the meantime, both changes are merged.
    async fn try_to_save(
        &self,
        replica: &SessionReplica,
        mut pending_write: PendingWrite,
    ) -> Result<(), Unavailable> {
        let key = &*replica.key;
        for _ in 0..WRITE_ATTEMPTS {
            let Some(serialized) = pending_write.record.serialized() else { return Ok(()) };
            let mut script = WRITE.prepare_invoke();
            let lasts = self.lasts(replica.is_accepted());
            script
                .key(self.name(key))
                .arg(Record::prefix(pending_write.over))
                .arg(serialized)
                .arg(self.first_time_to_live(lasts));
            script
                .arg(self.redis.channel())
                .arg(self.message(key, ChangeNotice::Changed))
                .arg(u8::from(lasts));
            let Some(stored) = self.redis.invoke_script::<Option<String>>(&script).await? else {
                replica.saved(pending_write.record, lasts);
                return Ok(());
            };
            let StoredValue::Record(stored) = StoredValue::parse(Some(&stored)) else { return Ok(()) };
            match replica.adopt(*stored, self.settings.catalog()) {
                Some(merged) => pending_write = merged,
                None => return Ok(()),
            }
        }
        tracing::debug!("many replicas change a session at once; it is written at its next call");
        Ok(())
    }

    /// Writes the end of a session. `is_late` tells whether Redis may have lost the session, which another replica would write again.
    async fn write_end(&self, key: &str, is_accepted: bool, is_late: bool) -> Result<(), Unavailable> {
        let mut script = END.prepare_invoke();
        script.key(self.name(key)).arg(u8::from(is_accepted)).arg(UNACCEPTED_TIME.as_secs());
        script.arg(ENDED).arg(self.time_to_live()).arg(self.unaccepted_tombstone_time().as_secs());
        script.arg(self.redis.channel()).arg(self.message(key, ChangeNotice::Ended)).arg(u8::from(is_late));
        self.redis.invoke_script(&script).await
    }

    fn message(&self, key: &str, notice: ChangeNotice) -> String {
        let notice = match notice {
            ChangeNotice::Changed => "switched",
            ChangeNotice::Ended => "ended",
        };
        format!("{} {key} {notice}", self.redis.replica())
    }

    /// Parses a change notice of another replica: the key of the session, and the change.
    fn parse_notice<'a>(&self, message: &'a str) -> Option<(&'a str, ChangeNotice)> {
        let mut fields = message.split(' ');
        let (replica, key) = (fields.next()?, fields.next()?);
        let notice = match fields.next()? {
            "switched" => ChangeNotice::Changed,
            "ended" => ChangeNotice::Ended,
            // A notice of a later release.
            _ => return None,
        };
        (replica != self.redis.replica()).then_some((key, notice))
    }
}

#[async_trait]
impl SessionStore for RedisStore {
    async fn lookup(&self, id: &str, principal: Principal, is_local: bool) -> Lookup {
        let key = self.key(id);
        let replica = if is_local { self.replica(&key) } else { None };
        // One of another replica, whose token this one may not know, is renewed once it is restored.
        let renew = replica.as_ref().map_or_else(|| self.lasts(false), |replica| self.is_due(replica));
        let read_command = self.read_command(&key, renew);
        let reading = || self.redis.query::<Option<String>>(&read_command);
        let stored =
            if is_local { reading().await } else { self.redis.retry_while_unavailable(reading).await };
        let stored = match stored {
            Ok(stored) => StoredValue::parse(stored.as_deref()),
            Err(_) if is_local => return Lookup::Local,
            Err(_) => return Lookup::Unavailable,
        };
        if let (true, Some(replica)) = (renew, &replica) {
            replica.mark_renewed();
        }
        match (stored, replica) {
            (StoredValue::Ended, _) => Lookup::NotFound,
            (StoredValue::Record(record), _) if !record.belongs_to(principal) => self.not_found().await,
            (StoredValue::Record(record), Some(replica)) => {
                self.reconcile(&replica, *record).await;
                Lookup::Local
            }
            (StoredValue::Missing, Some(replica)) => {
                // Redis has lost the record, or was unavailable when the session was opened.
                self.save_again(&replica).await;
                Lookup::Local
            }
            // A session whose record is too large to store exists in this process alone.
            _ if is_local => Lookup::Local,
            (StoredValue::Record(record), None) if !self.pending_ends.lock().contains_key(&key) => {
                Lookup::Remote(record)
            }
            _ => self.not_found().await,
        }
    }

    async fn insert(
        &self,
        id: &str,
        principal: Principal,
        params: SessionParams,
        session: &Arc<HttpSession>,
    ) {
        let Some(client) = session.client() else { return };
        let Some(record) = Record::new(principal, params, InitializeRequestParams::clone(&client)) else {
            tracing::debug!(
                "the `initialize` parameters are too large to store; the session stays at this replica"
            );
            return;
        };
        let Some(serialized) = record.serialized() else { return };
        let lasts = self.lasts(session.is_accepted());
        self.track_stored(id, record, session, lasts);
        let mut command = redis::cmd("SET");
        command.arg(self.name(&self.key(id))).arg(serialized).arg("EX").arg(self.first_time_to_live(lasts));
        // If Redis is unavailable, `sync` writes it later.
        let _: Result<(), Unavailable> =
            self.redis.retry_while_unavailable(|| self.redis.query(&command)).await;
    }

    fn track(&self, id: &str, record: Record, session: &Arc<HttpSession>) {
        self.track_stored(id, record, session, self.lasts(false));
    }

    async fn end(&self, id: &str, is_accepted: bool) {
        let key = self.key(id);
        self.remove(&key);
        if self.write_end(&key, is_accepted, false).await.is_err() {
            let mut pending_ends = self.pending_ends.lock();
            if pending_ends.len() < MAX_PENDING_ENDS {
                pending_ends.insert(key, PendingEnd { since: Instant::now(), is_accepted });
            }
        }
    }

    fn is_available(&self) -> Option<bool> {
        Some(self.redis.is_available())
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisStore").field("redis", &self.redis).finish_non_exhaustive()
    }
}
