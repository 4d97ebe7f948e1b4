//! `Host` and `Origin`: who is asked, and from which web page. A page of a stranger's must not reach this server by
//! way of somebody's browser, not even where it has made its own name point here.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HOST, HeaderMap, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE};
use http::uri::Authority;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use url::{Host, Url};

use super::rejection::Rejection;
use crate::quote;

/// The hosts and origins that are served beside loopback's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowed {
    pub(crate) hosts: Vec<AllowedHost>,
    pub(crate) origins: Vec<AllowedOrigin>,
}

/// A name or address by which clients may ask for this server, on any port or on one; or any (`*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AllowedHost {
    Any,
    Named { host: Host, port: Option<u16> },
}

/// A web page's origin, such as `https://chat.example.com`; or any (`*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AllowedOrigin {
    Any,
    One(String),
}

impl AllowedHost {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let (host, port) = authority(text.trim())?;
        Some(Self::Named { host, port })
    }
}

impl AllowedOrigin {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "*" => Some(Self::Any),
            text => Some(Self::One(origin(text)?.ascii_serialization())),
        }
    }
}

impl Allowed {
    fn host(&self, text: &str) -> bool {
        let Some((asked, asked_port)) = authority(text) else { return false };
        is_loopback(&asked)
            || self.hosts.iter().any(|allowed| match allowed {
                AllowedHost::Any => true,
                AllowedHost::Named { host, port } => {
                    *host == asked && port.is_none_or(|port| asked_port == Some(port))
                }
            })
    }

    fn origin(&self, text: &str) -> bool {
        if self.origins.contains(&AllowedOrigin::Any) {
            return true;
        }
        let Some(asked) = origin(text) else { return false };
        let local = matches!(&asked, url::Origin::Tuple(_, host, _) if is_loopback(host));
        local || self.origins.contains(&AllowedOrigin::One(asked.ascii_serialization()))
    }

    /// Whether a request asks for this server by a name of its own, from no page or from one that may.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Rejection> {
        let forbidden = |message: String| Rejection::new(StatusCode::FORBIDDEN, "origin", message);
        // HTTP/2 has `:authority`, and may have `Host` as well. What a proxy or a page goes by may be either.
        let hosts = headers.get_all(HOST).iter().map(|host| host.to_str().ok());
        let authority = uri.authority().map(|authority| Some(authority.as_str()));
        let hosts: Option<Vec<&str>> = hosts.chain(authority).collect();
        let host = match hosts.as_deref() {
            Some(hosts @ [host, ..]) if headers.get_all(HOST).iter().count() <= 1 => {
                if let Some(strange) = hosts.iter().find(|host| !self.host(host)) {
                    return Err(forbidden(format!(
                        "The host {} is not served here. The operator of the server can allow it with --allow-host.",
                        quoted(strange)
                    )));
                }
                *host
            }
            _ => return Err(Rejection::request("A request needs one header `Host` that can be read.")),
        };
        for value in headers.get_all(ORIGIN) {
            let allowed = value.to_str().is_ok_and(|text| self.origin(text) || is_own(text, host));
            if !allowed {
                return Err(forbidden(format!(
                    "Pages of the origin {} may not ask here. The operator of the server can allow them with \
                     --allow-origin.",
                    quoted(&String::from_utf8_lossy(value.as_bytes()))
                )));
            }
        }
        Ok(())
    }
}

/// Tells browsers what those pages may do.
pub(super) fn cors(allowed: &Arc<Allowed>) -> CorsLayer {
    let allowed = Arc::clone(allowed);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin: &HeaderValue, _| {
            origin.to_str().is_ok_and(|text| allowed.origin(text))
        }))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        // MCP's own are an open list: `Mcp-Param-*`.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([
            HeaderName::from_static("mcp-session-id"),
            HeaderName::from_static("mcp-protocol-version"),
            HeaderName::from_static("x-request-id"),
            RETRY_AFTER,
            WWW_AUTHENTICATE,
        ])
        .max_age(Duration::from_hours(1))
}

