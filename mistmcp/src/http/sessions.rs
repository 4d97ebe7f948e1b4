use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager};
use tokio_util::task::AbortOnDropHandle;

use super::SessionLimits;
use super::opened::Opened;
use super::owner::Owner;
use super::refusal::Refusal;
use crate::metrics::Metrics;
use crate::server::{Activity, CALLS_AT_ONCE};

/// How long a session may take to be opened.
const OPENING: Duration = Duration::from_secs(10);

/// The sessions that are open: whose they are, and what they are doing.
#[derive(Debug)]
pub(super) struct Sessions {
    limits: SessionLimits,
    held: Mutex<Held>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct Held {
    by_id: HashMap<Arc<str>, Session>,
    /// Sessions of each owner, those that are about to be opened too.
    counts: HashMap<Owner, usize>,
    in_all: usize,
    /// What those are doing whose requests stand for themselves.
    alone: HashMap<Owner, Weak<Activity>>,
}

#[derive(Debug)]
struct Session {
    opened: Arc<Opened>,
    place: Place,
    /// Ends the session where Mist does not come to accept its token.
    _proving: Option<AbortOnDropHandle<()>>,
}

/// Room for one session, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    sessions: Weak<Sessions>,
    owner: Owner,
}

/// All that there is of sessions in this process: ours, and rmcp's.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) sessions: Arc<Sessions>,
    pub(super) manager: Arc<LocalSessionManager>,
}

impl Local {
    /// Ends a session here.
    pub(super) async fn end(&self, id: &str) {
        if let Err(error) = self.manager.close_session(&id.into()).await {
            tracing::debug!(%error, "it had ended already");
        }
        self.sessions.forget(id);
    }
}

impl Sessions {
    pub(super) fn new(limits: SessionLimits, metrics: Arc<Metrics>) -> Self {
        Self { limits, held: Mutex::default(), metrics }
    }

    /// The session `id`, where it belongs to `owner`.
    pub(super) fn of(&self, id: &str, owner: Owner) -> Option<Arc<Opened>> {
        let held = self.held();
        let session = held.by_id.get(id).filter(|session| session.place.owner == owner)?;
        Some(Arc::clone(&session.opened))
    }

    /// Whether there is a session `id`, whosever it is.
    pub(super) fn has(&self, id: &str) -> bool {
        self.held().by_id.contains_key(id)
    }

    /// What an owner is doing whose requests stand for themselves.
    pub(super) fn alone(&self, owner: Owner) -> Arc<Activity> {
        let mut held = self.held();
        if let Some(activity) = held.alone.get(&owner).and_then(Weak::upgrade) {
            return activity;
        }
        let activity = Activity::new(CALLS_AT_ONCE);
        if held.alone.len() >= held.alone.capacity() {
            // Before it grows: tokens can be made up faster than they are swept.
            held.alone.retain(|_, activity| activity.strong_count() > 0);
        }
        held.alone.insert(owner, Arc::downgrade(&activity));
        activity
    }

    /// Room for another session of `owner`.
    pub(super) fn place(self: &Arc<Self>, owner: Owner) -> Result<Place, Refusal> {
        let mut held = self.held();
        if held.in_all >= self.limits.in_all {
            return Err(Refusal::full(
                "sessions",
                format!(
                    "{} sessions are open, which is as many as this server holds (--max-sessions). Try again in a \
                     while, or end sessions with DELETE.",
                    held.in_all
                ),
            ));
        }
        let count = held.counts.entry(owner).or_default();
        if *count >= self.limits.of_one_token {
            return Err(Refusal::full(
                "sessions_of_token",
                format!(
                    "{count} sessions of this token are open, which is as many as one may have. End some with \
                     DELETE; idle ones end by themselves."
                ),
            ));
        }
        *count += 1;
        held.in_all += 1;
        self.metrics.sessions(held.in_all);
        Ok(Place { sessions: Arc::downgrade(self), owner })
    }

