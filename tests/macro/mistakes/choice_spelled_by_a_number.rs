use mistmcp::{Choice, mist_tool};

#[derive(Clone, Copy, Choice)]
pub enum Sort {
    #[mist(24)]
    Name,
}

/// The sites of an organization.
#[mist_tool(category = "orgs", get = "/api/v1/orgs/sites")]
pub async fn list_sites(
    /// Order.
    sort: Option<Sort>,
);

fn main() {}
