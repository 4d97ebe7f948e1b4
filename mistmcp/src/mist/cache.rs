//! Cache of Mist's constants, name lists, and lists that tools page themselves ([`ResponseCache`]). No other answers are
//! cached.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use memchr::memmem;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::kept_rows::KeptRows;
use super::name_list::NameList;
use super::token_registry::TokenStateRef;
use super::{Answer, Cloud, Request};
use crate::mask::MASK;

/// Mist's constants change only with its releases.
const CONSTANTS_TTL: Duration = Duration::from_hours(24);
const NAMES_TTL: Duration = Duration::from_mins(5);
const CONSTANTS_BYTES: u64 = 8 << 20;
const ROWS_TTL: Duration = Duration::from_mins(5);
/// Three lists of names of the longest that is read, and the most of a single one.
const NAMES_BYTES: u64 = 128 << 20;
const ROWS_BYTES: u64 = 64 << 20;
const SITES: u64 = 50_000;
const SLOW: u64 = 10_000;
const SLOW_TTL: Duration = Duration::from_secs(30);

/// The ids of a connection's tokens, in a fixed order.
pub(super) type Ids = Arc<[u64]>;

/// Cache shared by all connections; one for each would outweigh the connection itself.
pub(super) struct ResponseCache {
    /// Keyed by cloud, not by token: constants are the same for everyone.
    constants: Cache<(Cloud, String), Answer>,
    /// Keyed by the tokens of the request.
    names: Cache<(Ids, String), Arc<NameList>>,
    /// Lists that tools read whole and answer page by page.
    rows: Cache<(Ids, String), Arc<KeptRows>>,
    /// The sites that tokens have been found to see, with their organization if it is known. An account may be used for
    /// some organizations of its tokens alone.
    sites: Cache<(Ids, String), Option<Arc<str>>>,
    /// The tokens whose cloud was slow a moment ago.
    slow: Cache<Ids, ()>,
}

impl ResponseCache {
    pub(super) fn new() -> Self {
        Self {
            constants: Cache::builder()
                .max_capacity(CONSTANTS_BYTES)
                .weigher(|key: &(Cloud, String), answer: &Answer| weight(key.1.len() + answer.weight()))
                .time_to_live(CONSTANTS_TTL)
                .build(),
            names: Cache::builder()
                .max_capacity(NAMES_BYTES)
                .weigher(|key: &(Ids, String), listing: &Arc<NameList>| {
                    weight(key.1.len() + listing.weight())
                })
                .time_to_live(NAMES_TTL)
                .build(),
            rows: Cache::builder()
                .max_capacity(ROWS_BYTES)
                .weigher(|key: &(Ids, String), rows: &Arc<KeptRows>| weight(key.1.len() + rows.weight()))
                // The pages of a list follow each other: the newest list is the one that is asked for next.
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(ROWS_TTL)
                .build(),
            sites: Cache::builder().max_capacity(SITES).time_to_live(NAMES_TTL).build(),
            slow: Cache::builder().max_capacity(SLOW).time_to_live(SLOW_TTL).build(),
        }
    }

    /// The cached answer to a request for constants, if Mist has recently accepted one of the tokens.
    pub(super) fn constant(
        &self,
        request: &Request,
        cloud: &Cloud,
        address: &str,
        token_states: &[TokenStateRef],
    ) -> Option<Answer> {
        let are_accepted = || token_states.iter().any(|state| state.was_accepted_recently());
        if !request.is_for_constants() || !are_accepted() {
            return None;
        }
        self.constants.get(&(cloud.clone(), address.to_owned()))
    }

    /// Caches the answer to a request for constants, unless it is empty, a proxy's page, or contains the token.
    pub(super) fn keep_constant(&self, request: &Request, cloud: &Cloud, address: &str, answer: &Answer) {
        let private = || memmem::find(answer.bytes(), MASK.as_bytes()).is_some();
        if request.is_for_constants() && answer.has_data() && !private() {
            self.constants.insert((cloud.clone(), address.to_owned()), answer.clone().in_room(None));
        }
    }

    pub(super) fn names(&self, ids: &Ids, path: &str) -> Option<Arc<NameList>> {
        self.names.get(&(Arc::clone(ids), path.to_owned()))
    }

    pub(super) fn rows(&self, key: &(Ids, String)) -> Option<Arc<KeptRows>> {
        self.rows.get(key)
    }

    pub(super) fn keep_rows(&self, key: (Ids, String), rows: Arc<KeptRows>) {
        self.rows.insert(key, rows);
    }

