//! [`Budget`], a lock-free counting semaphore with amounts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use prometheus_client::metrics::gauge::Gauge;

/// An amount of which parts are taken and released, without a lock.
#[derive(Debug)]
pub(super) struct Budget {
    used: AtomicUsize,
    limit: usize,
    gauge: Option<Gauge>,
}

/// A part of a budget, released on drop.
#[derive(Debug)]
pub(super) struct BudgetPermit {
    budget: Arc<Budget>,
    amount: usize,
}

impl Budget {
    pub(super) fn new(limit: usize, gauge: Option<Gauge>) -> Arc<Self> {
        Arc::new(Self { used: AtomicUsize::new(0), limit, gauge })
    }

    /// Takes a part, if that much is left.
    pub(super) fn take(self: &Arc<Self>, amount: usize) -> Option<BudgetPermit> {
        let mut part = self.part();
        part.grow(amount).then_some(part)
    }

    /// A part of nothing yet.
    pub(super) fn part(self: &Arc<Self>) -> BudgetPermit {
        BudgetPermit { budget: Arc::clone(self), amount: 0 }
    }

    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    fn release(&self, amount: usize) {
        self.used.fetch_sub(amount, Ordering::AcqRel);
        if let Some(gauge) = &self.gauge {
            gauge.dec_by(signed(amount));
        }
    }
}

impl BudgetPermit {
    /// Changes the amount. Returns whether that much is left.
    pub(super) fn resize(&mut self, amount: usize) -> bool {
        if let Some(more) = amount.checked_sub(self.amount) {
            return self.grow(more);
        }
        let excess = self.amount - amount;
        self.amount = amount;
        self.budget.release(excess);
        true
    }

    /// Takes more, if that much is left.
    pub(super) fn grow(&mut self, amount: usize) -> bool {
        let Budget { used, limit, gauge } = &*self.budget;
        let taken = used.fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
            used.checked_add(amount).filter(|sum| sum <= limit)
        });
        if taken.is_err() {
            return false;
        }
        if let Some(gauge) = gauge {
            gauge.inc_by(signed(amount));
        }
        self.amount += amount;
        true
    }
}

impl Drop for BudgetPermit {
    fn drop(&mut self) {
        self.budget.release(self.amount);
    }
}

fn signed(amount: usize) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_never_exceeded_and_dropped_parts_are_released() {
        let budget = Budget::new(10, None);
        let mut first = budget.take(6).unwrap();
        assert!(budget.take(5).is_none() && !first.grow(5) && !first.grow(usize::MAX));
        assert!(first.grow(4) && budget.take(1).is_none());
        assert!(first.resize(3) && budget.used() == 3 && !first.resize(11) && budget.used() == 3);
        assert!(first.resize(8) && budget.used() == 8);
        drop(first);
        assert!(budget.used() == 0 && budget.take(10).is_some());
    }
}
