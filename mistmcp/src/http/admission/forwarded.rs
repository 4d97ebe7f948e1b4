//! The client address behind a trusted proxy, from `X-Forwarded-For` or `Forwarded` (RFC 7239). See [`client`].

use std::net::{IpAddr, SocketAddr};

use http::header::{FORWARDED, HeaderMap, HeaderName};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Hops that are read, from the nearest on.
const HOPS: usize = 16;

pub(super) fn is_trusted(proxies: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    proxies.iter().any(|network| network.contains(&address))
}

/// The client address: the last one in the header that is no trusted proxy. None if there is none, or if the two
/// headers disagree: a proxy sets one of them, and a client may have sent the other.
pub(super) fn client(headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let listed = |name: &HeaderName, read: fn(&str) -> Option<IpAddr>| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<_> = values.flat_map(|value| value.split(',')).collect();
        (!hops.is_empty()).then(|| nearest(hops.iter().rev().take(HOPS).map(|hop| read(hop)), proxies))
    };
    match (listed(&X_FORWARDED_FOR, address), listed(&FORWARDED, forwarded_for)) {
        (Some(one), None) | (None, Some(one)) => one,
        (Some(one), Some(other)) if one == other => one,
        _ => None,
    }
}

/// The first hop that is no trusted proxy. None if a hop before it cannot be parsed, because it may have been forged.
fn nearest(hops: impl Iterator<Item = Option<IpAddr>>, proxies: &[IpNet]) -> Option<IpAddr> {
    for hop in hops {
        let hop = hop?;
        if !is_trusted(proxies, hop) {
            return Some(hop);
        }
    }
    None
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    let address = address.or_else(|_| text.trim_matches(['[', ']']).parse());
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// The `for` of one element of `Forwarded`: `for=192.0.2.1;proto=https`, `For="[2001:db8::1]:80"`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| address(value.trim().trim_matches('"')))?
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn found(lines: &[(&'static str, &str)]) -> Option<String> {
        let proxies = ["127.0.0.0/8", "10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        client(&headers, &proxies).map(|address| address.to_string())
    }

    #[test]
    fn the_client_is_the_last_address_that_is_no_trusted_proxy() {
        for (header, wanted) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("198.51.100.9, 192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1, 10.0.0.1, 127.0.0.1", Some("192.0.2.1")),
            ("192.0.2.1:4711", Some("192.0.2.1")),
            ("[2001:db8::1]:80", Some("2001:db8::1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1, unknown", None),
            ("10.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(found(&[("x-forwarded-for", header)]).as_deref(), wanted, "{header}");
        }
        let lines = [("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(found(&lines).as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn both_headers_are_read_and_must_agree() {
        for (header, wanted) in [
            ("for=192.0.2.1;proto=https", Some("192.0.2.1")),
            ("For=\"[2001:db8::1]:80\"", Some("2001:db8::1")),
            ("for=198.51.100.9, proto=http;for=192.0.2.1", Some("192.0.2.1")),
            ("for=_hidden", None),
        ] {
            assert_eq!(found(&[("forwarded", header)]).as_deref(), wanted, "{header}");
        }
        let agreed = [("forwarded", "for=192.0.2.1"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(found(&agreed).as_deref(), Some("192.0.2.1"));
        let sent = [("forwarded", "for=198.51.100.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(found(&sent), None);
    }
}
