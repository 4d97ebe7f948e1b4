//! Paging of Mist's lists.

/// Rows of a page if a request names no limit.
pub(crate) const DEFAULT_LIMIT: u64 = 100;
/// Mist's maximum page size, however many rows are requested.
pub(crate) const MAX_LIMIT: u64 = 1_000;
/// The parameter, and the field of an answer, with the position where the next page starts.
pub(crate) const SEARCH_AFTER: &str = "search_after";
/// Parameters that a link to the next page repeats from the request, and that do not select a page alone.
pub(crate) const REPEATED: [&str; 6] = ["limit", "start", "end", "duration", "sort", "interval"];
/// Arguments that select a page.
#[cfg(feature = "query")]
pub(crate) const ARGUMENTS: [&str; 4] = ["limit", "page", "search_after", "cursor"];
/// Arguments that select a page, whatever its size.
pub(crate) const SELECTING: [&str; 3] = ["page", SEARCH_AFTER, "cursor"];
/// Parameters that select the scope or the form of an answer, but not its content.
pub(crate) const FORM: [&str; 11] = [
    "org_id",
    "site_id",
    "fields",
    "start",
    "end",
    "duration",
    "limit",
    "page",
    "search_after",
    "sort",
    "distinct",
];
