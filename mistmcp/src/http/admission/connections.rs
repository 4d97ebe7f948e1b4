//! The registry of open connections ([`Connections`]): quotas, idle and stalled connections.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;

use super::addresses::Address;
use super::budget::{Budget, BudgetPermit};
use super::limits::{IDLE, RESERVE, STALLED};

/// The open connections. The lock is taken when one is opened or closed, and never by a request.
#[derive(Debug)]
pub(super) struct Connections {
    started: Instant,
    all: Arc<Budget>,
    reserve: Arc<Budget>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    by_number: HashMap<u64, Weak<ClientConnection>>,
    last_number: u64,
}

/// A connection, shared by its socket, its requests and the registry.
#[derive(Debug)]
pub(crate) struct ClientConnection {
    number: u64,
    started: Instant,
    pub(super) address: Arc<Address>,
    /// The peer is a trusted proxy, whose header names the client address.
    pub(super) is_proxy: bool,
    /// The connection is beyond the limits, and serves health probes alone.
    pub(super) is_reserve: bool,
    slots: Mutex<Vec<BudgetPermit>>,
    in_flight: AtomicUsize,
    has_served: AtomicBool,
    /// Milliseconds from the start of the server to the end of the last request.
    idle_since: AtomicU64,
    /// The same, to when the socket stopped accepting bytes; 0 if it accepts them.
    blocked_since: AtomicU64,
    is_closed: AtomicBool,
    waker: AtomicWaker,
    sending: Mutex<Sending>,
    has_unflushed: AtomicBool,
    /// Those of the bodies over HTTP/2. Dead ones are removed when it grows.
    taking: Mutex<Vec<Weak<TakingTimer>>>,
}

/// How long the body of a response over HTTP/2 waits for its client to take data. hyper asks a body for data, hands it over
/// when the client can take some, and asks again. So a body waits for its client from when it is made or has given data, or
/// could give some, until it is asked. While it has been asked and has none, it waits for the server.
#[derive(Debug)]
pub(super) struct TakingTimer {
    started: Instant,
    /// Milliseconds from the start of the server to when the body began to wait for its client; 0 while it does not.
    since: AtomicU64,
    stream: AtomicWaker,
}

/// The responses that a client has not read yet.
#[derive(Debug, Default)]
struct Sending {
    since: BTreeMap<u64, Instant>,
    last_number: u64,
    /// Those that are in the write buffers of the socket.
    unflushed: Vec<Answer>,
}

/// A response that a client has not read yet, with its share of the quotas.
#[derive(Debug)]
pub(super) struct Answer {
    connection: Arc<ClientConnection>,
    number: u64,
    _bytes: [BudgetPermit; 2],
}

/// A request or stream in flight on a connection.
#[derive(Debug)]
pub(super) struct InFlightRequest(Arc<ClientConnection>);

