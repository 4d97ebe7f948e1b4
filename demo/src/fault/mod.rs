//! Fault injection.

mod cut_off;
mod kind;
mod plan;
mod response;

pub use kind::Fault;
pub(crate) use plan::{FaultRequest, Faults};
pub(crate) use response::{instead, spoiled};
