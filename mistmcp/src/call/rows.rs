//! Rows of a list tool, for a tool that works on whole lists: [`RowPage`].

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Call, Result};

/// The error of a query whose table is a query.
pub(crate) const NESTED_QUERY: &str = "A query cannot be a table of another query. Join the tables in one.";

/// Access to the rows of the tools that a session can call.
pub(crate) trait RowAccess: Send + Sync {
    /// Checks that the rows of a tool may be read here: the session can call it, and it only reads.
    fn may_read_rows(&self, tool: &str) -> Result<()>;

    /// The largest `limit` of a tool; none if it has no such parameter.
    fn largest_page(&self, tool: &str) -> Option<u64>;

    /// Requests a page of a tool's rows. A tool with a body takes each request after its first one from `left`.
    fn fetch_rows<'a>(
        &'a self,
        tool: &'a str,
        arguments: Map<String, Value>,
        left: CallsLeft,
        call: &'a Call,
    ) -> RowsFuture<'a>;

    /// Whose tables a query may use again.
    fn table_scope(&self) -> TableScope;

    /// Calls that are left in this hour.
    fn calls_left(&self) -> u32;

    /// The time that a whole call may take.
    fn timeout(&self) -> Duration;

    /// Maximum bytes of a reply.
    fn max_reply_bytes(&self) -> usize;
}

/// The requests that may still be sent. All clones share one count.
#[derive(Clone, Debug)]
pub(crate) struct CallsLeft(Arc<AtomicUsize>);

impl CallsLeft {
    pub(crate) const UNLIMITED: usize = usize::MAX;

    pub(crate) fn new(left: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(left)))
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes one of the requests. Returns `false` if there is none.
    pub(crate) fn take(&self) -> bool {
        let less = |left: usize| if left == Self::UNLIMITED { Some(left) } else { left.checked_sub(1) };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

/// One page of a list: whole rows, pruned and redacted as in any reply.
#[derive(Debug, Default)]
pub(crate) struct RowPage {
    pub(crate) rows: Vec<Value>,
    /// Rows of the whole list, if the answer says so.
    pub(crate) total: Option<u64>,
    /// The arguments of the next page, to be laid over those of this one.
    pub(crate) next: Option<Map<String, Value>>,
    /// Whether Mist answered no rows, and leads to another page nevertheless.
    pub(crate) is_doubtful: bool,
    /// Rows in a page, if pages are numbered.
    pub(crate) page_size: Option<u64>,
    /// Rows of the answer that are not here, because all of them would take too much memory.
    pub(crate) omitted: usize,
    /// Why rows are missing, if Mist's answer was broken.
    pub(crate) broken: Option<String>,
    /// Which rows are missing, since an account did not answer.
    pub(crate) missing: Option<String>,
    /// The time window of the rows, where the call did not choose it: `start` and `end`, or the default.
    pub(crate) window: Map<String, Value>,
    /// Paths of fields that are empty in a row, which are pruned from it.
    pub(crate) empty_fields: Vec<String>,
    /// How arguments were resolved, and which `fields` no row has.
    pub(crate) notes: Vec<String>,
    /// Hash of Mist's answer: two pages with the same one are the same page.
    pub(crate) digest: Option<u64>,
}

/// A page as it was received. Parsing and redaction take processor time, so they are a step of their own.
pub(crate) struct FetchedPage {
    pub(crate) is_large: bool,
    /// Requests that it took: those of a tool with a body are counted, and any other page counts as one.
    pub(crate) calls: u32,
    pub(crate) parse: Box<dyn FnOnce() -> Result<RowPage> + Send>,
}

pub(crate) type RowsFuture<'a> = Pin<Box<dyn Future<Output = Result<FetchedPage>> + Send + 'a>>;

/// Whose tables a query may use again: those of its session, or of its tokens and accounts if requests are stateless.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TableScope {
    /// The session; none for stateless requests.
    pub(crate) session: Option<u64>,
    /// Keyed hash of the tokens, their clouds and accounts, and what else replies depend on.
    pub(crate) owner: [u8; 32],
}

/// Hash of a row that differs from all others of its list: it has an id, an address or a time.
pub(crate) fn row_digest(row: &Value) -> Option<u64> {
    let is_identified = ["id", "mac", "timestamp"].iter().any(|name| row.get(name).is_some());
    is_identified.then(|| BuildHasherDefault::<DefaultHasher>::default().hash_one(row))
}
