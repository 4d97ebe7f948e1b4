//! Legacy sessions that this process holds: [`Sessions`] keeps their owners, quotas and activity, and [`sweep`] ends
//! idle ones.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager};

use super::SessionLimits;
use super::principal::Principal;
use super::rejection::Rejection;
use crate::metrics::Metrics;
use crate::server::{CALLS_AT_ONCE, HttpSession, InFlight};

/// How long opening or restoring a session may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// The registry of open sessions beside rmcp's, and the activity of stateless clients.
#[derive(Debug)]
pub(super) struct Sessions {
    limits: SessionLimits,
    open: Mutex<OpenSessions>,
    metrics: Arc<Metrics>,
    pub(super) manager: Arc<LocalSessionManager>,
}

#[derive(Debug, Default)]
struct OpenSessions {
    by_id: HashMap<Arc<str>, (Arc<HttpSession>, SessionPermit)>,
    /// Permits of each principal, including those of sessions that are being opened.
    counts: HashMap<Principal, usize>,
    total: usize,
    /// The in-flight limiters of stateless clients.
    stateless: HashMap<Principal, Weak<InFlight>>,
}

/// The permit of one session, released on drop.
#[derive(Debug)]
pub(super) struct SessionPermit {
    sessions: Weak<Sessions>,
    principal: Principal,
}

impl Sessions {
    pub(super) fn new(limits: SessionLimits, metrics: Arc<Metrics>) -> Self {
        let mut manager = LocalSessionManager::default();
        // `sweep` closes idle sessions. rmcp's own timer would run on while a stream is open.
        manager.session_config.keep_alive = None;
        Self { limits, open: Mutex::default(), metrics, manager: Arc::new(manager) }
    }

    /// Ends a session in this process.
    pub(super) async fn end(&self, id: &str) {
        if let Err(error) = self.manager.close_session(&id.into()).await {
            tracing::debug!(%error, "the session had ended already");
        }
        self.remove(id);
    }

    /// The session `id`, if it belongs to `principal`.
    pub(super) fn get(&self, id: &str, principal: Principal) -> Option<Arc<HttpSession>> {
        let open = self.open.lock();
        let (session, _) = open.by_id.get(id).filter(|(_, permit)| permit.principal == principal)?;
        Some(Arc::clone(session))
    }

    /// The in-flight limiter of a stateless client, shared by all requests of its principal.
    pub(super) fn stateless(&self, principal: Principal) -> Arc<InFlight> {
        let mut open = self.open.lock();
        if let Some(activity) = open.stateless.get(&principal).and_then(Weak::upgrade) {
            return activity;
        }
        let activity = InFlight::new(CALLS_AT_ONCE);
        if open.stateless.len() >= open.stateless.capacity() {
            // Stale entries are removed before the map grows: a client can invent tokens faster than the sweep runs.
            open.stateless.retain(|_, activity| activity.strong_count() > 0);
        }
        open.stateless.insert(principal, Arc::downgrade(&activity));
        activity
    }

    /// Takes a permit for another session of `principal`.
    pub(super) fn permit(self: &Arc<Self>, principal: Principal) -> Result<SessionPermit, Rejection> {
        self.permit_among(&mut self.open.lock(), principal)
    }

    fn permit_among(
        self: &Arc<Self>,
        open: &mut OpenSessions,
        principal: Principal,
    ) -> Result<SessionPermit, Rejection> {
        if open.total >= self.limits.total {
            return Err(Rejection::full(
                "sessions",
                format!(
                    "{} sessions are open, which is as many as this server holds (--max-sessions). Try again in a \
                     while, or end sessions with DELETE.",
                    open.total
                ),
            ));
        }
        let count = open.counts.entry(principal).or_default();
        if *count >= self.limits.per_token {
            return Err(Rejection::full(
                "sessions_of_token",
                format!(
                    "{count} sessions of this token or person are open, which is as many as one may have \
                     (--max-sessions-per-token). End some with DELETE; idle ones end by themselves."
                ),
            ));
        }
        *count += 1;
        open.total += 1;
        self.metrics.sessions(open.total);
        Ok(SessionPermit { sessions: Arc::downgrade(self), principal })
    }

    /// Registers a session that rmcp has opened.
    pub(super) fn register(&self, id: &str, session: Arc<HttpSession>, permit: SessionPermit) {
        let replaced = self.open.lock().by_id.insert(id.into(), (session, permit));
        // Dropped after the lock is released: the permit takes the same lock on drop.
        drop(replaced);
    }

    /// Registers the session of another replica, unless a concurrent request has done so. Whatever the session store
    /// says, a session of this process that belongs to another principal stays out of reach.
    pub(super) fn adopt(
        self: &Arc<Self>,
        id: &str,
        principal: Principal,
        session: impl FnOnce() -> Arc<HttpSession>,
    ) -> Result<Arc<HttpSession>, Rejection> {
        let mut open = self.open.lock();
        if let Some((session, permit)) = open.by_id.get(id) {
            return (permit.principal == principal)
                .then(|| Arc::clone(session))
                .ok_or_else(Rejection::session);
        }
        let permit = self.permit_among(&mut open, principal)?;
        let session = session();
        open.by_id.insert(id.into(), (Arc::clone(&session), permit));
        Ok(session)
    }

    /// Removes a session that has ended.
    pub(super) fn remove(&self, id: &str) {
        let removed = self.open.lock().by_id.remove(id);
        drop(removed);
    }

