//! `resources/list`, `resources/templates/list` and `resources/read`: documentation of the categories, and views for
//! the clients that show them.

use percent_encoding::percent_decode_str;
use rmcp::model::{
    CacheScope, ErrorData, ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource,
    ResourceContents, ResourceTemplate,
};

use super::LIST_TTL_MS;
use crate::session::Settings;
use crate::text::{shortened, visible};

const CATEGORIES: &str = "mistmcp://categories";
pub(super) const CATEGORY: &str = "mistmcp://categories/{category}";
const MARKDOWN: &str = "text/markdown";
/// Longest address that is repeated, in bytes. Those of the resources are shorter.
const LONGEST: usize = 300;

/// The list, with the resources of `views`.
pub(super) fn list(views: impl IntoIterator<Item = Resource>) -> ListResourcesResult {
    let category_docs = Resource::new(CATEGORIES, "categories")
        .with_title("Categories of tools")
        .with_description("What each category of tools is for.")
        .with_mime_type(MARKDOWN);
    let list = ListResourcesResult::with_all_items(std::iter::once(category_docs).chain(views).collect());
    list.with_cache_scope(CacheScope::Private).with_ttl_ms(LIST_TTL_MS)
}

pub(super) fn templates() -> ListResourceTemplatesResult {
    let category = ResourceTemplate::new(CATEGORY, "category")
        .with_title("Tools of a category")
        .with_description("What each tool of a category answers.")
        .with_mime_type(MARKDOWN);
    let list = ListResourceTemplatesResult::with_all_items(vec![category]);
    list.with_cache_scope(CacheScope::Private).with_ttl_ms(LIST_TTL_MS)
}

/// The resource at `uri`, which is `view` if that is there.
pub(super) fn read(
    settings: &Settings,
    uri: &str,
    view: Option<ResourceContents>,
) -> Result<ReadResourceResult, ErrorData> {
    if let Some(view) = view {
        let read = ReadResourceResult::new(vec![view]);
        return Ok(read.with_cache_scope(CacheScope::Private).with_ttl_ms(LIST_TTL_MS));
    }
    let known = uri.strip_prefix(CATEGORIES).filter(|_| uri.len() <= LONGEST);
    let text = match known.map(|rest| rest.trim_end_matches('/')) {
        Some("") => settings.category_docs(),
        Some(rest) if rest.starts_with('/') => {
            let name = percent_decode_str(&rest[1..]).decode_utf8_lossy();
            settings.category_doc(&name).map_err(|error| missing(error.to_string(), uri))?
        }
        _ => return Err(missing(format!("There is `{CATEGORIES}`, and `{CATEGORY}`."), uri)),
    };
    let contents = ResourceContents::text(text, visible(uri)).with_mime_type(MARKDOWN);
    let read = ReadResourceResult::new(vec![contents]);
    Ok(read.with_cache_scope(CacheScope::Private).with_ttl_ms(LIST_TTL_MS))
}

fn missing(message: String, uri: &str) -> ErrorData {
    let uri = shortened(&visible(uri), LONGEST);
    ErrorData::resource_not_found(message, Some(serde_json::json!({ "uri": uri })))
}
