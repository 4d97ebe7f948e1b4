//! Equal questions under way at once are one: asked once, answered to all who wait.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};

use super::wait::{Waiting, Waits, waits};
use crate::trace::Trace;

type Asking<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The questions that are under way, by what makes two of them equal.
pub(super) struct Flights<K: Eq + Hash, T>(Arc<Mutex<UnderWay<K, T>>>);

struct UnderWay<K, T> {
    flights: HashMap<K, Flight<T>>,
    last_number: u64,
}

/// A question under way. Only those who wait hold it, so that it ends when nobody waits any more.
struct Flight<T> {
    number: u64,
    asking: WeakShared<Asking<T>>,
    waiting: Waiting,
    /// Of the one who asked first.
    trace: Trace,
}

/// A place among those who wait for an answer.
pub(super) struct Seat<T> {
    pub(super) answer: Shared<Asking<T>>,
    pub(super) waiting: Waiting,
    /// What somebody else has asked before is traced there.
    pub(super) joined: Option<Trace>,
}

impl<K, T> Flights<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Waits with those who ask for the same, or asks by `ask`, which also tells what it waits for.
    pub(super) fn join<F>(&self, key: K, trace: &Trace, ask: impl FnOnce(Waits) -> F) -> Seat<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut under_way = lock(&self.0);
        if let Some(flight) = under_way.flights.get(&key)
            && let Some(answer) = flight.asking.upgrade()
        {
            return Seat { answer, waiting: flight.waiting.clone(), joined: Some(flight.trace.clone()) };
        }
        under_way.last_number += 1;
        let number = under_way.last_number;
        let landing = Landing { key: key.clone(), number, under_way: Arc::clone(&self.0) };
        let (told, waiting) = waits();
        let asking = ask(told);
        let asking: Asking<T> = Box::pin(async move {
            let _landing = landing;
            asking.await
        });
        let answer = asking.shared();
        if let Some(asking) = answer.downgrade() {
            let flight = Flight { number, asking, waiting: waiting.clone(), trace: trace.clone() };
            under_way.flights.insert(key, flight);
        }
        Seat { answer, waiting, joined: None }
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

impl<K: Eq + Hash, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(UnderWay { flights: HashMap::new(), last_number: 0 })))
    }
}

impl<K: Eq + Hash, T> fmt::Debug for Flights<K, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Flights").field("under_way", &lock(&self.0).flights.len()).finish()
    }
}

/// Ends a flight's entry, with its answer or with the last who waited.
struct Landing<K: Eq + Hash, T> {
    key: K,
    number: u64,
    under_way: Arc<Mutex<UnderWay<K, T>>>,
}

impl<K: Eq + Hash, T> Drop for Landing<K, T> {
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
        flights: &Flights<&'static str, Result<u32, String>>,
        key: &'static str,
        asked: &Arc<Asked>,
        answer: oneshot::Receiver<Result<u32, String>>,
    ) -> Seat<Result<u32, String>> {
        let asked = Arc::clone(asked);
        flights.join(key, &Trace::default(), |_| async move {
            asked.begun.fetch_add(1, Ordering::SeqCst);
            let _end = End(asked);
            answer.await.unwrap()
        })
    }

    #[tokio::test]
    async fn equal_questions_are_asked_once_and_errors_are_shared() {
        for answer in [Ok(7), Err("no".to_owned())] {
            let (flights, asked) = (Flights::default(), Arc::default());
            let (tell, told) = oneshot::channel();
            let mut seats = vec![ask(&flights, "a", &asked, told)];
            seats.extend((0..9).map(|_| ask(&flights, "a", &asked, oneshot::channel().1)));
            let waiting: Vec<_> = seats.into_iter().map(|seat| tokio::spawn(seat.answer)).collect();
            tokio::task::yield_now().await;
            tell.send(answer.clone()).unwrap();
            for waiting in waiting {
                assert_eq!(waiting.await.unwrap(), answer);
            }
            assert_eq!(asked.begun.load(Ordering::SeqCst), 1);
            assert_eq!(flights.len(), 0);
        }
    }

    #[tokio::test]
    async fn the_first_to_give_up_takes_nothing_from_the_others() {
        let (flights, asked) = (Flights::default(), Arc::default());
        let (tell, told) = oneshot::channel();
        let first = tokio::spawn(ask(&flights, "a", &asked, told).answer);
        tokio::task::yield_now().await;
        let second = tokio::spawn(ask(&flights, "a", &asked, oneshot::channel().1).answer);
        tokio::task::yield_now().await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        tell.send(Ok(7)).unwrap();
        assert_eq!(second.await.unwrap(), Ok(7));
        assert_eq!(asked.begun.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_is_dropped_and_the_next_one_is_asked_anew() {
        let (flights, asked) = (Flights::default(), Arc::default());
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
        assert_eq!(ask(&flights, "a", &asked, told).answer.await, Ok(8));
        assert_eq!(asked.begun.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn different_questions_and_closed_ones_are_not_joined() {
        let (flights, asked) = (Flights::default(), Arc::default());
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
            assert_eq!(seat.answer.await, Ok(answer));
        }
        assert_eq!(flights.len(), 0);
    }
}
