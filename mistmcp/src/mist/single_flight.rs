//! Request coalescing ([`SingleFlight`]): equal requests in flight share one answer.
//!
//! A request has a maximum lifetime, so that one that hangs does not block its waiters forever. Each waiter has its
//! own deadline, until which it may start a new request after the shared one expired. An answer that depends on the time
//! that its first caller had left is not joined late ([`Times::joinable`]).

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};
use parking_lot::Mutex;
use tokio::time::{Instant, timeout};

use super::wait_progress::{WaitReporter, Waiting, wait_channel};
use crate::trace::Trace;

type RequestFuture<T> = Pin<Box<dyn Future<Output = Result<T, Expired>> + Send>>;

/// The request's lifetime ended before there was an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expired;

/// The times of a waiter and of the request that it may start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// When the waiter needs the answer no more.
    pub(super) deadline: Instant,
    /// After this, a request that is started expires.
    pub(super) life: Duration,
    /// After this, a request in flight is not joined; an equal one is started beside it.
    pub(super) joinable: Duration,
}

impl Times {
    /// A request that is joined as long as it lives.
    pub(super) fn of_request(deadline: Instant, life: Duration) -> Self {
        Self { deadline, life, joinable: Duration::MAX }
    }

    /// Work that ends with its first caller's deadline. A caller that joined it in the second half of that time would
    /// get an answer that lacks what there was no time for.
    pub(super) fn of_work(deadline: Instant, life: Duration) -> Self {
        let left = deadline.saturating_duration_since(Instant::now());
        Self { deadline, life, joinable: left.min(life) / 2 }
    }
}

/// The latest deadline of the waiters, after which no one needs the answer.
#[derive(Clone, Debug)]
pub(super) struct LatestDeadline(Arc<Mutex<Instant>>);

impl LatestDeadline {
    pub(super) fn until(deadline: Instant) -> Self {
        Self(Arc::new(Mutex::new(deadline)))
    }

    pub(super) fn end(&self) -> Instant {
        *self.0.lock()
    }

    fn extend(&self, deadline: Instant) {
        let mut end = self.0.lock();
        *end = deadline.max(*end);
    }
}

/// The requests in flight, by a key that equal requests share.
pub(super) struct SingleFlight<K: Eq + Hash, T>(Arc<Mutex<InFlightMap<K, T>>>);

struct InFlightMap<K, T> {
    in_flight: HashMap<K, InFlightRequest<T>>,
    last_number: u64,
}

/// A request in flight. Only waiters hold strong references, so it is cancelled when the last one leaves.
struct InFlightRequest<T> {
    number: u64,
    future: WeakShared<RequestFuture<T>>,
    waiting: Waiting,
    latest_deadline: LatestDeadline,
    /// Until when it is joined; `None` as long as it lives.
    joinable: Option<Instant>,
    /// Trace of the first waiter.
    trace: Trace,
}

/// A waiter on an in-flight request.
pub(super) struct Waiter<T> {
    pub(super) answer: Shared<RequestFuture<T>>,
    pub(super) waiting: Waiting,
    /// Trace of the request that this waiter joined, if another one sent it.
    pub(super) joined: Option<Trace>,
}

impl<K, T> SingleFlight<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Joins the equal request in flight, or starts one with `start`, which also gets the reporter of wait progress.
    pub(super) fn join<F>(
        &self,
        key: K,
        trace: &Trace,
        times: Times,
        start: impl FnOnce(WaitReporter, LatestDeadline) -> F,
    ) -> Waiter<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut in_flight_map = self.0.lock();
        if let Some(request) = in_flight_map.in_flight.get(&key)
            && request.joinable.is_none_or(|until| Instant::now() < until)
            && let Some(answer) = request.future.upgrade()
        {
            request.latest_deadline.extend(times.deadline);
            return Waiter { answer, waiting: request.waiting.clone(), joined: Some(request.trace.clone()) };
        }
        in_flight_map.last_number += 1;
        let number = in_flight_map.last_number;
        let removal = RemoveOnDrop { key: key.clone(), number, in_flight_map: Arc::clone(&self.0) };
        let (reporter, waiting) = wait_channel();
        let latest_deadline = LatestDeadline::until(times.deadline);
        let future = start(reporter, latest_deadline.clone());
        let future: RequestFuture<T> = Box::pin(async move {
            let _removal = removal;
            timeout(times.life, future).await.map_err(|_| Expired)
        });
        let answer = future.shared();
        if let Some(future) = answer.downgrade() {
            let (waiting, trace) = (waiting.clone(), trace.clone());
            let joinable = Instant::now().checked_add(times.joinable);
            let request = InFlightRequest { number, future, waiting, latest_deadline, joinable, trace };
            in_flight_map.in_flight.insert(key, request);
        }
        Waiter { answer, waiting, joined: None }
    }

    /// Stops further waiters from joining the requests in flight whose key matches `is_stale`: their answers may be
    /// stale.
    pub(super) fn close(&self, is_stale: impl Fn(&K) -> bool) {
        self.0.lock().in_flight.retain(|key, _| !is_stale(key));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().in_flight.len()
    }
}

