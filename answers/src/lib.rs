//! Tools that answer a question about the network, over the engine [`mistmcp::answers`].
//!
//! # How to add one
//!
//! 1. A file of its own, named as the tool, with the function, its `FINDS`, and one function that reads the data sources and
//!    applies the rules. [`check_ports`] is the shortest example with all that there is.
//! 2. Data sources that other tools read as well are functions of `sources`; one of its own is a [`DataSource`] in the
//!    file. It names a tool with an endpoint and its arguments; that gives the request, and `see`.
//! 3. Rows become facts in `facts`, rules are functions from facts to findings in `rules`, each with tests, and without
//!    requests. Figures that a rule compares with are constants of `thresholds`, with unit and source.
//!    A rule names the rows that it rests on with a call of `evidence`; `shown_by` is for rules about whole lists.
//! 4. Causes are in `causes`, for all tools. `weight` of a finding says how well it explains the question; `affects` names
//!    what follows from it.
//! 5. What an answer could not see, such as a site without devices, goes to [`Inquiry::not_seen`]; a data source that fails is
//!    there by itself. Where there is no data at all, the answer is [`Diagnosis::unknown`].
//! 6. A line in `mod`, in [`FOUND_BY`] and in [`LIMITS`] here (the calls and rounds that an answer costs at most), twelve
//!    or more questions in `tools/questions/answers.txt`, and `cargo xtask generate`. The descriptions of all tools of this
//!    category are listed to every client: keep them short, and look at `cargo xtask tokens --tools`.
//!
//! | tool | file |
//! |---|---|
//! | `findAnything` | `find_anything.rs` |
//! | `troubleshootClient` | `troubleshoot_client.rs` |
//! | `troubleshootAuthentication` | `troubleshoot_authentication.rs` |
//! | `troubleshootDevice` | `troubleshoot_device.rs` |
//! | `checkSite` | `check_site.rs` |
//! | `rankSites` | `rank_sites.rs` |
//! | `explainSle` | `explain_sle.rs` |
//! | `whatChanged` | `what_changed.rs` |
//! | `listProblems` | `list_problems.rs` |
//! | `checkPorts` | `check_ports.rs` |
//! | `checkRadio` | `check_radio.rs` |
//! | `checkWan` | `check_wan.rs` |
//! | `showTopology` | `show_topology.rs` |
//! | `checkCompliance` | `check_compliance.rs` |
//! | `auditConfig` | `audit_config.rs` |
//!
//! [`DataSource`]: mistmcp::answers::DataSource
//! [`Inquiry::not_seen`]: mistmcp::answers::Inquiry::not_seen
//! [`Diagnosis::unknown`]: mistmcp::answers::Diagnosis::unknown

#![expect(
    clippy::similar_names,
    reason = "a case and its causes, a device and its profiles are named as they are"
)]

mod arguments;
pub mod audit_config;
pub mod causes;
pub mod check_compliance;
pub mod check_ports;
pub mod check_radio;
pub mod check_site;
pub mod check_wan;
mod evidence;
pub mod explain_sle;
mod facts;
pub mod fields;
pub mod find_anything;
pub mod list_problems;
mod locate;
mod locate_client;
pub mod marvis_action;
mod mermaid;
pub mod rank_sites;
mod rules;
pub mod show_topology;
mod site_state;
mod sources;
mod thresholds;
pub mod troubleshoot_authentication;
pub mod troubleshoot_client;
pub mod troubleshoot_device;
mod views;
pub mod what_changed;

use mistmcp::answers::Cause;

mistmcp::category! {
    /// What is wrong, since when and why, with evidence.
    listed answers
}

mistmcp::__private::submit! { mistmcp::answers::Causes(causes::ALL) }

/// What the answers of a tool may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The tool's name.
    pub tool: &'static str,
    /// The most requests to Mist of an answer about one site.
    pub calls_at_a_site: usize,
    /// The most requests of an answer about the organization, a client or a device.
    pub calls: usize,
    /// The most rounds of requests that wait for each other, where names are known and each list has one page.
    pub rounds: usize,
}

/// What the answers of each tool may cost. Tests hold every tool against it.
pub static LIMITS: &[Limit] = &[
    Limit::new("auditConfig", [12, 26], 4),
    Limit::new("checkCompliance", [12, 18], 3),
    Limit::new("checkPorts", [12, 12], 2),
    Limit::new("checkRadio", [12, 12], 3),
    Limit::new("checkSite", [12, 12], 3),
    Limit::new("checkWan", [12, 12], 3),
    Limit::new("explainSle", [12, 12], 2),
    Limit::new("findAnything", [12, 12], 2),
    Limit::new("listProblems", [12, 16], 2),
    Limit::new("rankSites", [12, 12], 2),
    Limit::new("showTopology", [12, 12], 1),
    Limit::new("troubleshootAuthentication", [12, 12], 3),
    Limit::new("troubleshootClient", [12, 12], 4),
    Limit::new("troubleshootDevice", [12, 12], 3),
    Limit::new("whatChanged", [12, 12], 2),
];

impl Limit {
    const fn new(tool: &'static str, [calls_at_a_site, calls]: [usize; 2], rounds: usize) -> Self {
        Self { tool, calls_at_a_site, calls, rounds }
    }
}

/// The causes that each tool finds, by the tool's name, in groups. A cause may be in several of them.
pub static FOUND_BY: &[(&str, &[&[&Cause]])] = &[
    ("auditConfig", audit_config::FINDS),
    ("checkCompliance", check_compliance::FINDS),
    ("checkPorts", check_ports::FINDS),
    ("checkRadio", check_radio::FINDS),
    ("checkSite", check_site::FINDS),
    ("checkWan", check_wan::FINDS),
    ("explainSle", explain_sle::FINDS),
    ("findAnything", find_anything::FINDS),
    ("listProblems", list_problems::FINDS),
    ("rankSites", rank_sites::FINDS),
    ("showTopology", show_topology::FINDS),
    ("troubleshootAuthentication", troubleshoot_authentication::FINDS),
    ("troubleshootClient", troubleshoot_client::FINDS),
    ("troubleshootDevice", troubleshoot_device::FINDS),
    ("whatChanged", what_changed::FINDS),
];
