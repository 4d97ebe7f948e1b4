use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::STREAMS_AT_ONCE;

/// What a client is doing: requests and streams that are open, calls under way, and since when it has been idle.
#[derive(Debug)]
pub(crate) struct InFlight {
    began: Instant,
    open: AtomicUsize,
    /// Milliseconds from the beginning to the last end of a request.
    idle_since: AtomicU64,
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

/// Something that goes on. While it lives, its client is not idle.
#[derive(Debug)]
pub(crate) struct InFlightGuard {
    activity: Arc<InFlight>,
    _place: Option<OwnedSemaphorePermit>,
}

impl InFlight {
    /// A client that may have so many calls under way at once.
    pub(crate) fn new(calls: usize) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            open: AtomicUsize::new(0),
            idle_since: AtomicU64::new(0),
            calls: Arc::new(Semaphore::new(calls)),
            streams: Arc::new(Semaphore::new(STREAMS_AT_ONCE)),
        })
    }

    /// A request or a stream begins.
    pub(crate) fn begin(self: &Arc<Self>) -> InFlightGuard {
        self.busy(None)
    }

    /// A call begins, unless too many are under way.
    pub(crate) fn begin_call(self: &Arc<Self>) -> Option<InFlightGuard> {
        self.place(&self.calls)
    }

    /// A client begins to listen, unless too many do.
    pub(crate) fn begin_listening(self: &Arc<Self>) -> Option<InFlightGuard> {
        self.place(&self.streams)
    }

    fn place(self: &Arc<Self>, places: &Arc<Semaphore>) -> Option<InFlightGuard> {
        let place = Arc::clone(places).try_acquire_owned().ok()?;
        Some(self.busy(Some(place)))
    }

    fn busy(self: &Arc<Self>, place: Option<OwnedSemaphorePermit>) -> InFlightGuard {
        self.open.fetch_add(1, Ordering::AcqRel);
        InFlightGuard { activity: Arc::clone(self), _place: place }
    }

    /// How long nothing has gone on.
    pub(crate) fn idle(&self) -> Duration {
        if self.open.load(Ordering::Acquire) > 0 {
            return Duration::ZERO;
        }
        self.began.elapsed().saturating_sub(Duration::from_millis(self.idle_since.load(Ordering::Acquire)))
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let now = u64::try_from(self.activity.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.activity.idle_since.fetch_max(now, Ordering::AcqRel);
        self.activity.open.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_something_open_is_not_idle() {
        let activity = InFlight::new(1);
        let stream = activity.begin();
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(activity.idle(), Duration::ZERO);
        drop(stream);
        std::thread::sleep(Duration::from_millis(5));
        assert!(activity.idle() >= Duration::from_millis(4));
    }

    #[test]
    fn calls_at_once_are_counted() {
        let activity = InFlight::new(2);
        let (first, second) = (activity.begin_call(), activity.begin_call());
        assert!(first.is_some() && second.is_some() && activity.begin_call().is_none());
        drop(first);
        assert!(activity.begin_call().is_some());
    }
}
