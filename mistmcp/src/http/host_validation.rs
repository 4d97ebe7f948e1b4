//! Validation of `Host` and `Origin`, and CORS: [`Allowed`]. It protects against DNS rebinding: a foreign web page
//! must not reach this server through a user's browser, even if its own host name resolves to this server.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HOST, HeaderMap, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE};
use http::uri::Authority;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use url::{Host, Url};

use super::rejection::Rejection;
use crate::host::is_loopback;
use crate::quote;

/// The hosts and origins that are allowed besides loopback.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowed {
    pub(crate) hosts: Vec<AllowedHost>,
    pub(crate) origins: Vec<AllowedOrigin>,
}

/// A host name or address of this server, on any port or on one; or any host (`*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AllowedHost {
    Any,
    Named { host: Host, port: Option<u16> },
}

/// The origin of a web page, such as `https://chat.example.com`; or any origin (`*`).
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
    /// Whether requests to this URL are served, if no proxy changes their `Host`.
    pub(crate) fn serves(&self, url: &Url) -> bool {
        Self::host_of(url).is_some_and(|host| self.host(&host))
    }

    /// The `Host` of requests to a URL: its host, and its port unless that is the one of its scheme.
    pub(crate) fn host_of(url: &Url) -> Option<String> {
        let port = url.port().map_or(String::new(), |port| format!(":{port}"));
        url.host_str().map(|host| format!("{host}{port}"))
    }

    fn host(&self, text: &str) -> bool {
        let Some((requested, requested_port)) = authority(text) else { return false };
        is_loopback(&requested)
            || self.hosts.iter().any(|allowed| match allowed {
                AllowedHost::Any => true,
                AllowedHost::Named { host, port } => {
                    *host == requested && port.is_none_or(|port| requested_port == Some(port))
                }
            })
    }

    fn origin(&self, text: &str) -> bool {
        if self.origins.contains(&AllowedOrigin::Any) {
            return true;
        }
        let Some(requested) = origin(text) else { return false };
        let local = matches!(&requested, url::Origin::Tuple(_, host, _) if is_loopback(host));
        local || self.origins.contains(&AllowedOrigin::One(requested.ascii_serialization()))
    }

    /// Validates the `Host` of a request, and its `Origin` if it has one.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Rejection> {
        let forbidden = |message: String| Rejection::new(StatusCode::FORBIDDEN, "origin", message);
        // HTTP/2 has `:authority`, and may have `Host` as well. A proxy or a page may rely on either, so both must be
        // allowed.
        let hosts = headers.get_all(HOST).iter().map(|host| host.to_str().ok());
        let authority = uri.authority().map(|authority| Some(authority.as_str()));
        let hosts: Option<Vec<&str>> = hosts.chain(authority).collect();
        let host = match hosts.as_deref() {
            Some(hosts @ [host, ..]) if headers.get_all(HOST).iter().count() <= 1 => {
                if let Some(foreign) = hosts.iter().find(|host| !self.host(host)) {
                    return Err(forbidden(format!(
                        "This host is not served here: {}. The operator of the server can allow it with --allow-host.",
                        quoted(foreign)
                    )));
                }
                *host
            }
            _ => return Err(Rejection::request("A request needs one header `Host` that can be read.")),
        };
        for value in headers.get_all(ORIGIN) {
            let allowed = value.to_str().is_ok_and(|text| self.origin(text) || is_same_origin(text, host));
            if !allowed {
                return Err(forbidden(format!(
                    "Pages of this origin may not ask here: {}. The operator of the server can allow them with \
                     --allow-origin.",
                    quoted(&String::from_utf8_lossy(value.as_bytes()))
                )));
            }
        }
        Ok(())
    }
}

/// The CORS layer for the allowed origins.
pub(super) fn cors(allowed: &Arc<Allowed>) -> CorsLayer {
    let allowed = Arc::clone(allowed);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin: &HeaderValue, _| {
            origin.to_str().is_ok_and(|text| allowed.origin(text))
        }))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        // MCP headers are an open set: `Mcp-Param-*`.
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

