//! "Did you mean" suggestions for cloud names ([`suggestion`]). A short name is suggested but never accepted, since
//! a token belongs to one cloud only.

use super::PUBLIC;
use crate::suggestion::alike;

/// Synonyms of regions, and the prefixes of their clouds' names.
const REGIONS: [(&str, &[&str]); 12] = [
    ("global", &["Global"]),
    ("emea", &["EMEA"]),
    ("europe", &["EMEA"]),
    ("apac", &["APAC"]),
    ("asia", &["APAC"]),
    ("us", &["Global 01", "US"]),
    ("usa", &["Global 01", "US"]),
    ("america", &["Global 01", "US"]),
    ("usgovernment", &["US"]),
    ("government", &["US"]),
    ("gov", &["US"]),
    ("federal", &["US"]),
];

/// `; did you mean …?`, or an empty text.
pub(super) fn suggestion(text: &str) -> String {
    let meant = match aliased(text) {
        clouds if !clouds.is_empty() => clouds,
        _ => {
            let host = host_part(text);
            let hosts = PUBLIC.iter().map(|(_, host)| *host);
            let nearest = if host.contains('.') { alike(&host, hosts).next() } else { None };
            PUBLIC.iter().filter(|(_, host)| Some(*host) == nearest).copied().collect()
        }
    };
    let meant: Vec<_> = meant.into_iter().map(|(name, host)| format!("`{host}` ({name})")).collect();
    match meant.split_last() {
        None => String::new(),
        Some((only, [])) => format!("; did you mean {only}?"),
        Some((last, others)) => format!("; did you mean {} or {last}?", others.join(", ")),
    }
}

/// Whether `text` is a short name of a cloud rather than a host.
pub(super) fn is_alias(text: &str) -> bool {
    !aliased(text).is_empty()
}

/// The clouds with this short name: the distinct part of a host, or a name or region of Mist's documentation.
fn aliased(text: &str) -> Vec<(&'static str, &'static str)> {
    let key = key(text);
    let one = PUBLIC.iter().find(|(name, host)| {
        let label = host.trim_start_matches("api.").trim_end_matches(".mist.com");
        let name = squeezed(name);
        key == squeezed(label).trim_end_matches("com") || key == name || key == name.replacen('0', "", 1)
    });
    if let Some(cloud) = one {
        return vec![*cloud];
    }
    let regions = REGIONS.iter().filter(|(word, _)| *word == key).flat_map(|(_, names)| *names);
    regions
        .flat_map(|region| PUBLIC.iter().filter(move |(name, _)| name.starts_with(region)).copied())
        .collect()
}

/// The part of a host or name that differs from the others.
fn key(text: &str) -> String {
    let host = host_part(text);
    let host = ["api.", "manage.", "www.", "portal.", "api-ws."]
        .iter()
        .find_map(|prefix| host.strip_prefix(prefix))
        .unwrap_or(&host);
    let host =
        [".mist.com", ".mist", ".com"].iter().find_map(|suffix| host.strip_suffix(suffix)).unwrap_or(host);
    squeezed(host)
}

fn host_part(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    if rest.contains('@') { String::new() } else { host.trim_end_matches('.').to_owned() }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
