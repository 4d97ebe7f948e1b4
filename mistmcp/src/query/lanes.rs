//! Limits on queries that run at once: [`of_token`], [`sql`], [`exclusive`].

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, LazyLock, Weak};
use std::thread::available_parallelism;

use parking_lot::Mutex;
use tokio::sync::{
    OwnedSemaphorePermit, RwLock, RwLockReadGuard, RwLockWriteGuard, Semaphore, SemaphorePermit,
};

use crate::error::ErrorKind;
use crate::{Call, Error, Result};

/// Queries of one token and cloud at once.
const PER_TOKEN: usize = 2;
/// Statements of all tokens that run at once, at most.
const MAX_RUNNING: usize = 4;
/// Tokens that are remembered before those without a query are forgotten.
const MAX_TOKENS: usize = 256;

static RUNNING: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, NonZero::get).clamp(2, MAX_RUNNING)));

/// The limit on SQLite's memory is one for the whole process. A statement that reaches it runs again while no other
/// does, so that one that needs too much does not make others fail.
static MEMORY: RwLock<()> = RwLock::const_new(());

type TokenHash = [u8; 32];

static QUEUES: LazyLock<Mutex<HashMap<TokenHash, Weak<Semaphore>>>> = LazyLock::new(Mutex::default);

/// A turn among the queries of one token and cloud.
pub(super) async fn of_token(token: TokenHash, call: &Call) -> Result<OwnedSemaphorePermit> {
    let queue = queue(token);
    if let Ok(turn) = Arc::clone(&queue).try_acquire_owned() {
        return Ok(turn);
    }
    call.note(format!("Waiting for other queries: {PER_TOKEN} run at once."));
    queue.acquire_owned().await.map_err(|_| stopping())
}

fn queue(token: TokenHash) -> Arc<Semaphore> {
    let mut tokens = QUEUES.lock();
    if let Some(queue) = tokens.get(&token).and_then(Weak::upgrade) {
        return queue;
    }
    if tokens.len() >= MAX_TOKENS {
        tokens.retain(|_, queue| queue.strong_count() > 0);
    }
    let queue = Arc::new(Semaphore::new(PER_TOKEN));
    tokens.insert(token, Arc::downgrade(&queue));
    queue
}

/// A turn among all statements.
pub(super) async fn sql() -> Result<SemaphorePermit<'static>> {
    RUNNING.acquire().await.map_err(|_| stopping())
}

/// Shares SQLite's memory with other statements.
pub(super) async fn shared() -> RwLockReadGuard<'static, ()> {
    MEMORY.read().await
}

/// Has SQLite's memory alone, but for the tables that are kept.
pub(super) async fn exclusive() -> RwLockWriteGuard<'static, ()> {
    MEMORY.write().await
}

fn stopping() -> Error {
    Error::new(ErrorKind::Cloud, "The server is shutting down. Try again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_token_has_two_turns_and_another_token_has_its_own() {
        let call = Call::unattended();
        let first = of_token([1; 32], &call).await.unwrap();
        let _second = of_token([1; 32], &call).await.unwrap();
        assert!(queue([1; 32]).try_acquire_owned().is_err());
        let _other = of_token([2; 32], &call).await.unwrap();
        drop(first);
        let _third = of_token([1; 32], &call).await.unwrap();
    }
}
