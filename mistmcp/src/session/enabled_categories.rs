use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// The categories that are switched on in a session.
#[derive(Debug, Default)]
pub(crate) struct EnabledCategories(RwLock<BTreeSet<&'static str>>);

impl EnabledCategories {
    pub(crate) fn new(on: BTreeSet<&'static str>) -> Self {
        Self(RwLock::new(on))
    }

    pub(crate) fn has(&self, category: &str) -> bool {
        // A panic cannot leave a half-written set behind, so a poisoned lock is as good as any.
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(category)
    }

    pub(crate) fn on(&self) -> BTreeSet<&'static str> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is on; whether it is anything else then.
    pub(crate) fn change(&self, change: impl FnOnce(&mut BTreeSet<&'static str>)) -> bool {
        let mut on = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = on.clone();
        change(&mut on);
        *on != before
    }
}
