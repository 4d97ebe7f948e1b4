//! The Redis client: [`RedisClient`], with timeouts, availability and retry.

mod availability;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Cmd, FromRedisValue, Pipeline, PushInfo, PushKind, RedisError, RedisResult, ScriptInvocation};
use thiserror::Error;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::Instant;

use super::Location;
use super::fault::{Fault, FaultKind};
use super::timeout::within_time;
use crate::key::Key;
use crate::log_limit::LogLimit;
use crate::metrics::Metrics;

/// The least timeout of an availability probe, and of a connection. Each takes up to four round trips.
const MIN_PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// The minimum interval of log messages about the same fault.
const LOG_INTERVAL: Duration = Duration::from_mins(1);
/// A client with one shared connection, which reconnects by itself. While Redis is unavailable, commands fail at
/// once, until a probe succeeds.
pub(crate) struct RedisClient {
    location: Location,
    /// Identifies this replica to the others.
    replica: String,
    manager: RwLock<ConnectionManager>,
    /// The channel for pub/sub messages.
    push_sender: UnboundedSender<PushInfo>,
    is_available: watch::Sender<bool>,
    unavailable_since: RwLock<Option<Instant>>,
    available_since: RwLock<Option<Instant>>,
    /// The number of replicas at the last probe; 0 if unknown.
    replicas: AtomicU32,
    /// Bounds the lines about each fault, by its error code.
    logged: Mutex<HashMap<Option<&'static str>, LogLimit>>,
    metrics: Arc<Metrics>,
}

/// Why a command failed. The caller continues without Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unavailable {
    /// Redis did not answer in time, cannot answer at the moment, or is known to be unavailable.
    Unreachable,
    /// Redis rejects the command. A retry does not help.
    Refused,
}

/// Redis rejects this server as it is configured.
#[derive(Debug, Error)]
#[error("the Redis at {address} does not let this server in: {reason}\n{remedy}")]
pub(crate) struct Refused {
    address: String,
    reason: String,
    remedy: &'static str,
}

impl RedisClient {
    /// Connects, and probes the availability of Redis from then on. Pub/sub messages arrive at the receiver.
    ///
    /// # Errors
    /// Redis rejects this server. An unavailable Redis is no error: it may become available.
    pub(crate) async fn open(
        location: Location,
        metrics: Arc<Metrics>,
    ) -> anyhow::Result<(Arc<Self>, UnboundedReceiver<PushInfo>)> {
        let (push_sender, receiver) = unbounded_channel();
        let manager = RwLock::new(manager(&location, &push_sender)?);
        let client = Arc::new(Self {
            location,
            replica: format!("{:016x}", RandomState::new().hash_one(std::process::id())),
            manager,
            push_sender,
            is_available: watch::Sender::new(false),
            unavailable_since: RwLock::default(),
            available_since: RwLock::default(),
            replicas: AtomicU32::new(0),
            logged: Mutex::default(),
            metrics,
        });
        match client.probe(true).await {
            Ok(()) => {
                client.metrics.redis(true);
                client.is_available.send_replace(true);
            }
            Err(error) => {
                let (fault, address) = (Fault::of(&error), client.location.address.clone());
                if fault.kind == FaultKind::Unusable {
                    return Err(Refused { address, reason: error.to_string(), remedy: fault.remedy }.into());
                }
                client.metrics.redis(false);
                client.report_unavailable(&error);
            }
        }
        tokio::spawn(availability::probe_availability(Arc::downgrade(&client)));
        Ok((client, receiver))
    }

    /// The identifier of this replica.
    pub(crate) fn replica(&self) -> &str {
        &self.replica
    }

    /// The name of a Redis key.
    pub(crate) fn name(&self, kind: &str, id: &str) -> String {
        format!("{}:{kind}:{id}", self.location.prefix)
    }

    /// The pub/sub channel of the replicas.
    pub(crate) fn channel(&self) -> String {
        format!("{}:news", self.location.prefix)
    }

