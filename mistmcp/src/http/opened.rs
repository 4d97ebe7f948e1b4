use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::query::Query;
use super::request_ids::RequestIds;
use crate::server::{Activity, CALLS_AT_ONCE, Seat};
use crate::session::{Mode, Settings, SettingsError, Switches};

/// A session of the older era, as this process holds it: what it is doing, and what is switched on in it.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) activity: Arc<Activity>,
    pub(super) seat: Arc<Seat>,
    pub(super) request_ids: Arc<RequestIds>,
}

impl Opened {
    pub(super) fn new(switches: Switches) -> Self {
        Self {
            activity: Activity::new(CALLS_AT_ONCE),
            seat: Arc::new(Seat::new(switches)),
            request_ids: Arc::default(),
        }
    }
}

/// What a session's URL asked for when it was opened, which holds for as long as it lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Terms {
    mode: Mode,
    /// In small letters, each once.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    categories: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) org_id: Option<String>,
}

impl Terms {
    /// What `query` came to.
    pub(super) fn new(query: &Query, settings: &Settings, org_id: Option<String>) -> Self {
        let categories = query.categories.iter().filter(|name| !name.is_empty());
        let categories = categories.map(|name| name.to_ascii_lowercase()).collect();
        Self { mode: settings.mode(), categories, org_id }
    }

    /// The same within what this process allows.
    pub(super) fn settings(&self, operator: &Settings) -> Result<Settings, SettingsError> {
        let categories: Vec<_> = self.categories.iter().cloned().collect();
        operator.narrowed(Some(self.mode), &categories)
    }
}