    /// The sessions that have been idle for that long.
    fn idle(&self, limit: Duration) -> Vec<Arc<str>> {
        let open = self.open.lock();
        let idle = open.by_id.iter().filter(|(_, (session, _))| session.activity.idle() >= limit);
        idle.map(|(id, _)| Arc::clone(id)).collect()
    }

    fn is_idle(&self, id: &str, limit: Duration) -> bool {
        self.open.lock().by_id.get(id).is_some_and(|(session, _)| session.activity.idle() >= limit)
    }

    /// Ends those of these sessions that are still idle: ending each takes time, in which another one gets a request.
    async fn end_idle(&self, ids: &[Arc<str>], limit: Duration) {
        for id in ids {
            if self.is_idle(id, limit) {
                tracing::debug!("ended an idle session");
                self.end(id).await;
            }
        }
    }
}

impl Drop for SessionPermit {
    fn drop(&mut self) {
        let Some(sessions) = self.sessions.upgrade() else { return };
        let mut open = sessions.open.lock();
        open.total -= 1;
        if let Some(count) = open.counts.get_mut(&self.principal) {
            *count -= 1;
            if *count == 0 {
                open.counts.remove(&self.principal);
            }
        }
        sessions.metrics.sessions(open.total);
    }
}

/// Ends idle sessions and removes those that rmcp has closed, for as long as the server runs.
pub(super) async fn sweep(sessions: Arc<Sessions>) {
    let pause = (sessions.limits.idle / 4).clamp(Duration::from_millis(250), Duration::from_secs(30));
    let mut orphans = HashMap::new();
    loop {
        tokio::time::sleep(pause).await;
        end_orphans(&sessions, &mut orphans, Instant::now()).await;
        sessions.end_idle(&sessions.idle(sessions.limits.idle), sessions.limits.idle).await;
        let open = sessions.manager.sessions.read().await;
        // rmcp may not have begun to restore a session yet.
        for id in sessions.idle(OPEN_TIMEOUT).iter().filter(|id| !open.contains_key(*id)) {
            sessions.remove(id);
        }
        drop(open);
        sessions.open.lock().stateless.retain(|_, activity| activity.strong_count() > 0);
    }
}

/// Ends sessions of rmcp that were never registered, because their clients disconnected while opening them.
async fn end_orphans(sessions: &Sessions, first_seen: &mut HashMap<SessionId, Instant>, now: Instant) {
    let mut orphans: HashSet<SessionId> = sessions.manager.sessions.read().await.keys().cloned().collect();
    {
        let open = sessions.open.lock();
        orphans.retain(|id| !open.by_id.contains_key(id));
    }
    first_seen.retain(|id, _| orphans.contains(id));
    for id in orphans {
        let since = *first_seen.entry(id.clone()).or_insert(now);
        if now - since < OPEN_TIMEOUT {
            continue;
        }
        tracing::debug!("ended an orphaned session");
        if let Err(error) = sessions.manager.close_session(&id).await {
            tracing::debug!(%error, "the session had ended already");
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

    fn sessions() -> Arc<Sessions> {
        let limits = SessionLimits { total: 9, per_token: 9, idle: Duration::from_mins(1) };
        Arc::new(Sessions::new(limits, Arc::new(Metrics::new())))
    }

    /// Opens a session, and registers it.
    async fn open(sessions: &Arc<Sessions>) -> (SessionId, Arc<HttpSession>) {
        let (id, _transport) = sessions.manager.create_session().await.unwrap();
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        let principal = Principal::of(&Key::random(), &Tokens::parse("a").unwrap(), &cloud);
        let session = Arc::new(HttpSession::new(EnabledCategories::default(), None));
        sessions.register(&id, Arc::clone(&session), sessions.permit(principal).unwrap());
        (id, session)
    }

    #[tokio::test]
    async fn a_session_that_has_a_request_again_is_not_ended_with_the_idle_ones() {
        const LIMIT: Duration = Duration::from_millis(2);
        let sessions = sessions();
        let [(first, _), (again, session), (last, _)] =
            [open(&sessions).await, open(&sessions).await, open(&sessions).await];
        std::thread::sleep(2 * LIMIT);
        let idle = sessions.idle(LIMIT);
        assert_eq!(idle.len(), 3);
        let request = session.activity.begin();
        sessions.end_idle(&idle, LIMIT).await;
        let open = sessions.manager.sessions.read().await.keys().cloned().collect::<Vec<_>>();
        assert_eq!(open, [Arc::clone(&again)], "{first} and {last} are idle");
        assert!(sessions.is_idle(&again, Duration::ZERO) && !sessions.is_idle(&first, Duration::ZERO));
        drop(request);
    }

    #[tokio::test]
    async fn an_orphaned_session_is_ended_after_the_open_timeout() {
        let sessions = sessions();
        let manager = Arc::clone(&sessions.manager);
        let (known, _) = open(&sessions).await;
        let (orphan, _transport) = manager.create_session().await.unwrap();

        let (mut first_seen, began) = (HashMap::new(), Instant::now());
        end_orphans(&sessions, &mut first_seen, began).await;
        assert!(manager.has_session(&orphan).await.unwrap(), "it may be about to be registered");
        end_orphans(&sessions, &mut first_seen, began + OPEN_TIMEOUT).await;
        assert!(!manager.has_session(&orphan).await.unwrap());
        assert!(manager.has_session(&known).await.unwrap());
    }
}
