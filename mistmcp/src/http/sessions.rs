use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager};
use tokio_util::task::AbortOnDropHandle;

use super::SessionLimits;
use super::principal::Principal;
use super::rejection::Rejection;
use super::session_handle::SessionHandle;
use crate::metrics::Metrics;
use crate::server::{CALLS_AT_ONCE, InFlight};

/// How long a session may take to be opened.
const OPENING: Duration = Duration::from_secs(10);

/// The sessions that are open: whose they are, and what they are doing.
#[derive(Debug)]
pub(super) struct Sessions {
    limits: SessionLimits,
    held: Mutex<OpenSessions>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct OpenSessions {
    by_id: HashMap<Arc<str>, Session>,
    /// Sessions of each principal, those that are about to be opened too.
    counts: HashMap<Principal, usize>,
    in_all: usize,
    /// What those are doing whose requests stand for themselves.
    alone: HashMap<Principal, Weak<InFlight>>,
}

#[derive(Debug)]
struct Session {
    opened: Arc<SessionHandle>,
    place: SessionPermit,
    /// Ends the session where Mist does not come to accept its token.
    _proving: Option<AbortOnDropHandle<()>>,
}

/// Room for one session, given back when it is dropped.
#[derive(Debug)]
pub(super) struct SessionPermit {
    sessions: Weak<Sessions>,
    principal: Principal,
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

    /// The session `id`, where it belongs to `principal`.
    pub(super) fn of(&self, id: &str, principal: Principal) -> Option<Arc<SessionHandle>> {
        let held = self.lock();
        let session = held.by_id.get(id).filter(|session| session.place.principal == principal)?;
        Some(Arc::clone(&session.opened))
    }

    /// Whether there is a session `id`, whosever it is.
    pub(super) fn has(&self, id: &str) -> bool {
        self.lock().by_id.contains_key(id)
    }

    /// What a principal is doing whose requests stand for themselves.
    pub(super) fn stateless(&self, principal: Principal) -> Arc<InFlight> {
        let mut held = self.lock();
        if let Some(activity) = held.alone.get(&principal).and_then(Weak::upgrade) {
            return activity;
        }
        let activity = InFlight::new(CALLS_AT_ONCE);
        if held.alone.len() >= held.alone.capacity() {
            // Before it grows: tokens can be made up faster than they are swept.
            held.alone.retain(|_, activity| activity.strong_count() > 0);
        }
        held.alone.insert(principal, Arc::downgrade(&activity));
        activity
    }

    /// Room for another session of `principal`.
    pub(super) fn permit(self: &Arc<Self>, principal: Principal) -> Result<SessionPermit, Rejection> {
        let mut held = self.lock();
        if held.in_all >= self.limits.in_all {
            return Err(Rejection::full(
                "sessions",
                format!(
                    "{} sessions are open, which is as many as this server holds (--max-sessions). Try again in a \
                     while, or end sessions with DELETE.",
                    held.in_all
                ),
            ));
        }
        let count = held.counts.entry(principal).or_default();
        if *count >= self.limits.of_one_token {
            return Err(Rejection::full(
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
        Ok(SessionPermit { sessions: Arc::downgrade(self), principal })
    }

    /// Keeps a session that has been opened, or taken up.
    pub(super) fn keep(
        &self,
        id: &str,
        opened: Arc<SessionHandle>,
        place: SessionPermit,
        proving: Option<AbortOnDropHandle<()>>,
    ) {
        let session = Session { opened, place, _proving: proving };
        let replaced = self.lock().by_id.insert(id.into(), session);
        // What it holds asks for the same lock when it goes.
        drop(replaced);
    }

    /// Forgets a session that has ended.
    pub(super) fn forget(&self, id: &str) {
        let forgotten = self.lock().by_id.remove(id);
        drop(forgotten);
    }

    fn idle(&self) -> Vec<Arc<str>> {
        let held = self.lock();
        let idle =
            held.by_id.iter().filter(|(_, session)| session.opened.activity.idle() >= self.limits.idle);
        idle.map(|(id, _)| Arc::clone(id)).collect()
    }

    fn ids(&self) -> Vec<Arc<str>> {
        self.lock().by_id.keys().map(Arc::clone).collect()
    }

    fn lock(&self) -> MutexGuard<'_, OpenSessions> {
        // A panic cannot leave a half-made change behind, so a poisoned lock is as good as any.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SessionPermit {
    fn drop(&mut self) {
        let Some(sessions) = self.sessions.upgrade() else { return };
        let mut held = sessions.lock();
        held.in_all -= 1;
        if let Some(count) = held.counts.get_mut(&self.principal) {
            *count -= 1;
            if *count == 0 {
                held.counts.remove(&self.principal);
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
        sessions.lock().alone.retain(|_, activity| activity.strong_count() > 0);
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
    strays.retain(|id| !sessions.lock().by_id.contains_key(id));
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
    use crate::key::Key;
    use crate::mist::Clouds;
    use crate::session::EnabledCategories;

    #[tokio::test]
    async fn a_session_that_nobody_has_got_to_know_of_ends() {
        let limits = SessionLimits { in_all: 9, of_one_token: 9, idle: Duration::from_mins(1) };
        let sessions = Arc::new(Sessions::new(limits, Arc::new(Metrics::new())));
        let manager = LocalSessionManager::default();
        let (known, _transport) = manager.create_session().await.unwrap();
        let (stray, _transport) = manager.create_session().await.unwrap();
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        let principal = Principal::of(&Key::random().unwrap(), &Tokens::parse("a").unwrap(), &cloud);
        let place = sessions.permit(principal).unwrap();
        sessions.keep(&known, Arc::new(SessionHandle::new(EnabledCategories::default())), place, None);

        let (mut seen, began) = (HashMap::new(), Instant::now());
        end_strays(&sessions, &manager, &mut seen, began).await;
        assert!(manager.has_session(&stray).await.unwrap(), "it may be about to be kept");
        end_strays(&sessions, &manager, &mut seen, began + OPENING).await;
        assert!(!manager.has_session(&stray).await.unwrap());
        assert!(manager.has_session(&known).await.unwrap());
    }
}
