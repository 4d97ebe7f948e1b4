//! Mist clouds that tokens may be sent to ([`Cloud`], [`Clouds`]).

mod suggestion;

use std::fmt;
use std::sync::Arc;

use reqwest::Url;
use thiserror::Error;

use crate::argument::Id;
use crate::host::is_loopback;
use crate::quote;

/// Mist's public clouds: the name in Mist's documentation, and the API host.
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

/// A cloud that tokens may be sent to. Only [`Clouds`] creates it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cloud {
    base: Arc<Url>,
}

/// The allowed clouds: Mist's public ones, and those that the operator adds.
#[derive(Clone, Debug, Default)]
pub struct Clouds {
    added: Vec<Cloud>,
}

/// Why a cloud is rejected. The message names the remedy. The input is quoted only if it looks like a host, and is
/// described otherwise: it may be a misplaced token.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CloudError {
    /// It cannot be parsed.
    #[error("{0} is no cloud: write a host such as `api.mist.com`, or a URL with scheme and port")]
    Malformed(String),
    /// It is plain http and would expose tokens.
    #[error("{0} is plain http, which only a loopback address may use: write `https://…`")]
    Insecure(String),
    /// It is not an allowed cloud.
    #[error(
        "{unknown} is no Mist cloud that this server may send tokens to{suggestion}\nThere are:\n{known}\n\
         another one has to be added with `--allow-cloud` (or MISTMCP_ALLOW_CLOUDS)"
    )]
    Unknown {
        /// The input, or a description of it.
        unknown: String,
        /// The cloud that was probably meant.
        suggestion: String,
        /// The allowed clouds, one per line.
        known: String,
    },
}

impl Clouds {
    /// Allows a cloud of the operator: a host, or a URL with scheme and port.
    ///
    /// # Errors
    /// It cannot be parsed, or is plain http to a non-loopback address.
    pub fn allow(&mut self, text: &str) -> Result<(), CloudError> {
        let written = Written::parse(text)?;
        // A cloud's name is shown to clients: a misplaced token must not become one.
        let name = written.0.host_str().unwrap_or_default();
        if !written.is_root() || !(quote::is_host(name) || quote::is_word(name)) {
            return Err(CloudError::Malformed(quote::host(text)));
        }
        let cloud = Cloud::at(written.base());
        if cloud.base.scheme() == "http" && !cloud.is_loopback() {
            return Err(CloudError::Insecure(quote::host(text)));
        }
        self.added.push(cloud);
        Ok(())
    }

    /// The clouds that the operator added.
    pub(crate) fn added(&self) -> &[Cloud] {
        &self.added
    }