impl Connections {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            started: Instant::now(),
            all: Budget::new(limit, None),
            reserve: Budget::new(RESERVE, None),
            open: Mutex::default(),
        }
    }

    /// Registers a connection. Beyond the limit, an idle connection is closed in its favor. If none is idle, it
    /// becomes one of the reserve for health probes. None if the reserve is used up, too.
    pub(super) fn open(&self, address: Arc<Address>, is_proxy: bool) -> Option<Arc<ClientConnection>> {
        let mut slots = Vec::with_capacity(2);
        let of_address = if is_proxy {
            Some(None)
        } else {
            let same = |other: &ClientConnection| Arc::ptr_eq(&address, &other.address);
            self.slot(&address.connections, same).map(Some)
        };
        let is_reserve = match of_address.zip(self.slot(&self.all, |other| !other.is_reserve)) {
            Some((of_address, of_all)) => {
                slots.extend(of_address);
                slots.push(of_all);
                false
            }
            None => {
                slots.push(self.slot(&self.reserve, |other| other.is_reserve)?);
                true
            }
        };
        let mut open = self.open.lock();
        open.last_number += 1;
        let number = open.last_number;
        let connection = Arc::new(ClientConnection {
            number,
            started: self.started,
            address,
            is_proxy,
            is_reserve,
            slots: Mutex::new(slots),
            in_flight: AtomicUsize::new(0),
            has_served: AtomicBool::new(false),
            idle_since: AtomicU64::new(milliseconds_since(self.started)),
            blocked_since: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            sending: Mutex::default(),
            has_unflushed: AtomicBool::new(false),
            taking: Mutex::default(),
        });
        open.by_number.insert(number, Arc::downgrade(&connection));
        Some(connection)
    }

    /// Takes a slot of the budget. If none is free, closes an idle connection among those that `filter` selects.
    fn slot(&self, budget: &Arc<Budget>, filter: impl Fn(&ClientConnection) -> bool) -> Option<BudgetPermit> {
        budget.take(1).or_else(|| {
            self.close_idle(filter);
            budget.take(1)
        })
    }

    /// Closes one idle connection. Preferred are those that have served no request yet, then those of the address
    /// with the most connections, then the longest idle. Returns whether there was one. In the reserve, a connection
    /// whose client does not take the answer to its probe makes room as well.
    pub(super) fn close_idle(&self, filter: impl Fn(&ClientConnection) -> bool) -> bool {
        let open: Vec<_> = self.open.lock().by_number.values().filter_map(Weak::upgrade).collect();
        let is_idle = |connection: &ClientConnection| {
            connection.is_idle()
                || (connection.is_reserve && connection.is_waiting_for_client(Duration::ZERO))
        };
        let idle = open.into_iter().filter(|connection| is_idle(connection) && filter(connection));
        let rank = |connection: &Arc<ClientConnection>| {
            let (served, since) = (&connection.has_served, &connection.idle_since);
            let of_address = connection.address.connections.used();
            (served.load(Ordering::Acquire), usize::MAX - of_address, since.load(Ordering::Acquire))
        };
        let Some(first) = idle.min_by_key(rank) else { return false };
        first.close();
        true
    }

    /// Closes connections that are idle for too long, or whose client reads no bytes.
    pub(super) fn sweep(&self) {
        let open: Vec<_> = self.open.lock().by_number.values().filter_map(Weak::upgrade).collect();
        for connection in open {
            if connection.is_stalled() || connection.idle() > IDLE {
                connection.close();
            }
        }
    }

    /// Removes a connection whose socket has been dropped.
    pub(super) fn closed(&self, connection: &ClientConnection) {
        connection.close();
        connection.flushed();
        let mut open = self.open.lock();
        open.by_number.remove(&connection.number);
        if open.by_number.len() < open.by_number.capacity() / 4 {
            open.by_number.shrink_to_fit();
        }
    }
}

impl ClientConnection {
    /// Closes the connection: its socket reads the end of input. Its slot is released at once.
    pub(crate) fn close(&self) {
        if !self.is_closed.swap(true, Ordering::AcqRel) {
            self.slots.lock().clear();
            self.waker.wake();
        }
    }

    /// Whether the connection has been closed. If not, `waker` is woken when it is.
    pub(crate) fn poll_closed(&self, waker: &Waker) -> bool {
        if !self.is_closed.load(Ordering::Acquire) {
            self.waker.register(waker);
        }
        self.is_closed.load(Ordering::Acquire)
    }

