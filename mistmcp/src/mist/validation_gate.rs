//! Validation of new tokens ([`ValidationGate`]): limits the requests to Mist with a token that it has not accepted
//! yet.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Notify};

use super::token_state::TokenState;
use super::validation_limiter::{ValidationLimited, ValidationLimiter};

/// How long requests with a new token wait for the answer to an earlier one before another is sent.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// Gate for requests with a token that Mist has not accepted yet: few are sent, and their answers decide the
/// others.
#[derive(Debug, Default)]
pub(super) struct ValidationGate {
    /// Held by the next request to be sent.
    next: Mutex<()>,
    in_flight: AtomicUsize,
    /// Notifies that an answer decided, or a request ended.
    changed: Notify,
}

/// Whether a request may be sent.
#[derive(Debug)]
pub(super) enum Validation<'a> {
    /// Mist has accepted the token.
    Accepted,
    /// Mist has not accepted the token yet. The request counts as in flight until this is dropped.
    Unknown(#[cfg_attr(not(test), expect(dead_code, reason = "held for its drop"))] ValidationInFlight<'a>),
    /// Mist refused the token while the request waited.
    Refused,
}

/// Guard of a request in flight with a token that Mist has not accepted yet.
#[derive(Debug)]
pub(super) struct ValidationInFlight<'a>(&'a ValidationGate);

impl TokenState {
    /// Takes one request from the address's limit; none if Mist has accepted this token. While an earlier request
    /// is in flight, others wait for its answer, and one more is sent each second as far as the rate limit allows. A
    /// refusal answers all that waited for it.
    ///
    /// # Errors
    /// The address has used up its requests, and no request with this token is in flight.
    pub(super) async fn validate(
        &self,
        validation_limiter: &ValidationLimiter,
    ) -> Result<Validation<'_>, ValidationLimited> {
        let validation = &self.validation;
        let refused_before = self.refused_at();
        let decided = || {
            if self.is_accepted() {
                Some(Validation::Accepted)
            } else if self.refused_at() != refused_before {
                Some(Validation::Refused)
            } else {
                None
            }
        };
        if let Some(decision) = decided() {
            return Ok(decision);
        }
        tokio::select! {
            biased;
            decision = validation.until(decided) => Ok(decision),
            sent = validation.send(validation_limiter) => sent.map(Validation::Unknown),
        }
    }
}

impl ValidationGate {
    /// Notifies those who wait that Mist has decided about the token.
    pub(super) fn notify(&self) {
        self.changed.notify_waiters();
    }

    async fn send(
        &self,
        validation_limiter: &ValidationLimiter,
    ) -> Result<ValidationInFlight<'_>, ValidationLimited> {
        let _next = self.next.lock().await;
        // No request is in flight any more, or one takes longer than `MIN_INTERVAL`.
        let _ = tokio::time::timeout(MIN_INTERVAL, self.until_none_in_flight()).await;
        loop {
            match validation_limiter.take().await {
                Ok(()) => {
                    self.in_flight.fetch_add(1, Ordering::AcqRel);
                    return Ok(ValidationInFlight(self));
                }
                Err(limited) if self.is_idle() => return Err(limited),
                Err(_) => self.until_none_in_flight().await,
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.in_flight.load(Ordering::Acquire) == 0
    }

    async fn until_none_in_flight(&self) {
        self.until(|| self.is_idle().then_some(())).await;
    }

    /// Waits until `something` returns a value.
    async fn until<T>(&self, something: impl Fn() -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(something) = something() {
                return something;
            }
            changed.await;
        }
    }
}

impl Drop for ValidationInFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
        self.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use http::StatusCode;

    use super::super::token_state::Key;
    use super::super::{Clouds, Token};
    use super::*;

    fn token() -> Arc<TokenState> {
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        Arc::new(TokenState::new(1, Key { cloud, token: Token::new("a").unwrap() }, 100, None))
    }

    /// Spawns requests that wait for their turn; each returns its outcome.
    async fn waiting(
        token: &Arc<TokenState>,
        validation_limiter: &Arc<ValidationLimiter>,
        count: usize,
    ) -> tokio::task::JoinSet<&'static str> {
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..count {
            let (token, validation_limiter) = (Arc::clone(token), Arc::clone(validation_limiter));
            waiting.spawn(async move {
                match token.validate(&validation_limiter).await {
                    Ok(Validation::Accepted) => "accepted",
                    Ok(Validation::Refused) => "refused",
                    // It is answered after the others.
                    Ok(Validation::Unknown(_in_flight)) => {
                        tokio::time::sleep(Duration::from_mins(10)).await;
                        "sent"
                    }
                    Err(_) => "limited",
                }
            });
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
        waiting
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_answer_decides_waiting_requests() {
        for (status, wanted) in [(StatusCode::OK, "accepted"), (StatusCode::UNAUTHORIZED, "refused")] {
            // The limiter's clock is not paused: its quota does not refill here.
            let (token, validation_limiter) =
                (token(), Arc::new(ValidationLimiter::new(NonZeroU32::new(2).unwrap())));
            let Ok(Validation::Unknown(first)) = token.validate(&validation_limiter).await else {
                panic!("nothing is known")
            };
            let mut others = waiting(&token, &validation_limiter, 40).await;
            assert!(others.try_join_next().is_none(), "none is refused while the first one is under way");
            token.record(status);
            drop(first);
            let mut ends = others.join_all().await;
            ends.sort_unstable();
            ends.dedup();
            assert_eq!(ends, [wanted, "sent"]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_answer_the_next_request_is_sent_or_refused() {
        let (token, validation_limiter) =
            (token(), Arc::new(ValidationLimiter::new(NonZeroU32::new(1).unwrap())));
        let Ok(Validation::Unknown(first)) = token.validate(&validation_limiter).await else {
            panic!("nothing is known")
        };
        let mut others = waiting(&token, &validation_limiter, 3).await;
        assert!(others.try_join_next().is_none());
        // A server error says nothing about the token.
        token.record(StatusCode::BAD_GATEWAY);
        drop(first);
        assert_eq!(others.join_all().await, ["limited"; 3]);
    }
}