    /// A site that the tokens have been found to see: its organization, if that is known.
    #[expect(clippy::option_option, reason = "a site may be known without its organization")]
    pub(super) fn site(&self, ids: &Ids, id: &str) -> Option<Option<Arc<str>>> {
        self.sites.get(&(Arc::clone(ids), id.to_owned()))
    }

    pub(super) fn keep_site(&self, ids: &Ids, id: &str, org_id: Option<&str>) {
        self.sites.insert((Arc::clone(ids), id.to_owned()), org_id.map(Arc::from));
    }

    /// Whether the cloud of the tokens was slow a moment ago.
    pub(super) fn is_slow(&self, ids: &Ids) -> bool {
        self.slow.contains_key(ids)
    }

    pub(super) fn note_speed(&self, ids: &Ids, is_slow: bool) {
        if is_slow {
            self.slow.insert(Arc::clone(ids), ());
        } else if self.is_slow(ids) {
            self.slow.invalidate(ids);
        }
    }

    pub(super) fn keep_names(&self, ids: &Ids, path: &str, listing: Arc<NameList>) {
        self.names.insert((Arc::clone(ids), path.to_owned()), listing);
    }
}

/// Prints sizes only; the content is private to users.
impl fmt::Debug for ResponseCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ResponseCache")
            .field("constants", &self.constants.weighted_size())
            .field("names", &self.names.weighted_size())
            .field("rows", &self.rows.weighted_size())
            .field("sites", &self.sites.entry_count())
            .field("slow", &self.slow.entry_count())
            .finish()
    }
}

/// Bytes of an entry, including its overhead.
fn weight(content: usize) -> u32 {
    const ENTRY: usize = 256;
    u32::try_from(content + ENTRY).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::name_list::parse;
    use super::*;

    fn listing(name: &str) -> Arc<NameList> {
        let rows = parse(&json!([{ "id": "1", "name": name }]));
        Arc::new(NameList { rows, ..NameList::empty() })
    }

    #[test]
    fn names_are_cached_per_token() {
        let cache = ResponseCache::new();
        cache.keep_names(&[1, 2].into(), "/sites", listing("Berlin"));
        assert!(cache.names(&[1, 2].into(), "/sites").is_some());
        for (ids, path) in
            [(&[1][..], "/sites"), (&[2], "/sites"), (&[1, 3], "/sites"), (&[1, 2], "/devices")]
        {
            assert!(cache.names(&ids.into(), path).is_none(), "{ids:?} {path}");
        }
    }

    #[test]
    fn the_cache_is_bounded_in_bytes() {
        let cache = ResponseCache::new();
        let listing = listing(&"x".repeat(100_000));
        for id in 0..1_000 {
            cache.keep_names(&[id].into(), "/sites", Arc::clone(&listing));
        }
        cache.names.run_pending_tasks();
        assert!((1..=NAMES_BYTES).contains(&cache.names.weighted_size()), "{}", cache.names.weighted_size());
        let held: usize = cache.names.iter().map(|(_, listing)| listing.weight()).sum();
        assert!((10_000_000..=128 << 20).contains(&held), "{held}");
    }

    #[test]
    fn the_longest_lists_that_are_read_are_cached() {
        let device = |number: usize| {
            let mac = format!("{number:012x}");
            json!({
                "id": format!("00000000-0000-0000-1000-{mac}"), "mac": mac, "name": format!("LDS-AP-{number}"),
                "type": "ap", "model": "AP45", "site_id": "05000000-0000-4000-8000-000000000001",
            })
        };
        let cluster = |number: usize| {
            let mut device = device(number);
            device["node0_mac"] = device["mac"].clone();
            device["node1_mac"] = format!("{:012x}", number + 1_000_000).into();
            device
        };
        let site = |number: usize| {
            let id = format!("05000000-0000-4000-8000-{number:012x}");
            json!({ "id": id, "name": format!("Leeds {number}"), "address": "1 Wellington Street, Leeds LS1 4DY, United Kingdom", "country_code": "GB" })
        };
        let kinds: [&dyn Fn(usize) -> serde_json::Value; 3] = [&device, &cluster, &site];
        for row in kinds {
            let rows = parse(&(0..100_000).map(row).collect());
            let cache = ResponseCache::new();
            cache.keep_names(&[1].into(), "/list", Arc::new(NameList { rows, ..NameList::empty() }));
            cache.names.run_pending_tasks();
            assert!(cache.names(&[1].into(), "/list").is_some(), "{}", row(1));
        }
    }
}
