//! A framework for [MCP] servers over the [Juniper Mist] cloud API: one annotated function is one tool.
//!
//! [MCP]: https://modelcontextprotocol.io
//! [Juniper Mist]: https://www.juniper.net/documentation/us/en/software/mist/
//!
//! # A server of your own
//!
//! ```console
//! $ cargo new morning && cd morning
//! $ cargo add --path …/mistmcp
//! ```
//!
//! The path is that of `mistmcp/` in a clone of the repository. Nothing else is needed; this is all of `src/main.rs`:
//!
//! ```no_run
//! use mistmcp::{
//!     Choice, Completed, Mist, OrgId, PageNumber, PromptArgument, Reply, Request, Result, SiteId, Step, TimeWindow,
//!     mist_tool,
//! };
//!
//! mistmcp::category! {
//!     /// What I look at every morning.
//!     morning
//! }
//!
//! /// What radio management changed at a site, on which access point, and why.
//! #[mist_tool(category = "morning", get = "/api/v1/sites/{site_id}/rrm/events")]
//! pub async fn list_channel_changes(
//!     site_id: SiteId,
//!     band: Option<Band>,
//!     #[flatten] window: TimeWindow,
//!     #[flatten] page: PageNumber,
//! );
//!
//! /// Radio band.
//! #[derive(Clone, Copy, Choice)]
//! pub enum Band {
//!     #[mist("24")]
//!     Ghz24,
//!     #[mist("5")]
//!     Ghz5,
//! }
//!
//! /// How many sites the organization has.
//! #[mist_tool(category = "morning", hints(read_only))]
//! pub async fn count_sites(mist: &Mist, org_id: OrgId) -> Result<Reply> {
//!     let request = Request::get("/api/v1/orgs").segment(org_id.as_str()).segment("sites");
//!     let sites = mist.send(request).await?.json()?;
//!     Reply::json(sites.as_array().map_or(0, Vec::len))
//! }
//!
//! mistmcp::prompt! {
//!     /// Finds out which channels changed at a site.
//!     "channel-changes" {
//!         title: "Channel changes",
//!         arguments: &[PromptArgument::required("site", "Its name").completed(Completed::Site)],
//!         task: "Which channels changed at {site} since yesterday, and why?",
//!         steps: &[Step { tool: "listChannelChanges", why: "every change with its reason" }],
//!         answer: "One line for each access point.",
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     mistmcp::Program::new().name(env!("CARGO_PKG_NAME")).version(env!("CARGO_PKG_VERSION")).run()
//! }
//! ```
//!
//! It is the whole program: over stdio and HTTP, with every flag, subcommand and bound of `mistmcp` itself, under its own
//! name. `mistmcp::main()` is the same with the name of the executable and the version of the package. Up to 20 tools are
//! simply listed; with more, clients find them in managed mode, unless `--mode` says otherwise.
//!
//! ```console
//! $ cargo run -- call countSites --demo           # against the demo network
//! $ cargo run -- tools                            # what it offers
//! $ cargo run -- --demo                           # an MCP server on standard input and output
//! $ MIST_APITOKEN=… MIST_HOST=api.eu.mist.com cargo run -- check
//! ```
//!
//! A tool in a category that no `category!` declares, and what else no compiler sees, stops the program at start. A test with
//! `mistmcp::Catalog::gather().unwrap()` finds it before that.
//!
//! Tools in a library crate are found once something names the crate: `use my_tools as _;` in `main.rs`. Without a mention the
//! linker leaves it out, and its tools with it.
//!
//! # Where to go on
//!
//! | for | look at |
//! |---|---|
//! | what a tool can be | [`mist_tool`](macro@mist_tool), [`category!`], [`prompt!`] |
//! | showing an answer in clients with MCP Apps | [`view!`], and `docs/views.md` |
//! | parameters | [`Arg`] and its types ([`SiteId`], [`Mac`], [`Time`] …), [`macro@Choice`], [`macro@ParamGroup`] and the groups ([`TimeWindow`], [`PageNumber`], [`SearchPage`] …) |
//! | asking Mist in a body | [`Mist`], [`Request`], [`Answer`], [`KeptRows`] |
//! | answering | [`Reply`], [`Block`], [`Error::advice`] |
//! | telling and asking the client | [`Call`] |
//! | name, version, texts and defaults of your own, a handler around the server | [`Program`] |
//! | what MCP deprecates: sampling, roots, logging to clients | the feature `client-requests` |
//! | spans of calls, exported over OTLP | the feature `otlp`, and `docs/tracing.md` |
//! | serving from a program that does other things as well | [`Server`], [`Session`], [`Settings`], [`Connection`], [`Pool`] |
//!
//! Errors of tools are advice for a model: [`Error`] holds a sentence or two with the next step. Times are seconds or
//! [`Duration`](std::time::Duration)s, sizes are bytes.