    /// Keeps a session that has been opened, or taken up.
    pub(super) fn keep(
        &self,
        id: &str,
        opened: Arc<Opened>,
        place: Place,
        proving: Option<AbortOnDropHandle<()>>,
    ) {
        let session = Session { opened, place, _proving: proving };
        let replaced = self.held().by_id.insert(id.into(), session);
        // What it holds asks for the same lock when it goes.
        drop(replaced);
    }

    /// Forgets a session that has ended.
    pub(super) fn forget(&self, id: &str) {
        let forgotten = self.held().by_id.remove(id);
        drop(forgotten);
    }

    fn idle(&self) -> Vec<Arc<str>> {
        let held = self.held();
        let idle =
            held.by_id.iter().filter(|(_, session)| session.opened.activity.idle() >= self.limits.idle);
        idle.map(|(id, _)| Arc::clone(id)).collect()
    }

    fn ids(&self) -> Vec<Arc<str>> {
        self.held().by_id.keys().map(Arc::clone).collect()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // A panic cannot leave a half-made change behind, so a poisoned lock is as good as any.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(sessions) = self.sessions.upgrade() else { return };
        let mut held = sessions.held();
        held.in_all -= 1;
        if let Some(count) = held.counts.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                held.counts.remove(&self.owner);
            }
        }
        sessions.metrics.sessions(held.in_all);
    }
}

/// Ends idle sessions, and forgets what has ended by itself, for as long as the server runs.
pub(super) async fn sweep(local: Local) {
    let Local { sessions, manager } = &local;
    let pause = (sessions.limits.idle / 4).clamp(Duration::from_millis(250), Duration::from_secs(30));
    let mut strays = HashMap::new();
    loop {
        tokio::time::sleep(pause).await;
        end_strays(sessions, manager, &mut strays, Instant::now()).await;
        for id in sessions.idle() {
            tracing::debug!("a session ends that was idle");
            local.end(&id).await;
        }
        for id in sessions.ids() {
            if !manager.has_session(&id).await.unwrap_or(false) {
                sessions.forget(&id);
            }
        }
        sessions.held().alone.retain(|_, activity| activity.strong_count() > 0);
    }
}

/// Ends sessions that nobody has got to know of, since their clients went away while they were being opened.
async fn end_strays(
    sessions: &Sessions,
    manager: &LocalSessionManager,
    seen: &mut HashMap<SessionId, Instant>,
    now: Instant,
) {
    let mut strays: Vec<SessionId> = manager.sessions.read().await.keys().cloned().collect();
    strays.retain(|id| !sessions.held().by_id.contains_key(id));
    seen.retain(|id, _| strays.contains(id));
    for id in strays {
        let since = *seen.entry(id.clone()).or_insert(now);
        if now - since < OPENING {
            continue;
        }
        tracing::debug!("a session ends that nobody has got to know of");
        if let Err(error) = manager.close_session(&id).await {
            tracing::debug!(%error, "it had ended already");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tokens;
    use crate::mist::Clouds;
    use crate::session::Switches;
    use crate::shared::Key;

    #[tokio::test]
    async fn a_session_that_nobody_has_got_to_know_of_ends() {
        let limits = SessionLimits { in_all: 9, of_one_token: 9, idle: Duration::from_mins(1) };
        let sessions = Arc::new(Sessions::new(limits, Arc::new(Metrics::new())));
        let manager = LocalSessionManager::default();
        let (known, _transport) = manager.create_session().await.unwrap();
        let (stray, _transport) = manager.create_session().await.unwrap();
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        let owner = Owner::of(&Key::random().unwrap(), &Tokens::parse("a").unwrap(), &cloud);
        let place = sessions.place(owner).unwrap();
        sessions.keep(&known, Arc::new(Opened::new(Switches::default())), place, None);

        let (mut seen, began) = (HashMap::new(), Instant::now());
        end_strays(&sessions, &manager, &mut seen, began).await;
        assert!(manager.has_session(&stray).await.unwrap(), "it may be about to be kept");
        end_strays(&sessions, &manager, &mut seen, began + OPENING).await;
        assert!(!manager.has_session(&stray).await.unwrap());
        assert!(manager.has_session(&known).await.unwrap());
    }
}