/// Parses a host with an optional port. An IPv4 address may be written as an IPv6 one.
fn authority(text: &str) -> Option<(Host, Option<u16>)> {
    let authority: Authority = text.parse().ok()?;
    let name = authority.host();
    // What precedes `@` would be user information, and not the host.
    let port = match text.strip_prefix(name)? {
        "" => None,
        rest => Some(rest.strip_prefix(':').filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()))?),
    };
    let port = port.filter(|port| !port.is_empty()).map(str::parse).transpose().ok()?;
    let host = match name.trim_matches(['[', ']']).parse() {
        // IP addresses are parsed directly. Domain names are parsed as browsers do, which is slower.
        Ok(address) => match IpAddr::to_canonical(&address) {
            IpAddr::V4(address) => Host::Ipv4(address),
            IpAddr::V6(address) => Host::Ipv6(address),
        },
        Err(_) => Host::parse(name).ok()?,
    };
    Some((host, port))
}

/// Parses an origin as browsers write it: scheme, host and port, and nothing else.
fn origin(text: &str) -> Option<url::Origin> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    (bare && url.username().is_empty() && url.fragment().is_none()).then(|| url.origin())
}

/// Quotes a foreign host or origin for an error message. Text that has not the form of one is described, not
/// repeated.
fn quoted(text: &str) -> String {
    let is_port = |port: &str| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let name = text.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(text, |(name, _)| name);
    if quote::is_word(name) || quote::is_bare_host(name) { format!("`{text}`") } else { quote::host(text) }
}

/// Whether the origin of a page is the requested host, which has been validated.
fn is_same_origin(page: &str, host: &str) -> bool {
    let own = ["http", "https"].map(|scheme| origin(&format!("{scheme}://{host}")));
    origin(page).is_some_and(|page| own.contains(&Some(page)))
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
    fn loopback_and_allowed_hosts_are_valid() {
        for host in [
            "localhost",
            "LOCALHOST:8000",
            "127.0.0.1:8000",
            "127.1.2.3",
            "[::1]:8000",
            "localhost.",
            "[::ffff:127.0.0.1]:8000",
            "mist.example.com",
            "mist.example.com:443",
            "10.0.0.5:8000",
            "[::ffff:10.0.0.5]:8000",
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
            "localhost:abc",
            "localhost:80a",
            "localhost:+80",
            "localhost:-1",
            "127.0.0.1:99999",
            "[::1]:65536",
            "[::1]8000",
            "10.0.0.5:18000000",
            "mist.example.com.",
            ".",
            "[::ffff:10.0.0.6]:8000",
            "",
        ] {
            assert!(!allowed().host(host), "{host}");
        }
        assert!(Allowed { hosts: vec![AllowedHost::Any], ..Allowed::default() }.host("evil.example"));
    }

    #[test]
    fn a_url_is_served_where_its_host_and_port_are_allowed() {
        for (url, wanted) in [
            ("https://mist.example.com/mcp", true),
            ("https://mist.example.com:8443/mcp", true),
            ("http://10.0.0.5:8000/", true),
            ("http://localhost:8000/mcp", true),
            ("http://[::1]:8000/mcp", true),
            ("https://10.0.0.5/mcp", false),
            ("https://chat.example.com/mcp", false),
            ("https://www.mist.example.com/", false),
        ] {
            assert_eq!(allowed().serves(&Url::parse(url).unwrap()), wanted, "{url}");
        }
    }

    #[test]
    fn host_and_authority_must_both_be_valid() {
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
    fn only_text_in_the_form_of_a_host_or_an_origin_is_repeated() {
        for text in
            ["evil.example", "evil:80", "web-01", "https://evil.example:8443", "null", "169.254.169.254"]
        {
            assert_eq!(quoted(text), format!("`{text}`"));
        }
        let long = "a".repeat(8_000);
        for text in
            ["evil\u{202e}.example", "evil.example\u{1b}[31m", "https://u:p@evil.example", &long, "<b>"]
        {
            let shown = quoted(text);
            assert!(!shown.contains("evil") && shown.len() < 100 && !shown.contains('`'), "{shown}");
        }
    }

    #[test]
    fn loopback_and_allowed_origins_are_valid() {
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
        assert!(is_same_origin("https://mist.example.com", "mist.example.com"));
        assert!(!is_same_origin("https://evil.example", "mist.example.com"));
    }
}
