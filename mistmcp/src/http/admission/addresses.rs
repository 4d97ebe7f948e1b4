//! Quotas per client address: [`Addresses`].

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::budget::Budget;
use super::limits::{AdmissionLimits, PARSES, SEARCHES, SHARE};
use crate::audit::{AuditLog, LineLimit};
use crate::metrics::Metrics;
use crate::mist::ValidationLimiter;
use crate::work::JobQueue;

/// The unit that quotas are counted for: an IPv4 address, or an IPv6 /64, all of which usually belongs to one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AddressGroup(IpAddr);

/// What the clients of one address use at the moment.
#[derive(Debug)]
pub(crate) struct Address {
    pub(super) connections: Arc<Budget>,
    pub(super) requests: Arc<Budget>,
    pub(super) body_bytes: Arc<Budget>,
    /// Large messages that are being parsed.
    pub(super) parses: Semaphore,
    /// Searches of the web page that run or wait.
    pub(super) searches: Arc<Budget>,
    /// The queue of searches, and of the jobs of calls whose token does not tell clients apart.
    pub(super) job_queue: JobQueue,
    pub(super) answer_bytes: Arc<Budget>,
    pub(super) new_clients: Arc<Budget>,
    pub(super) validation_limiter: Arc<ValidationLimiter>,
    /// The limit of lines of the audit log, if there is a log.
    pub(super) line_limit: Option<Arc<LineLimit>>,
}

/// The addresses with active clients. Sharded, so that requests through a trusted proxy do not contend for one lock.
#[derive(Debug)]
pub(super) struct Addresses {
    shards: [Mutex<HashMap<AddressGroup, Arc<Address>>>; 16],
    hasher: RandomState,
    limits: Arc<AdmissionLimits>,
    metrics: Arc<Metrics>,
    audit: Option<Arc<AuditLog>>,
}

impl Display for AddressGroup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let network = if self.0.is_ipv6() { "/64" } else { "" };
        write!(formatter, "{}{network}", self.0)
    }
}

impl From<IpAddr> for AddressGroup {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

impl Address {
    fn new(limits: &AdmissionLimits, line_limit: Option<LineLimit>) -> Self {
        Self {
            connections: Budget::new(limits.connections_per_address, None),
            requests: Budget::new(limits.requests_per_address, None),
            body_bytes: Budget::new(limits.body_bytes / SHARE, None),
            parses: Semaphore::new(PARSES),
            searches: Budget::new(SEARCHES, None),
            job_queue: JobQueue::default(),
            answer_bytes: Budget::new(limits.answer_bytes / SHARE, None),
            new_clients: Budget::new(limits.new_clients_per_address, None),
            validation_limiter: Arc::new(ValidationLimiter::new(limits.new_tokens_per_minute)),
            line_limit: line_limit.map(Arc::new),
        }
    }
}

impl Addresses {
    pub(super) fn new(
        limits: Arc<AdmissionLimits>,
        metrics: Arc<Metrics>,
        audit: Option<Arc<AuditLog>>,
    ) -> Self {
        Self { shards: Default::default(), hasher: RandomState::new(), limits, metrics, audit }
    }

    pub(super) fn get(&self, address: IpAddr) -> Arc<Address> {
        let group = AddressGroup::from(address);
        // The remainder is less than the length of the array, so it fits.
        let shard = self.hasher.hash_one(group) % self.shards.len() as u64;
        let shard = &self.shards[usize::try_from(shard).unwrap_or_default()];
        let mut addresses = shard.lock();
        let new = || {
            let metrics = || Arc::clone(&self.metrics);
            let line_limit = self.audit.clone().map(|audit| LineLimit::new(audit, metrics(), group));
            Arc::new(Address::new(&self.limits, line_limit))
        };
        Arc::clone(addresses.entry(group).or_insert_with(new))
    }

    /// Removes addresses that use nothing, and whose rate limits are full again.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        for shard in &self.shards {
            let mut addresses = shard.lock();
            addresses.retain(|_, address| {
                let line_limit = address.line_limit.as_deref();
                if let Some(line_limit) = line_limit {
                    line_limit.sweep(now);
                }
                Arc::strong_count(address) > 1
                    || !address.validation_limiter.is_unused()
                    || line_limit.is_some_and(|line_limit| !line_limit.is_unused())
            });
            if addresses.len() < addresses.capacity() / 4 {
                addresses.shrink_to_fit();
            }
        }
    }

    /// Writes what is counted to the audit log, before it is closed.
    pub(super) fn end(&self) {
        for shard in &self.shards {
            for line_limit in shard.lock().values().filter_map(|address| address.line_limit.as_deref()) {
                line_limit.end();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_clients_are_grouped_by_network_and_ipv4_clients_by_address() {
        let group = |text: &str| AddressGroup::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(group("2001:db8:1:2::1"), group("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(group("2001:db8:1:2::1"), group("2001:db8:1:3::1"));
        assert_eq!(group("::ffff:192.0.2.1"), group("192.0.2.1"));
        assert_ne!(group("127.0.0.1"), group("127.0.0.2"));
    }
}
