//! A legacy session over HTTP: [`HttpSession`].

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use rmcp::model::InitializeRequestParams;
use rmcp::service::{Peer, RoleServer};
use tokio::sync::Mutex;
use tokio_util::task::AbortOnDropHandle;

use super::CALLS_AT_ONCE;
use super::in_flight::InFlight;
use super::request_ids::RequestIds;
use crate::session::{EnabledCategories, Settings};

/// Timeout of a notification to the client about a change at another replica.
const NOTIFY_TIMEOUT: Duration = Duration::from_secs(5);

/// A legacy session in this process: its enabled categories, requests in flight, and client.
pub(crate) struct HttpSession {
    pub(crate) enabled: Arc<EnabledCategories>,
    pub(crate) activity: Arc<InFlight>,
    pub(crate) request_ids: Arc<RequestIds>,
    /// Set until rmcp has restored the session, if another replica opened it. Locked while rmcp does so.
    pub(crate) unrestored: Mutex<Option<Box<Unrestored>>>,
    /// Ends the session unless Mist accepts its token.
    pub(crate) validation: OnceLock<AbortOnDropHandle<()>>,
    is_accepted: AtomicBool,
    peer: OnceLock<Peer<RoleServer>>,
    observer: OnceLock<Arc<dyn ToolListObserver>>,
}

/// What a session is restored with: the settings from the URL that opened it, and its `initialize` parameters.
#[derive(Clone)]
pub(crate) struct Unrestored {
    pub(crate) settings: Settings,
    pub(crate) org_id: Option<String>,
    pub(crate) client: InitializeRequestParams,
}

/// Observes changes of the tool list before the client is notified.
#[async_trait]
pub(crate) trait ToolListObserver: Send + Sync {
    /// The enabled categories have changed.
    async fn list_changed(&self);
}

impl HttpSession {
    /// A session that rmcp opens, or still has to restore.
    pub(crate) fn new(enabled: EnabledCategories, unrestored: Option<Unrestored>) -> Self {
        Self {
            enabled: Arc::new(enabled),
            activity: InFlight::new(CALLS_AT_ONCE),
            request_ids: Arc::default(),
            unrestored: Mutex::new(unrestored.map(Box::new)),
            validation: OnceLock::new(),
            is_accepted: AtomicBool::new(false),
            peer: OnceLock::new(),
            observer: OnceLock::new(),
        }
    }

    /// Whether rmcp has it.
    pub(crate) fn is_restored(&self) -> bool {
        self.unrestored.try_lock().is_ok_and(|unrestored| unrestored.is_none())
    }

    /// Whether Mist has accepted its token since it was opened or restored, or the token is the operator's.
    pub(crate) fn is_accepted(&self) -> bool {
        self.is_accepted.load(Ordering::Acquire)
    }

    pub(crate) fn accept(&self) {
        self.is_accepted.store(true, Ordering::Release);
    }

    /// The `initialize` parameters of the client. None before `initialize`.
    pub(crate) fn client(&self) -> Option<Arc<InitializeRequestParams>> {
        self.peer.get()?.peer_info()
    }

    /// Sets the peer of the client.
    pub(super) fn set_peer(&self, peer: &Peer<RoleServer>) {
        // Set once: a session has one client and one `initialize`.
        let _ = self.peer.set(peer.clone());
    }

    /// Sets the observer.
    pub(crate) fn set_observer(&self, observer: Arc<dyn ToolListObserver>) {
        let _ = self.observer.set(observer);
    }

    /// Reports to the observer that the session has changed its categories.
    pub(super) async fn list_changed(&self) {
        if let Some(observer) = self.observer.get() {
            observer.list_changed().await;
        }
    }

    /// Notifies the client, on its stream, that its tool list has changed.
    pub(crate) fn notify_list_changed(&self) {
        let Some(peer) = self.peer.get().cloned() else { return };
        tokio::spawn(async move {
            match tokio::time::timeout(NOTIFY_TIMEOUT, peer.notify_tool_list_changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::debug!(%error, "the client could not be notified of its changed tool list");
                }
                Err(_) => {
                    tracing::debug!("the client did not read the notification of its changed tool list");
                }
            }
        });
    }
}

impl fmt::Debug for HttpSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpSession").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}
