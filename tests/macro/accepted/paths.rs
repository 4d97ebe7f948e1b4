//! Tools whose runtime and context have other names.

use runtime::{Choice, ParamGroup, Reply, Result, mist_tool};

/// The runtime, as a crate that re-exports it has it.
mod runtime {
    pub(crate) use ::mistmcp::*;
}

type Client = runtime::Mist;
type Running = runtime::Call;

/// Mist and the call by the names of aliases.
#[mist_tool(crate = crate::paths::runtime, category = "bodies", hints(read_only))]
pub(crate) async fn other_names(call: &Running, mist: &Client, #[flatten] floors: Floors) -> Result<Reply> {
    if call.is_cancelled() || floors.lowest.is_some() || floors.side.is_some() {
        return Reply::json("nothing");
    }
    Reply::json(mist.get("/api/v1/self").await?)
}

/// A range of floors.
#[derive(ParamGroup)]
#[mistmcp(crate = crate::paths::runtime)]
pub(crate) struct Floors {
    /// The lowest.
    lowest: Option<u32>,
    side: Option<Side>,
}

/// Side of the building.
#[derive(Clone, Copy, Choice, Debug)]
#[mistmcp(crate = crate::paths::runtime)]
pub(crate) enum Side {
    North,
    South,
}
