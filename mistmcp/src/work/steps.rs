//! Counts steps of work in tests, which compare an input with a longer one: the work must not grow faster.

/// Counts so many tokens, bytes or comparisons.
#[cfg(not(test))]
pub(crate) fn count(_: usize) {}

#[cfg(test)]
pub(crate) use counted::{count, counted};

#[cfg(test)]
mod counted {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn count(steps: usize) {
        STEPS.set(STEPS.get() + steps);
    }

    /// How many steps a job takes on this thread.
    pub(crate) fn counted(job: impl FnOnce()) -> usize {
        STEPS.set(0);
        job();
        STEPS.get()
    }
}
