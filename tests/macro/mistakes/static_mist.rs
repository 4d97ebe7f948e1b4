use mistmcp::{Mist, Reply, Result, mist_tool};

/// How many sites there are.
#[mist_tool(category = "sites")]
pub async fn count_sites(mist: &'static Mist) -> Result<Reply> {
    Reply::json(mist.get("/api/v1/sites").await?)
}

fn main() {}
