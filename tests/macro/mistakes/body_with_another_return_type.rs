use mistmcp::{Mist, Result, mist_tool};

/// How many sites there are.
#[mist_tool(category = "sites")]
pub async fn count_sites(mist: &Mist) -> Result<Vec<String>> {
    mist.get("/api/v1/sites").await?;
    Ok(Vec::new())
}

fn main() {}
