use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::PushInfo;
use tokio::sync::mpsc::UnboundedReceiver;

use super::super::super::sessions::Local;
use super::super::record::Written;
use super::replica::SessionReplica;
use super::{ChangeNotice, RedisStore};

/// Sessions that are looked at in one round to Redis.
const AT_ONCE: usize = 100;

type Held = (Arc<str>, Arc<SessionReplica>);

/// Keeps up with the other replicas for as long as the server runs: hears what they tell, has sessions live on in which
/// something goes on, and looks at all of them when Redis has been away.
pub(in super::super::super) async fn keep_up(
    session_store: Arc<RedisStore>,
    local: Local,
    mut pushes: UnboundedReceiver<PushInfo>,
) {
    let mut availability = session_store.link.availability();
    let pause = (session_store.renewal() / 2).clamp(Duration::from_millis(250), Duration::from_secs(30));
    let mut next = tokio::time::interval(pause);
    next.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            push = pushes.recv() => {
                let Some(push) = push else { return };
                if let Some(message) = session_store.link.news(&push) {
                    session_store.hear(&message, &local).await;
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
            _ = next.tick() => session_store.make_a_round(&local).await,
        }
    }
}

impl RedisStore {
    async fn hear(&self, message: &str, local: &Local) {
        let Some((key, news)) = self.heard(message) else { return };
        let Some(holding) = self.holding(key) else { return };
        match news {
            ChangeNotice::Ended => self.end_here(key, &holding, local).await,
            ChangeNotice::Switched => self.look_at(&[(key.into(), holding)], false, local).await,
        }
    }

    async fn end_here(&self, key: &str, holding: &SessionReplica, local: &Local) {
        tracing::debug!("a session ends that has ended at another replica");
        self.held().remove(key);
        local.end(&holding.id).await;
    }

    /// Redis is back: it hears of the ends that it has missed, and what is held here is looked at.
    async fn catch_up(&self, local: &Local) {
        let ends: Vec<_> = self.ends().keys().cloned().collect();
        for key in ends {
            if self.link.ask_all::<()>(&self.ending(&key)).await.is_err() {
                return;
            }
            self.ends().remove(&key);
        }
        let held: Vec<Held> =
            self.held().iter().map(|(key, holding)| (Arc::clone(key), Arc::clone(holding))).collect();
        for held in held.chunks(AT_ONCE) {
            self.look_at(held, false, local).await;
        }
    }

    /// Has sessions live on in which something goes on, and forgets those that are not held any more.
    async fn make_a_round(&self, local: &Local) {
        let (now, lasts) = (Instant::now(), Duration::from_secs(self.time_to_live()));
        self.ends().retain(|_, since| now.duration_since(*since) < lasts);
        let due: Vec<Held> = {
            let mut held = self.held();
            held.retain(|_, holding| holding.opened().is_some());
            held.iter()
                .filter(|(_, holding)| holding.is_due(self.renewal()))
                .filter(|(_, holding)| {
                    holding.opened().is_some_and(|opened| opened.activity.idle() == Duration::ZERO)
                })
                .map(|(key, holding)| (Arc::clone(key), Arc::clone(holding)))
                .collect()
        };
        for held in due.chunks(AT_ONCE) {
            self.look_at(held, true, local).await;
        }
    }

    /// Brings sessions that are held here up to date.
    async fn look_at(&self, held: &[Held], renew: bool, local: &Local) {
        let mut commands = redis::pipe();
        for (key, _) in held {
            commands.add_command(self.reading(key, renew));
        }
        let Ok(there) = self.link.ask_all::<Vec<Option<String>>>(&commands).await else { return };
        for ((key, holding), there) in held.iter().zip(there) {
            if renew {
                holding.renewed();
            }
            match Written::read(there.as_deref()) {
                Written::Ended => self.end_here(key, holding, local).await,
                Written::Record(theirs) => self.reconcile(key, holding, *theirs).await,
                Written::Nothing => {
                    let unsaved = holding.unsaved(self.operator.catalog());
                    self.save(key, holding, unsaved).await;
                }
                Written::Unreadable => {}
            }
        }
    }
}
