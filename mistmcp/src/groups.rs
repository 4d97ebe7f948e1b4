//! Parameter groups that many of Mist's endpoints share.

use std::num::NonZero;

use crate::{Fields, ParamGroup, RelativeDuration, Time};

/// The time to look at. Mist takes a beginning and an end, or a length, or all of them.
#[derive(Clone, Debug, ParamGroup)]
pub struct TimeWindow {
    /// Start of the window: a distance from now such as `-1d`, ISO 8601, or epoch seconds.
    #[brief = "Window start: -1d"]
    pub start: Option<Time>,
    /// End of the window, in the forms that `start` takes; now, if it is left out.
    #[brief = "End of the window"]
    pub end: Option<Time>,
    /// Length of the window, such as `30m`, `6h`, `1d` or `2w`; not needed with both `start` and `end`.
    #[brief = "Window length: 6h"]
    #[default = "1d"]
    pub duration: Option<RelativeDuration>,
}

/// A page of a list that is paged by number.
#[derive(Clone, Debug, ParamGroup)]
pub struct PageNumber {
    /// Number of rows in a page.
    #[brief = "Rows per page"]
    #[default = 100]
    pub limit: Option<u32>,
    /// Number of the page, from 1.
    #[brief = "Page number"]
    #[default = 1]
    pub page: Option<NonZero<u32>>,
    /// Keep only these fields of each row: names with commas, and a dot for what is nested, such as
    /// `name,radio_stat.band_5.channel`.
    #[brief = "Keep only these fields of each row"]
    pub fields: Option<Fields>,
}

/// A page of a search, which goes on where the last one ended.
#[derive(Clone, Debug, ParamGroup)]
pub struct SearchPage {
    /// Number of rows in a page.
    #[brief = "Rows per page"]
    #[default = 100]
    pub limit: Option<u32>,
    /// Where the next page starts: `search_after` of `next` in the answer before.
    #[brief = "From next of the last answer"]
    pub search_after: Option<String>,
    /// Keep only these fields of each row: names with commas, and a dot for what is nested, such as
    /// `name,radio_stat.band_5.channel`.
    #[brief = "Keep only these fields of each row"]
    pub fields: Option<Fields>,
}

/// The order of a search.
#[derive(Clone, Debug, ParamGroup)]
pub struct SortField {
    /// Field to sort by; with `-` before it, in descending order.
    #[brief = "Sort field; -: descending"]
    #[default = "timestamp"]
    pub sort: Option<String>,
}

/// What all searches over time take: a window, an order, a page.
#[derive(Clone, Debug, ParamGroup)]
pub struct Search {
    /// The time to look at.
    #[flatten]
    pub window: TimeWindow,
    /// The order.
    #[flatten]
    pub sort: SortField,
    /// The page.
    #[flatten]
    pub page: SearchPage,
}

/// What all counts over time take: a window, and how many buckets to answer.
#[derive(Clone, Debug, ParamGroup)]
pub struct Buckets {
    /// The time to look at.
    #[flatten]
    pub window: TimeWindow,
    /// Number of buckets, each a value with its count.
    #[brief = "Number of buckets"]
    #[default = 100]
    pub limit: Option<u32>,
}
