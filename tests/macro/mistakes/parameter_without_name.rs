use mistmcp::mist_tool;

/// The name of a site.
#[mist_tool(category = "sites", get = "/api/v1/sites")]
pub async fn get_site(
    /// Where it is.
    (latitude, longitude): (f64, f64),
);

fn main() {}
