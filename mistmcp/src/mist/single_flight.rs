//! Coalescing of equal requests: one that is under way is answered to all that wait for it ([`SingleFlight`]).
//!
//! A request has a life of its own, so that one that hangs ends whoever waits for it; and each waiter has a deadline of
//! its own, up to which it begins a new request where the one that it waited for has ended.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};
use tokio::time::{Instant, timeout};

use super::wait_progress::{WaitReporter, Waiting, waits};
use crate::trace::Trace;

type Asking<T> = Pin<Box<dyn Future<Output = Result<T, Expired>> + Send>>;

/// The life of a request was over before there was an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expired;

/// The deadline of the last waiter: when nobody needs the answer any more.
#[derive(Clone, Debug)]
pub(super) struct Needed(Arc<Mutex<Instant>>);

impl Needed {
    pub(super) fn until(deadline: Instant) -> Self {
        Self(Arc::new(Mutex::new(deadline)))
    }

    pub(super) fn end(&self) -> Instant {
        *lock(&self.0)
    }

    fn extend(&self, deadline: Instant) {
        let mut end = lock(&self.0);
        *end = deadline.max(*end);
    }
}

/// The questions that are under way, by what makes two of them equal.
pub(super) struct SingleFlight<K: Eq + Hash, T>(Arc<Mutex<InFlightMap<K, T>>>);

struct InFlightMap<K, T> {
    flights: HashMap<K, InFlightRequest<T>>,
    last_number: u64,
}

/// A question under way. Only those who wait hold it, so that it ends when nobody waits any more.
struct InFlightRequest<T> {
    number: u64,
    asking: WeakShared<Asking<T>>,
    waiting: Waiting,
    needed: Needed,
    /// Of the one who asked first.
    trace: Trace,
}

/// A place among those who wait for an answer.
pub(super) struct Waiter<T> {
    pub(super) answer: Shared<Asking<T>>,
    pub(super) waiting: Waiting,
    /// What somebody else has asked before is traced there.
    pub(super) joined: Option<Trace>,
}

impl<K, T> SingleFlight<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Waits until `deadline` with those who ask for the same, or asks by `ask`, which also tells what it waits for.
    /// What it begins ends after `life`.
    pub(super) fn join<F>(
        &self,
        key: K,
        trace: &Trace,
        (deadline, life): (Instant, Duration),
        ask: impl FnOnce(WaitReporter, Needed) -> F,
    ) -> Waiter<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut under_way = lock(&self.0);
        if let Some(flight) = under_way.flights.get(&key)
            && let Some(answer) = flight.asking.upgrade()
        {
            flight.needed.extend(deadline);
            return Waiter { answer, waiting: flight.waiting.clone(), joined: Some(flight.trace.clone()) };
        }
        under_way.last_number += 1;
        let number = under_way.last_number;
        let landing = RemoveOnDrop { key: key.clone(), number, under_way: Arc::clone(&self.0) };
        let (told, waiting) = waits();
        let needed = Needed::until(deadline);
        let asking = ask(told, needed.clone());
        let asking: Asking<T> = Box::pin(async move {
            let _landing = landing;
            timeout(life, asking).await.map_err(|_| Expired)
        });
        let answer = asking.shared();
        if let Some(asking) = answer.downgrade() {
            let (waiting, trace) = (waiting.clone(), trace.clone());
            let flight = InFlightRequest { number, asking, waiting, needed, trace };
            under_way.flights.insert(key, flight);
        }
        Waiter { answer, waiting, joined: None }
    }

    /// Lets nobody else join those under way whose key is `such`: what they bring may be out of date.
    pub(super) fn close(&self, such: impl Fn(&K) -> bool) {
        lock(&self.0).flights.retain(|key, _| !such(key));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        lock(&self.0).flights.len()
    }
}

impl<K: Eq + Hash, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(InFlightMap { flights: HashMap::new(), last_number: 0 })))
    }
}

impl<K: Eq + Hash, T> fmt::Debug for SingleFlight<K, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SingleFlight").field("under_way", &lock(&self.0).flights.len()).finish()
    }
}

/// Ends a flight's entry, with its answer or with the last who waited.
struct RemoveOnDrop<K: Eq + Hash, T> {
    key: K,
    number: u64,
    under_way: Arc<Mutex<InFlightMap<K, T>>>,
}

