//! What is remembered of Mist's answers. Everything else is asked anew each time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use memchr::memmem;
use moka::sync::Cache;

use super::mask::MASK;
use super::names::Listing;
use super::token_registry::Lease;
use super::token_state::TokenState;
use super::{Answer, Cloud, Request};

/// Mist's constants change with its releases.
const CONSTANTS_LAST: Duration = Duration::from_hours(24);
const NAMES_LAST: Duration = Duration::from_mins(5);
const CONSTANTS_BYTES: u64 = 8 << 20;
const NAMES_BYTES: u64 = 32 << 20;

/// The accounts that a connection has in turn, in one order.
pub(super) type Ids = Arc<[u64]>;

/// Shared by all connections, for a cache of one's own would outweigh a connection many times.
pub(super) struct ResponseCache {
    /// Kept for a cloud, not for a token: they are the same for everybody.
    constants: Cache<(Cloud, String), Answer>,
    /// Kept for the tokens that asked.
    names: Cache<(Ids, String), Arc<Listing>>,
}

impl ResponseCache {
    pub(super) fn new() -> Self {
        Self {
            constants: Cache::builder()
                .max_capacity(CONSTANTS_BYTES)
                .weigher(|key: &(Cloud, String), answer: &Answer| weight(key.1.len() + answer.weight()))
                .time_to_live(CONSTANTS_LAST)
                .build(),
            names: Cache::builder()
                .max_capacity(NAMES_BYTES)
                .weigher(|key: &(Ids, String), listing: &Arc<Listing>| weight(key.1.len() + listing.weight()))
                .time_to_live(NAMES_LAST)
                .build(),
        }
    }

    /// The answer to a question for constants, where Mist has lately accepted one of the tokens that ask.
    pub(super) fn constant(
        &self,
        request: &Request,
        cloud: &Cloud,
        address: &str,
        leases: &[Lease],
    ) -> Option<Answer> {
        let trusted = || leases.iter().any(|lease| TokenState::is_trusted(lease));
        if !request.is_for_constants() || !trusted() {
            return None;
        }
        self.constants.get(&(cloud.clone(), address.to_owned()))
    }

    /// Remembers the answer to a question for constants, unless it is empty, a proxy's page, or holds the token.
    pub(super) fn keep_constant(&self, request: &Request, cloud: &Cloud, address: &str, answer: &Answer) {
        let private = || memmem::find(answer.bytes(), MASK.as_bytes()).is_some();
        if request.is_for_constants() && answer.holds_data() && !private() {
            self.constants.insert((cloud.clone(), address.to_owned()), answer.clone().in_room(None));
        }
    }

    pub(super) fn names(&self, ids: &Ids, path: &str) -> Option<Arc<Listing>> {
        self.names.get(&(Arc::clone(ids), path.to_owned()))
    }

    pub(super) fn keep_names(&self, ids: &Ids, path: &str, listing: Arc<Listing>) {
        self.names.insert((Arc::clone(ids), path.to_owned()), listing);
    }
}

/// Says nothing of what is in it, which is the users' own.
impl fmt::Debug for ResponseCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (constants, names) = (self.constants.weighted_size(), self.names.weighted_size());
        formatter.debug_struct("ResponseCache").field("constants", &constants).field("names", &names).finish()
    }
}

/// In bytes, with what an entry costs beside its content.
fn weight(content: usize) -> u32 {
    const ENTRY: usize = 256;
    u32::try_from(content + ENTRY).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::time::Instant;

    use super::super::names::named;
    use super::*;

    fn listing(name: &str) -> Arc<Listing> {
        let rows = named(&json!([{ "id": "1", "name": name }]));
        Arc::new(Listing { rows, asked: Instant::now(), complete: true })
    }

    #[test]
    fn names_are_kept_for_the_tokens_that_asked() {
        let memory = ResponseCache::new();
        memory.keep_names(&[1, 2].into(), "/sites", listing("Berlin"));
        assert!(memory.names(&[1, 2].into(), "/sites").is_some());
        for (ids, path) in
            [(&[1][..], "/sites"), (&[2], "/sites"), (&[1, 3], "/sites"), (&[1, 2], "/devices")]
        {
            assert!(memory.names(&ids.into(), path).is_none(), "{ids:?} {path}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded_in_bytes() {
        let memory = ResponseCache::new();
        let name = "x".repeat(100_000);
        for id in 0..1_000 {
            memory.keep_names(&[id].into(), "/sites", listing(&name));
        }
        memory.names.run_pending_tasks();
        assert!(
            (1..=NAMES_BYTES).contains(&memory.names.weighted_size()),
            "{}",
            memory.names.weighted_size()
        );
        let held: usize = memory.names.iter().map(|(_, listing)| listing.weight()).sum();
        assert!((10_000_000..=32 << 20).contains(&held), "{held}");
    }
}
