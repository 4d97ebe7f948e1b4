use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Cmd, FromRedisValue, Pipeline, PushInfo, PushKind, RedisError, RedisResult, ScriptInvocation};
use thiserror::Error;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::Location;
use super::fault::{Fault, FaultKind};
use super::timeout::within_time;
use crate::key::Key;
use crate::metrics::Metrics;

/// How long a call waits for Redis.
const DEADLINE: Duration = Duration::from_millis(250);
/// How long a look whether it is there may take, between two of them while it is, and while it is not.
const LOOKING: Duration = Duration::from_secs(1);
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LATER_LOOKS: Duration = Duration::from_millis(500);
/// When Redis has come back, all replicas have found it after this long, and written down there what it has lost.
const SETTLING: Duration = Duration::from_secs(5);
/// How often an operator is told of one thing that Redis refuses.
const BETWEEN_COMPLAINTS: Duration = Duration::from_mins(1);
/// How long one waits who cannot do without a Redis that has just gone: most silences are short.
const PATIENCE: Duration = Duration::from_secs(2);

/// The way to Redis: one connection that all share, which comes back by itself. Where Redis is away, nobody waits for
/// it: what is asked of it fails at once, until a look has found it again.
pub(crate) struct RedisClient {
    location: Location,
    /// Names this replica to the others.
    replica: String,
    manager: RwLock<ConnectionManager>,
    /// Where what is published goes.
    pushed: UnboundedSender<PushInfo>,
    is_there: watch::Sender<bool>,
    gone_since: RwLock<Option<Instant>>,
    back_since: RwLock<Option<Instant>>,
    /// As many as there were at the last look; none where there was none.
    replicas: AtomicU32,
    /// When an operator was last told of an error, by its code.
    complaints: Mutex<HashMap<Option<&'static str>, Instant>>,
    metrics: Arc<Metrics>,
}

/// Why Redis did not do what it was asked for. What is asked is done without it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unavailable {
    /// It did not answer in time, or cannot for the moment; or it is known to be away.
    Gone,
    /// It is there and refuses this. Asking again does not help.
    Refused,
}

/// Redis cannot be used as this server is configured.
#[derive(Debug, Error)]
#[error("the Redis at {place} does not let this server in: {reason}\n{remedy}")]
pub(crate) struct Refused {
    place: String,
    reason: String,
    remedy: &'static str,
}

impl RedisClient {
    /// Makes the connection, and looks from then on whether Redis is there. What is published comes by the receiver.
    ///
    /// # Errors
    /// Redis is there, and refuses. That it is away is no error: it may come.
    pub(crate) async fn open(
        location: Location,
        metrics: Arc<Metrics>,
    ) -> anyhow::Result<(Arc<Self>, UnboundedReceiver<PushInfo>)> {
        let (pushed, receiver) = unbounded_channel();
        let manager = RwLock::new(manager(&location, &pushed)?);
        let link = Arc::new(Self {
            location,
            replica: format!("{:016x}", RandomState::new().hash_one(std::process::id())),
            manager,
            pushed,
            is_there: watch::Sender::new(false),
            gone_since: RwLock::default(),
            back_since: RwLock::default(),
            replicas: AtomicU32::new(0),
            complaints: Mutex::default(),
            metrics,
        });
        match link.probe(true).await {
            Ok(()) => {
                link.metrics.redis(true);
                link.is_there.send_replace(true);
            }
            Err(error) => {
                let (fault, place) = (Fault::of(&error), link.location.place.clone());
                if fault.kind == FaultKind::Unusable {
                    return Err(Refused { place, reason: error.to_string(), remedy: fault.remedy }.into());
                }
                link.metrics.redis(false);
                link.report_unavailable(&error);
            }
        }
        tokio::spawn(watch_over(Arc::downgrade(&link)));
        Ok((link, receiver))
    }

    /// What the others know this replica by.
    pub(crate) fn replica(&self) -> &str {
        &self.replica
    }

    /// Redis's name for something.
    pub(crate) fn name(&self, kind: &str, what: &str) -> String {
        format!("{}:{kind}:{what}", self.location.prefix)
    }

