use mistmcp::{Mist, Reply, mist_tool};

/// How many sites there are.
#[mist_tool(category = "sites")]
pub async fn count_sites(mist: &Mist) {
    Reply::json(mist.get("/api/v1/sites").await?)
}

fn main() {}
