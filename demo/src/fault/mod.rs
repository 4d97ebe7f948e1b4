//! Failing on purpose.

mod cut_off;
mod kind;
mod plan;
mod response;

pub use kind::Fault;
pub(crate) use plan::{Faults, Order};
pub(crate) use response::{instead, spoiled};
