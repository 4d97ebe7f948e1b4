//! Counts what is read of a text in tests, which compare a text with a longer one: the work must not grow faster.

/// Counts so many tokens or bytes as read.
#[cfg(not(test))]
pub(super) fn count(_: usize) {}

#[cfg(test)]
pub(super) use counted::{count, counted};

#[cfg(test)]
mod counted {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub(in super::super) fn count(steps: usize) {
        STEPS.set(STEPS.get() + steps);
    }

    /// How many tokens and bytes a job reads.
    pub(in super::super) fn counted(job: impl FnOnce()) -> usize {
        STEPS.set(0);
        job();
        STEPS.get()
    }
}
