//! A framework for [MCP] servers over the [Juniper Mist] cloud API: one annotated function is one tool.
//!
//! [MCP]: https://modelcontextprotocol.io
//! [Juniper Mist]: https://www.juniper.net/documentation/us/en/software/mist/
//!
//! ```no_run
//! use mistmcp::{Mist, OrgId, Reply, Result, SiteId, TimeWindow, mist_tool};
//!
//! mistmcp::category! {
//!     /// What I look at every morning.
//!     morning
//! }
//!
//! /// What radio management changed at a site, on which access point, and why.
//! #[mist_tool(category = "morning", get = "/api/v1/sites/{site_id}/rrm/events")]
//! pub async fn list_channel_changes(site_id: SiteId, #[flatten] window: TimeWindow);
//!
//! /// How many sites the organization has.
//! #[mist_tool(category = "morning")]
//! pub async fn count_sites(mist: &Mist, org_id: OrgId) -> Result<Reply> {
//!     let sites = mist.get(&format!("/api/v1/orgs/{}/sites", org_id.as_str())).await?;
//!     Reply::json(sites.as_array().map_or(0, Vec::len))
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     mistmcp::main()
//! }
//! ```

// The macros name this crate, and they are used inside it as well.
extern crate self as mistmcp;

mod argument;
mod call;
mod catalog;
mod cli;
mod error;
mod groups;
mod http;
mod metrics;
mod mist;
mod prompt;
mod reply;
mod server;
mod session;
mod shared;
mod suggestion;
mod tool;

pub use argument::{
    Arg, Arguments, Choice, DeviceId, Fields, Id, Lookup, Mac, MacFilter, Mismatch, OrgId, Presence, SiteId,
    Span, Time, Wire,
};
pub use call::{Call, Capability, Form, Level, Root};
pub use catalog::{Catalog, Category, Clashes, Entry};
pub use cli::{Program, main};
pub use error::{Error, ErrorKind, Result};
pub use groups::{Buckets, PageNumber, Search, SearchPage, SortField, TimeWindow};
pub use mist::{Answer, Cloud, CloudError, Clouds, Connection, Limits, Mist, Pool, Request, Token, Tokens};
pub use mistmcp_macros::{Choice, ParamGroup, mist_tool};
pub use prompt::{Completed, Prompt, PromptArgument, Step};
pub use reply::{Block, Content, File, Format, Media, Reply, Rules};
pub use server::Server;
pub use session::{Mode, Outcome, Session, Settings, SettingsError};
pub use tool::{Body, Endpoint, Hints, Method, Param, ParamGroup, RequestBody, Run, Running, Tool};
pub use {rmcp, schemars, serde_json};

/// What the macros' expansions call. Not for anybody else.
#[doc(hidden)]
pub mod __private {
    pub use inventory::submit;

    pub use crate::register;
    pub use crate::reply::hides;
    pub use crate::tool::{Registered, assert_described, assert_filled};
}

/// Registers a tool.
#[doc(hidden)]
#[macro_export]
macro_rules! register {
    ($tool:ident) => {
        $crate::__private::submit! { $crate::__private::Registered(&$tool) }
    };
}
