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
        let mut part = BudgetPermit { budget: Arc::clone(self), amount: 0 };
        part.grow(amount).then_some(part)
    }

    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }
}

impl BudgetPermit {
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
        self.budget.used.fetch_sub(self.amount, Ordering::AcqRel);
        if let Some(gauge) = &self.budget.gauge {
            gauge.dec_by(signed(self.amount));
        }
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
        drop(first);
        assert!(budget.used() == 0 && budget.take(10).is_some());
    }
}