impl<K: Eq + Hash, T> Drop for RemoveOnDrop<K, T> {
    fn drop(&mut self) {
        let mut under_way = lock(&self.under_way);
        if under_way.flights.get(&self.key).is_some_and(|flight| flight.number == self.number) {
            under_way.flights.remove(&self.key);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    const LIFE: Duration = Duration::from_secs(30);

    /// Counts how often something was asked, and whether the question was dropped.
    #[derive(Default)]
    struct Asked {
        begun: AtomicUsize,
        ended: AtomicUsize,
    }

    struct End(Arc<Asked>);

    impl Drop for End {
        fn drop(&mut self) {
            self.0.ended.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn ask(
        flights: &SingleFlight<&'static str, Result<u32, String>>,
        key: &'static str,
        asked: &Arc<Asked>,
        answer: oneshot::Receiver<Result<u32, String>>,
    ) -> Waiter<Result<u32, String>> {
        let asked = Arc::clone(asked);
        let times = (Instant::now() + LIFE, LIFE);
        flights.join(key, &Trace::default(), times, |_, _| async move {
            asked.begun.fetch_add(1, Ordering::SeqCst);
            let _end = End(asked);
            answer.await.unwrap()
        })
    }

    #[tokio::test]
    async fn equal_questions_are_asked_once_and_errors_are_shared() {
        for answer in [Ok(7), Err("no".to_owned())] {
            let (flights, asked) = (SingleFlight::default(), Arc::default());
            let (tell, told) = oneshot::channel();
            let mut seats = vec![ask(&flights, "a", &asked, told)];
            seats.extend((0..9).map(|_| ask(&flights, "a", &asked, oneshot::channel().1)));
            let waiting: Vec<_> = seats.into_iter().map(|seat| tokio::spawn(seat.answer)).collect();
            tokio::task::yield_now().await;
            tell.send(answer.clone()).unwrap();
            for waiting in waiting {
                assert_eq!(waiting.await.unwrap(), Ok(answer.clone()));
            }
            assert_eq!(asked.begun.load(Ordering::SeqCst), 1);
            assert_eq!(flights.len(), 0);
        }
    }

    #[tokio::test]
    async fn the_first_to_give_up_takes_nothing_from_the_others() {
        let (flights, asked) = (SingleFlight::default(), Arc::default());
        let (tell, told) = oneshot::channel();
        let first = tokio::spawn(ask(&flights, "a", &asked, told).answer);
        tokio::task::yield_now().await;
        let second = tokio::spawn(ask(&flights, "a", &asked, oneshot::channel().1).answer);
        tokio::task::yield_now().await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        tell.send(Ok(7)).unwrap();
        assert_eq!(second.await.unwrap(), Ok(Ok(7)));
        assert_eq!(asked.begun.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_is_dropped_and_the_next_one_is_asked_anew() {
        let (flights, asked) = (SingleFlight::default(), Arc::default());
        let (_never, told) = oneshot::channel();
        let seats = [ask(&flights, "a", &asked, told), ask(&flights, "a", &asked, oneshot::channel().1)];
        let waiting: Vec<_> = seats.into_iter().map(|seat| tokio::spawn(seat.answer)).collect();
        tokio::task::yield_now().await;
        for waiting in waiting {
            assert_eq!(asked.ended.load(Ordering::SeqCst), 0);
            waiting.abort();
            assert!(waiting.await.unwrap_err().is_cancelled());
        }
        assert_eq!(asked.ended.load(Ordering::SeqCst), 1, "the question itself is gone");
        assert_eq!(flights.len(), 0);
        let (tell, told) = oneshot::channel();
        tell.send(Ok(8)).unwrap();
        assert_eq!(ask(&flights, "a", &asked, told).answer.await, Ok(Ok(8)));
        assert_eq!(asked.begun.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn different_questions_and_closed_ones_are_not_joined() {
        let (flights, asked) = (SingleFlight::default(), Arc::default());
        let channels: [_; 3] = std::array::from_fn(|_| oneshot::channel());
        let mut seats = Vec::new();
        for ((key, answer), (tell, told)) in [("a", 1), ("b", 2), ("a", 3)].into_iter().zip(channels) {
            if answer == 3 {
                flights.close(|key| *key == "a");
            }
            tell.send(Ok(answer)).unwrap();
            seats.push((answer, ask(&flights, key, &asked, told)));
        }
        for (answer, seat) in seats {
            assert_eq!(seat.answer.await, Ok(Ok(answer)));
        }
        assert_eq!(flights.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_hangs_ends_although_somebody_always_waits() {
        let (flights, asked) = (SingleFlight::default(), Arc::default());
        let began = Instant::now();
        let (_never, told) = oneshot::channel();
        let mut waiting = vec![tokio::spawn(ask(&flights, "a", &asked, told).answer)];
        for _ in 0..5 {
            tokio::time::sleep(LIFE / 6).await;
            waiting.push(tokio::spawn(ask(&flights, "a", &asked, oneshot::channel().1).answer));
        }
        for waiting in waiting {
            assert_eq!(waiting.await.unwrap(), Err(Expired));
        }
        assert_eq!((began.elapsed(), asked.begun.load(Ordering::SeqCst)), (LIFE, 1));
        assert_eq!((asked.ended.load(Ordering::SeqCst), flights.len()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_needed_until_the_deadline_of_the_last_who_waits() {
        let flights: SingleFlight<&str, Instant> = SingleFlight::default();
        let began = Instant::now();
        let join = |deadline| {
            flights.join("a", &Trace::default(), (began + deadline, LIFE), |_, needed| async move {
                tokio::time::sleep(LIFE / 2).await;
                needed.end()
            })
        };
        let (first, second, third) = (join(LIFE), join(LIFE * 2), join(LIFE / 3));
        assert_eq!(first.answer.await, Ok(began + LIFE * 2));
        assert_eq!((second.answer.await, third.answer.await), (Ok(began + LIFE * 2), Ok(began + LIFE * 2)));
    }
}
