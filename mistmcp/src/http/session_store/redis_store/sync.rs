//! Synchronization with other replicas: the pub/sub listener, TTL renewal, and catching up after a Redis outage. See
//! [`sync`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::PushInfo;
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::super::sessions::Sessions;
use super::super::record::StoredValue;
use super::replica::SessionReplica;
use super::{ChangeNotice, RedisStore};

/// Sessions per pipeline to Redis.
const BATCH: usize = 100;

/// Synchronizes with other replicas for as long as the server runs: handles their change notices, renews the TTL of
/// sessions in use, and reconciles all sessions after a Redis outage.
pub(in super::super::super) async fn sync(
    session_store: Arc<RedisStore>,
    sessions: Arc<Sessions>,
    mut pushes: UnboundedReceiver<PushInfo>,
) {
    let mut availability = session_store.redis.availability();
    let interval = (session_store.renewal() / 2).clamp(Duration::from_millis(250), Duration::from_secs(30));
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            push = pushes.recv() => {
                let Some(push) = push else { return };
                if let Some(message) = session_store.redis.replica_message(&push) {
                    session_store.handle_notice(&message, &sessions).await;
                }
            }
            changed = availability.changed() => {
                if changed.is_err() {
                    return;
                }
                if *availability.borrow_and_update() {
                    session_store.catch_up(&sessions).await;
                }
            }
            _ = ticks.tick() => session_store.renew_sessions(&sessions).await,
        }
    }
}

impl RedisStore {
    async fn handle_notice(&self, message: &str, sessions: &Sessions) {
        let Some((key, notice)) = self.parse_notice(message) else { return };
        let Some(replica) = self.replica(key) else { return };
        match notice {
            ChangeNotice::Ended => self.end_locally(&replica, sessions).await,
            ChangeNotice::Changed => self.reconcile_all(&[replica], false, sessions).await,
        }
    }

    async fn end_locally(&self, replica: &SessionReplica, sessions: &Sessions) {
        tracing::debug!("ended a session that another replica has ended");
        self.remove(&replica.key);
        sessions.end(&replica.id).await;
    }

    /// After a Redis outage: writes the pending ends of sessions, and reconciles the sessions of this process.
    async fn catch_up(&self, sessions: &Sessions) {
        let pending_ends: Vec<_> =
            self.pending_ends.lock().iter().map(|(key, end)| (Arc::clone(key), end.is_accepted)).collect();
        for (key, is_accepted) in pending_ends {
            if self.write_end(&key, is_accepted, true).await.is_err() {
                return;
            }
            self.pending_ends.lock().remove(&key);
        }
        let replicas: Vec<_> = self.replicas.lock().values().cloned().collect();
        for replicas in replicas.chunks(BATCH) {
            self.reconcile_all(replicas, false, sessions).await;
        }
    }

    /// Renews the TTL of sessions with calls in flight and of those that begin to last, and drops replicas of sessions that are gone.
    async fn renew_sessions(&self, sessions: &Sessions) {
        let (now, time_to_live) = (Instant::now(), Duration::from_secs(self.time_to_live()));
        self.pending_ends.lock().retain(|_, end| now.duration_since(end.since) < time_to_live);
        let due: Vec<_> = {
            let mut replicas = self.replicas.lock();
            replicas.retain(|_, replica| replica.session().is_some());
            let is_in_use = |replica: &SessionReplica| {
                replica.session().is_some_and(|session| session.activity.idle() == Duration::ZERO)
            };
            let due = replicas
                .values()
                .filter(|replica| self.is_due(replica) && (!replica.is_renewed() || is_in_use(replica)));
            due.cloned().collect()
        };
        for replicas in due.chunks(BATCH) {
            self.reconcile_all(replicas, true, sessions).await;
        }
    }

    /// Reads sessions from Redis and reconciles them with those of this process.
    async fn reconcile_all(&self, replicas: &[Arc<SessionReplica>], renew: bool, sessions: &Sessions) {
        let mut commands = redis::pipe();
        for replica in replicas {
            commands.add_command(self.read_command(&replica.key, renew));
        }
        let Ok(stored) = self.redis.query_pipeline::<Vec<Option<String>>>(&commands).await else { return };
        for (replica, stored) in replicas.iter().zip(stored) {
            if renew {
                replica.mark_renewed();
            }
            match StoredValue::parse(stored.as_deref()) {
                StoredValue::Ended => self.end_locally(replica, sessions).await,
                StoredValue::Record(stored) => self.reconcile(replica, *stored).await,
                StoredValue::Missing => self.save_again(replica).await,
                StoredValue::Unreadable => {}
            }
        }
    }
}
