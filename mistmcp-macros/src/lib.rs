//! The procedural macros of mistmcp. Use them through the `mistmcp` crate, which re-exports them and documents
//! what they register.
//!
//! | macro | turns | into |
//! |---|---|---|
//! | [`macro@mist_tool`] | an annotated `async fn` | one `static` [`Tool`], registered |
//! | [`derive@ParamGroup`] | a struct of parameters | a group that tools take with `#[flatten]` |
//! | [`derive@Choice`] | an enum of values | a parameter type that takes one of them |
//!
//! [`Tool`]: https://docs.rs/mistmcp/latest/mistmcp/struct.Tool.html
//!
//! A tool passes through four stages, each a module below `tool`: `attribute` and `signature` read the two halves
//! of what was written, `model` holds them against each other, `expand` writes the result. Every mistake found on
//! the way is kept and reported together, and nothing is expanded from a model with a mistake in it.

mod choice;
mod default;
mod diagnostics;
mod documentation;
mod literal;
mod names;
mod param_group;
mod parameter;
mod runtime;
#[cfg(test)]
mod snapshots;
mod span;
mod tool;

use proc_macro::TokenStream;

/// Registers an annotated `async fn` as an MCP tool.
///
/// A plain endpoint has no body. Its path says which parameters go into it; all others are sent in the query.
///
/// ```
/// # use mistmcp::{PageNumber, SiteId, TimeWindow, mist_tool};
/// /// What radio management changed at a site, on which access point, and why.
/// #[mist_tool(category = "sites_rrm", get = "/api/v1/sites/{site_id}/rrm/events")]
/// pub async fn list_site_rrm_events(
///     site_id: SiteId,
///     /// Only this radio band: `24`, `5`, `6`.
///     band: Option<String>,
///     #[flatten] window: TimeWindow,
///     #[flatten] page: PageNumber,
/// );
/// ```
///
/// A tool that needs logic has a body and no endpoint, and takes `&Mist` and, where it wants it, `&Call`:
///
/// ```
/// # use mistmcp::{Mist, OrgId, Reply, Request, Result, mist_tool};
/// /// How many sites the organization has.
/// #[mist_tool(category = "orgs_sites", hints(read_only))]
/// pub async fn how_many_sites(mist: &Mist, org_id: OrgId) -> Result<Reply> {
///     let request = Request::get("/api/v1/orgs").segment(org_id.as_str()).segment("sites");
///     let sites = mist.send(request).await?.json()?;
///     Reply::json(sites.as_array().map_or(0, Vec::len))
/// }
/// ```
///
/// # Keys
///
/// | key | meaning |
/// |---|---|
/// | `category = "…"` | the category the tool belongs to; required |
/// | `get = "…"`, `post`, `put`, `delete` | the endpoint: a method of HTTP and a path with `{holes}` |
/// | `name = "…"` | the MCP name, where it is not the function's name in camelCase |
/// | `answers = "list"` or `"object"` | what the endpoint answers, where that does not follow from name and parameters |
/// | `item_takes = "start, end"` | the parameters that are sent with the optional id too; the others are for the list alone |
/// | `crate = path` | where the runtime is, if not at `::mistmcp`: `crate = my_crate::mistmcp` |
/// | `essential` | every session lists the tool, also in managed mode and where its category is left out |
/// | `view = "…"` | the view that shows the answer in clients with MCP Apps; declared with `view!` |
/// | `hints(read_only, destructive, idempotent, open_world)` | MCP's annotations, where they do not follow from the method; `key = false` turns one off |
///
/// # On a parameter
///
/// | attribute | meaning |
/// |---|---|
/// | `/// …` | its description; a type such as `SiteId` brings its own |
/// | `#[brief = "…"]` | the description in fewer words, for the model; help and documentation have the whole one |
/// | `#[flatten]` | a group of parameters, from `#[derive(ParamGroup)]` |
/// | `#[default = …]` | what Mist takes when it is left out: told to the model, never sent |
/// | `#[body]` | the JSON body of a `post` or `put` |
#[proc_macro_attribute]
pub fn mist_tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    tool::expand(attribute.into(), &item.into()).into()
}

/// Makes a struct a group of parameters that tools share with `#[flatten]`.
///
/// Each field is a parameter: its `///` the description, its type an `Arg`, `#[brief = …]`, `#[default = …]` and `#[flatten]` as
/// on a tool. `#[mistmcp(crate = path)]` says where the runtime is, if not at `::mistmcp`.
///
/// ```
/// use mistmcp::{Mac, ParamGroup, SiteId, TimeWindow, mist_tool};
///
/// /// One client at a site, over time.
/// #[derive(ParamGroup)]
/// pub struct ClientAtSite {
///     pub site_id: SiteId,
///     /// Its MAC address.
///     pub client_mac: Mac,
///     #[flatten]
///     pub window: TimeWindow,
/// }
///
/// /// What happened to a client.
/// #[mist_tool(category = "clients", get = "/api/v1/sites/{site_id}/clients/{client_mac}/events")]
/// pub async fn list_client_events(#[flatten] client: ClientAtSite);
/// ```
#[proc_macro_derive(ParamGroup, attributes(body, brief, default, flatten, mistmcp))]
pub fn param_group(item: TokenStream) -> TokenStream {
    param_group::expand(item.into()).into()
}

/// Makes an enum a parameter type: one value a variant.
///
/// A value is spelled as its variant in `snake_case`, or as `#[mist("…")]` says. The enum's `///` describes
/// parameters of that type that have no description of their own; `#[brief = "…"]` says it to the model in fewer words.
/// `#[mistmcp(crate = path)]` says where the runtime is, if not at `::mistmcp`.
///
/// ```
/// use mistmcp::Choice;
///
/// /// Radio band.
/// #[derive(Clone, Copy, Choice)]
/// pub enum Band {
///     #[mist("24")]
///     Ghz24,
///     #[mist("5")]
///     Ghz5,
///     /// Written as `any`.
///     Any,
/// }
/// let spellings: Vec<_> = Band::VALUES.iter().map(|(spelling, _)| *spelling).collect();
/// assert_eq!(spellings, ["24", "5", "any"]);
/// ```
#[proc_macro_derive(Choice, attributes(brief, mist, mistmcp))]
pub fn choice(item: TokenStream) -> TokenStream {
    choice::expand(item.into()).into()
}
