use mistmcp::{Arg, mist_tool};

/// The name of a site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}")]
pub async fn get_site<T: Arg>(site_id: T);

fn main() {}
