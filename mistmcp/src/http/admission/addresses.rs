//! Quotas per client address: [`Addresses`].

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::budget::Budget;
use super::limits::{AdmissionLimits, PARSES, SEARCHES, SHARE};
use crate::mist::ValidationLimiter;
use crate::work::Turn;

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
    /// The turn of searches, and of calls whose token does not tell clients apart.
    pub(super) turn: Turn,
    pub(super) answer_bytes: Arc<Budget>,
    pub(super) new_clients: Arc<Budget>,
    pub(super) validation_limiter: Arc<ValidationLimiter>,
}

/// The addresses with active clients. Sharded, so that requests through a trusted proxy do not contend for one lock.
#[derive(Debug)]
pub(super) struct Addresses {
    shards: [Mutex<HashMap<AddressGroup, Arc<Address>>>; 16],
    hasher: RandomState,
    limits: Arc<AdmissionLimits>,
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
    fn new(limits: &AdmissionLimits) -> Self {
        Self {
            connections: Budget::new(limits.connections_per_address, None),
            requests: Budget::new(limits.requests_per_address, None),
            body_bytes: Budget::new(limits.body_bytes / SHARE, None),
            parses: Semaphore::new(PARSES),
            searches: Budget::new(SEARCHES, None),
            turn: Turn::default(),
            answer_bytes: Budget::new(limits.answer_bytes / SHARE, None),
            new_clients: Budget::new(limits.new_clients_per_address, None),
            validation_limiter: Arc::new(ValidationLimiter::new(limits.new_tokens_per_minute)),
        }
    }
}

impl Addresses {
    pub(super) fn new(limits: Arc<AdmissionLimits>) -> Self {
        Self { shards: Default::default(), hasher: RandomState::new(), limits }
    }

    pub(super) fn get(&self, address: IpAddr) -> Arc<Address> {
        let group = AddressGroup::from(address);
        // The remainder is less than the length of the array, so it fits.
        let shard = self.hasher.hash_one(group) % self.shards.len() as u64;
        let shard = &self.shards[usize::try_from(shard).unwrap_or_default()];
        let mut addresses = shard.lock();
        Arc::clone(addresses.entry(group).or_insert_with(|| Arc::new(Address::new(&self.limits))))
    }

    /// Removes addresses that use nothing, and whose rate limit is full again.
    pub(super) fn sweep(&self) {
        for shard in &self.shards {
            let mut addresses = shard.lock();
            addresses.retain(|_, address| {
                Arc::strong_count(address) > 1 || !address.validation_limiter.is_unused()
            });
            if addresses.len() < addresses.capacity() / 4 {
                addresses.shrink_to_fit();
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
