use std::fmt;
use std::sync::Arc;

use reqwest::Url;
use thiserror::Error;

/// Mist's public clouds: the name in Mist's documentation, and the host of its API.
const PUBLIC: [(&str, &str); 13] = [
    ("Global 01", "api.mist.com"),
    ("Global 02", "api.gc1.mist.com"),
    ("Global 03", "api.ac2.mist.com"),
    ("Global 04", "api.gc2.mist.com"),
    ("Global 05", "api.gc4.mist.com"),
    ("EMEA 01", "api.eu.mist.com"),
    ("EMEA 02", "api.gc3.mist.com"),
    ("EMEA 03", "api.ac6.mist.com"),
    ("EMEA 04", "api.gc6.mist.com"),
    ("APAC 01", "api.ac5.mist.com"),
    ("APAC 02", "api.gc5.mist.com"),
    ("APAC 03", "api.gc7.mist.com"),
    ("US government", "api.us.mist-federal.com"),
];

/// A cloud that tokens may be sent to. Made by [`Clouds`] alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cloud {
    base: Arc<Url>,
}

/// The clouds that tokens may be sent to: Mist's own, and those that the operator adds.
#[derive(Clone, Debug, Default)]
pub struct Clouds {
    added: Vec<Cloud>,
}

/// Why a cloud is not taken. The text names the remedy.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CloudError {
    /// It cannot be read.
    #[error("`{0}` is no cloud: write a host such as `api.mist.com`, or a URL with scheme and port")]
    Malformed(String),
    /// It would carry tokens in the clear.
    #[error("`{0}` is plain http, which only a loopback address may use: write `https://…`")]
    Insecure(String),
    /// It is nobody's that is known.
    #[error(
        "`{unknown}` is no Mist cloud that this server may send tokens to; it is one of:\n{known}\n\
         another one has to be added with `--allow-cloud` (or MISTMCP_ALLOW_CLOUDS)"
    )]
    Unknown {
        /// What was written.
        unknown: String,
        /// Those there are, a line each.
        known: String,
    },
}

impl Clouds {
    /// Adds a cloud of the operator's: a host, or a URL with scheme and port.
    ///
    /// # Errors
    /// It cannot be read, or is plain http beyond loopback.
    pub fn allow(&mut self, text: &str) -> Result<(), CloudError> {
        let cloud = Cloud::at(parse(text)?);
        if cloud.base.scheme() == "http" && !cloud.is_loopback() {
            return Err(CloudError::Insecure(text.to_owned()));
        }
        self.added.push(cloud);
        Ok(())
    }

    /// Those that the operator added.
    pub(crate) fn added(&self) -> &[Cloud] {
        &self.added
    }

    /// Those there are: what a person calls each, its host, and what names it to [`Self::find`].
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, String, String)> {
        let public = PUBLIC.iter().map(|(name, host)| (*name, (*host).to_owned(), (*host).to_owned()));
        public.chain(self.added.iter().map(|cloud| ("added", cloud.to_string(), cloud.address())))
    }

    /// The cloud that `text` names, as a host, a URL, or with `manage.` in place of `api.` as in the portal's address.
    ///
    /// # Errors
    /// It is none of those that may be used.
    pub fn find(&self, text: &str) -> Result<Cloud, CloudError> {
        let wanted = parse(text)?;
        let added = self.added.iter().find(|cloud| {
            cloud.base.host() == wanted.host() && (!names_authority(text) || *cloud.base == wanted)
        });
        if let Some(cloud) = added {
            return Ok(cloud.clone());
        }
        let host = wanted.host_str().unwrap_or_default();
        let api_host = match host.strip_prefix("manage.") {
            Some(rest) => format!("api.{rest}"),
            None => host.to_owned(),
        };
        let public = PUBLIC.iter().any(|(_, public)| *public == api_host);
        if public && wanted.scheme() == "https" && wanted.port().is_none() {
            return Ok(Cloud::at(parse(&api_host)?));
        }
        Err(CloudError::Unknown { unknown: text.to_owned(), known: self.to_string() })
    }

    /// Clouds that hold exactly this one, however it is reached. For the demo cloud, whose port nobody knows before.
    pub(crate) fn only(url: &str) -> Result<Cloud, CloudError> {
        Ok(Cloud::at(parse(url)?))
    }
}

/// Those there are, a line each.
impl fmt::Display for Clouds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.named().map(|(name, host, _)| format!("  {host}  ({name})")).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

