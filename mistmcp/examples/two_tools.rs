//! A server of its own, with two tools: one that is an endpoint of Mist, one that works something out.
//!
//! ```console
//! $ cargo run -p mistmcp --example two_tools -- call listChannelChanges site_id='Singapore Office' duration=1w --demo
//! $ cargo run -p mistmcp --example two_tools -- call countSitesByCountry --demo
//! $ cargo run -p mistmcp --example two_tools -- --demo        # an MCP server on standard input and output
//! ```

use std::collections::BTreeMap;
use std::process::ExitCode;

use mistmcp::{Mist, OrgId, PageNumber, Reply, Request, Result, SiteId, TimeWindow, mist_tool};

mistmcp::category! {
    /// What I look at every morning.
    morning
}

/// What radio management changed at a site, on which access point, and why.
#[mist_tool(category = "morning", get = "/api/v1/sites/{site_id}/rrm/events")]
pub async fn list_channel_changes(
    site_id: SiteId,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// How many sites the organization has in each country.
#[mist_tool(category = "morning", hints(read_only))]
pub async fn count_sites_by_country(mist: &Mist, org_id: OrgId) -> Result<Reply> {
    let mut countries = BTreeMap::<&str, usize>::new();
    let sites =
        mist.send(Request::get("/api/v1/orgs").segment(org_id.as_str()).segment("sites")).await?.json()?;
    for site in sites.as_array().into_iter().flatten() {
        *countries.entry(site["country_code"].as_str().unwrap_or("unknown")).or_default() += 1;
    }
    Reply::json(countries)
}

fn main() -> ExitCode {
    mistmcp::main()
}
