use mistmcp::{Reply, Result, mist_tool};

pub struct Color;

/// The sites of an organization.
#[mist_tool(category = "orgs")]
pub async fn list_sites(
    /// How it is painted.
    color: Color,
) -> Result<Reply> {
    let Color = color;
    Reply::json(0)
}

fn main() {}
