//! Answers calls from tables: collections of rows, and routes that list, search, count or pick them.

mod answer;
mod bound;
mod collection;
mod count;
mod filter;
mod list;
mod query;
mod refusal;
mod route;
mod search;
mod window;

pub(crate) use answer::{Answer, Call, Usage, answer};
pub(crate) use collection::{Collection, HIDDEN, Row, field, shown};
pub(crate) use query::Query;
pub(crate) use refusal::Refusal;
pub(crate) use route::{Form, HoleValues, Holes, Route, find, matching};
