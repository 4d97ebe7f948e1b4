use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;

use super::addresses::Address;
use super::budget::{Budget, Part};
use super::limits::{IDLE, RESERVE, STALLED};

/// The open connections. Locked where one is opened or closed, and never by a request.
#[derive(Debug)]
pub(super) struct Connections {
    began: Instant,
    all: Arc<Budget>,
    reserve: Arc<Budget>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    by_number: HashMap<u64, Weak<Connection>>,
    last_number: u64,
}

/// A connection, as its socket, its requests and the registry share it.
#[derive(Debug)]
pub(crate) struct Connection {
    number: u64,
    began: Instant,
    pub(super) address: Arc<Address>,
    /// Its peer is a proxy whose word is taken for the address of a client.
    pub(super) is_proxy: bool,
    /// It is beyond the limits, and answers probes alone.
    pub(super) is_reserve: bool,
    slots: Mutex<Vec<Part>>,
    under_way: AtomicUsize,
    has_served: AtomicBool,
    /// Milliseconds from the beginning of the server to the end of its last request.
    idle_since: AtomicU64,
    /// The same to when its socket took no more bytes; 0 where it takes them.
    blocked_since: AtomicU64,
    is_closed: AtomicBool,
    waker: AtomicWaker,
    sending: Mutex<Sending>,
    has_unflushed: AtomicBool,
}

/// The answers that a client has not taken yet.
#[derive(Debug, Default)]
struct Sending {
    since: BTreeMap<u64, Instant>,
    last_number: u64,
    /// Those that are in the buffers of the socket's side.
    unflushed: Vec<Answer>,
}

/// An answer that a client has not taken yet, and its bytes.
#[derive(Debug)]
pub(super) struct Answer {
    connection: Arc<Connection>,
    number: u64,
    _bytes: [Part; 2],
}

/// A request or stream under way on a connection.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Connection>);

