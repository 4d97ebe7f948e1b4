//! The handle of a legacy session ([`SessionHandle`]), and the parameters from its URL ([`SessionParams`]).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::query::Query;
use super::request_ids::RequestIds;
use crate::server::{CALLS_AT_ONCE, InFlight, SessionShared};
use crate::session::{EnabledCategories, Mode, Settings, SettingsError};

/// A legacy session in this process: its in-flight limiter, its state shared with the server, and the request ids in
/// use.
#[derive(Clone, Debug)]
pub(super) struct SessionHandle {
    pub(super) activity: Arc<InFlight>,
    pub(super) shared: Arc<SessionShared>,
    pub(super) request_ids: Arc<RequestIds>,
}

impl SessionHandle {
    pub(super) fn new(enabled: EnabledCategories) -> Self {
        Self {
            activity: InFlight::new(CALLS_AT_ONCE),
            shared: Arc::new(SessionShared::new(enabled)),
            request_ids: Arc::default(),
        }
    }
}

/// Parameters from the URL that opened a session. They hold for as long as the session lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SessionParams {
    mode: Mode,
    /// In lower case, without duplicates.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    categories: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) org_id: Option<String>,
}

impl SessionParams {
    /// The parameters of `query` as they apply within `settings`.
    pub(super) fn new(query: &Query, settings: &Settings, org_id: Option<String>) -> Self {
        let categories = query.categories.iter().filter(|name| !name.is_empty());
        let categories = categories.map(|name| name.to_ascii_lowercase()).collect();
        Self { mode: settings.mode(), categories, org_id }
    }

    /// These parameters within the settings of this process.
    pub(super) fn settings(&self, operator: &Settings) -> Result<Settings, SettingsError> {
        let categories: Vec<_> = self.categories.iter().cloned().collect();
        operator.narrowed(Some(self.mode), &categories)
    }
}
