//! Simulation tests of the rate limit and the queue: many sessions with one token over several hours of paused
//! time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::clock::Clock;
use super::rate_limit::{Exhausted, ExhaustedBy, Purpose};
use super::token_state::AT_ONCE;
use super::wait_progress::wait_channel;
use super::{Clouds, Connection, Limits, Pool, Token};

const SESSIONS: usize = 20;

fn pool(rate_limit: u32, at: &str) -> Arc<Pool> {
    let limits = Limits {
        timeout: Duration::from_secs(30),
        retry_wait: Duration::from_secs(15),
        rate_limit,
        max_response_bytes: 1_000,
    };
    Arc::new(Pool::with_clock(limits, Clock::set(at)))
}

fn session(pool: &Arc<Pool>, token: &str) -> Connection {
    let cloud = Clouds::default().find("api.mist.com").unwrap();
    Connection::new(Arc::clone(pool), cloud, Token::new(token).unwrap(), None)
}

/// Calls until the hour's calls are used up. Returns the number of calls and the error.
async fn calls(connection: &Connection, in_flight: &AtomicUsize) -> (u32, Exhausted) {
    let token = &connection.dispatcher.token_states[0];
    let (reporter, _waiting) = wait_channel();
    for made in 0.. {
        let admitted = match token.admit(connection.dispatcher.pool.clock, Purpose::Work, &reporter).await {
            Ok(admitted) => admitted,
            Err(used_up) => return (made, used_up),
        };
        assert!(in_flight.fetch_add(1, Ordering::SeqCst) < AT_ONCE);
        tokio::time::sleep(Duration::from_millis(40)).await;
        in_flight.fetch_sub(1, Ordering::SeqCst);
        drop(admitted);
    }
    unreachable!()
}

#[tokio::test(start_paused = true)]
async fn twenty_sessions_share_the_hourly_limit_of_a_token_fairly() {
    let pool = pool(5_000, "2026-01-01T10:20:00Z");
    let in_flight = Arc::new(AtomicUsize::new(0));
    for reset in ["2026-01-01T11:00:00Z", "2026-01-01T12:00:00Z"] {
        let mut sessions = JoinSet::new();
        for _ in 0..SESSIONS {
            let (connection, in_flight) = (session(&pool, "shared"), Arc::clone(&in_flight));
            sessions.spawn(async move { calls(&connection, &in_flight).await });
        }
        // Another token has its own limit.
        let alone = calls(&session(&pool, reset), &AtomicUsize::new(0)).await.0;
        let outcomes = sessions.join_all().await;
        assert_eq!(outcomes.iter().map(|(made, _)| made).sum::<u32>(), 4_750);
        assert_eq!(alone, 4_750);
        let shares = || outcomes.iter().map(|(made, _)| *made);
        let (least, most) = (shares().min().unwrap(), shares().max().unwrap());
        assert!(most - least <= 1, "from {least} to {most}");
        for (_, used_up) in outcomes {
            assert_eq!((used_up.by, used_up.until), (ExhaustedBy::Count(5_000), reset.parse().unwrap()));
        }
        let wait = reset.parse::<jiff::Timestamp>().unwrap().duration_since(pool.clock.now());
        tokio::time::sleep(wait.unsigned_abs()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_cancelled_in_the_queue_uses_no_permit_and_no_quota() {
    let pool = pool(100, "2026-01-01T10:20:00Z");
    let connection = session(&pool, "shared");
    let (token, clock) = (&connection.dispatcher.token_states[0], pool.clock);
    let (reporter, waiting) = wait_channel();
    let mut permits = Vec::new();
    for _ in 0..AT_ONCE {
        permits.push(token.admit(clock, Purpose::Work, &reporter).await.unwrap());
    }
    let before = token.rate_limit.tally(clock.now());
    let late = token.admit(clock, Purpose::Work, &reporter);
    assert!(tokio::time::timeout(Duration::from_secs(5), late).await.is_err());
    assert!(waiting.borrow().is_some(), "the wait is reported");
    assert_eq!(token.rate_limit.tally(clock.now()), before);
    permits.pop();
    permits.push(token.admit(clock, Purpose::Work, &reporter).await.unwrap());
    assert!(waiting.borrow().is_none());
    token.rate_limit.block(clock.now(), Duration::from_mins(1));
    let refused = token.admit(clock, Purpose::Work, &reporter);
    let refused = tokio::time::timeout(Duration::from_secs(5), refused).await;
    assert!(refused.unwrap().is_err(), "an exhausted limit fails without queueing");
}
