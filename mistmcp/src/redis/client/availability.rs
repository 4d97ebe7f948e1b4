//! Availability of Redis: probes, and the retry of commands after an outage.

use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::RwLock;
use redis::{Cmd, RedisError, RedisResult};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::super::fault::{Fault, FaultKind};
use super::super::timeout::within_time;
use super::{RedisClient, Unavailable, probe_timeout};

/// The interval of probes while Redis is available, and the first and later intervals while it is not.
const PROBE_INTERVAL: Duration = Duration::from_secs(5);
const FIRST_RETRY: Duration = Duration::from_millis(50);
const RETRY_INTERVAL: Duration = Duration::from_millis(500);
/// How long after an outage all replicas have reconnected and written back what Redis has lost.
const RECOVERY_TIME: Duration = Duration::from_secs(5);
/// How long a command that needs Redis is retried after Redis has become unavailable: most outages are short.
const RETRY_TIME: Duration = Duration::from_secs(2);

impl RedisClient {
    pub(crate) fn is_available(&self) -> bool {
        *self.is_available.borrow()
    }

    /// Whether a missing key means that nothing was stored. After an outage, other replicas may still have to write
    /// back what Redis has lost.
    pub(crate) fn is_recovered(&self) -> bool {
        since(&self.available_since).is_none_or(|since| since.elapsed() >= RECOVERY_TIME)
    }

    /// Watches the availability of Redis.
    pub(crate) fn availability(&self) -> watch::Receiver<bool> {
        self.is_available.subscribe()
    }

    /// Retries a command whenever Redis is available again, for a short time after an outage began.
    pub(crate) async fn retry_while_unavailable<T, F>(
        &self,
        command: impl Fn() -> F,
    ) -> Result<T, Unavailable>
    where
        F: Future<Output = Result<T, Unavailable>>,
    {
        let mut deadline = None;
        loop {
            match command().await {
                Err(Unavailable::Unreachable) => {}
                result => return result,
            }
            // Counted from the first outage: Redis may come and go in the meantime.
            let end = *deadline
                .get_or_insert(since(&self.unavailable_since).ok_or(Unavailable::Unreachable)? + RETRY_TIME);
            let mut availability = self.availability();
            let recovered = timeout_at(end, availability.wait_for(|available| *available)).await;
            if Instant::now() >= end || !matches!(recovered, Ok(Ok(_))) {
                return Err(Unavailable::Unreachable);
            }
        }
    }

    /// Marks Redis as unavailable, so that commands fail at once.
    pub(super) fn mark_unavailable(&self, why: &RedisError) {
        let mark = |available: &mut bool| {
            if *available {
                set_now(&self.unavailable_since);
            }
            std::mem::replace(available, false)
        };
        if self.is_available.send_if_modified(mark) {
            self.metrics.redis(false);
            self.report_unavailable(why);
        }
    }

    pub(super) fn report_unavailable(&self, why: &RedisError) {
        let (redis, Fault { kind, remedy, .. }) = (&self.location.address, Fault::of(why));
        match (kind, remedy) {
            (FaultKind::Unavailable, "") => {
                tracing::warn!(%redis, %why, "Redis is unavailable: sessions that this replica holds go on, new ones stay here");
            }
            (FaultKind::Unavailable, remedy) => {
                tracing::warn!(%redis, %why, remedy, "Redis is unavailable: sessions that this replica holds go on, new ones stay here");
            }
            (_, remedy) => {
                tracing::error!(%redis, %why, remedy, "Redis refuses this server: sessions that this replica holds go on, new ones stay here");
            }
        }
    }

    fn probe_command(&self) -> Cmd {
        let mut set = redis::cmd("SET");
        set.arg(format!("{}:probe", self.location.prefix)).arg(1).arg("EX").arg(60);
        set
    }

    /// Writes to Redis, to tell whether it takes writes now.
    pub(crate) async fn try_to_write(&self) -> Result<(), Unavailable> {
        self.query(&self.probe_command()).await
    }

    /// Probes whether Redis accepts writes. With `resubscribe`, subscribes again after an outage.
    pub(super) async fn probe(&self, resubscribe: bool) -> RedisResult<()> {
        let mut manager = self.manager();
        let probing = async {
            if resubscribe {
                manager.subscribe(self.channel()).await?;
            }
            let set = self.probe_command();
            let set = set.exec_async(&mut manager);
            // A Redis that is too slow for calls counts as unavailable.
            within_time(self.location.timeout, set).await??;
            // After an outage, replicas that have not reconnected yet would be missing in the count.
            if !resubscribe || self.replicas().is_none() {
                let mut count = redis::cmd("PUBSUB");
                count.arg("NUMSUB").arg(self.channel());
                let (_, replicas): (String, u32) = count.query_async(&mut manager).await?;
                self.replicas.store(replicas, Ordering::Relaxed);
            }
            Ok(())
        };
        within_time(probe_timeout(&self.location), probing).await?
    }
}

fn since(moment: &RwLock<Option<Instant>>) -> Option<Instant> {
    *moment.read()
}

fn set_now(moment: &RwLock<Option<Instant>>) {
    *moment.write() = Some(Instant::now());
}

/// Probes the availability of Redis for as long as the client exists.
pub(super) async fn probe_availability(client: Weak<RedisClient>) {
    let mut delay = FIRST_RETRY;
    loop {
        let Some(mut availability) = client.upgrade().map(|client| client.availability()) else { return };
        if *availability.borrow_and_update() {
            delay = FIRST_RETRY;
            // Availability is lost when a command or a probe fails.
            if timeout(PROBE_INTERVAL, availability.wait_for(|available| !available)).await.is_err() {
                let Some(client) = client.upgrade() else { return };
                if let Err(error) = client.probe(false).await {
                    client.mark_unavailable(&error);
                }
            }
            continue;
        }
        drop(availability);
        sleep(delay).await;
        delay = RETRY_INTERVAL;
        let Some(client) = client.upgrade() else { return };
        match client.probe(true).await {
            Ok(()) => {
                set_now(&client.available_since);
                client.metrics.redis(true);
                client.is_available.send_replace(true);
                tracing::info!(redis = %client.location.address, "Redis is available");
            }
            Err(error) => {
                tracing::debug!(%error, "Redis is still away");
                client.reconnect();
            }
        }
    }
}
