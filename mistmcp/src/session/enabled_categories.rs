//! Enabled categories of a session: [`EnabledCategories`].

use std::collections::BTreeSet;

use parking_lot::RwLock;

/// The categories that are enabled in a session.
#[derive(Debug, Default)]
pub(crate) struct EnabledCategories(RwLock<BTreeSet<&'static str>>);

impl EnabledCategories {
    pub(crate) fn new(on: BTreeSet<&'static str>) -> Self {
        Self(RwLock::new(on))
    }

    pub(crate) fn has(&self, category: &str) -> bool {
        self.0.read().contains(category)
    }

    pub(crate) fn on(&self) -> BTreeSet<&'static str> {
        self.0.read().clone()
    }

    /// Applies a change, and returns whether the set differs.
    pub(crate) fn change(&self, change: impl FnOnce(&mut BTreeSet<&'static str>)) -> bool {
        let mut on = self.0.write();
        let before = on.clone();
        change(&mut on);
        *on != before
    }
}