#![cfg_attr(
    not(all(feature = "cli", feature = "demo", feature = "query", feature = "redis")),
    allow(dead_code, unused_imports, unreachable_pub, reason = "only the features that are left out use it")
)]

// The macros name this crate, and they are used inside it as well.
extern crate self as mistmcp;

pub mod answers;
mod argument;
mod audit;
mod call;
mod capability;
mod catalog;
#[cfg(feature = "cli")]
mod cli;
mod endpoint;
mod error;
mod groups;
mod host;
#[cfg(feature = "http")]
mod http;
mod identity;
mod json_size;
mod key;
mod known_tokens;
mod log_limit;
mod mask;
mod metrics;
mod mist;
mod param;
mod placeholder;
mod prompt;
#[cfg(feature = "query")]
mod query;
mod quote;
#[cfg(feature = "redis")]
mod redis;
#[cfg(not(feature = "redis"))]
#[path = "no_redis.rs"]
mod redis;
mod reply;
mod server;
mod session;
mod suggestion;
mod text;
mod text_file;
mod tool;
mod trace;
mod view;
mod work;

pub use argument::{
    Advised, Arg, Arguments, Choice, DeviceId, Fields, Id, Listed, Lookup, Mac, MacFilter, MacForms, MacList,
    MacPattern, MacPatterns, Mismatch, MspId, NameFilter, OrgId, Presence, QueryValue, RelativeDuration,
    RequestBody, Several, SiteId, SiteIds, Time, UpTo,
};
pub use call::{Call, Form};
pub use capability::Capability;
pub use catalog::{Catalog, Category, Clashes, Entry};
#[cfg(feature = "cli")]
pub use cli::{Program, main};
pub use endpoint::{Answers, Endpoint, Method};
pub use error::{Error, ErrorKind, Result};
pub use groups::{Buckets, PageNumber, Search, SearchPage, SortField, TimeWindow};
pub use mist::{
    Answer, Cloud, CloudError, Clouds, Connection, IntoQuery, KeptRows, Limits, Mist, Pool, Request, Token,
    Tokens,
};
pub use mistmcp_macros::{Choice, ParamGroup, mist_tool};
pub use param::{Param, ParamGroup};
pub use prompt::{Completed, Prompt, PromptArgument, Step};
#[cfg(feature = "query")]
pub use query::{Query, QueryTables, Sql, TableSource};
pub use reply::{Block, Content, File, Format, Media, Reply, Rules};
pub use server::Server;
#[cfg(feature = "client-requests")]
pub use server::{Level, Root};
pub use session::{Mode, Outcome, PolicyError, Session, Settings, SettingsError};
pub use tool::{Body, Hints, Run, Running, Tool};
pub use view::View;
pub use {rmcp, schemars, serde_json};

/// What the macros' expansions and the repository's own tasks call. Not for anybody else.
#[doc(hidden)]
pub mod __private {
    pub use inventory::submit;

    #[cfg(feature = "cli")]
    pub use crate::cli::command;
    pub use crate::identity::Package;
    pub use crate::register;
    pub use crate::reply::{hides, redact_file, redact_value};
    pub use crate::session::{Questions, question_problems, registered_questions};
    pub use crate::tool::{Context, Registered, assert_described, assert_filled, assert_in_groups};
}

/// Registers a tool.
#[doc(hidden)]
#[macro_export]
macro_rules! register {
    ($tool:ident) => {
        $crate::__private::submit! { $crate::__private::Registered(&$tool) }
    };
}