/// A host, and the port where one is named.
fn authority(text: &str) -> Option<(Host, Option<u16>)> {
    let authority: Authority = text.parse().ok()?;
    let host = match authority.host().trim_matches(['[', ']']).parse() {
        // Known at once; names are read as browsers read them, which takes longer.
        Ok(IpAddr::V4(address)) => Host::Ipv4(address),
        Ok(IpAddr::V6(address)) => Host::Ipv6(address),
        Err(_) => Host::parse(authority.host()).ok()?,
    };
    // Behind `@` it would be somebody's name that stands first.
    (!text.contains('@')).then(|| (host, authority.port_u16()))
}

/// An origin as browsers write it: scheme, host and port, and nothing behind them.
fn origin(text: &str) -> Option<url::Origin> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    (bare && url.username().is_empty() && url.fragment().is_none()).then(|| url.origin())
}

/// A foreign host or origin for an error: what has not the form of one is described, and not repeated.
fn quoted(text: &str) -> String {
    if quote::is_word(text) { quote::word(text) } else { quote::host(text) }
}

/// Whether a page comes from the very host that is asked, which has been found to be one of ours.
fn is_own(page: &str, host: &str) -> bool {
    let own = ["http", "https"].map(|scheme| origin(&format!("{scheme}://{host}")));
    origin(page).is_some_and(|page| own.contains(&Some(page)))
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Allowed {
        Allowed {
            hosts: ["mist.example.com", "10.0.0.5:8000"].map(|text| AllowedHost::parse(text).unwrap()).into(),
            origins: vec![AllowedOrigin::parse("https://chat.example.com").unwrap()],
        }
    }

    #[test]
    fn loopback_and_what_is_allowed_may_be_asked_for() {
        for host in [
            "localhost",
            "LOCALHOST:8000",
            "127.0.0.1:8000",
            "127.1.2.3",
            "[::1]:8000",
            "mist.example.com",
            "mist.example.com:443",
            "10.0.0.5:8000",
        ] {
            assert!(allowed().host(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "mist.example.com.evil.example",
            "10.0.0.5",
            "10.0.0.5:8001",
            "user@localhost",
            "localhost/x",
            "local host",
            "",
        ] {
            assert!(!allowed().host(host), "{host}");
        }
        assert!(Allowed { hosts: vec![AllowedHost::Any], ..Allowed::default() }.host("evil.example"));
    }

    #[test]
    fn host_and_authority_are_checked_alike() {
        let check = |uri: &str, hosts: &[&str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, HeaderValue::from_str(host).unwrap());
            }
            allowed().check(&uri.parse().unwrap(), &headers).is_ok()
        };
        for (uri, hosts, passes) in [
            ("/mcp", &["localhost"][..], true),
            ("http://localhost/mcp", &[], true),
            ("http://localhost/mcp", &["mist.example.com"], true),
            ("http://evil.example/mcp", &["localhost"], false),
            ("http://localhost/mcp", &["evil.example"], false),
            ("http://evil.example/mcp", &[], false),
            ("/mcp", &["localhost", "localhost"], false),
            ("/mcp", &[], false),
        ] {
            assert_eq!(check(uri, hosts), passes, "{uri} {hosts:?}");
        }
    }

    #[test]
    fn only_what_has_the_form_of_a_host_or_an_origin_is_repeated() {
        for text in ["evil.example", "https://evil.example:8443", "null", "169.254.169.254"] {
            assert_eq!(quoted(text), format!("`{text}`"));
        }
        let long = "a".repeat(8_000);
        for text in
            ["evil\u{202e}.example", "evil.example\u{1b}[31m", "https://u:p@evil.example", &long, "<b>"]
        {
            let told = quoted(text);
            assert!(!told.contains("evil") && told.len() < 100 && !told.contains('`'), "{told}");
        }
    }

    #[test]
    fn pages_of_loopback_and_those_that_are_allowed_may_ask() {
        for page in
            ["http://localhost:6274", "http://127.0.0.1", "https://[::1]:1", "https://chat.example.com"]
        {
            assert!(allowed().origin(page), "{page}");
        }
        for page in [
            "null",
            "https://evil.example",
            "http://chat.example.com",
            "https://chat.example.com:8443",
            "https://chat.example.com.evil.example",
            "http://localhost.evil.example",
            "file:///",
            "",
        ] {
            assert!(!allowed().origin(page), "{page}");
        }
        assert!(is_own("https://mist.example.com", "mist.example.com"));
        assert!(!is_own("https://evil.example", "mist.example.com"));
    }
}
