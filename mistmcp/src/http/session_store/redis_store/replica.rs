//! This replica's copy of a stored session: [`SessionReplica`], with its revision (optimistic concurrency).

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parking_lot::Mutex;

use super::super::{Record, known_categories};
use super::RedisStore;
use crate::catalog::Catalog;
use crate::server::{HttpSession, ToolListObserver};

/// A session of this process, and its record as this process last saw it. Its enabled categories are stored whenever
/// they change.
pub(super) struct SessionReplica {
    /// The part of its Redis key that is its own.
    pub(super) key: Arc<str>,
    pub(super) id: Arc<str>,
    store: Weak<RedisStore>,
    session: Weak<HttpSession>,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    /// The stored record as last seen.
    record: Record,
    /// When the TTL was last renewed. None if it may be shorter than that of a session which lasts.
    renewed_at: Option<Instant>,
}

/// A record to write over the stored one of revision `over`.
#[derive(Debug)]
pub(super) struct PendingWrite {
    pub(super) record: Record,
    pub(super) over: u64,
}

impl SessionReplica {
    pub(super) fn new(
        (key, id): (Arc<str>, &str),
        (record, is_renewed): (Record, bool),
        store: Weak<RedisStore>,
        session: &Arc<HttpSession>,
    ) -> Self {
        let known = Mutex::new(Known { record, renewed_at: is_renewed.then(Instant::now) });
        Self { key, id: id.into(), store, session: Arc::downgrade(session), known }
    }

    pub(super) fn session(&self) -> Option<Arc<HttpSession>> {
        self.session.upgrade()
    }

    /// Whether its TTL was renewed to that of a session which lasts.
    pub(super) fn is_renewed(&self) -> bool {
        self.known.lock().renewed_at.is_some()
    }

    /// Whether Mist has accepted the token of the session.
    pub(super) fn is_accepted(&self) -> bool {
        self.session().is_some_and(|session| session.is_accepted())
    }

    pub(super) fn is_due(&self, renewal: Duration) -> bool {
        self.known.lock().renewed_at.is_none_or(|renewed| renewed.elapsed() >= renewal)
    }

    pub(super) fn mark_renewed(&self) {
        self.known.lock().renewed_at = Some(Instant::now());
    }

    /// Adopts the stored record if it is newer, merged with the changes made here in the meantime. Returns what must
    /// then be written. If the enabled categories change, the client is notified that its tool list has changed.
    pub(super) fn adopt(&self, stored: Record, catalog: &Catalog) -> Option<PendingWrite> {
        let session = self.session()?;
        let mut known = self.known.lock();
        let over = stored.revision;
        if over > known.record.revision {
            let wanted = merged(&known.record.enabled, &session.enabled.on(), &stored.enabled, catalog);
            let changed = session.enabled.change(|enabled| *enabled = known_categories(&wanted, catalog));
            known.record = stored;
            if changed {
                session.notify_list_changed();
            }
        }
        let enabled = merged(&known.record.enabled, &session.enabled.on(), &known.record.enabled, catalog);
        if over == known.record.revision && enabled == known.record.enabled {
            return None;
        }
        Some(PendingWrite { record: next_revision(&known.record, enabled), over })
    }

    /// The categories enabled here, as a write over the last record seen.
    pub(super) fn pending_write(&self, catalog: &Catalog) -> PendingWrite {
        let known = self.known.lock();
        let enabled = match self.session() {
            Some(session) => {
                merged(&known.record.enabled, &session.enabled.on(), &known.record.enabled, catalog)
            }
            None => known.record.enabled.clone(),
        };
        PendingWrite { record: next_revision(&known.record, enabled), over: known.record.revision }
    }

    /// Notes the record that was written. `lasts` tells whether its TTL is that of a session which lasts.
    pub(super) fn saved(&self, record: Record, lasts: bool) {
        let mut known = self.known.lock();
        if record.revision > known.record.revision {
            known.record = record;
        }
        if lasts {
            known.renewed_at = Some(Instant::now());
        }
    }
}

#[async_trait]
impl ToolListObserver for SessionReplica {
    async fn list_changed(&self) {
        if let Some(store) = self.store.upgrade() {
            store.save_before_notification(self).await;
        }
    }
}

fn next_revision(record: &Record, enabled: BTreeSet<String>) -> Record {
    Record { enabled, revision: record.revision + 1, ..record.clone() }
}

/// Applies the changes made here since `before` to the `stored` categories. Categories of another release, which this
/// one does not have, stay as they are.
fn merged(
    before: &BTreeSet<String>,
    here: &BTreeSet<&'static str>,
    stored: &BTreeSet<String>,
    catalog: &Catalog,
) -> BTreeSet<String> {
    let mut merged = stored.clone();
    merged.extend(here.iter().filter(|name| !before.contains(**name)).map(|name| (*name).to_owned()));
    merged.retain(|name| {
        !before.contains(name) || here.contains(name.as_str()) || catalog.category(name).is_none()
    });
    merged
}
