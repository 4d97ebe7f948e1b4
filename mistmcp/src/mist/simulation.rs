//! Many sessions with one token, for hours that pass in no time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::clock::Clock;
use super::rate_limit::{By, Exhausted, Purpose};
use super::token_state::AT_ONCE;
use super::wait_progress::waits;
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

/// Calls again and again until the hour's calls are used up, and says how often that was.
async fn calls(connection: &Connection, under_way: &AtomicUsize) -> (u32, Exhausted) {
    let account = &connection.line.leases[0];
    let (told, _waiting) = waits();
    for made in 0.. {
        let admitted = match account.admit(connection.line.pool.clock, Purpose::Work, &told).await {
            Ok(admitted) => admitted,
            Err(used_up) => return (made, used_up),
        };
        assert!(under_way.fetch_add(1, Ordering::SeqCst) < AT_ONCE);
        tokio::time::sleep(Duration::from_millis(40)).await;
        under_way.fetch_sub(1, Ordering::SeqCst);
        drop(admitted);
    }
    unreachable!()
}

#[tokio::test(start_paused = true)]
async fn twenty_sessions_of_a_token_share_its_hour_exactly_and_none_starves() {
    let pool = pool(5_000, "2026-01-01T10:20:00Z");
    let under_way = Arc::new(AtomicUsize::new(0));
    for reset in ["2026-01-01T11:00:00Z", "2026-01-01T12:00:00Z"] {
        let mut sessions = JoinSet::new();
        for _ in 0..SESSIONS {
            let (connection, under_way) = (session(&pool, "shared"), Arc::clone(&under_way));
            sessions.spawn(async move { calls(&connection, &under_way).await });
        }
        // Another token has an hour of its own.
        let alone = calls(&session(&pool, reset), &AtomicUsize::new(0)).await.0;
        let outcomes = sessions.join_all().await;
        assert_eq!(outcomes.iter().map(|(made, _)| made).sum::<u32>(), 4_750);
        assert_eq!(alone, 4_750);
        let shares = || outcomes.iter().map(|(made, _)| *made);
        let (least, most) = (shares().min().unwrap(), shares().max().unwrap());
        assert!(most - least <= 1, "from {least} to {most}");
        for (_, used_up) in outcomes {
            assert_eq!((used_up.by, used_up.until), (By::Count(5_000), reset.parse().unwrap()));
        }
        let wait = reset.parse::<jiff::Timestamp>().unwrap().duration_since(pool.clock.now());
        tokio::time::sleep(wait.unsigned_abs()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_gives_up_in_the_queue_takes_neither_a_place_nor_a_call() {
    let pool = pool(100, "2026-01-01T10:20:00Z");
    let connection = session(&pool, "shared");
    let (account, clock) = (&connection.line.leases[0], pool.clock);
    let (told, waiting) = waits();
    let mut places = Vec::new();
    for _ in 0..AT_ONCE {
        places.push(account.admit(clock, Purpose::Work, &told).await.unwrap());
    }
    let before = account.budget.tally(clock.now());
    let late = account.admit(clock, Purpose::Work, &told);
    assert!(tokio::time::timeout(Duration::from_secs(5), late).await.is_err());
    assert!(waiting.borrow().is_some(), "those who wait are told");
    assert_eq!(account.budget.tally(clock.now()), before);
    places.pop();
    places.push(account.admit(clock, Purpose::Work, &told).await.unwrap());
    assert!(waiting.borrow().is_none());
    account.budget.block(clock.now(), Duration::from_mins(1));
    let refused = account.admit(clock, Purpose::Work, &told);
    let refused = tokio::time::timeout(Duration::from_secs(5), refused).await;
    assert!(refused.unwrap().is_err(), "nobody queues for what is used up");
}
