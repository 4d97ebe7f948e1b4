use hyper_util::client::proxy::matcher::Matcher;

use super::Cloud;

impl Cloud {
    /// The proxy that requests to this cloud go through, without its password: as the HTTP client finds it, in
    /// HTTPS_PROXY and its kin.
    pub(crate) fn proxy(&self) -> Option<String> {
        if self.is_loopback() {
            return None;
        }
        let address = self.base().as_str().parse().ok()?;
        let proxy = Matcher::from_env().intercept(&address)?;
        let uri = proxy.uri();
        Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?.as_str().rsplit('@').next()?))
    }
}
