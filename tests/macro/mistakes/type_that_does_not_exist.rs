use mistmcp::{Reply, Result, mist_tool};

/// The sites of an organization.
#[mist_tool(category = "orgs")]
pub async fn list_sites(
    /// How it is painted.
    color: Colour,
) -> Result<Reply> {
    Reply::json(0)
}

fn main() {}
