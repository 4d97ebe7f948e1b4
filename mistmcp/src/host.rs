//! Hosts of URLs: which are this machine ([`is_loopback`]).

use url::Host;

/// Whether a host is this machine: `localhost`, also as a complete name (`localhost.`), or a loopback address.
pub(crate) fn is_loopback(host: &Host<impl AsRef<str>>) -> bool {
    match host {
        Host::Domain(name) => matches!(name.as_ref(), "localhost" | "localhost."),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts_are_localhost_and_all_loopback_addresses() {
        for host in ["localhost", "localhost.", "127.0.0.1", "127.8.9.1", "[::1]", "[::ffff:127.0.0.1]"] {
            assert!(is_loopback(&Host::parse(host).unwrap()), "{host}");
        }
        for host in
            ["localhost.example.com", "localhost.x.", "10.0.0.1", "[::2]", "[::ffff:10.0.0.1]", "example.com"]
        {
            assert!(!is_loopback(&Host::parse(host).unwrap()), "{host}");
        }
    }
}