    /// The allowed clouds: display name, host, and the text that [`Self::find`] accepts.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, String, String)> {
        let public = PUBLIC.iter().map(|(name, host)| (*name, (*host).to_owned(), (*host).to_owned()));
        public.chain(self.added.iter().map(|cloud| ("added", cloud.to_string(), cloud.address())))
    }

    /// Finds the cloud that `text` names: a host, a URL, or an address of the portal, which has `manage.` in place
    /// of `api.`. For Mist's own clouds, anything after the host is ignored.
    ///
    /// # Errors
    /// It is not an allowed cloud.
    pub fn find(&self, text: &str) -> Result<Cloud, CloudError> {
        let unknown = || CloudError::Unknown {
            unknown: if quote::is_word(text) { quote::word(text) } else { quote::host(text) },
            suggestion: suggestion::suggestion(text),
            known: self.to_string(),
        };
        let written = match Written::parse(text) {
            Ok(written) => written,
            Err(_) if !text.contains("://") && suggestion::is_alias(text) => return Err(unknown()),
            Err(error) => return Err(error),
        };
        let wanted = written.base();
        let added = self.added.iter().find(|cloud| {
            cloud.base.host() == wanted.host()
                && written.is_root()
                && (!names_authority(text) || *cloud.base == wanted)
        });
        if let Some(cloud) = added {
            return Ok(cloud.clone());
        }
        let host = wanted.host_str().unwrap_or_default().trim_end_matches('.');
        let api_host = match host.strip_prefix("manage.") {
            Some(rest) => format!("api.{rest}"),
            None => host.to_owned(),
        };
        let public = PUBLIC.iter().any(|(_, public)| *public == api_host);
        if public && wanted.scheme() == "https" && wanted.port().is_none() {
            return Ok(Cloud::at(Written::parse(&api_host)?.base()));
        }
        Err(unknown())
    }

    /// The organization id in a URL of the portal or the API: `org_id` in its query or fragment, or the segment
    /// after `/orgs/`.
    pub(crate) fn organization(text: &str) -> Option<String> {
        let Written(url) = Written::parse(text).ok()?;
        let in_query = url.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case("org_id"));
        let in_fragment = url.fragment().and_then(|fragment| fragment.split_once("org_id="));
        let in_path = url.path().split_once("/orgs/").map(|(_, rest)| rest);
        let begins_with_id = |text: &str| Id::parse(text.get(..36)?);
        let id = in_query
            .and_then(|(_, value)| Id::parse(&value))
            .or_else(|| begins_with_id(in_fragment?.1))
            .or_else(|| begins_with_id(in_path?))?;
        Some(id.as_str().to_owned())
    }

    /// Whether the query or the fragment of a URL has an `org_id` that is not empty, whatever its form.
    pub(crate) fn names_organization(text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        let named = lower.split(['?', '&', '#']).skip(1).filter_map(|pair| pair.strip_prefix("org_id="));
        named.into_iter().any(|id| !id.is_empty())
    }

    /// Allows this cloud alone. For the demo cloud, whose port is not known before.
    pub(crate) fn only(url: &str) -> Result<Cloud, CloudError> {
        Ok(Cloud::at(Written::parse(url)?.base()))
    }
}

/// The allowed clouds, one per line.
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

    /// The base URL of every request.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// Its host if that identifies it, else its URL.
    pub(crate) fn address(&self) -> String {
        match (self.base.scheme(), self.base.port()) {
            ("https", None) => self.to_string(),
            (scheme, _) => format!("{scheme}://{self}"),
        }
    }

    /// URL of the cloud's portal, where a user creates a token.
    pub fn portal(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        format!("https://{}/", host.replacen("api.", "manage.", 1))
    }

    /// Where a user creates a token, in words: a cloud whose host is not that of an API has its portal elsewhere.
    pub(crate) fn portal_in_words(&self) -> String {
        let has_portal = self.base.host_str().is_some_and(|host| host.starts_with("api."));
        if has_portal { format!("at {}", self.portal()) } else { format!("in the portal of {self}") }
    }

    /// Whether `text` names this cloud, as a host or a URL.
    pub(crate) fn is(&self, text: &str) -> bool {
        let only = Clouds { added: vec![self.clone()] };
        only.find(text).is_ok_and(|found| found == *self)
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.base.host().is_some_and(|host| is_loopback(&host))
    }
}

/// The host, and a port other than the default.
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

/// Whether the text has more than a bare host, apart from a path.
fn names_authority(text: &str) -> bool {
    let host = text.trim().split(['/', '?', '#']).next().unwrap_or_default();
    text.contains("://") || url::Host::parse(host).is_err()
}

/// A parsed host or URL, without user name or password.
struct Written(Url);

impl Written {
    fn parse(text: &str) -> Result<Self, CloudError> {
        let malformed = || CloudError::Malformed(quote::host(text));
        let trimmed = text.trim();
        let absolute = if trimmed.split(['?', '#']).next().is_some_and(|start| start.contains("://")) {
            trimmed.to_owned()
        } else {
            format!("https://{trimmed}")
        };
        let url = Url::parse(&absolute).map_err(|_| malformed())?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none();
        if plain { Ok(Self(url)) } else { Err(malformed()) }
    }

    /// Whether nothing follows host and port.
    fn is_root(&self) -> bool {
        matches!(self.0.path(), "/" | "/api/v1" | "/api/v1/")
            && self.0.query().is_none()
            && self.0.fragment().is_none()
    }

    /// Scheme, host and port.
    fn base(&self) -> Url {
        let mut base = self.0.clone();
        base.set_path("/");
        base.set_query(None);
        base.set_fragment(None);
        base
    }
}

#[cfg(test)]
mod tests;