    /// The channel by which replicas tell each other.
    pub(crate) fn channel(&self) -> String {
        format!("{}:news", self.location.prefix)
    }

    pub(crate) fn key(&self) -> &Key {
        &self.location.key
    }

    pub(crate) fn is_there(&self) -> bool {
        *self.is_there.borrow()
    }

    /// Whether what is not there is nowhere: where Redis has just come back, other replicas may hold what it has lost.
    pub(crate) fn is_settled(&self) -> bool {
        since(&self.back_since).is_none_or(|since| since.elapsed() >= SETTLING)
    }

    /// How many replicas there are, where it has ever been told.
    pub(crate) fn replicas(&self) -> Option<u32> {
        Some(self.replicas.load(Ordering::Relaxed)).filter(|replicas| *replicas > 0)
    }

    /// Hears when Redis goes and comes.
    pub(crate) fn availability(&self) -> watch::Receiver<bool> {
        self.is_there.subscribe()
    }

    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Unavailable> {
        let mut manager = self.manager();
        self.within(command.query_async(&mut manager)).await
    }

    /// Several commands in one round.
    pub(crate) async fn ask_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, Unavailable> {
        let mut manager = self.manager();
        self.within(commands.query_async(&mut manager)).await
    }

    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Unavailable> {
        let mut manager = self.manager();
        self.within(script.invoke_async(&mut manager)).await
    }

    /// Asks once more whenever Redis is back, as long as it has gone but just now.
    pub(crate) async fn retry_while_unavailable<T, F>(&self, asking: impl Fn() -> F) -> Result<T, Unavailable>
    where
        F: Future<Output = Result<T, Unavailable>>,
    {
        let mut patience = None;
        loop {
            match asking().await {
                Err(Unavailable::Gone) => {}
                done => return done,
            }
            // From when it went first: it may come and go meanwhile.
            let end = *patience.get_or_insert(since(&self.gone_since).ok_or(Unavailable::Gone)? + PATIENCE);
            let mut availability = self.availability();
            let back = timeout_at(end, availability.wait_for(|there| *there)).await;
            if Instant::now() >= end || !matches!(back, Ok(Ok(_))) {
                return Err(Unavailable::Gone);
            }
        }
    }

    async fn within<T>(&self, asking: impl Future<Output = RedisResult<T>>) -> Result<T, Unavailable> {
        if !self.is_there() {
            return Err(Unavailable::Gone);
        }
        let began = Instant::now();
        let outcome = within_time(DEADLINE, asking).await;
        self.metrics.asked_redis(matches!(outcome, Ok(Ok(_))), began.elapsed());
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => match Fault::of(&error) {
                Fault { kind: FaultKind::Unavailable, .. } => {
                    self.lose(&error);
                    Err(Unavailable::Gone)
                }
                fault => {
                    self.log_fault(&error, fault);
                    Err(Unavailable::Refused)
                }
            },
            Err(silent) => {
                self.lose(&silent.into());
                Err(Unavailable::Gone)
            }
        }
    }

    /// Tells the operator what Redis refuses, and what to do: now and then, for each call may be refused.
    fn log_fault(&self, error: &RedisError, Fault { code, remedy, .. }: Fault) {
        let mut complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if complaints.get(&code).is_some_and(|last| last.elapsed() < BETWEEN_COMPLAINTS) {
            return;
        }
        complaints.insert(code, Instant::now());
        let redis = &self.location.place;
        tracing::error!(%redis, why = %error, remedy, "Redis refuses a command: this replica does without it");
    }

    /// Nobody waits for it from now on.
    fn lose(&self, why: &RedisError) {
        let goes = |there: &mut bool| {
            if *there {
                now(&self.gone_since);
            }
            std::mem::replace(there, false)
        };
        if self.is_there.send_if_modified(goes) {
            self.metrics.redis(false);
            self.report_unavailable(why);
        }
    }

    fn report_unavailable(&self, why: &RedisError) {
        let (redis, Fault { kind, remedy, .. }) = (&self.location.place, Fault::of(why));
        match (kind, remedy) {
            (FaultKind::Unavailable, "") => {
                tracing::warn!(%redis, %why, "Redis is away: sessions that this replica holds go on, new ones stay here");
            }
            (FaultKind::Unavailable, remedy) => {
                tracing::warn!(%redis, %why, remedy, "Redis is away: sessions that this replica holds go on, new ones stay here");
            }
            (_, remedy) => {
                tracing::error!(%redis, %why, remedy, "Redis refuses this server: sessions that this replica holds go on, new ones stay here");
            }
        }
    }

    /// Whether it can be written to, and, where it has been away, that what is published comes.
    async fn probe(&self, anew: bool) -> RedisResult<()> {
        let mut manager = self.manager();
        let looking = async {
            if anew {
                manager.subscribe(self.channel()).await?;
            }
            let name = format!("{}:look", self.location.prefix);
            let mut set = redis::cmd("SET");
            let set = set.arg(name).arg(1).arg("EX").arg(60).exec_async(&mut manager);
            // One that answers too late for calls is as good as away.
            within_time(DEADLINE, set).await??;
            // Whoever has just come back with this one may not be among them yet.
            if !anew || self.replicas().is_none() {
                let mut count = redis::cmd("PUBSUB");
                count.arg("NUMSUB").arg(self.channel());
                let (_, replicas): (String, u32) = count.query_async(&mut manager).await?;
                self.replicas.store(replicas, Ordering::Relaxed);
            }
            Ok(())
        };
        within_time(LOOKING, looking).await?
    }

    fn manager(&self) -> ConnectionManager {
        self.manager.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins a new connection: one that is stuck, or was refused, does not mend by itself.
    fn reconnect(&self) {
        // It could be made before with the same words.
        if let Ok(fresh) = manager(&self.location, &self.pushed) {
            *self.manager.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }
}

impl std::fmt::Debug for RedisClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("RedisClient").field(&self.location).finish()
    }
}

