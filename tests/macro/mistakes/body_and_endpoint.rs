use mistmcp::{Mist, Reply, Result, SiteId, mist_tool};

/// The name of a site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}")]
pub async fn get_site(mist: &Mist, site_id: SiteId) -> Result<Reply> {
    Reply::json(mist.get(&format!("/api/v1/sites/{}", site_id.as_str())).await?)
}

fn main() {}
