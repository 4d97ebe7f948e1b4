//! Requests to several accounts at once ([`fan_out`]), so that a slow cloud of one does not delay the calls of another.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, timeout_at};

use super::routing::Route;
use crate::error::ErrorKind;
use crate::{Error, Result};

/// How long other accounts may take in a call of [`USUAL_TIME`] or less once one has what is wanted.
const FAST_ACCOUNT_TIME: Duration = Duration::from_secs(1);
/// How long other accounts may take in a call of [`USUAL_TIME`] or less once one has answered, where all are wanted.
const SLOW_ACCOUNT_TIMEOUT: Duration = Duration::from_secs(5);
/// The time of a call from which on other accounts get more time, by its ratio to this.
const USUAL_TIME: Duration = Duration::from_secs(30);

/// What is wanted of the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitFor {
    /// The account that has an object.
    One,
    /// The answers of all.
    All,
}

/// The answers of accounts, in their order.
pub(super) struct Responses<'r, T> {
    pub(super) answers: Vec<(&'r Route, T)>,
    /// The accounts that could not be asked, or did not answer in time.
    pub(super) failures: Vec<(&'r Route, Error)>,
}

/// An account that has not answered yet.
struct Waiting<'r> {
    place: usize,
    route: &'r Route,
    /// It was slow before, so that it is asked only where no other account is certain.
    was_slow: bool,
}

/// As [`results`], with answers and failures apart.
pub(super) async fn fan_out<'r, T, F: Future<Output = Result<T>>>(
    asking: impl IntoIterator<Item = (&'r Route, F)>,
    wait_for: WaitFor,
    timeout: Duration,
    is_certain: impl Fn(&'r Route, &T) -> bool,
) -> Responses<'r, T> {
    let mut responses = Responses { answers: Vec::new(), failures: Vec::new() };
    for (route, result) in results(asking, wait_for, timeout, is_certain).await {
        match result {
            Ok(answer) => responses.answers.push((route, answer)),
            Err(error) => responses.failures.push((route, error)),
        }
    }
    responses
}

/// Asks accounts at once, and returns their results in their order. As soon as an answer is certain, the others have a
/// second left, or a thirtieth of the call's time. `timeout` is that of the call.
pub(super) async fn results<'r, T, F: Future<Output = Result<T>>>(
    asking: impl IntoIterator<Item = (&'r Route, F)>,
    wait_for: WaitFor,
    timeout: Duration,
    is_certain: impl Fn(&'r Route, &T) -> bool,
) -> Vec<(&'r Route, Result<T>)> {
    let begun = Instant::now();
    let ratio = timeout.div_duration_f64(USUAL_TIME).max(1.0);
    let [fast, slow] = [FAST_ACCOUNT_TIME, SLOW_ACCOUNT_TIMEOUT].map(|time| time.mul_f64(ratio));
    let (mut pending, mut late, mut waiting) = (FuturesUnordered::new(), Vec::new(), Vec::new());
    for (place, (route, future)) in asking.into_iter().enumerate() {
        let asked = async move { (place, route, future.await) };
        let was_slow = route.is_slow();
        waiting.push(Waiting { place, route, was_slow });
        if was_slow {
            late.push(asked);
        } else {
            pending.push(asked);
        }
    }
    let is_alone = waiting.len() == 1;
    // The rest of the time is for the request itself, or for an error that names the account.
    let longest = begun + timeout.mul_f64(0.8);
    let (mut results, mut has_answer) = (Vec::new(), false);
    let mut certain: Option<Instant> = None;
    loop {
        if certain.is_none() && (pending.is_empty() || begun.elapsed() >= fast) {
            pending.extend(late.drain(..));
        }
        let all_slow = waiting.iter().all(|waiting| waiting.was_slow);
        if pending.is_empty() || (certain.is_some() && all_slow) {
            break;
        }
        let end = match certain {
            Some(certain) => certain + fast,
            None if wait_for == WaitFor::All && has_answer => begun + if all_slow { fast } else { slow },
            None => longest,
        };
        let end = end.min(longest);
        let asks_late = certain.is_none() && !late.is_empty();
        let wake = if asks_late { end.min(begun + fast) } else { end };
        let next = if is_alone { Ok(pending.next().await) } else { timeout_at(wake, pending.next()).await };
        let (place, route, answer) = match next {
            Ok(Some(asked)) => asked,
            Ok(None) => continue,
            Err(_) if wake < end => continue,
            Err(_) => break,
        };
        waiting.retain(|waiting| waiting.place != place);
        if !is_alone {
            route.note_speed(begun.elapsed() > fast);
        }
        if let Ok(answer) = &answer {
            has_answer = true;
            if certain.is_none() && is_certain(route, answer) {
                certain = Some(Instant::now());
            }
        }
        results.push((place, route, answer));
    }
    for Waiting { place, route, .. } in waiting {
        route.note_speed(true);
        let words = "its cloud is too slow now, or cannot be reached. Try again later.";
        results.push((place, route, Err(Error::new(ErrorKind::Deadline, words))));
    }
    results.sort_by_key(|(place, ..)| *place);
    results.into_iter().map(|(_, route, result)| (route, result)).collect()
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};
    use std::pin::pin;
    use std::sync::Arc;

    use super::super::accounts::Account;
    use super::super::{Clouds, Connection, Limits, Pool, Tokens};
    use super::*;

    fn connection(names: [&str; 3]) -> Connection {
        let limits = Limits {
            timeout: USUAL_TIME,
            retry_wait: Duration::ZERO,
            rate_limit: 5_000,
            max_response_bytes: 1_000,
        };
        let accounts = names.map(|name| {
            Arc::new(Account {
                name: name.into(),
                cloud: Clouds::default().find("api.mist.com").unwrap(),
                tokens: Tokens::parse(&format!("t0ken-of-a-test-{name}")).unwrap(),
                orgs: None,
                users: Vec::new(),
                groups: Vec::new(),
            })
        });
        Connection::of_accounts(&Arc::new(Pool::new(limits)), &accounts, None).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn accounts_that_are_not_asked_any_more_are_not_waited_for_by_polling() {
        let connection = connection(["certain", "slow", "silent"]);
        let routes = connection.routes.as_deref().unwrap();
        routes[1].note_speed(true);
        // The answer of the first is certain before the slow one would be asked. The last one never answers.
        let asking = routes.iter().enumerate().map(|(place, route)| {
            let answer = async move {
                tokio::time::sleep(FAST_ACCOUNT_TIME / 2).await;
                if place == 0 { Ok(()) } else { pending().await }
            };
            (route, answer)
        });
        let begun = Instant::now();
        let mut asked = pin!(results(asking, WaitFor::One, USUAL_TIME, |_, ()| true));
        let mut polls = 0;
        let results = poll_fn(|context| {
            polls += 1;
            assert!(polls < 50, "polled without an event");
            asked.as_mut().poll(context)
        });
        let answered: Vec<_> = results.await.iter().map(|(_, result)| result.is_ok()).collect();
        assert_eq!(answered, [true, false, false]);
        assert!(begun.elapsed() >= FAST_ACCOUNT_TIME, "{:?}", begun.elapsed());
    }
}
