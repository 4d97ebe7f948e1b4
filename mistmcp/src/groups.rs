//! The groups of parameters that Mist uses everywhere.

use std::num::NonZero;

use crate::{Fields, ParamGroup, Span, Time};

/// The time to look at. Mist takes a beginning and an end, or a length, or all of them.
#[derive(Clone, Debug, ParamGroup)]
pub struct TimeWindow {
    /// `-1d`.
    pub start: Option<Time>,
    /// Until.
    pub end: Option<Time>,
    /// `6h`.
    #[default = "1d"]
    pub duration: Option<Span>,
}

/// A page of a list that is paged by number.
#[derive(Clone, Debug, ParamGroup)]
pub struct PageNumber {
    /// Rows.
    #[default = 100]
    pub limit: Option<u32>,
    /// Page.
    #[default = 1]
    pub page: Option<NonZero<u32>>,
    /// Columns.
    pub fields: Option<Fields>,
}

/// A page of a search, which goes on where the last one ended.
#[derive(Clone, Debug, ParamGroup)]
pub struct SearchPage {
    /// Rows.
    #[default = 100]
    pub limit: Option<u32>,
    /// `next`.
    pub search_after: Option<String>,
    /// Columns.
    pub fields: Option<Fields>,
}

/// The order of a search.
#[derive(Clone, Debug, ParamGroup)]
pub struct SortField {
    /// `-`: descending.
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
    /// Buckets.
    #[default = 100]
    pub limit: Option<u32>,
}
