use mistmcp::mist_tool;

/// All sites.
#[mist_tool(category: "sites", gett = "/api/v1/sites" hints("read_only"), "sites", answers = , questions = "Which sites")]
pub async fn list_sites();

fn main() {}
