//! What a tool is: its name and words, its parameters, and what runs when it is called.

mod check;
mod hints;
mod likeness;
mod meta_tool;

use std::fmt;
use std::panic::Location;
use std::pin::Pin;

pub use check::{assert_described, assert_filled, assert_in_groups};
pub use hints::Hints;

pub(crate) use meta_tool::MetaTool;

use crate::endpoint::Endpoint;
use crate::param::Param;
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

/// The endpoints of all tools that are linked into the program.
pub(crate) fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    inventory::iter::<Registered>().filter_map(|Registered(tool)| match &tool.run {
        Run::Endpoint(endpoint) => Some(endpoint),
        Run::Body(_) | Run::MetaTool(_) => None,
    })
}
