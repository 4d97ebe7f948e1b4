//! Secrets in URLs: a password, parameters such as `access_token`, and paths that are a secret by themselves.

use percent_encoding::percent_decode_str;

use super::hidden_ranges::HiddenRanges;
use super::names::{Sense, sense};
use crate::work::steps::count;

/// Parameters of a URL that are secret, beside those that would be as fields.
const PARAMETERS: [&str; 17] = [
    "access_key",
    "auth",
    "authorization",
    "awsaccesskeyid",
    "code",
    "credential",
    "key",
    "pass",
    "pwd",
    "sig",
    "signature",
    "x_amz_credential",
    "x_amz_security_token",
    "x_amz_signature",
    "x_goog_credential",
    "x_goog_signature",
    "assertion",
];

/// Parameters that sign a URL: without them it does not work.
const SIGNATURES: [&str; 4] = ["sig", "signature", "x_amz_signature", "x_goog_signature"];

/// Hosts whose whole path is a secret: anyone with the address of such a webhook can write there.
const SECRET_PATHS: [&str; 9] = [
    "discord.com",
    "discordapp.com",
    "hooks.slack.com",
    "hooks.zapier.com",
    "maker.ifttt.com",
    "outlook.office.com",
    "webhook.office.com",
    "webhook.office365.com",
    "webhook.site",
];

/// Covers the secrets in the URLs of a text.
pub(super) fn find(text: &str, cover: &mut HiddenRanges) {
    wireless_codes(text, cover);
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&text.as_bytes()[at..], b"://") {
        let position = at + found;
        let start = position + 3;
        let ends = |letter: char| letter.is_whitespace() || "\"'<>`".contains(letter);
        let end = start + text[start..].find(ends).unwrap_or(text.len() - start);
        count(end - at);
        let web = text[at..position].to_ascii_lowercase().ends_with("http")
            || text[at..position].ends_with(['s', 'S']);
        url(&text[start..end], start, web, cover);
        nested(text, start..end, cover);
        at = end;
    }
}

/// Covers the secrets in the first URLs inside another.
fn nested(text: &str, outer: std::ops::Range<usize>, cover: &mut HiddenRanges) {
    const MOST: usize = 3;
    let inner = memchr::memmem::find_iter(&text.as_bytes()[outer.clone()], b"://").take(MOST);
    for start in inner.map(|found| outer.start + found + 3) {
        count(outer.end - start);
        let end = start + text[start..outer.end].find('&').unwrap_or(outer.end - start);
        url(&text[start..end], start, true, cover);
    }
}

/// Whether a text is a signed URL, such as a link to a file that works for some minutes.
pub(super) fn is_signed(text: &str) -> bool {
    let query = text.strip_prefix("http").and_then(|url| Some(url.split_once('?')?.1));
    query.is_some_and(|query| {
        query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
            !value.is_empty() && name.len() <= 96 && SIGNATURES.contains(&normalized(name).as_str())
        })
    })
}

/// Covers the secrets of a URL, whose scheme is left out, and which begins at `base`.
fn url(url: &str, base: usize, web: bool, cover: &mut HiddenRanges) {
    let authority = url.find(['/', '?', '#']).unwrap_or(url.len());
    let (mut authority, mut rest) = url.split_at(authority);
    // A password may have these signs in it where it should not.
    if !authority.contains('@')
        && authority.contains(':')
        && let Some(at) = url.find('@')
        && authority.split_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_err())
    {
        (authority, rest) =
            url.split_at(at + 1 + url[at + 1..].find(['/', '?', '#']).unwrap_or(url.len() - at - 1));
    }
    let host = match authority.rsplit_once('@') {
        Some((user, host)) => {
            match user.split_once(':') {
                Some((name, password)) if !password.is_empty() => {
                    cover.add(base + name.len() + 1..base + user.len());
                }
                // A token in place of the user name.
                _ if web => cover.add(base..base + user.trim_end_matches(':').len()),
                _ => {}
            }
            host
        }
        None => authority,
    };
    let query = rest.find(['?', '#']).unwrap_or(rest.len());
    let (path, query) = rest.split_at(query);
    let name = host.split(':').next().unwrap_or(host);
    let secret_path = SECRET_PATHS.iter().any(|secret| {
        name.strip_suffix(secret).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    let mut at = base + url.len() - rest.len();
    if secret_path && path.len() > 1 {
        cover.add(at + 1..at + path.len());
    }
    at += path.len();
    for part in query.split_inclusive(['?', '#', '&', ';']) {
        let parameter = part.trim_end_matches(['?', '#', '&', ';']);
        if let Some((name, value)) = parameter.split_once('=')
            && is_secret_parameter(name)
            && !(name.eq_ignore_ascii_case("key") && is_name(value))
        {
            let value = value.trim_end_matches([',', ')', ']', '}', '.', '\\']);
            cover.add(at + name.len() + 1..at + name.len() + 1 + value.len());
        }
        at += part.len();
    }
}

fn is_secret_parameter(name: &str) -> bool {
    if name.len() > 96 {
        return false;
    }
    let name = normalized(name);
    PARAMETERS.contains(&name.as_str())
        || matches!(sense(&name), Sense::Secret | Sense::Credential | Sense::Community)
}

/// Whether the value of a parameter `key` is the name of one: `key=value_name`.
fn is_name(value: &str) -> bool {
    value.len() <= 32 && value.bytes().all(|byte| byte.is_ascii_lowercase() || b"-._".contains(&byte))
}

/// Covers the passwords in texts for cameras that join a wireless network: `WIFI:T:WPA;S:Guest;P:x;;`.
fn wireless_codes(text: &str, cover: &mut HiddenRanges) {
    const BEGIN: &[u8] = b"WIFI:";
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], BEGIN) {
        count(found + BEGIN.len());
        at += found + BEGIN.len();
        // The code ends with an empty field.
        while let Some(end) = end_of_field(bytes, at).filter(|end| *end > at) {
            count(end - at);
            if bytes[at..].starts_with(b"P:") {
                cover.add(at + 2..end);
            }
            at = end + 1;
        }
    }
}

/// Where a field of such a text ends, in which a backslash stands before a sign.
fn end_of_field(bytes: &[u8], from: usize) -> Option<usize> {
    const LONGEST: usize = 256;
    let mut at = from;
    while at < from + LONGEST {
        match bytes.get(at)? {
            b';' => return Some(at),
            b'\n' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// The name of a parameter without percent-encoding, in lower case and with `_`.
fn normalized(name: &str) -> String {
    percent_decode_str(name).decode_utf8_lossy().replace('-', "_").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_a_signature_is_signed() {
        for signed in [
            "https://b.s3.amazonaws.com/a.pcap?X-Amz-Date=1&X-Amz-Signature=9f",
            "https://storage.googleapis.com/a?x-goog-signature=9f",
            "https://d.cloudfront.net/a?Expires=1&Signature=abc~&Key-Pair-Id=K",
            "http://a.b/c?sig=%2F",
        ] {
            assert!(is_signed(signed), "{signed}");
        }
        for other in
            ["https://a.b/c?x=1", "https://a.b/c?signature=", "see https://a.b/?sig=1", "signature=1", ""]
        {
            assert!(!is_signed(other), "{other}");
        }
    }
}
