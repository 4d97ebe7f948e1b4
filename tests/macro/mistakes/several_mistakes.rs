use mistmcp::{Mist, SiteId, mist_tool};

#[mist_tool(category = "Sites", nam = "getSite", get = "/api/v1/sites/{site}/{kind?}/all")]
pub fn get_site<'a>(mist: &Mist, site_id: SiteId, #[flat] name: &'a str) -> String;

fn main() {}
