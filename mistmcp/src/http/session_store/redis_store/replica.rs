use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::super::super::session_handle::SessionHandle;
use super::super::Record;
use super::super::names;
use crate::catalog::Catalog;

/// A session that this replica holds, and what it knows of what is written of it.
#[derive(Debug)]
pub(super) struct SessionReplica {
    pub(super) id: Arc<str>,
    opened: Weak<SessionHandle>,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    /// As it was written last, as far as this replica knows.
    record: Record,
    renewed: Instant,
}

/// A record that is to be written, over the one of that revision.
#[derive(Debug)]
pub(super) struct PendingWrite {
    pub(super) record: Record,
    pub(super) over: u64,
}

impl SessionReplica {
    pub(super) fn new(id: &str, record: Record, opened: &Arc<SessionHandle>) -> Self {
        let known = Mutex::new(Known { record, renewed: Instant::now() });
        Self { id: id.into(), opened: Arc::downgrade(opened), known }
    }

    pub(super) fn opened(&self) -> Option<Arc<SessionHandle>> {
        self.opened.upgrade()
    }

    pub(super) fn is_due(&self, renewal: Duration) -> bool {
        self.known().renewed.elapsed() >= renewal
    }

    pub(super) fn renewed(&self) {
        self.known().renewed = Instant::now();
    }

    /// Takes over what is written, where it is newer, with what was changed here meanwhile; what then has to be written.
    /// The client hears that its list is another one.
    pub(super) fn adopt(&self, theirs: Record, catalog: &Catalog) -> Option<PendingWrite> {
        let opened = self.opened()?;
        let mut known = self.known();
        let over = theirs.revision;
        if over > known.record.revision {
            let wanted = merged(&known.record.on, &opened.shared.enabled.on(), &theirs.on, catalog);
            let changed = opened.shared.enabled.change(|on| *on = names(&wanted, catalog));
            known.record = theirs;
            if changed {
                opened.shared.tell_list_changed();
            }
        }
        let on = merged(&known.record.on, &opened.shared.enabled.on(), &known.record.on, catalog);
        if over == known.record.revision && on == known.record.on {
            return None;
        }
        Some(PendingWrite { record: next(&known.record, on), over })
    }

    /// What is switched on here, to be written over what is known.
    pub(super) fn unsaved(&self, catalog: &Catalog) -> PendingWrite {
        let known = self.known();
        let on = match self.opened() {
            Some(opened) => merged(&known.record.on, &opened.shared.enabled.on(), &known.record.on, catalog),
            None => known.record.on.clone(),
        };
        PendingWrite { record: next(&known.record, on), over: known.record.revision }
    }

    pub(super) fn saved(&self, record: Record) {
        let mut known = self.known();
        if record.revision > known.record.revision {
            known.record = record;
        }
        known.renewed = Instant::now();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn next(record: &Record, on: BTreeSet<String>) -> Record {
    Record { on, revision: record.revision + 1, ..record.clone() }
}

/// What `theirs` comes to with what was switched here since `before`. Categories of another release, which this one does
/// not have, stay as they are.
fn merged(
    before: &BTreeSet<String>,
    here: &BTreeSet<&'static str>,
    theirs: &BTreeSet<String>,
    catalog: &Catalog,
) -> BTreeSet<String> {
    let mut merged = theirs.clone();
    merged.extend(here.iter().filter(|name| !before.contains(**name)).map(|name| (*name).to_owned()));
    merged.retain(|name| {
        !before.contains(name) || here.contains(name.as_str()) || catalog.category(name).is_none()
    });
    merged
}
