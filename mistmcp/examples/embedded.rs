//! An MCP server over stdio with two tools, without the command line: it needs none of the crate's features.
//!
//! ```console
//! $ cargo build -p mistmcp --no-default-features --example embedded
//! $ MIST_APITOKEN=… MIST_HOST=api.eu.mist.com target/debug/examples/embedded
//! ```

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use mistmcp::rmcp::ServiceExt;
use mistmcp::rmcp::transport::stdio;
use mistmcp::{
    Catalog, Clouds, Connection, Format, Limits, Mode, OrgId, PageNumber, Pool, Rules, Server, Session,
    Settings, SiteId, TimeWindow, Token, mist_tool,
};

mistmcp::category! {
    /// Sites and what happens at them.
    sites
}

/// The sites of the organization.
#[mist_tool(category = "sites", get = "/api/v1/orgs/{org_id}/sites", answers = "list")]
pub async fn list_sites(org_id: OrgId, #[flatten] page: PageNumber);

/// What radio management changed at a site.
#[mist_tool(category = "sites", get = "/api/v1/sites/{site_id}/rrm/events")]
pub async fn list_channel_changes(
    site_id: SiteId,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "another cryptography was chosen")?;
    let limits = Limits {
        timeout: Duration::from_secs(30),
        retry_wait: Duration::from_secs(15),
        rate_limit: 5_000,
        max_response_bytes: 32 << 20,
    };
    let catalog = Catalog::gather()?;
    let mode = Mode::default_for(catalog.entries().len());
    let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
    let settings = Settings::new(catalog, mode, &[], rules)?;
    let cloud = Clouds::default().find(&std::env::var("MIST_HOST")?)?;
    let token = Token::new(&std::env::var("MIST_APITOKEN")?)?;
    let connection = Connection::new(Arc::new(Pool::new(limits)), cloud, token, None);
    let session = Session::new(Arc::new(settings), Arc::new(connection), true);
    Server::new(session).serve(stdio()).await?.waiting().await?;
    Ok(())
}
