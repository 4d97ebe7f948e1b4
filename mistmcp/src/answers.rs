//! Engine of tools that answer a question with several requests: [`answer`].
//!
//! Such a tool has a body of three steps. It reads *data sources*, draws *facts* from their rows, and applies
//! *rules*, which are plain functions from facts to findings. The engine does the rest:
//!
//! | step | type | the engine's share |
//! |---|---|---|
//! | read | [`DataSource`], [`Inquiry`] | sends requests in parallel, at most eight at once, equal ones once, and never more than the stated number; stops near the deadline and near the reserve of the rate limit; records each data source that fails in `not_seen` |
//! | facts | [`Rows`], [`Row`] | reads numbers from text, single values from lists, and times in seconds or milliseconds; nothing panics |
//! | rules | [`Finding`], [`Cause`], [`Severity`], [`Object`] | data only |
//! | conclude | [`Diagnosis`] | orders findings by how well they explain the question, puts each root before its symptoms or folds these into it, words the verdict, cleans names, leaves out calls that the session cannot make, and keeps the answer within its size |
//!
//! ```
//! use mistmcp::answers::{Cause, Diagnosis, Finding, Object, DataSource, Severity, answer, join, name};
//! use mistmcp::{Call, Mist, Reply, Result, SiteId, mist_tool};
//!
//! # mistmcp::category! {
//! #     /// For this example.
//! #     example
//! # }
//! # /// The ports of a site.
//! # #[mist_tool(category = "example", get = "/api/v1/sites/{site_id}/stats/ports/search")]
//! # pub async fn search_site_ports(site_id: SiteId);
//! # /// The alarms of a site.
//! # #[mist_tool(category = "example", get = "/api/v1/sites/{site_id}/alarms/search")]
//! # pub async fn search_site_alarms(site_id: SiteId);
//! static PORT_DOWN: Cause = Cause {
//!     name: "port_down",
//!     group: "ports",
//!     meaning: "A port that was in use is down.",
//!     evidence: "The port's statistics.",
//!     remedy: "Check the cable and the device behind it.",
//! };
//!
//! /// Which ports of a site are down.
//! #[mist_tool(category = "example", hints(read_only))]
//! pub async fn check_cables(mist: &Mist, call: &Call, site_id: SiteId) -> Result<Reply> {
//!     answer(mist, call, 12, move |ask| async move {
//!         let ports = DataSource::new("ports", "searchSitePorts").with("site_id", site_id.as_str());
//!         let alarms = DataSource::new("alarms", "searchSiteAlarms").with("site_id", site_id.as_str());
//!         let (rows, _alarms) = join!(ask.rows(&ports), ask.rows(&alarms));
//!         let down = rows.iter().filter(|row| row.flag("up") == Some(false));
//!         let findings = down.map(|row| {
//!             let port = name(&row.text_or("port_id", "a port"));
//!             Finding::new(&PORT_DOWN, Severity::Warning, format!("{port} is down."))
//!                 .on(Object::port(&port))
//!                 .see(&ports)
//!         });
//!         Ok(Diagnosis::about("The site").findings(findings))
//!     })
//!     .await
//! }
//! # fn main() {}
//! ```
//!
//! A data source names the tool that reads the same, and its arguments. The request follows from that tool, and so does `see`
//! of a finding. One that depends on another is asked for after it, with `.await`; those that do not are joined.

mod cause;
mod data_source;
mod diagnosis;
mod finding;
mod inquiry;
mod object;
mod rank;
mod row;
mod size;
mod window;
mod wording;

#[cfg(feature = "demo")]
pub(crate) use cause::cause_names;
pub use cause::{Cause, Causes};
pub use data_source::DataSource;
pub use diagnosis::Diagnosis;
pub use finding::{Finding, Severity};
pub use futures_util::future::join_all;
pub use inquiry::{Inquiry, answer};
pub use object::{Object, See};
pub use row::{Row, Rows};
pub use size::estimated_tokens;
pub use tokio::join;
pub use window::Window;
pub use wording::{ago, count, has, is, lasting, listed, name, plural, span, state_since, times};

pub use crate::reply::{is_name_of_pair, is_value_of_pair};
