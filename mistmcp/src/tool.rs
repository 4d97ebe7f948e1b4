//! Definition of a tool: name, description, parameters and implementation. The main type is
//! [`Tool`].

mod check;
mod hints;
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

/// MCP tool, as a constant that `#[mist_tool]` generates and that registers itself at start.
pub struct Tool {
    /// Name for clients: `listSiteRrmEvents`.
    pub name: &'static str,
    /// Description for the model.
    pub description: &'static str,
    /// Name of its category.
    pub category: &'static str,
    /// Example questions, for the search of `findTools`. Clients do not see them.
    pub questions: &'static [&'static str],
    /// Whether every session lists it, whatever its mode and categories.
    pub essential: bool,
    /// Name of the view that shows its answer, for clients that show views.
    pub view: Option<&'static str>,
    /// MCP tool annotations.
    pub hints: Hints,
    /// Parameters; groups are not expanded.
    pub params: &'static [Param],
    /// Implementation.
    pub run: Run,
    /// Location of the declaration.
    pub location: &'static Location<'static>,
}

impl fmt::Debug for Tool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tool").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Implementation of a tool.
pub enum Run {
    /// One request to Mist, whose answer is the reply.
    Endpoint(Endpoint),
    /// A hand-written function.
    Body(Body),
    /// A meta tool of the session.
    #[doc(hidden)]
    MetaTool(MetaTool),
}

/// Function of a hand-written tool.
pub type Body = for<'a> fn(&'a Mist, &'a Call, Arguments) -> Running<'a>;

/// Future of a call of such a function.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Reply>> + Send + 'a>>;

/// What the function of a tool takes by reference.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` is not handed to a tool",
    label = "only `&Mist` and `&Call` are handed over as references; a parameter is owned"
)]
pub trait Context {
    /// Picks it.
    fn of<'a>(mist: &'a Mist, call: &'a Call) -> &'a Self;
}

impl Context for Mist {
    fn of<'a>(mist: &'a Mist, _: &'a Call) -> &'a Self {
        mist
    }
}

impl Context for Call {
    fn of<'a>(_: &'a Mist, call: &'a Call) -> &'a Self {
        call
    }
}

/// Registered tool. Only `#[mist_tool]` constructs it.
pub struct Registered(pub &'static Tool);

inventory::collect!(Registered);

/// Names of all linked tools.
#[cfg(feature = "demo")]
pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
    inventory::iter::<Registered>().map(|Registered(tool)| tool.name)
}

/// Endpoints of all linked tools.
pub(crate) fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    inventory::iter::<Registered>().filter_map(|Registered(tool)| match &tool.run {
        Run::Endpoint(endpoint) => Some(endpoint),
        Run::Body(_) | Run::MetaTool(_) => None,
    })
}
