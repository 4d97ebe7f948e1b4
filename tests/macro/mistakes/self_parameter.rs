use mistmcp::{Reply, Result, SiteId, mist_tool};

pub struct Sites;

impl Sites {
    /// The name of a site.
    #[mist_tool(category = "sites")]
    pub async fn get_site(&self, site_id: SiteId) -> Result<Reply> {
        self.read(site_id).await
    }

    pub async fn read(&self, site_id: SiteId) -> Result<Reply> {
        Reply::json(site_id.as_str())
    }
}

fn main() {}
