//! Prometheus metrics: [`Metrics`]. No label contains a token, an organization, or other client data.

use std::time::Duration;

use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Histogram buckets from a cache hit to a slow Mist API.
const SECONDS: [f64; 12] = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 30.0];

/// Histogram buckets from a local Redis to the command timeout.
const REDIS_SECONDS: [f64; 9] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.02, 0.1, 0.25];

/// A duration in whole milliseconds, as it is logged.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The metrics of one process.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    calls: Family<CallLabels, Counter>,
    call_seconds: Histogram,
    result_bytes: Counter,
    refusals: Family<RefusalLabels, Counter>,
    exchanges: Family<ExchangeLabels, Counter>,
    exchange_seconds: Histogram,
    response_bytes: Counter,
    retries: Counter,
    tokens: Family<TokenLabels, Gauge>,
    sessions_opened: Counter,
    sessions_restored: Counter,
    sessions: Gauge,
    connections: Gauge,
    in_use: Family<LimitLabels, Gauge>,
    audit_lines_omitted: Counter,
    redis_up: Family<RedisLabels, Gauge>,
    redis_commands: Family<CommandLabels, Counter>,
    redis_seconds: Histogram,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    tool: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ExchangeLabels {
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenLabels {
    calls_left: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LimitLabels {
    limit: &'static str,
}

/// A family with one member at most, so that the metric is absent without `--redis`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RedisLabels {}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommandLabels {
    outcome: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("mistmcp");
        let metrics = Self {
            calls: Family::default(),
            call_seconds: Histogram::new(SECONDS),
            result_bytes: Counter::default(),
            refusals: Family::default(),
            exchanges: Family::default(),
            exchange_seconds: Histogram::new(SECONDS),
            response_bytes: Counter::default(),
            retries: Counter::default(),
            tokens: Family::default(),
            sessions_opened: Counter::default(),
            sessions_restored: Counter::default(),
            sessions: Gauge::default(),
            connections: Gauge::default(),
            in_use: Family::default(),
            audit_lines_omitted: Counter::default(),
            redis_up: Family::default(),
            redis_commands: Family::default(),
            redis_seconds: Histogram::new(REDIS_SECONDS),
            registry: Registry::default(),
        };
        metrics.register(&mut registry);
        Self { registry, ..metrics }
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("tool_calls", "Calls of tools, by outcome", self.calls.clone());
        let seconds = &self.call_seconds;
        registry.register_with_unit(
            "tool_call_duration",
            "Duration of calls of tools",
            Unit::Seconds,
            seconds.clone(),
        );
        let bytes = &self.result_bytes;
        registry.register_with_unit(
            "tool_result",
            "Size of the results of tools",
            Unit::Bytes,
            bytes.clone(),
        );
        let exchanges = &self.exchanges;
        registry.register("mist_requests", "Requests to Mist, by status; 0 is no answer", exchanges.clone());
        let seconds = &self.exchange_seconds;
        registry.register_with_unit(
            "mist_request_duration",
            "Duration of requests to Mist",
            Unit::Seconds,
            seconds.clone(),
        );
        let bytes = &self.response_bytes;
        registry.register_with_unit(
            "mist_response",
            "Size of the answers of Mist",
            Unit::Bytes,
            bytes.clone(),
        );
        registry.register("mist_retries", "Requests to Mist that were tried again", self.retries.clone());
        let tokens = &self.tokens;
        registry.register(
            "tokens",
            "API tokens in use, by how much of the hour's calls is left",
            tokens.clone(),
        );
        registry.register("refusals", "HTTP requests that were refused", self.refusals.clone());
        registry.register("sessions_opened", "Sessions opened", self.sessions_opened.clone());
        let restored = &self.sessions_restored;
        registry.register(
            "sessions_restored",
            "Sessions of other replicas that were restored here",
            restored.clone(),
        );
        registry.register("sessions", "Sessions that are open", self.sessions.clone());
        registry.register("connections", "Connections of clients", self.connections.clone());
        registry.register("admission_in_use", "Used part of each limit for clients", self.in_use.clone());
        registry.register(
            "audit_lines_omitted",
            "Lines of the audit log that the limit of an address left out",
            self.audit_lines_omitted.clone(),
        );
        registry.register(
            "redis_up",
            "Whether Redis is available; nothing without --redis",
            self.redis_up.clone(),
        );
        registry.register("redis_commands", "Commands to Redis, by outcome", self.redis_commands.clone());
        let seconds = &self.redis_seconds;
        registry.register_with_unit(
            "redis_duration",
            "Duration of commands to Redis",
            Unit::Seconds,
            seconds.clone(),
        );
    }

    /// Counts a finished call. `tool` must be a known tool: clients must not be able to create labels.
    pub(crate) fn call(&self, tool: &'static str, outcome: &'static str, duration: Duration, bytes: usize) {
        self.calls.get_or_create(&CallLabels { tool, outcome }).inc();
        self.call_seconds.observe(duration.as_secs_f64());
        self.result_bytes.inc_by(bytes as u64);
    }

    /// Counts a rejected HTTP request.
    pub(crate) fn refusal(&self, reason: &'static str) {
        self.refusals.get_or_create(&RefusalLabels { reason }).inc();
    }

    /// Counts a request to Mist, with its status if there was a response.
    pub(crate) fn exchange(&self, status: Option<StatusCode>, duration: Duration, bytes: usize) {
        let status = status.map_or(0, |status| status.as_u16());
        self.exchanges.get_or_create(&ExchangeLabels { status }).inc();
        self.exchange_seconds.observe(duration.as_secs_f64());
        self.response_bytes.inc_by(bytes as u64);
    }

    pub(crate) fn retries(&self, more: u64) {
        self.retries.inc_by(more);
    }

    pub(crate) fn tokens(&self, levels: [(&'static str, usize); 4]) {
        for (calls_left, tokens) in levels {
            let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
            self.tokens.get_or_create(&TokenLabels { calls_left }).set(tokens);
        }
    }

    pub(crate) fn session_opened(&self) {
        self.sessions_opened.inc();
    }

    pub(crate) fn sessions(&self, open: usize) {
        self.sessions.set(i64::try_from(open).unwrap_or(i64::MAX));
    }

    pub(crate) fn session_restored(&self) {
        self.sessions_restored.inc();
    }

    /// Counts a line that is left out of the audit log.
    pub(crate) fn audit_line_omitted(&self) {
        self.audit_lines_omitted.inc();
    }

    /// Records whether Redis is available.
    pub(crate) fn redis(&self, is_available: bool) {
        self.redis_up.get_or_create(&RedisLabels {}).set(i64::from(is_available));
    }

    /// Counts a round trip to Redis.
    pub(crate) fn redis_command(&self, answered: bool, duration: Duration) {
        let outcome = if answered { "ok" } else { "failed" };
        self.redis_commands.get_or_create(&CommandLabels { outcome }).inc();
        self.redis_seconds.observe(duration.as_secs_f64());
    }

    /// The gauge of open connections.
    pub(crate) fn connections(&self) -> Gauge {
        self.connections.clone()
    }

    /// The gauge of an admission limit.
    pub(crate) fn in_use(&self, limit: &'static str) -> Gauge {
        self.in_use.get_or_create(&LimitLabels { limit }).clone()
    }

    /// All metrics in the OpenMetrics text format.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
