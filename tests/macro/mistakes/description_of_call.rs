use mistmcp::{Call, Reply, Result, mist_tool};

/// How many sites there are.
#[mist_tool(category = "sites")]
pub async fn count_sites(
    /// The call.
    call: &Call,
) -> Result<Reply> {
    Reply::json(call.is_cancelled())
}

fn main() {}
