//! Proxy and root certificates from environment variables ([`Network`]). A proxy that cannot be parsed is an error
//! and never becomes a direct connection.

mod certificates;

use std::fmt;
use std::path::PathBuf;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, NoProxy, Proxy, Url};
use thiserror::Error;

use super::Cloud;
use crate::quote;

/// Variables that name a proxy for `https`, in order of precedence.
pub(crate) const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// Variables that name hosts reached without the proxy.
pub(crate) const EXCEPTION_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Variable that names a file of root certificates.
pub(crate) const CERTIFICATES: &str = "SSL_CERT_FILE";
/// Variable that names folders of root certificates. Only the TLS library reads it, and in the environment alone.
pub(crate) const CERTIFICATE_FOLDERS: &str = "SSL_CERT_DIR";

/// Proxy and root certificates for connections to Mist.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Network {
    proxy: Option<ProxySetting>,
    /// The value of `NO_PROXY`.
    exceptions: String,
    certificates: Option<PathBuf>,
}

/// A proxy, and the variable that names it.
#[derive(Clone, PartialEq, Eq)]
struct ProxySetting {
    variable: &'static str,
    url: Url,
}

/// Why the settings cannot be used. The message names the variable and the remedy, but not the value, which may
/// contain a password.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum NetworkError {
    #[error(
        "{0} cannot be read as a proxy: write `http://HOST:PORT`, `https://HOST:PORT` or `socks5h://HOST:PORT` (also \
         socks5, socks4a, socks4), with special characters of a user name and a password percent-encoded; or unset it to \
         go without a proxy"
    )]
    Proxy(&'static str),
    #[error("{CERTIFICATES} has to name a file of root certificates in PEM: {0}")]
    Certificates(String),
    #[error(
        "{CERTIFICATE_FOLDERS} has to name a folder with root certificates in PEM: {0}. Unset it for those of the system, or \
         name a file in {CERTIFICATES}"
    )]
    CertificateFolders(String),
    #[error(
        "this system has no root certificates: install them (the package is often called ca-certificates), or name a file \
         of them in {CERTIFICATES}"
    )]
    NoCertificates,
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

impl NetworkError {
    /// Of an error when the HTTP client is built, with its causes.
    pub(super) fn of_client(causes: &[String]) -> Self {
        // The TLS library has no error kind for this.
        if causes.iter().any(|cause| cause.contains("No CA certificates")) {
            return Self::NoCertificates;
        }
        Self::Client(causes.join(": "))
    }
}

impl Network {
    /// Reads the environment of the process.
    pub(crate) fn of_environment() -> Result<Self, NetworkError> {
        // A value that is not Unicode is not a valid proxy, and must not be ignored.
        Self::read(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Reads the variables. An empty value counts as unset.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, NetworkError> {
        let value = |name: &str| {
            variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let named = PROXY_VARIABLES.into_iter().find_map(|name| Some((name, value(name)?)));
        let proxy = match named {
            Some((variable, text)) => {
                Some(ProxySetting { variable, url: proxy_url(&text).ok_or(NetworkError::Proxy(variable))? })
            }
            None => None,
        };
        let exceptions = EXCEPTION_VARIABLES.into_iter().find_map(value).unwrap_or_default();
        Ok(Self { proxy, exceptions, certificates: value(CERTIFICATES).map(PathBuf::from) })
    }

    /// The proxy for requests to `cloud`, with the name of its variable and without the password.
    pub(crate) fn proxy(&self, cloud: &Cloud) -> Option<String> {
        if cloud.is_loopback() {
            return None;
        }
        let ProxySetting { variable, url } = self.proxy.as_ref()?;
        let matcher = Matcher::builder().https(url.as_str()).no(self.exceptions.as_str()).build();
        matcher.intercept(&cloud.base().as_str().parse().ok()?)?;
        Some(format!("{} ({variable})", without_user(url)))
    }

    /// Applies the settings to an HTTP client, which otherwise reads the environment itself.
    pub(super) fn configure(&self, builder: ClientBuilder) -> Result<ClientBuilder, NetworkError> {
        let mut builder = builder.no_proxy();
        if let Some(ProxySetting { variable, url }) = &self.proxy {
            let proxy = Proxy::https(url.clone()).map_err(|_| NetworkError::Proxy(variable))?;
            builder = builder.proxy(proxy.no_proxy(NoProxy::from_string(&self.exceptions)));
        }
        certificates::configure(builder, self.certificates.as_deref())
    }
}

/// Prints neither user name nor password of the proxy.
impl fmt::Debug for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxy = self.proxy.as_ref().map(|named| without_user(&named.url));
        formatter.debug_struct("Network").field("proxy", &proxy).finish_non_exhaustive()
    }
}

/// Whether the value of a proxy variable contains a user name or a password.
pub(crate) fn has_credentials(text: &str) -> bool {
    text.contains('@')
}

fn without_user(url: &Url) -> String {
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

/// Longer than the labels of proxy host names, shorter than tokens.
const LONGEST_LABEL: usize = 32;

fn is_byte_of_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
}

/// The host as it was written, before the URL parser lowercases it.
fn written_host(text: &str) -> &str {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest).trim_start_matches('/');
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    authority.split(':').next().unwrap_or_default()
}

