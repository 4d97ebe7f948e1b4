//! Engine of the demo cloud: collections of rows, and routes that list, search, count or pick them.

mod answer;
mod collection;
mod comparison;
mod count;
mod error;
mod filter;
mod list;
mod query;
mod route;
mod search;
mod window;

pub(crate) use answer::{Answer, Call, Usage, answer};
pub(crate) use collection::{Collection, HIDDEN, Row, field, shown};
pub(crate) use error::ApiError;
pub(crate) use filter::is_mac;
pub(crate) use query::Query;
pub(crate) use route::{HoleValues, Holes, Part, ResponseShape, Route, find, matching};
pub(crate) use window::{Window, seconds};
