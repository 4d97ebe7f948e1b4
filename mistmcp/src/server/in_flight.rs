//! [`InFlight`], the in-flight limiter and idle clock of a client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::STREAMS_AT_ONCE;
use crate::metrics::milliseconds;

/// Open requests and streams of a client, its calls in flight, and the time since it became idle.
#[derive(Debug)]
pub(crate) struct InFlight {
    started: Instant,
    open: AtomicUsize,
    /// Milliseconds from `started` to the end of the last request.
    idle_since: AtomicU64,
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

/// An open request, call or stream. While it lives, its client is not idle.
#[derive(Debug)]
pub(crate) struct InFlightGuard {
    activity: Arc<InFlight>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl InFlight {
    /// A limiter for that many calls in flight.
    pub(crate) fn new(calls: usize) -> Arc<Self> {
        Arc::new(Self {
            started: Instant::now(),
            open: AtomicUsize::new(0),
            idle_since: AtomicU64::new(0),
            calls: Arc::new(Semaphore::new(calls)),
            streams: Arc::new(Semaphore::new(STREAMS_AT_ONCE)),
        })
    }

    /// Begins a request or a stream.
    pub(crate) fn begin(self: &Arc<Self>) -> InFlightGuard {
        self.guard(None)
    }

    /// Begins a call, unless too many are in flight.
    pub(crate) fn begin_call(self: &Arc<Self>) -> Option<InFlightGuard> {
        self.permit(&self.calls)
    }

    /// Begins a subscription stream, unless too many are open.
    pub(crate) fn begin_stream(self: &Arc<Self>) -> Option<InFlightGuard> {
        self.permit(&self.streams)
    }

    fn permit(self: &Arc<Self>, semaphore: &Arc<Semaphore>) -> Option<InFlightGuard> {
        let permit = Arc::clone(semaphore).try_acquire_owned().ok()?;
        Some(self.guard(Some(permit)))
    }

    fn guard(self: &Arc<Self>, permit: Option<OwnedSemaphorePermit>) -> InFlightGuard {
        self.open.fetch_add(1, Ordering::AcqRel);
        InFlightGuard { activity: Arc::clone(self), _permit: permit }
    }

    /// How long the client has been idle.
    pub(crate) fn idle(&self) -> Duration {
        if self.open.load(Ordering::Acquire) > 0 {
            return Duration::ZERO;
        }
        self.started.elapsed().saturating_sub(Duration::from_millis(self.idle_since.load(Ordering::Acquire)))
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let now = milliseconds(self.activity.started.elapsed());
        self.activity.idle_since.fetch_max(now, Ordering::AcqRel);
        self.activity.open.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_with_an_open_stream_is_not_idle() {
        let activity = InFlight::new(1);
        let stream = activity.begin();
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(activity.idle(), Duration::ZERO);
        drop(stream);
        std::thread::sleep(Duration::from_millis(5));
        assert!(activity.idle() >= Duration::from_millis(4));
    }

    #[test]
    fn calls_in_flight_are_limited() {
        let activity = InFlight::new(2);
        let (first, second) = (activity.begin_call(), activity.begin_call());
        assert!(first.is_some() && second.is_some() && activity.begin_call().is_none());
        drop(first);
        assert!(activity.begin_call().is_some());
    }
}
