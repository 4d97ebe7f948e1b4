//! Dispatch of requests to Mist ([`Dispatcher`]): cache, request coalescing, rate limit, retries and token
//! failover.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http::StatusCode;
use parking_lot::Mutex;
use reqwest::Url;
use tokio::time::Instant as Deadline;

use super::answer::is_html;
use super::cache::Ids;
use super::rate_limit::{Exhausted, Purpose, until_next_hour};
use super::retry::{Failure, RetryBudget, RetryDecision, with_retries};
use super::retry_after::retry_after;
use super::single_flight::{Times, Waiter};
use super::token_registry::TokenStateRef;
use super::token_state::TokenState;
use super::transport::{Response, exchange};
use super::validation_gate::Validation;
use super::validation_limiter::ValidationLimiter;
use super::wait_progress::{WaitReporter, wait_channel};
use super::{Answer, Cloud, Pool, Request, errors};
use crate::Result;
use crate::call::{CallRecord, CallsLeft};
use crate::metrics::milliseconds;
use crate::trace::{ClientSpans, Trace};
use crate::work::{self, LARGE};

/// Maximum bytes that are read of an error body, of which only a part is shown.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// Dispatcher of one connection. Cheap to clone: each request in flight holds a clone.
#[derive(Clone, Debug)]
pub(super) struct Dispatcher {
    pub(super) pool: Arc<Pool>,
    pub(super) cloud: Cloud,
    pub(super) token_states: Arc<[TokenStateRef]>,
    pub(super) ids: Ids,
    /// Rate limit of requests with tokens that Mist has not accepted; `None` for the operator's tokens.
    pub(super) validation_limiter: Option<Arc<ValidationLimiter>>,
}

/// A cached answer, or a waiter on a request in flight.
pub(super) enum Dispatched {
    Cached(Answer),
    InFlight(Waiter<SharedAnswer>),
}

/// An answer that all calls which wait for it get.
#[derive(Clone, Debug)]
pub(super) struct SharedAnswer {
    pub(super) answer: Result<Answer>,
    /// Whether a retry was left out, since the call that sent the request may send no more.
    pub(super) lacks_retry: bool,
}

/// Count of the requests that a call has sent, retries included. Requests that it joined are not its own.
#[derive(Clone, Debug)]
pub(super) struct SentCount(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    sent: AtomicUsize,
    /// Requests that the call may still send.
    left: Mutex<CallsLeft>,
    /// Counts for the audit log.
    record: Arc<CallRecord>,
}

impl SentCount {
    pub(super) fn new(record: Arc<CallRecord>) -> Self {
        let left = Mutex::new(CallsLeft::new(CallsLeft::UNLIMITED));
        Self(Arc::new(Counts { sent: AtomicUsize::new(0), left, record }))
    }

    pub(super) fn get(&self) -> usize {
        self.0.sent.load(Ordering::Relaxed)
    }

    fn add(&self) {
        self.0.sent.fetch_add(1, Ordering::Relaxed);
        self.0.record.sent();
    }

    /// Limits the requests from now on, retries included.
    pub(super) fn limit(&self, left: CallsLeft) {
        *self.0.left.lock() = left;
    }

    pub(super) fn left(&self) -> usize {
        self.0.left.lock().get()
    }

    /// Takes one of the requests that are left.
    pub(super) fn take(&self) -> bool {
        self.0.left.lock().take()
    }
}

/// What one dispatch takes of the requests that its call may still send: one for each request after the first one, which the
/// caller takes.
struct Allowance {
    sent: SentCount,
    /// Whether a request is taken that was not sent yet.
    has_one: AtomicBool,
    lacks_retry: AtomicBool,
}

impl Allowance {
    fn new(sent: &SentCount) -> Self {
        Self { sent: sent.clone(), has_one: AtomicBool::new(true), lacks_retry: AtomicBool::new(false) }
    }

    /// Takes the next request, if one is left.
    fn take(&self) -> bool {
        let has_one = self.has_one.load(Ordering::Relaxed) || self.sent.take();
        self.has_one.store(has_one, Ordering::Relaxed);
        has_one
    }

    /// Takes the request of a retry, if one is left.
    fn take_retry(&self) -> bool {
        let has_one = self.take();
        self.lacks_retry.store(!has_one, Ordering::Relaxed);
        has_one
    }

    /// Counts a request as sent. One with another token is sent in any case, and takes one of those that are left.
    fn send(&self) {
        self.take();
        self.has_one.store(false, Ordering::Relaxed);
        self.sent.add();
    }
}

/// Keeps reads from joining those that were sent before a write with the same tokens ends, on drop.
struct CloseOnDrop<'a>(&'a Dispatcher);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        let Dispatcher { pool, ids, .. } = self.0;
        pool.gets.close(|(others, _)| others == ids);
        pool.computed.close(|(others, _)| others.iter().any(|id| ids.contains(id)));
    }
}