    pub(crate) fn key(&self) -> &Key {
        &self.location.key
    }

    /// The number of replicas, if it is known.
    pub(crate) fn replicas(&self) -> Option<u32> {
        Some(self.replicas.load(Ordering::Relaxed)).filter(|replicas| *replicas > 0)
    }

    /// Runs a command.
    pub(crate) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Unavailable> {
        let mut manager = self.manager();
        self.within(command.query_async(&mut manager)).await
    }

    /// Runs a pipeline in one round trip.
    pub(crate) async fn query_pipeline<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
    ) -> Result<T, Unavailable> {
        let mut manager = self.manager();
        self.within(commands.query_async(&mut manager)).await
    }

    pub(crate) async fn invoke_script<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Unavailable> {
        let mut manager = self.manager();
        self.within(script.invoke_async(&mut manager)).await
    }

    async fn within<T>(&self, command: impl Future<Output = RedisResult<T>>) -> Result<T, Unavailable> {
        if !self.is_available() {
            return Err(Unavailable::Unreachable);
        }
        let started = Instant::now();
        let outcome = within_time(self.location.timeout, command).await;
        self.metrics.redis_command(matches!(outcome, Ok(Ok(_))), started.elapsed());
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => match Fault::of(&error) {
                Fault { kind: FaultKind::Unavailable, .. } => {
                    self.mark_unavailable(&error);
                    Err(Unavailable::Unreachable)
                }
                fault => {
                    self.log_fault(&error, fault);
                    Err(Unavailable::Refused)
                }
            },
            Err(timed_out) => {
                self.mark_unavailable(&timed_out.into());
                Err(Unavailable::Unreachable)
            }
        }
    }

    /// Logs what Redis rejects, with the remedy. Rate-limited, because each call may fail.
    fn log_fault(&self, error: &RedisError, Fault { code, remedy, .. }: Fault) {
        let mut logged = self.logged.lock();
        let limit = logged.entry(code).or_insert(LogLimit::new(1, LOG_INTERVAL));
        if limit.next(std::time::Instant::now()).is_none() {
            return;
        }
        let redis = &self.location.address;
        tracing::error!(%redis, why = %error, remedy, "Redis refuses a command: this replica does without it");
    }

    fn manager(&self) -> ConnectionManager {
        self.manager.read().clone()
    }

    /// Replaces the connection: one that is stuck or was rejected does not recover by itself.
    fn reconnect(&self) {
        // Creation succeeded before with the same configuration, so an error is ignored.
        if let Ok(new_manager) = manager(&self.location, &self.push_sender) {
            *self.manager.write() = new_manager;
        }
    }
}

impl std::fmt::Debug for RedisClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("RedisClient").field(&self.location).finish()
    }
}

fn probe_timeout(location: &Location) -> Duration {
    MIN_PROBE_TIMEOUT.max(location.timeout * 4)
}

fn manager(location: &Location, push_sender: &UnboundedSender<PushInfo>) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(probe_timeout(location)))
        .set_response_timeout(Some(probe_timeout(location)))
        // Probes are the retry.
        .set_number_of_retries(0)
        .set_push_sender(push_sender.clone())
        .set_automatic_resubscription();
    ConnectionManager::new_lazy_with_config(location.client.clone(), config)
}

impl RedisClient {
    /// The message of a replica in a push. A disconnection is handled here.
    pub(crate) fn replica_message(&self, push: &PushInfo) -> Option<String> {
        match push.kind {
            PushKind::Message => {
                push.data.get(1).and_then(|value| redis::from_redis_value_ref::<String>(value).ok())
            }
            PushKind::Disconnection => {
                // Messages published in the meantime are lost, so all sessions must be read again.
                self.mark_unavailable(&std::io::Error::other("the connection broke").into());
                None
            }
            _ => None,
        }
    }
}
