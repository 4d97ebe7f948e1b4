//! Synchronization with other replicas: the pub/sub listener, TTL renewal, and catching up after a Redis outage. See
//! [`sync`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::PushInfo;
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::super::sessions::LocalSessions;
use super::super::record::StoredValue;
use super::replica::SessionReplica;
use super::{ChangeNotice, RedisStore};

/// Sessions per pipeline to Redis.
const BATCH: usize = 100;

type HeldSession = (Arc<str>, Arc<SessionReplica>);

/// Synchronizes with other replicas for as long as the server runs: handles their change notices, renews the TTL of
/// sessions in use, and reconciles all sessions after a Redis outage.
pub(in super::super::super) async fn sync(
    session_store: Arc<RedisStore>,
    local: LocalSessions,
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
                    session_store.handle_notice(&message, &local).await;
                }
            }
            changed = availability.changed() => {
                if changed.is_err() {
                    return;
                }
                if *availability.borrow_and_update() {
                    session_store.catch_up(&local).await;
                }
            }
            _ = ticks.tick() => session_store.renew_sessions(&local).await,
        }
    }
}

impl RedisStore {
    async fn handle_notice(&self, message: &str, local: &LocalSessions) {
        let Some((key, notice)) = self.parse_notice(message) else { return };
        let Some(replica) = self.replica(key) else { return };
        match notice {
            ChangeNotice::Ended => self.end_locally(key, &replica, local).await,
            ChangeNotice::Changed => self.reconcile_all(&[(key.into(), replica)], false, local).await,
        }
    }

    async fn end_locally(&self, key: &str, replica: &SessionReplica, local: &LocalSessions) {
        tracing::debug!("ended a session that another replica has ended");
        self.replicas().remove(key);
        local.end(&replica.id).await;
    }

    /// After a Redis outage: writes the pending ends of sessions, and reconciles the sessions of this process.
    async fn catch_up(&self, local: &LocalSessions) {
        let pending_ends: Vec<_> = self.pending_ends().keys().cloned().collect();
        for key in pending_ends {
            if self.redis.ask_all::<()>(&self.end_commands(&key)).await.is_err() {
                return;
            }
            self.pending_ends().remove(&key);
        }
        let replicas: Vec<HeldSession> =
            self.replicas().iter().map(|(key, replica)| (Arc::clone(key), Arc::clone(replica))).collect();
        for replicas in replicas.chunks(BATCH) {
            self.reconcile_all(replicas, false, local).await;
        }
    }

    /// Renews the TTL of sessions with calls in flight, and drops replicas of sessions that are gone.
    async fn renew_sessions(&self, local: &LocalSessions) {
        let (now, time_to_live) = (Instant::now(), Duration::from_secs(self.time_to_live()));
        self.pending_ends().retain(|_, since| now.duration_since(*since) < time_to_live);
        let due: Vec<HeldSession> = {
            let mut replicas = self.replicas();
            replicas.retain(|_, replica| replica.handle().is_some());
            replicas
                .iter()
                .filter(|(_, replica)| replica.is_due(self.renewal()))
                .filter(|(_, replica)| {
                    replica.handle().is_some_and(|handle| handle.activity.idle() == Duration::ZERO)
                })
                .map(|(key, replica)| (Arc::clone(key), Arc::clone(replica)))
                .collect()
        };
        for replicas in due.chunks(BATCH) {
            self.reconcile_all(replicas, true, local).await;
        }
    }

    /// Reads sessions from Redis and reconciles them with those of this process.
    async fn reconcile_all(&self, replicas: &[HeldSession], renew: bool, local: &LocalSessions) {
        let mut commands = redis::pipe();
        for (key, _) in replicas {
            commands.add_command(self.read_command(key, renew));
        }
        let Ok(stored) = self.redis.ask_all::<Vec<Option<String>>>(&commands).await else { return };
        for ((key, replica), stored) in replicas.iter().zip(stored) {
            if renew {
                replica.mark_renewed();
            }
            match StoredValue::parse(stored.as_deref()) {
                StoredValue::Ended => self.end_locally(key, replica, local).await,
                StoredValue::Record(stored) => self.reconcile(key, replica, *stored).await,
                StoredValue::Missing => {
                    let pending_write = replica.pending_write(self.settings.catalog());
                    self.save(key, replica, pending_write).await;
                }
                StoredValue::Unreadable => {}
            }
        }
    }
}
