use mistmcp::{Reply, Result, mist_tool};

/// How many sites there are.
#[mist_tool(category = "sites", item_takes = "start, end")]
pub async fn how_many_sites() -> Result<Reply> {
    Reply::json(5)
}

fn main() {}
