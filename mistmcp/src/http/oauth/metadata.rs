//! Metadata of the protected resource (RFC 9728), by which clients find the issuer.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use url::Url;

use super::{OAuth, OAuthSettings};
use crate::identity::identity;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The routes of the metadata: at the root, below it with the path of the endpoint, and with the path of the resource as
/// clients have it.
pub(in crate::http) fn routes(oauth: &Arc<OAuth>) -> Router {
    let of_resource = url(&oauth.settings().resource).path().to_owned();
    let mut paths = vec![WELL_KNOWN.to_owned(), format!("{WELL_KNOWN}/mcp"), of_resource];
    paths.sort();
    paths.dedup();
    // A path of the operator's may hold what the router takes for a pattern.
    paths.retain(|path| !path.contains(['{', '}', ':', '*']));
    paths.into_iter().fold(Router::new(), |router, path| {
        let oauth = Arc::clone(oauth);
        router.route(&path, get(async move || Json(metadata(oauth.settings(), &oauth.keys.issuer()))))
    })
}

/// The URL of the metadata: the path of the resource stands behind the well-known one.
pub(super) fn url(resource: &Url) -> Url {
    let mut url = resource.clone();
    let path = resource.path().trim_end_matches('/');
    url.set_path(&format!("{WELL_KNOWN}{path}"));
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// `issuer` is as its own metadata spells it: clients compare both (RFC 8414).
fn metadata(settings: &OAuthSettings, issuer: &str) -> Value {
    let mut metadata = json!({
        "resource": OAuthSettings::announced(&settings.resource),
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "resource_name": identity().title.unwrap_or(identity().name),
    });
    if !settings.scopes.is_empty() {
        metadata["scopes_supported"] = settings.scopes.clone().into();
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_resource_stands_behind_the_well_known_one() {
        for (resource, wanted) in [
            (
                "https://mist.example.com/mcp",
                "https://mist.example.com/.well-known/oauth-protected-resource/mcp",
            ),
            (
                "https://example.com:8443/a/mcp/",
                "https://example.com:8443/.well-known/oauth-protected-resource/a/mcp",
            ),
            ("https://mist.example.com", "https://mist.example.com/.well-known/oauth-protected-resource"),
        ] {
            assert_eq!(url(&Url::parse(resource).unwrap()).as_str(), wanted);
        }
    }
}
