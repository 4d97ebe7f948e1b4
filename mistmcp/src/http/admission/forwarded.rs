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
    let listed =
        |name: &HeaderName, split: fn(&str) -> Option<Vec<&str>>, read: fn(&str) -> Option<IpAddr>| {
            let mut lines = headers.get_all(name).iter().peekable();
            lines.peek()?;
            let hops: Option<Vec<_>> = lines.map(|line| split(line.to_str().ok()?)).collect();
            // A line that cannot be read may name the nearest hop, or hide which it is.
            Some(hops.and_then(|hops| {
                nearest(hops.iter().flatten().rev().take(HOPS).map(|hop| read(hop)), proxies)
            }))
        };
    // Quotation marks have a meaning in `Forwarded` alone.
    let x_forwarded_for = listed(&X_FORWARDED_FOR, |line| Some(line.split(',').collect()), address);
    let forwarded = listed(&FORWARDED, |line| elements(line, ','), forwarded_for);
    match (x_forwarded_for, forwarded) {
        (Some(one), None) | (None, Some(one)) => one,
        (Some(one), Some(other)) if one == other => one,
        _ => None,
    }
}

/// The parts of a text between separators that are not within quotation marks. None if a quotation does not end.
fn elements(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut elements, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if is_quoted && letter == '\\' {
            is_escaped = true;
        } else if letter == '"' {
            is_quoted = !is_quoted;
        } else if letter == separator && !is_quoted {
            elements.push(&text[start..at]);
            start = at + letter.len_utf8();
        }
    }
    elements.push(&text[start..]);
    (!is_quoted).then_some(elements)
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
    elements(element, ';')?.into_iter().find_map(|pair| {
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
            ("\"198.51.100.9, 192.0.2.1", Some("192.0.2.1")),
            ("\", 192.0.2.1, 10.0.0.1", Some("192.0.2.1")),
            ("\"198.51.100.9, 192.0.2.1\"", None),
            ("10.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(found(&[("x-forwarded-for", header)]).as_deref(), wanted, "{header}");
        }
        let lines = [("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(found(&lines).as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn a_line_that_cannot_be_read_hides_the_client() {
        let proxies = ["127.0.0.0/8".parse().unwrap()];
        for name in [X_FORWARDED_FOR, FORWARDED] {
            for lines in [["\u{ff}192.0.2.9", "192.0.2.1"], ["192.0.2.1", "\u{ff}192.0.2.9"]] {
                let mut headers = HeaderMap::new();
                for line in lines {
                    let line = if name == FORWARDED { format!("for={line}") } else { line.to_owned() };
                    headers.append(&name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
                }
                assert_eq!(client(&headers, &proxies), None, "{name} {lines:?}");
            }
        }
    }

    #[test]
    fn both_headers_are_read_and_must_agree() {
        for (header, wanted) in [
            ("for=192.0.2.1;proto=https", Some("192.0.2.1")),
            ("For=\"[2001:db8::1]:80\"", Some("2001:db8::1")),
            ("for=198.51.100.9, proto=http;for=192.0.2.1", Some("192.0.2.1")),
            ("for=_hidden", None),
            ("for=192.0.2.1;by=\"x, for=198.51.100.9\"", Some("192.0.2.1")),
            ("for=\"192.0.2.1\";host=\"a;for=198.51.100.9\"", Some("192.0.2.1")),
            ("host=\"a\\\", for=198.51.100.9;b=\";for=192.0.2.1", Some("192.0.2.1")),
            ("for=192.0.2.1;by=\"x, for=198.51.100.9", None),
            ("for=198.51.100.9, for=\"192.0.2.1", None),
        ] {
            assert_eq!(found(&[("forwarded", header)]).as_deref(), wanted, "{header}");
        }
        let agreed = [("forwarded", "for=192.0.2.1"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(found(&agreed).as_deref(), Some("192.0.2.1"));
        let sent = [("forwarded", "for=198.51.100.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(found(&sent), None);
    }
}
