use mistmcp::{Mist, OrgId, Reply, Result, mist_tool};

/// How many sites there are.
#[mist_tool(category = "orgs_sites")]
pub async fn count_sites(mist: &Mist, org_id: &OrgId) -> Result<Reply> {
    mist.get(org_id.as_str()).await.and_then(Reply::json)
}

fn main() {}
