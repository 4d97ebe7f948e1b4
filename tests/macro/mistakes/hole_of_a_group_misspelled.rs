use mistmcp::{ParamGroup, SiteId, mist_tool};

/// Where.
#[derive(ParamGroup)]
pub struct Place {
    pub site_id: SiteId,
}

/// The clients of a site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{siet_id}/stats/clients")]
pub async fn list_clients(#[flatten] place: Place);

fn main() {}