fn since(moment: &RwLock<Option<Instant>>) -> Option<Instant> {
    *moment.read().unwrap_or_else(PoisonError::into_inner)
}

fn now(moment: &RwLock<Option<Instant>>) {
    *moment.write().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

fn manager(location: &Location, pushed: &UnboundedSender<PushInfo>) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(LOOKING))
        .set_response_timeout(Some(LOOKING))
        // Who looks whether it is there tries again.
        .set_number_of_retries(0)
        .set_push_sender(pushed.clone())
        .set_automatic_resubscription();
    ConnectionManager::new_lazy_with_config(location.client.clone(), config)
}

/// Looks whether Redis is there, for as long as there is a link.
async fn watch_over(link: Weak<RedisClient>) {
    let mut pause = FIRST_LOOK;
    loop {
        let Some(mut availability) = link.upgrade().map(|link| link.availability()) else { return };
        if *availability.borrow_and_update() {
            pause = FIRST_LOOK;
            // It goes when a call finds it gone, or when a look does.
            if timeout(BETWEEN_LOOKS, availability.wait_for(|there| !there)).await.is_err() {
                let Some(link) = link.upgrade() else { return };
                if let Err(error) = link.probe(false).await {
                    link.lose(&error);
                }
            }
            continue;
        }
        drop(availability);
        sleep(pause).await;
        pause = LATER_LOOKS;
        let Some(link) = link.upgrade() else { return };
        match link.probe(true).await {
            Ok(()) => {
                now(&link.back_since);
                link.metrics.redis(true);
                link.is_there.send_replace(true);
                tracing::info!(redis = %link.location.place, "Redis is there");
            }
            Err(error) => {
                tracing::debug!(%error, "Redis is still away");
                link.reconnect();
            }
        }
    }
}

impl RedisClient {
    /// What a push says that concerns replicas: a message of theirs. That the connection broke is seen to.
    pub(crate) fn news(&self, push: &PushInfo) -> Option<String> {
        match push.kind {
            PushKind::Message => {
                push.data.get(1).and_then(|value| redis::from_redis_value_ref::<String>(value).ok())
            }
            PushKind::Disconnection => {
                // What was published meanwhile is lost, so that all has to be looked at again.
                self.lose(&std::io::Error::other("the connection broke").into());
                None
            }
            _ => None,
        }
    }
}