impl Connections {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            began: Instant::now(),
            all: Budget::new(limit, None),
            reserve: Budget::new(RESERVE, None),
            open: Mutex::default(),
        }
    }

    /// Opens a connection. Where there are too many, an idle one makes room; where none is idle, it becomes one of the
    /// reserve for probes. None where that is full, too.
    pub(super) fn open(&self, address: Arc<Address>, is_proxy: bool) -> Option<Arc<Connection>> {
        let mut slots = Vec::with_capacity(2);
        let of_address = if is_proxy {
            Some(None)
        } else {
            let same = |other: &Connection| Arc::ptr_eq(&address, &other.address);
            self.slot(&address.connections, same).map(Some)
        };
        let is_reserve = match of_address.zip(self.slot(&self.all, |_| true)) {
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
        let mut open = self.lock();
        open.last_number += 1;
        let number = open.last_number;
        let connection = Arc::new(Connection {
            number,
            began: self.began,
            address,
            is_proxy,
            is_reserve,
            slots: Mutex::new(slots),
            under_way: AtomicUsize::new(0),
            has_served: AtomicBool::new(false),
            idle_since: AtomicU64::new(milliseconds(self.began)),
            blocked_since: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            sending: Mutex::default(),
            has_unflushed: AtomicBool::new(false),
        });
        open.by_number.insert(number, Arc::downgrade(&connection));
        Some(connection)
    }

    /// A slot of the budget, for which an idle connection of those makes room.
    fn slot(&self, budget: &Arc<Budget>, of: impl Fn(&Connection) -> bool) -> Option<Part> {
        budget.take(1).or_else(|| {
            self.close_idle(of);
            budget.take(1)
        })
    }

    /// Closes the connection that can best be done without: one that is idle, has served nothing yet, belongs to whom
    /// has most, and is so for longest. Whether there was one.
    pub(super) fn close_idle(&self, of: impl Fn(&Connection) -> bool) -> bool {
        let open: Vec<_> = self.lock().by_number.values().filter_map(Weak::upgrade).collect();
        let idle = open.into_iter().filter(|connection| connection.is_idle() && of(connection));
        let rank = |connection: &Arc<Connection>| {
            let (served, since) = (&connection.has_served, &connection.idle_since);
            let of_address = connection.address.connections.used();
            (served.load(Ordering::Acquire), usize::MAX - of_address, since.load(Ordering::Acquire))
        };
        let Some(first) = idle.min_by_key(rank) else { return false };
        first.close();
        true
    }

    /// Closes connections that are idle for long, or whose client takes no bytes.
    pub(super) fn sweep(&self) {
        let open: Vec<_> = self.lock().by_number.values().filter_map(Weak::upgrade).collect();
        for connection in open {
            if connection.is_stalled() || connection.idle() > IDLE {
                connection.close();
            }
        }
    }

    /// Its socket is gone.
    pub(super) fn closed(&self, connection: &Connection) {
        connection.close();
        connection.flushed();
        let mut open = self.lock();
        open.by_number.remove(&connection.number);
        if open.by_number.len() < open.by_number.capacity() / 4 {
            open.by_number.shrink_to_fit();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Ends it: its socket reads the end of its input. Its slot is given back at once.
    pub(crate) fn close(&self) {
        if !self.is_closed.swap(true, Ordering::AcqRel) {
            self.slots.lock().unwrap_or_else(PoisonError::into_inner).clear();
            self.waker.wake();
        }
    }

    /// Whether it has been closed; else `waker` is woken when it is.
    pub(crate) fn poll_closed(&self, waker: &Waker) -> bool {
        if !self.is_closed.load(Ordering::Acquire) {
            self.waker.register(waker);
        }
        self.is_closed.load(Ordering::Acquire)
    }

    /// Whether its socket takes no bytes.
    pub(crate) fn blocked(&self, is_blocked: bool) {
        if !is_blocked {
            if self.blocked_since.load(Ordering::Relaxed) != 0 {
                self.blocked_since.store(0, Ordering::Release);
            }
            return;
        }
        let now = milliseconds(self.began).max(1);
        let _ = self.blocked_since.compare_exchange(0, now, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// Its socket has taken all bytes.
    pub(crate) fn flushed(&self) {
        if self.has_unflushed.swap(false, Ordering::AcqRel) {
            let flushed = std::mem::take(&mut self.sending().unflushed);
            // Each asks for the same lock when it goes.
            drop(flushed);
        }
    }

    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::AcqRel);
        UnderWay(Arc::clone(self))
    }

    pub(super) fn send(self: &Arc<Self>, bytes: [Part; 2]) -> Answer {
        let mut sending = self.sending();
        sending.last_number += 1;
        let number = sending.last_number;
        sending.since.insert(number, Instant::now());
        Answer { connection: Arc::clone(self), number, _bytes: bytes }
    }

    fn is_idle(&self) -> bool {
        self.under_way.load(Ordering::Acquire) == 0 && !self.is_closed.load(Ordering::Acquire)
    }

    fn idle(&self) -> Duration {
        if !self.is_idle() {
            return Duration::ZERO;
        }
        self.began.elapsed().saturating_sub(Duration::from_millis(self.idle_since.load(Ordering::Acquire)))
    }

    fn is_stalled(&self) -> bool {
        let blocked = self.blocked_since.load(Ordering::Acquire);
        let blocked = blocked > 0 && self.began.elapsed() > Duration::from_millis(blocked) + STALLED;
        blocked || self.sending().since.values().any(|since| since.elapsed() > STALLED)
    }

    fn sending(&self) -> MutexGuard<'_, Sending> {
        self.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answer {
    /// All of it has been handed to the socket's side, which may hold it for a while.
    pub(super) fn handed_over(self) {
        let connection = Arc::clone(&self.connection);
        let mut sending = connection.sending();
        if connection.is_closed.load(Ordering::Acquire) {
            // Its own end asks for the lock.
            drop(sending);
            return;
        }
        sending.unflushed.push(self);
        connection.has_unflushed.store(true, Ordering::Release);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.connection.sending().since.remove(&self.number);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.idle_since.store(milliseconds(self.0.began), Ordering::Release);
        self.0.has_served.store(true, Ordering::Release);
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