impl Dispatcher {
    /// The number of calls that are left in this hour, of all tokens that Mist has not refused.
    pub(super) fn calls_left(&self) -> u32 {
        let now = self.pool.clock.now();
        let usable = self.token_states.iter().filter(|state| !state.is_set_aside());
        usable.map(|state| state.rate_limit.left(now, Purpose::Work)).fold(0, u32::saturating_add)
    }

    /// Answers a GET from the cache, joins the equal request in flight, or sends it. The caller waits until
    /// `deadline`.
    pub(super) fn dispatch(
        &self,
        request: &Request,
        deadline: Deadline,
        trace: &Trace,
        sent: &SentCount,
    ) -> Result<Dispatched> {
        let address = request.address(&self.cloud)?;
        if let Some(answer) = self.pool.cache.constant(request, &self.cloud, &address, &self.token_states) {
            tracing::debug!(request = %self.shown(request), "known already");
            trace.cache_hit(&address);
            return Ok(Dispatched::Cached(answer));
        }
        let url = request.url(&self.cloud)?;
        let key = (Arc::clone(&self.ids), address.clone());
        let (dispatcher, request) = (self.clone(), request.clone());
        let (sends, allowance) = (trace.sends(&request.method, &url), Allowance::new(sent));
        let times = Times::of_request(deadline, self.pool.limits.timeout);
        Ok(Dispatched::InFlight(self.pool.gets.join(key, trace, times, |waits, deadline| async move {
            let retry_budget = RetryBudget { wait: dispatcher.pool.limits.retry_wait, deadline };
            let mut attempts = 0_u64;
            let attempt = || {
                attempts += 1;
                dispatcher.attempt(&request, &url, &waits, &sends, &allowance)
            };
            let answer = with_retries(retry_budget, &waits, || allowance.take_retry(), attempt).await;
            dispatcher.pool.metrics().retries(attempts.saturating_sub(1));
            if let Ok(answer) = &answer {
                dispatcher.pool.cache.keep_constant(&request, &dispatcher.cloud, &address, answer);
            }
            SharedAnswer { answer, lacks_retry: allowance.lacks_retry.load(Ordering::Relaxed) }
        })))
    }

    /// Sends a write: once, and never coalesced.
    pub(super) async fn change(&self, request: &Request, trace: &Trace, sent: &SentCount) -> Result<Answer> {
        let url = request.url(&self.cloud)?;
        let (waits, _waiting) = wait_channel();
        let (sends, allowance) = (trace.sends(&request.method, &url), Allowance::new(sent));
        // Mist may have done the write as well where it fails, or its call is cancelled.
        let _closing = CloseOnDrop(self);
        // Boxed, so that the futures of calls stay small.
        let answer = Box::pin(self.attempt(request, &url, &waits, &sends, &allowance)).await;
        answer.map_err(|failure| failure.error)
    }

    /// One attempt. Fails over to another token if Mist refuses one or its calls are used up.
    async fn attempt(
        &self,
        request: &Request,
        url: &Url,
        waits: &WaitReporter,
        sends: &ClientSpans,
        allowance: &Allowance,
    ) -> Result<Answer, Failure> {
        let purpose = request.purpose();
        let (mut used_up, mut refused): (Option<(Exhausted, String)>, _) = (None, None);
        for token in self.in_turn(purpose) {
            let outcome = self.attempt_with(token, request, url, waits, sends, allowance).await;
            match outcome {
                Err(AttemptError::Exhausted(by, words)) => match &used_up {
                    Some((sooner, _)) if sooner.until <= by.until => {}
                    _ => used_up = Some((by, words)),
                },
                Err(AttemptError::Refused(words)) => refused = Some(words),
                Err(AttemptError::Failure(failure)) => return Err(failure),
                Ok(answer) => return Ok(answer),
            }
        }
        match (used_up, refused) {
            (Some((by, words)), _) => Err(Failure {
                error: errors::for_rate_limit(&by, &words),
                retry: RetryDecision::After(by.wait),
            }),
            (None, words) => {
                let words = words.unwrap_or_default();
                Err(errors::for_refused(self.token_states.len(), &words).into())
            }
        }
    }

