//! First requests to Mist with a token that it has not accepted yet: [`TokenState::prove`].

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Notify};

use super::pacer::{PacedOut, Pacer};
use super::token_state::TokenState;

/// How long the requests of a new token wait for the answer to an earlier one before one more is sent.
const APART: Duration = Duration::from_secs(1);

/// Requests with a token that Mist has not accepted yet: few are sent, and their answers decide about the others.
#[derive(Debug, Default)]
pub(super) struct Proving {
    /// Held by the request that is sent next.
    next: Mutex<()>,
    under_way: AtomicUsize,
    refusals: AtomicUsize,
    /// An answer has come, or a request has ended without one.
    changed: Notify,
}

/// Whether a request may be sent.
#[derive(Debug)]
pub(super) enum Proof<'a> {
    /// Mist has accepted the token.
    Accepted,
    /// Mist has not accepted it yet. The request counts as under way until this is dropped.
    Unknown(#[cfg_attr(not(test), expect(dead_code, reason = "held for its drop"))] UnderWay<'a>),
    /// Mist has refused it while the request waited.
    Refused,
}

/// A request that is under way with a token that Mist has not accepted yet.
#[derive(Debug)]
pub(super) struct UnderWay<'a>(&'a Proving);

impl TokenState {
    /// Takes one of the requests that an address may make with tokens that Mist has not accepted; none where Mist has
    /// accepted this one. While an earlier request is under way, others wait for its answer: one more is sent each
    /// second, as long as the pacer allows it. Its refusal is the answer to all that have waited for it.
    ///
    /// # Errors
    /// The address has used up its requests, and none of this token is under way.
    pub(super) async fn prove(&self, pacer: &Pacer) -> Result<Proof<'_>, PacedOut> {
        let proving = &self.proving;
        let refusals = proving.refusals.load(Ordering::Acquire);
        let decided = || {
            if self.is_proven() {
                Some(Proof::Accepted)
            } else if proving.refusals.load(Ordering::Acquire) != refusals {
                Some(Proof::Refused)
            } else {
                None
            }
        };
        if let Some(proof) = decided() {
            return Ok(proof);
        }
        tokio::select! {
            biased;
            proof = proving.until(decided) => Ok(proof),
            sent = proving.send(pacer) => sent.map(Proof::Unknown),
        }
    }
}

impl Proving {
    pub(super) fn accepted(&self) {
        self.changed.notify_waiters();
    }

    pub(super) fn refused(&self) {
        self.refusals.fetch_add(1, Ordering::AcqRel);
        self.changed.notify_waiters();
    }

    async fn send(&self, pacer: &Pacer) -> Result<UnderWay<'_>, PacedOut> {
        let _next = self.next.lock().await;
        // None is under way any more, or it takes long.
        let _ = tokio::time::timeout(APART, self.until_none_is_under_way()).await;
        loop {
            match pacer.take().await {
                Ok(()) => {
                    self.under_way.fetch_add(1, Ordering::AcqRel);
                    return Ok(UnderWay(self));
                }
                Err(paced_out) if self.is_idle() => return Err(paced_out),
                Err(_) => self.until_none_is_under_way().await,
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.under_way.load(Ordering::Acquire) == 0
    }

    async fn until_none_is_under_way(&self) {
        self.until(|| self.is_idle().then_some(())).await;
    }

    /// Waits until there is something.
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

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
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

    fn account() -> Arc<TokenState> {
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        Arc::new(TokenState::new(1, Key { cloud, token: Token::new("a").unwrap() }, 100, None))
    }

    /// Requests that wait for their turn: of each, how it ends.
    async fn waiting(
        account: &Arc<TokenState>,
        pacer: &Arc<Pacer>,
        count: usize,
    ) -> tokio::task::JoinSet<&'static str> {
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..count {
            let (account, pacer) = (Arc::clone(account), Arc::clone(pacer));
            waiting.spawn(async move {
                match account.prove(&pacer).await {
                    Ok(Proof::Accepted) => "accepted",
                    Ok(Proof::Refused) => "refused",
                    // It is answered after the others.
                    Ok(Proof::Unknown(_under_way)) => {
                        tokio::time::sleep(Duration::from_mins(10)).await;
                        "sent"
                    }
                    Err(_) => "paced out",
                }
            });
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
        waiting
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_for_the_first_answer_is_decided_by_it() {
        for (status, wanted) in [(StatusCode::OK, "accepted"), (StatusCode::UNAUTHORIZED, "refused")] {
            // The clock of the pacer is not the one that is paused: none of its requests comes back here.
            let (account, pacer) = (account(), Arc::new(Pacer::new(NonZeroU32::new(2).unwrap())));
            let Ok(Proof::Unknown(first)) = account.prove(&pacer).await else { panic!("nothing is known") };
            let mut others = waiting(&account, &pacer, 40).await;
            assert!(others.try_join_next().is_none(), "none is refused while the first one is under way");
            account.answered(status);
            drop(first);
            let mut ends = others.join_all().await;
            ends.sort_unstable();
            ends.dedup();
            assert_eq!(ends, [wanted, "sent"]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_answer_the_next_one_is_sent_or_paced_out() {
        let (account, pacer) = (account(), Arc::new(Pacer::new(NonZeroU32::new(1).unwrap())));
        let Ok(Proof::Unknown(first)) = account.prove(&pacer).await else { panic!("nothing is known") };
        let mut others = waiting(&account, &pacer, 3).await;
        assert!(others.try_join_next().is_none());
        // Mist has failed, which says nothing of the token.
        account.answered(StatusCode::BAD_GATEWAY);
        drop(first);
        assert_eq!(others.join_all().await, ["paced out"; 3]);
    }
}
