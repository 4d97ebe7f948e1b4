//! What a tool is: its name and words, its parameters, and what runs when it is called.

mod check;
mod endpoint;
mod hints;
mod likeness;
mod param;

use std::fmt;
use std::panic::Location;
use std::pin::Pin;

pub use check::{assert_described, assert_filled, assert_in_groups};
pub(crate) use endpoint::Segment;
pub use endpoint::{Answers, Endpoint, Method};
pub use hints::Hints;
pub(crate) use param::{Kind, flattened, rules};
pub use param::{Param, ParamGroup, RequestBody};

use crate::session::MetaTool;
use crate::{Arguments, Call, Mist, Reply, Result};

/// One MCP tool, as `#[mist_tool]` makes it: a constant, registered when the program starts.
pub struct Tool {
    /// The name that clients call it by: `listSiteRrmEvents`.
    pub name: &'static str,
    /// What a model learns from it.
    pub description: &'static str,
    /// The name of the category that it belongs to.
    pub category: &'static str,
    /// What people ask when they need it, for the search of `findTools`. Clients do not see them.
    pub questions: &'static [&'static str],
    /// Whether every session lists it, whatever its mode and categories.
    pub essential: bool,
    /// MCP's annotations.
    pub hints: Hints,
    /// What it takes, groups not yet taken apart.
    pub params: &'static [Param],
    /// What a call does.
    pub run: Run,
    /// Where it is written.
    pub location: &'static Location<'static>,
}

impl fmt::Debug for Tool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tool").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a call of a tool does.
pub enum Run {
    /// One request to Mist, whose answer is the reply.
    Endpoint(Endpoint),
    /// A function of its own.
    Body(Body),
    /// Something about the session itself.
    #[doc(hidden)]
    MetaTool(MetaTool),
}

/// The function behind a tool that has one.
pub type Body = for<'a> fn(&'a Mist, &'a Call, Arguments) -> Running<'a>;

/// A call of such a function, under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Reply>> + Send + 'a>>;

/// A tool that was registered. Made by `#[mist_tool]` alone.
pub struct Registered(pub &'static Tool);

inventory::collect!(Registered);