/// Parses the address of a proxy: a supported scheme (`http` if none is given), a host, an optional port, and
/// nothing after it.
fn proxy_url(text: &str) -> Option<Url> {
    let absolute = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let mut url = Url::parse(&absolute).ok()?;
    let is_socks = matches!(url.scheme(), "socks4" | "socks4a" | "socks5" | "socks5h");
    let is_known = is_socks || matches!(url.scheme(), "http" | "https");
    let host = url.host_str()?;
    // A token in the wrong place must not be sent to a DNS resolver.
    let is_label =
        |label: &str| (1..=LONGEST_LABEL).contains(&label.len()) && label.bytes().all(is_byte_of_label);
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_name = if name.contains('.') {
        name.split('.').all(is_label)
    } else {
        quote::is_bare_host(written_host(text))
    };
    let is_host = is_name || host.starts_with('[');
    let is_all = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if !(is_known && is_host && is_all) {
        return None;
    }
    if is_socks && url.port().is_none() {
        url.set_port(Some(1080)).ok()?;
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clouds;

    fn read(variables: &[(&str, &str)]) -> Result<Network, NetworkError> {
        let found = |name: &str| variables.iter().find(|(other, _)| *other == name);
        Network::read(|name| found(name).map(|(_, value)| (*value).to_owned()))
    }

    fn proxy(variables: &[(&str, &str)]) -> Option<String> {
        read(variables).unwrap().proxy(&Clouds::default().find("api.eu.mist.com").unwrap())
    }

    #[test]
    fn a_token_is_not_a_valid_proxy_host() {
        for token in [
            "Zk3v9QpLr7TtYyUuIiOoPpAaSsDdFfGg",
            "http://deadbeef00112233445566778899aabbccddeeff",
            "http://ada:s3cret@Zk3v9QpLr7TtYyUu:3128",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI.c2lnbmF0dXJl",
        ] {
            assert_eq!(read(&[("HTTPS_PROXY", token)]), Err(NetworkError::Proxy("HTTPS_PROXY")), "{token}");
        }
        for host in [
            "corporate-web-proxy-london:3128",
            "PROXY:8080",
            "Proxy.Corp.Example.:80",
            "my_proxy",
            "10.0.0.1",
        ] {
            assert!(read(&[("HTTPS_PROXY", host)]).is_ok(), "{host}");
        }
    }

    #[test]
    fn a_proxy_is_named_with_its_variable_and_without_its_password() {
        for (value, wanted) in [
            ("http://proxy.example:3128", "http://proxy.example:3128"),
            ("proxy.example:3128", "http://proxy.example:3128"),
            ("ada:s3cret@proxy:3128/", "http://proxy:3128"),
            ("https://ada:s3%40cret@proxy", "https://proxy"),
            ("socks5h://ada:s3cret@127.0.0.1", "socks5h://127.0.0.1:1080"),
            ("socks4://[::1]:9", "socks4://[::1]:9"),
        ] {
            assert_eq!(proxy(&[("HTTPS_PROXY", value)]), Some(format!("{wanted} (HTTPS_PROXY)")), "{value}");
            let network = read(&[("HTTPS_PROXY", value)]).unwrap();
            assert!(!format!("{network:?}").contains("s3"), "{network:?}");
            assert!(network.configure(reqwest::Client::builder()).is_ok(), "{value}");
        }
        let all = [("all_proxy", "a:1"), ("https_proxy", "b:1"), ("HTTPS_PROXY", " "), ("HTTP_PROXY", "c:1")];
        assert_eq!(proxy(&all).as_deref(), Some("http://b:1 (https_proxy)"));
        assert_eq!(proxy(&all[..1]).as_deref(), Some("http://a:1 (all_proxy)"));
        assert_eq!(proxy(&all[2..]), None, "no cloud is reached over plain http");
    }

    #[test]
    fn an_invalid_proxy_is_an_error_that_does_not_quote_it() {
        for value in [
            "socks://s3cret:1",
            "ftp://s3cret",
            "http://",
            "http://s3cret:port",
            "${HTTPS_PROXY}",
            "%HTTPS_PROXY%",
            "http://${PROXY_HOST}:3128",
            "http://s3cret/proxy.pac",
            "http://ada:s3#cret@proxy:1",
            "a b",
            "://",
            "http://h:1?x",
            "s3cr\u{fffd}t",
        ] {
            let error = read(&[("ALL_PROXY", value)]).unwrap_err();
            assert_eq!(error, NetworkError::Proxy("ALL_PROXY"), "{value}");
            assert!(
                error.to_string().contains("ALL_PROXY") && !error.to_string().contains("s3cr"),
                "{error}"
            );
        }
    }

    #[test]
    fn exceptions_are_parsed_as_the_http_client_parses_them() {
        for (exceptions, is_direct) in [
            ("*", true),
            ("mist.com", true),
            (".mist.com", true),
            ("example.com, api.eu.mist.com", true),
            ("eu.mist.co", false),
            ("notmist.com", false),
            ("10.0.0.0/8", false),
            ("", false),
        ] {
            for name in EXCEPTION_VARIABLES {
                let found = proxy(&[("HTTPS_PROXY", "http://proxy:1"), (name, exceptions)]);
                assert_eq!(found.is_none(), is_direct, "{exceptions}");
            }
        }
        let mut clouds = Clouds::default();
        clouds.allow("https://10.1.2.3").unwrap();
        let inside = read(&[("HTTPS_PROXY", "http://proxy:1"), ("NO_PROXY", "10.0.0.0/8")]).unwrap();
        assert_eq!(inside.proxy(&clouds.find("10.1.2.3").unwrap()), None);
    }

    #[test]
    fn an_error_in_the_certificate_file_names_its_variable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roots.pem");
        let configure = || {
            let network = read(&[(CERTIFICATES, path.to_str().unwrap())]).unwrap();
            network.configure(reqwest::Client::builder()).map(|_| ())
        };
        assert!(configure().unwrap_err().to_string().contains("SSL_CERT_FILE"));
        std::fs::write(&path, "no certificate").unwrap();
        assert!(configure().unwrap_err().to_string().contains("it holds none"));
    }
}