impl Cloud {
    fn at(base: Url) -> Self {
        Self { base: Arc::new(base) }
    }

    /// The address that every request starts with.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// What names it: its host where that is enough, else a URL.
    pub(crate) fn address(&self) -> String {
        match (self.base.scheme(), self.base.port()) {
            ("https", None) => self.to_string(),
            (scheme, _) => format!("{scheme}://{self}"),
        }
    }

    /// Where a user makes a token: the portal of this cloud.
    pub fn portal(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        format!("https://{}/", host.replacen("api.", "manage.", 1))
    }

    /// Whether `text` names this very cloud, as a host or a URL.
    pub(crate) fn is(&self, text: &str) -> bool {
        let only = Clouds { added: vec![self.clone()] };
        only.find(text).is_ok_and(|found| found == *self)
    }

    pub(super) fn is_loopback(&self) -> bool {
        match self.base.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }
}

/// The host, and the port where it is not the usual one.
impl fmt::Display for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.base.host_str().unwrap_or_default();
        match self.base.port() {
            Some(port) => write!(formatter, "{host}:{port}"),
            None => formatter.write_str(host),
        }
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Whether more than a bare host is written.
fn names_authority(text: &str) -> bool {
    text.contains("://") || url::Host::parse(text.trim()).is_err()
}

fn parse(text: &str) -> Result<Url, CloudError> {
    let malformed = || CloudError::Malformed(text.to_owned());
    let trimmed = text.trim().trim_end_matches('/');
    let absolute = if trimmed.contains("://") { trimmed.to_owned() } else { format!("https://{trimmed}") };
    let url = Url::parse(&absolute).map_err(|_| malformed())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if plain { Ok(url) } else { Err(malformed()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clouds(added: &[&str]) -> Clouds {
        let mut clouds = Clouds::default();
        for cloud in added {
            clouds.allow(cloud).unwrap();
        }
        clouds
    }

    #[test]
    fn a_public_cloud_is_found_by_host_url_and_portal() {
        for text in ["api.eu.mist.com", "https://api.eu.mist.com/", "API.EU.MIST.COM", "manage.eu.mist.com"] {
            assert_eq!(clouds(&[]).find(text).unwrap().base().as_str(), "https://api.eu.mist.com/", "{text}");
        }
    }

    #[test]
    fn a_stranger_is_refused_with_those_there_are() {
        for text in [
            "evil.example",
            "api.mist.com.evil.example",
            "http://api.mist.com",
            "api.mist.com:8443",
            "127.0.0.1:80",
        ] {
            let refused = clouds(&[]).find(text).unwrap_err().to_string();
            assert!(refused.contains("api.gc1.mist.com") && refused.contains("--allow-cloud"), "{refused}");
        }
    }

    #[test]
    fn what_carries_more_than_a_host_is_no_cloud() {
        for text in [
            "api.mist.com@evil.example",
            "https://user:pw@api.mist.com",
            "api.mist.com/x",
            "api.mist.com?x",
            "",
            "ftp://api.mist.com",
        ] {
            assert!(matches!(clouds(&[]).find(text), Err(CloudError::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn an_added_cloud_is_found_by_its_host_or_in_full() {
        let clouds = clouds(&["http://127.0.0.1:9000", "mist.internal.example"]);
        assert_eq!(clouds.find("127.0.0.1").unwrap().base().as_str(), "http://127.0.0.1:9000/");
        assert!(clouds.find("http://127.0.0.1:9000").is_ok());
        assert!(clouds.find("http://127.0.0.1:9001").is_err());
        assert!(clouds.find("mist.internal.example").is_ok());
    }

    #[test]
    fn each_cloud_is_found_by_what_names_it() {
        let clouds = clouds(&[
            "http://127.0.0.1:9000",
            "https://[::1]:9443",
            "http://localhost",
            "mist.internal.example",
        ]);
        let named: Vec<_> = clouds.named().collect();
        assert_eq!(named.len(), PUBLIC.len() + 4);
        for (_, host, address) in named {
            let found = clouds.find(&address).unwrap();
            assert_eq!(found.to_string(), host);
            assert_eq!(found.address(), address);
        }
    }

    #[test]
    fn plain_http_is_for_loopback_alone() {
        let mut clouds = Clouds::default();
        assert!(matches!(clouds.allow("http://mist.internal.example"), Err(CloudError::Insecure(_))));
        for text in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
            assert!(clouds.allow(text).is_ok(), "{text}");
        }
    }
}