    /// Records whether the socket accepts bytes.
    pub(crate) fn blocked(&self, is_blocked: bool) {
        if !is_blocked {
            if self.blocked_since.load(Ordering::Relaxed) != 0 {
                self.blocked_since.store(0, Ordering::Release);
            }
            return;
        }
        let now = milliseconds_since(self.started).max(1);
        let _ = self.blocked_since.compare_exchange(0, now, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// The socket has accepted all bytes.
    pub(crate) fn flushed(&self) {
        if self.has_unflushed.swap(false, Ordering::AcqRel) {
            let flushed = std::mem::take(&mut self.sending.lock().unflushed);
            // Dropped after the lock is released: each takes the same lock on drop.
            drop(flushed);
        }
    }

    pub(super) fn begin(self: &Arc<Self>) -> InFlightRequest {
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        InFlightRequest(Arc::clone(self))
    }

    pub(super) fn send(self: &Arc<Self>, bytes: [BudgetPermit; 2]) -> Answer {
        let mut sending = self.sending.lock();
        sending.last_number += 1;
        let number = sending.last_number;
        sending.since.insert(number, Instant::now());
        Answer { connection: Arc::clone(self), number, _bytes: bytes }
    }

    /// The timer of a body over HTTP/2.
    pub(super) fn taking(&self) -> Arc<TakingTimer> {
        let timer = Arc::new(TakingTimer {
            started: self.started,
            since: AtomicU64::new(milliseconds_since(self.started).max(1)),
            stream: AtomicWaker::new(),
        });
        let mut timers = self.taking.lock();
        if timers.len() >= timers.capacity() {
            timers.retain(|timer| timer.strong_count() > 0);
        }
        timers.push(Arc::downgrade(&timer));
        timer
    }

    /// Whether a body over HTTP/2 has been waiting for its client for longer than that.
    fn is_waiting_for_client(&self, limit: Duration) -> bool {
        let mut timers = self.taking.lock();
        timers.retain(|timer| timer.strong_count() > 0);
        let waiting = |timer: Arc<TakingTimer>| timer.waiting().is_some_and(|waited| waited >= limit);
        timers.iter().filter_map(Weak::upgrade).any(waiting)
    }

    fn is_idle(&self) -> bool {
        self.in_flight.load(Ordering::Acquire) == 0 && !self.is_closed.load(Ordering::Acquire)
    }

    fn idle(&self) -> Duration {
        if !self.is_idle() {
            return Duration::ZERO;
        }
        self.started.elapsed().saturating_sub(Duration::from_millis(self.idle_since.load(Ordering::Acquire)))
    }

    fn is_stalled(&self) -> bool {
        let blocked = self.blocked_since.load(Ordering::Acquire);
        let blocked = blocked > 0 && self.started.elapsed() > Duration::from_millis(blocked) + STALLED;
        blocked
            || self.sending.lock().since.values().any(|since| since.elapsed() > STALLED)
            || self.is_waiting_for_client(STALLED)
    }
}

impl TakingTimer {
    /// The body waits for its client.
    pub(super) fn start(&self) {
        let now = milliseconds_since(self.started).max(1);
        let _ = self.since.compare_exchange(0, now, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// The stream, which `waker` wakes, asks the body for data.
    pub(super) fn stop(&self, waker: &Waker) {
        self.stream.register(waker);
        self.since.store(0, Ordering::Release);
    }

    fn waiting(&self) -> Option<Duration> {
        let since = Some(self.since.load(Ordering::Acquire)).filter(|since| *since > 0)?;
        Some(self.started.elapsed().saturating_sub(Duration::from_millis(since)))
    }
}

/// The body has data: it waits for its client until the stream asks.
impl Wake for TakingTimer {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.start();
        self.stream.wake();
    }
}

impl Answer {
    /// The response has been written to the buffers of the socket, which may hold it for a while.
    pub(super) fn handed_over(self) {
        let connection = Arc::clone(&self.connection);
        let mut sending = connection.sending.lock();
        if connection.is_closed.load(Ordering::Acquire) {
            // Dropping `self` takes the same lock.
            drop(sending);
            return;
        }
        sending.unflushed.push(self);
        connection.has_unflushed.store(true, Ordering::Release);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.connection.sending.lock().since.remove(&self.number);
    }
}

impl Drop for InFlightRequest {
    fn drop(&mut self) {
        self.0.idle_since.store(milliseconds_since(self.0.started), Ordering::Release);
        self.0.has_served.store(true, Ordering::Release);
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

fn milliseconds_since(started: Instant) -> u64 {
    crate::metrics::milliseconds(started.elapsed())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::super::addresses::Addresses;
    use super::super::limits::AdmissionLimits;
    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn an_idle_connection_of_the_reserve_does_not_stand_in_for_one_with_a_slot() {
        let limits = AdmissionLimits {
            connections: 1,
            connections_per_address: 8,
            requests: 8,
            requests_per_address: 8,
            body_bytes: 8,
            answer_bytes: 8,
            new_clients_per_address: 8,
            new_tokens_per_minute: NonZeroU32::MIN,
            trusted_proxies: Vec::new(),
        };
        let address =
            Addresses::new(Arc::new(limits), Arc::new(Metrics::new()), None).get([192, 0, 2, 1].into());
        let connections = Connections::new(1);
        let open = || connections.open(Arc::clone(&address), false).unwrap();
        let first = open();
        let request = first.begin();
        let probe = open();
        assert!(!first.is_reserve && probe.is_reserve, "the first one is busy");
        drop(request);
        // The probe has served no request yet, so it would be preferred.
        let next = open();
        assert!(!next.is_reserve);
        assert!(first.is_closed.load(Ordering::Acquire) && !probe.is_closed.load(Ordering::Acquire));
    }
}
