//! OAuth of a server over HTTP, as the flags have it.

use anyhow::{Context, bail};
use url::Url;

use super::flags::HttpFlags;
use crate::host::is_loopback;
use crate::http::OAuthSettings;
use crate::quote;

const AUDIENCE: &str = "--oauth-audience (or MISTMCP_OAUTH_AUDIENCE)";

/// The OAuth settings. None without an issuer.
///
/// # Errors
/// A setting is missing, is none, or contradicts another one.
pub(super) fn settings(
    flags: &HttpFlags,
    has_accounts: bool,
    is_demo: bool,
) -> anyhow::Result<Option<OAuthSettings>> {
    let filled = |text: &&String| !text.trim().is_empty();
    let Some(issuer) = flags.oauth_issuer.as_ref().filter(filled).map(|issuer| issuer.trim()) else {
        if flags.oauth_own_token {
            bail!("--oauth-own-token needs --oauth-issuer (or MISTMCP_OAUTH_ISSUER)");
        }
        if has_accounts {
            bail!(
                "over HTTP, --accounts needs --oauth-issuer (or MISTMCP_OAUTH_ISSUER): who may use an account follows from \
                 the access token of a person"
            );
        }
        return Ok(None);
    };
    for (is_set, flag) in [
        (flags.client_token.is_some(), "--client-token (or MISTMCP_CLIENT_TOKEN)"),
        (flags.shared_token, "--shared-token (or MISTMCP_SHARED_TOKEN)"),
    ] {
        if is_set {
            bail!(
                "{flag} does not go with --oauth-issuer: with OAuth, `Authorization` is the access token of a person and \
                 nothing else. Leave one of them out"
            );
        }
    }
    safe_url(issuer, "--oauth-issuer (or MISTMCP_OAUTH_ISSUER)", "https://login.example.com")?;
    let mut audiences: Vec<_> =
        flags.oauth_audience.iter().filter(filled).map(|audience| audience.trim().to_owned()).collect();
    let Some(first) = audiences.first() else {
        bail!(
            "--oauth-issuer needs --oauth-audience (or MISTMCP_OAUTH_AUDIENCE): the URL of this server as clients reach it, \
             such as https://mist.example.com/mcp"
        );
    };
    if !first.contains("://") {
        bail!(
            "the first value of {AUDIENCE} has to be the URL of this server as clients reach it, such as \
             https://mist.example.com/mcp, and is {}: write further values, such as the id of a client, behind it",
            quote::client_id(first)
        );
    }
    let resource = safe_url(first, AUDIENCE, "https://mist.example.com/mcp")?;
    // Clients ask for a token with the resource as it is announced, or as a URL library writes it.
    for form in [OAuthSettings::announced(&resource), resource.as_str()] {
        if audiences.iter().all(|known| known != form) {
            audiences.push(form.to_owned());
        }
    }
    if !has_accounts && !flags.oauth_own_token && !is_demo {
        bail!(
            "--oauth-issuer needs tokens of Mist: name a file of accounts by --accounts (or MISTMCP_ACCOUNTS), or let clients \
             send their own by --oauth-own-token (or MISTMCP_OAUTH_OWN_TOKEN)"
        );
    }
    let scopes = flags.oauth_scope.as_deref().unwrap_or_default();
    let scopes: Vec<_> =
        scopes.split([',', ' ']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let is_scope =
        |scope: &String| scope.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte));
    if !scopes.iter().all(is_scope) {
        bail!("--oauth-scope (or MISTMCP_OAUTH_SCOPE) is no scope: it takes printable ASCII without quotes");
    }
    let groups_claim = flags.oauth_groups_claim.trim();
    let is_claim = groups_claim.split('.').all(|name| !name.is_empty())
        && !groups_claim.contains(|letter: char| letter == ',' || letter.is_whitespace());
    if !is_claim {
        bail!(
            "--oauth-groups-claim (or MISTMCP_OAUTH_GROUPS_CLAIM) is {}, which is no name of a claim: it takes one, such as \
             groups, or a path with a dot before each further name, such as realm_access.roles",
            quote::word(groups_claim)
        );
    }
    Ok(Some(OAuthSettings {
        issuer: issuer.to_owned(),
        resource,
        audiences,
        scopes,
        groups_claim: groups_claim.to_owned(),
        own_token: flags.oauth_own_token,
    }))
}

/// A URL with https, or one on this machine.
fn safe_url(text: &str, flag: &str, example: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).ok().filter(Url::has_host);
    let url = url.with_context(|| {
        format!("{flag} is {}, which is no URL: write one such as {example}", quote::host(text))
    })?;
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => url.host().is_some_and(|host| is_loopback(&host)),
        _ => false,
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    if !is_safe || !is_bare || url.fragment().is_some() || url.query().is_some() {
        bail!(
            "{flag} is {}, which takes https (http on this machine alone), and no user, query or fragment",
            quote::host(text)
        );
    }
    Ok(url)
}