impl<K: Eq + Hash, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(InFlightMap { in_flight: HashMap::new(), last_number: 0 })))
    }
}

impl<K: Eq + Hash, T> fmt::Debug for SingleFlight<K, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SingleFlight").field("in_flight", &self.0.lock().in_flight.len()).finish()
    }
}

/// Removes the entry when the request completes or its last waiter leaves.
struct RemoveOnDrop<K: Eq + Hash, T> {
    key: K,
    number: u64,
    in_flight_map: Arc<Mutex<InFlightMap<K, T>>>,
}

impl<K: Eq + Hash, T> Drop for RemoveOnDrop<K, T> {
    fn drop(&mut self) {
        let mut in_flight_map = self.in_flight_map.lock();
        if in_flight_map.in_flight.get(&self.key).is_some_and(|request| request.number == self.number) {
            in_flight_map.in_flight.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    const LIFE: Duration = Duration::from_secs(30);

    /// Counts how often a request was sent and dropped.
    #[derive(Default)]
    struct RequestCounter {
        begun: AtomicUsize,
        ended: AtomicUsize,
    }

    struct EndCounter(Arc<RequestCounter>);

    impl Drop for EndCounter {
        fn drop(&mut self) {
            self.0.ended.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn start(
        in_flight: &SingleFlight<&'static str, Result<u32, String>>,
        key: &'static str,
        counter: &Arc<RequestCounter>,
        answer: oneshot::Receiver<Result<u32, String>>,
    ) -> Waiter<Result<u32, String>> {
        let counter = Arc::clone(counter);
        let times = Times::of_request(Instant::now() + LIFE, LIFE);
        in_flight.join(key, &Trace::default(), times, |_, _| async move {
            counter.begun.fetch_add(1, Ordering::SeqCst);
            let _end = EndCounter(counter);
            answer.await.unwrap()
        })
    }

    #[tokio::test]
    async fn equal_requests_are_sent_once_and_errors_are_shared() {
        for answer in [Ok(7), Err("no".to_owned())] {
            let (in_flight, counter) = (SingleFlight::default(), Arc::default());
            let (sender, receiver) = oneshot::channel();
            let mut waiters = vec![start(&in_flight, "a", &counter, receiver)];
            waiters.extend((0..9).map(|_| start(&in_flight, "a", &counter, oneshot::channel().1)));
            let waiting: Vec<_> = waiters.into_iter().map(|waiter| tokio::spawn(waiter.answer)).collect();
            tokio::task::yield_now().await;
            sender.send(answer.clone()).unwrap();
            for waiting in waiting {
                assert_eq!(waiting.await.unwrap(), Ok(answer.clone()));
            }
            assert_eq!(counter.begun.load(Ordering::SeqCst), 1);
            assert_eq!(in_flight.len(), 0);
        }
    }

    #[tokio::test]
    async fn a_cancelled_first_waiter_does_not_affect_the_others() {
        let (in_flight, counter) = (SingleFlight::default(), Arc::default());
        let (sender, receiver) = oneshot::channel();
        let first = tokio::spawn(start(&in_flight, "a", &counter, receiver).answer);
        tokio::task::yield_now().await;
        let second = tokio::spawn(start(&in_flight, "a", &counter, oneshot::channel().1).answer);
        tokio::task::yield_now().await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        sender.send(Ok(7)).unwrap();
        assert_eq!(second.await.unwrap(), Ok(Ok(7)));
        assert_eq!(counter.begun.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_request_without_waiters_is_dropped_and_the_next_one_is_sent() {
        let (in_flight, counter) = (SingleFlight::default(), Arc::default());
        let (_never, receiver) = oneshot::channel();
        let waiters = [
            start(&in_flight, "a", &counter, receiver),
            start(&in_flight, "a", &counter, oneshot::channel().1),
        ];
        let waiting: Vec<_> = waiters.into_iter().map(|waiter| tokio::spawn(waiter.answer)).collect();
        tokio::task::yield_now().await;
        for waiting in waiting {
            assert_eq!(counter.ended.load(Ordering::SeqCst), 0);
            waiting.abort();
            assert!(waiting.await.unwrap_err().is_cancelled());
        }
        assert_eq!(counter.ended.load(Ordering::SeqCst), 1, "the question itself is gone");
        assert_eq!(in_flight.len(), 0);
        let (sender, receiver) = oneshot::channel();
        sender.send(Ok(8)).unwrap();
        assert_eq!(start(&in_flight, "a", &counter, receiver).answer.await, Ok(Ok(8)));
        assert_eq!(counter.begun.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn different_and_closed_requests_are_not_joined() {
        let (in_flight, counter) = (SingleFlight::default(), Arc::default());
        let channels: [_; 3] = std::array::from_fn(|_| oneshot::channel());
        let mut waiters = Vec::new();
        for ((key, answer), (sender, receiver)) in [("a", 1), ("b", 2), ("a", 3)].into_iter().zip(channels) {
            if answer == 3 {
                in_flight.close(|key| *key == "a");
            }
            sender.send(Ok(answer)).unwrap();
            waiters.push((answer, start(&in_flight, key, &counter, receiver)));
        }
        for (answer, waiter) in waiters {
            assert_eq!(waiter.answer.await, Ok(Ok(answer)));
        }
        assert_eq!(in_flight.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hanging_request_expires_despite_waiters() {
        let (in_flight, counter) = (SingleFlight::default(), Arc::default());
        let began = Instant::now();
        let (_never, receiver) = oneshot::channel();
        let mut waiting = vec![tokio::spawn(start(&in_flight, "a", &counter, receiver).answer)];
        for _ in 0..5 {
            tokio::time::sleep(LIFE / 6).await;
            waiting.push(tokio::spawn(start(&in_flight, "a", &counter, oneshot::channel().1).answer));
        }
        for waiting in waiting {
            assert_eq!(waiting.await.unwrap(), Err(Expired));
        }
        assert_eq!((began.elapsed(), counter.begun.load(Ordering::SeqCst)), (LIFE, 1));
        assert_eq!((counter.ended.load(Ordering::SeqCst), in_flight.len()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_needed_until_the_last_deadline() {
        let in_flight: SingleFlight<&str, Instant> = SingleFlight::default();
        let began = Instant::now();
        let join = |deadline| {
            in_flight.join(
                "a",
                &Trace::default(),
                Times::of_request(began + deadline, LIFE),
                |_, latest_deadline| async move {
                    tokio::time::sleep(LIFE / 2).await;
                    latest_deadline.end()
                },
            )
        };
        let (first, second, third) = (join(LIFE), join(LIFE * 2), join(LIFE / 3));
        assert_eq!(first.answer.await, Ok(began + LIFE * 2));
        assert_eq!((second.answer.await, third.answer.await), (Ok(began + LIFE * 2), Ok(began + LIFE * 2)));
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_joined_in_the_first_half_of_its_time_alone() {
        let in_flight: SingleFlight<&str, Instant> = SingleFlight::default();
        let join = |left| {
            let times = Times::of_work(Instant::now() + left, LIFE);
            let waiter = in_flight.join("a", &Trace::default(), times, |_, _| async {
                let began = Instant::now();
                tokio::time::sleep(LIFE / 2).await;
                began
            });
            tokio::spawn(waiter.answer)
        };
        let began = Instant::now();
        let mut waiting = Vec::new();
        // The first has 18 s left of 30 s: its work is joined for 9 s, and that of the third for 15 s.
        for (left, shared) in [(LIFE * 3 / 5, 0), (LIFE, 0), (LIFE, 10), (LIFE, 10), (LIFE, 10)] {
            waiting.push((join(left), shared));
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        for (waiting, shared) in waiting {
            assert_eq!(waiting.await.unwrap(), Ok(began + Duration::from_secs(shared)));
        }
        assert_eq!(in_flight.len(), 0);
    }
}
