use mistmcp::{Reply, Result, mist_tool};

/// The sites of an organization.
#[mist_tool(category = "orgs")]
pub async fn list_sites(
    /// What it is called.
    name: String,
    /// What it is called.
    name: Option<String>,
) -> Result<Reply> {
    Reply::json(name)
}

fn main() {}
