use mistmcp::{Reply, Result, mist_tool, serde_json::Value};

/// Adds a site.
#[mist_tool(category = "orgs")]
pub async fn add_site(#[body] site: Value) -> Result<Reply> {
    Reply::json(site)
}

fn main() {}