    async fn attempt_with(
        &self,
        token: &TokenState,
        request: &Request,
        url: &Url,
        waits: &WaitReporter,
        sends: &ClientSpans,
        allowance: &Allowance,
    ) -> Result<Answer, AttemptError> {
        let clock = self.pool.clock;
        let _validation = match &self.validation_limiter {
            Some(validation_limiter) => match token.validate(validation_limiter).await {
                Ok(Validation::Refused) => return Err(AttemptError::Refused(String::new())),
                Ok(validation) => Some(validation),
                Err(limited) => {
                    self.pool.metrics().refusal("new_tokens");
                    return Err(Failure::from(errors::for_validation_limit(limited)).into());
                }
            },
            None => None,
        };
        let admitted = token.admit(clock, request.purpose(), waits).await;
        let admitted = admitted.map_err(|used_up| AttemptError::Exhausted(used_up, String::new()))?;
        allowance.send();
        let (started, sending) = (Instant::now(), sends.begin());
        let outcome = exchange(&self.pool, &self.cloud, token.token(), request, url.clone()).await;
        sending.end(match &outcome {
            Ok(response) => Ok(response.status),
            Err(failure) => Err(failure.error.kind()),
        });
        // serde_json would write a `u128` as a string.
        let milliseconds = milliseconds(started.elapsed());
        let (status, bytes) = match &outcome {
            Ok(response) => (Some(response.status), response.body.len()),
            Err(_) => (None, 0),
        };
        self.pool.metrics().exchange(status, started.elapsed(), bytes);
        let Response { status, headers, body, room } = match outcome {
            Ok(response) => {
                let status = response.status.as_u16();
                tracing::debug!(request = %self.shown(request), status, milliseconds, "Mist answered");
                response
            }
            Err(failure) => {
                let error = self.mask(failure.error.to_string());
                tracing::debug!(request = %self.shown(request), milliseconds, error, "Mist did not answer");
                return Err(failure.into());
            }
        };
        // Who answers with a page has not checked the token.
        if status == StatusCode::UNAUTHORIZED || !is_html(&headers, &body) {
            token.record(status);
        }
        if status.is_success() {
            let body = self.masked(body).await.map_err(Failure::from)?;
            let answer = Answer::new(headers, body, url).in_room(room);
            if request.is_for_usage()
                && let Some((requests, limit)) = answer.usage()
                && answer.date().is_none_or(|date| admitted.tally.is_of_hour(date))
            {
                token.correct(clock, admitted.tally, requests, limit).await;
            }
            return Ok(answer);
        }
        // Masked before truncation: a part of a token would not be found any more.
        let words = self.mask(String::from_utf8_lossy(&body[..body.len().min(MAX_ERROR_BODY)]).into_owned());
        let retry_after_header = retry_after(&headers, clock.now());
        match status {
            StatusCode::UNAUTHORIZED => Err(AttemptError::Refused(words)),
            StatusCode::TOO_MANY_REQUESTS => {
                let now = clock.now();
                let wait = retry_after_header.unwrap_or_else(|| until_next_hour(now));
                Err(AttemptError::Exhausted(token.block(clock, wait).await, words))
            }
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                let retry = retry_after_header.map_or(RetryDecision::Soon, RetryDecision::After);
                Err(Failure { error: errors::for_status(status, &words, request.owner()), retry }.into())
            }
            status => Err(Failure::from(errors::for_status(status, &words, request.owner())).into()),
        }
    }

    /// The tokens to try in order: usable ones first, starting round-robin.
    fn in_turn(&self, purpose: Purpose) -> Vec<&TokenState> {
        let all: Vec<&TokenState> = self.token_states.iter().map(|state| &**state).collect();
        if let [_only] = all.as_slice() {
            return all;
        }
        let now = self.pool.clock.now();
        let (set_aside, mut usable): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|token| token.is_set_aside());
        if usable.is_empty() {
            // If all are set aside, one is tried again, so that a token that works again is noticed.
            return set_aside.into_iter().min_by_key(|token| token.refused_at()).into_iter().collect();
        }
        let first = self.pool.next_token() % usable.len();
        usable.rotate_left(first);
        usable.sort_by_key(|token| (token.rate_limit.peek(now, purpose).is_err(), token.is_busy()));
        usable
    }

    /// Whether Mist has not refused all tokens.
    pub(super) fn is_not_refused(&self) -> bool {
        self.token_states.iter().any(|state| state.refused_at().is_none())
    }

    /// Masks the tokens in a body before it is parsed or truncated: a part of a token would not be found any more.
    async fn masked(&self, body: Bytes) -> Result<Bytes> {
        let token_states = Arc::clone(&self.token_states);
        let mask = move |body: Bytes| token_states.iter().fold(body, |body, state| state.mask().bytes(body));
        if body.len() > LARGE { work::run(move || mask(body)).await } else { Ok(mask(body)) }
    }

    /// A request for the log.
    fn shown(&self, request: &Request) -> String {
        self.mask(request.to_string())
    }

    /// Masks the tokens in `text`.
    pub(super) fn mask(&self, text: String) -> String {
        self.token_states.iter().fold(text, |text, state| state.mask().text(text))
    }
}

/// Why an attempt with one token failed.
enum AttemptError {
    /// Its calls are used up; with Mist's message.
    Exhausted(Exhausted, String),
    /// Mist does not accept it; with Mist's message.
    Refused(String),
    /// A failure that another token would not change.
    Failure(Failure),
}

impl From<Failure> for AttemptError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Request {
    fn purpose(&self) -> Purpose {
        if self.is_for_self() || self.is_for_usage() { Purpose::Diagnosis } else { Purpose::Work }
    }
}
