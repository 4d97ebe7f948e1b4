//! Rounds of calls, and how long they took.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use crate::client::Client;

/// How long each call of some time took.
#[derive(Default)]
pub(crate) struct Round {
    times: Vec<Duration>,
    lasted: Duration,
}

impl Round {
    /// Has every client call over and over. `call` says what, by a number that no other call of the round has.
    pub(crate) async fn run<F>(clients: Vec<Client>, lasting: Duration, call: F) -> Result<Self>
    where
        F: Fn(u64) -> (&'static str, Value) + Clone + Send + 'static,
    {
        let (over, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let began = Instant::now();
        let tasks: Vec<_> = clients
            .into_iter()
            .map(|mut client| {
                let (over, next, call) = (Arc::clone(&over), Arc::clone(&next), call.clone());
                tokio::spawn(async move {
                    let mut times = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let (tool, arguments) = call(next.fetch_add(1, Ordering::Relaxed));
                        let asked = Instant::now();
                        client.call(tool, &arguments).await?;
                        times.push(asked.elapsed());
                    }
                    Ok::<_, anyhow::Error>(times)
                })
            })
            .collect();
        tokio::time::sleep(lasting).await;
        over.store(true, Ordering::Relaxed);
        let mut round = Self::default();
        for task in tasks {
            round.times.extend(task.await??);
        }
        round.lasted = began.elapsed();
        Ok(round)
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.lasted += other.lasted;
    }

    #[expect(clippy::cast_precision_loss, reason = "some calls more or less")]
    pub(crate) fn calls(&self) -> f64 {
        self.times.len() as f64
    }

    /// Calls a second.
    pub(crate) fn rate(&self) -> f64 {
        self.calls() / self.lasted.as_secs_f64()
    }

    /// The time at or below which the share `part` of the calls lies.
    pub(crate) fn milliseconds(&mut self, part: f64) -> f64 {
        quantile(&mut self.times, part).as_secs_f64() * 1_000.0
    }

    #[allow(dead_code, reason = "what is beside it is told by one of the benchmarks alone")]
    /// How long all calls took together.
    pub(crate) fn in_all(&self) -> Duration {
        self.times.iter().sum()
    }
}

/// The time at or below which the share `part` of `times` lies.
pub(crate) fn quantile(times: &mut [Duration], part: f64) -> Duration {
    times.sort_unstable();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let place = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}
