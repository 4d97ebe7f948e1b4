//! Quoting of settings and URL parts in errors. The value may be a misplaced token or password, so
//! only text in the form of a host, an id or a word is quoted; anything else is described.

use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

use crate::argument::Id;
use crate::placeholder::placeholder;
use crate::text::is_any_of;

/// A host, a URL up to its path, or a short word, in backticks; anything else is described.
pub(crate) fn host(text: &str) -> String {
    const LONGEST_WORD: usize = 8;
    let text = text.trim();
    if !text.is_empty() && text.len() <= LONGEST_WORD && is_word(text) {
        return format!("`{text}`");
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
    let is_known = scheme.is_none_or(|scheme| is_any_of(scheme, &["http", "https", "redis", "rediss"]));
    if !is_known || !is_host(authority) {
        return described(text);
    }
    let scheme = scheme.map_or_else(String::new, |scheme| format!("{scheme}://"));
    let path = if matches!(path, "" | "/") { path } else { "/…" };
    format!("`{scheme}{authority}{path}`")
}

/// A UUID in backticks; anything else is described.
pub(crate) fn id(text: &str) -> String {
    match Id::parse(text) {
        Some(id) => format!("`{id}`"),
        None => described(text),
    }
}

/// The id of a client at an issuer, which is no secret, in backticks: a UUID, or a short name. Anything else is quoted as a host,
/// or described.
pub(crate) fn client_id(text: &str) -> String {
    if is_bare_host(text) {
        format!("`{text}`")
    } else {
        Id::parse(text).map_or_else(|| host(text), |id| format!("`{id}`"))
    }
}

/// A word, a number or a few letters and digits in backticks; anything else is described.
pub(crate) fn word(text: &str) -> String {
    let is_short = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_short || is_word(text) { format!("`{text}`") } else { described(text) }
}

/// Words with spaces, dots, colons, slashes or commas between them, in backticks; anything else is described.
pub(crate) fn words(text: &str) -> String {
    let is_word = |word: &str| word.is_empty() || is_word(word);
    if text.split([' ', '.', ':', '/', ',']).all(is_word) { format!("`{text}`") } else { described(text) }
}

/// A URL with a path of names, as that of a server or an issuer, in backticks; anything else is quoted as a client's id.
pub(crate) fn url(text: &str) -> String {
    let parts = text.split_once("://").map(|(_, rest)| rest.split_once('/').unwrap_or((rest, "")));
    match parts {
        Some((authority, path))
            if is_host(authority)
                && !path.contains(['?', '#'])
                && path.split('/').all(|name| is_file_name(name) || Id::parse(name).is_some())
                && client_id(text).starts_with('`') =>
        {
            format!("`{text}`")
        }
        _ => client_id(text),
    }
}

/// Whether `text` is an address, or a network of them (CIDR).
pub(crate) fn is_network(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    address.parse::<IpAddr>().is_ok() && length.parse::<u8>().is_ok()
}

/// The name of a variable, in backticks; anything else is described. Tokens are of mixed case, or long without `_`.
pub(crate) fn variable(text: &str) -> String {
    const LONGEST: usize = 64;
    const LONGEST_WORD: usize = 20;
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_variable = text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
        && text.bytes().all(is_letter)
        && text.split('_').all(|word| word.len() <= LONGEST_WORD);
    if is_variable { format!("`{text}`") } else { word(text) }
}

/// Names of tools, with `*` for any characters, in backticks; anything else is described. Tokens have digits.
pub(crate) fn pattern(text: &str) -> String {
    const LONGEST: usize = 60;
    let is_pattern = text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || b"*_-.?[]()|^".contains(&byte));
    if is_pattern { format!("`{text}`") } else { word(text) }
}

/// Whether `text` is a word or a number as flags take them, and so no secret.
pub(crate) fn is_word(text: &str) -> bool {
    const LONGEST_WORD: usize = 32;
    const LONGEST_NUMBER: usize = 12;
    let text = text.trim();
    // "Custom" and "Token_File" are words; "aBcD" may be a part of a token.
    let is_capitalized = |word: &str| !word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    let of_words = text.split(['-', '_']).all(|word| is_capitalized(word) || is_camel_case(word));
    let is_name = text.len() <= LONGEST_WORD
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(&byte));
    let is_number = text.len() <= LONGEST_NUMBER
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-._".contains(&byte));
    (is_name && of_words) || is_number
}

/// A path in backticks, if its part that does not exist looks like file names; anything else is
/// described.
pub(crate) fn path(path: &Path) -> String {
    let text = path.to_string_lossy();
    let exists =
        |ancestor: &&Path| !ancestor.as_os_str().is_empty() && std::fs::symlink_metadata(ancestor).is_ok();
    let existing = path.ancestors().find(exists);
    let rest = existing.and_then(|existing| path.strip_prefix(existing).ok()).unwrap_or(path);
    let rest = rest.to_string_lossy();
    let mut names = rest.split(['/', '\\']).filter(|name| !name.is_empty());
    let is_alone = existing.is_none() && !text.contains(['/', '\\', '.']);
    let is_short = text.len() <= 12 && !text.bytes().any(|byte| byte.is_ascii_digit());
    let is_path = names.all(is_file_name) && (!is_alone || is_short) && !text.contains("://");
    if is_path && !text.is_empty() { format!("`{text}`") } else { described(&text) }
}

/// Whether a file or host name consists of words and short numbers, with at most one word that ends
/// in digits. A token is of mixed case, longer, or has digits in between.
fn is_file_name(name: &str) -> bool {
    const LONGEST: usize = 64;
    const LONGEST_WORD: usize = 24;
    let mut parts_with_digits = 0;
    let mut is_part = |part: &str| {
        let word = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let digits = part.len() - word.len();
        if word.is_empty() {
            return digits <= 8;
        }
        if digits > 0 {
            parts_with_digits += 1;
        }
        digits <= 4
            && parts_with_digits <= 1
            && word.len() <= LONGEST_WORD
            && word.chars().all(char::is_alphabetic)
            && (digits == 0 || !word.contains(char::is_uppercase))
            && is_camel_case(word)
    };
    name.len() <= LONGEST
        && !name.contains(|letter: char| letter.is_control() || letter == '@')
        && name.split(|letter: char| !letter.is_alphanumeric()).all(&mut is_part)
}

/// Whether a word is of one case, or in camel case with parts of at least three letters.
fn is_camel_case(word: &str) -> bool {
    let mut humps = word.split(char::is_uppercase);
    let is_first = humps.next().is_some_and(|first| first.is_empty() || first.len() >= 2);
    let of_one_case = !word.contains(char::is_lowercase) || !word.contains(char::is_uppercase);
    of_one_case || (is_first && humps.all(|hump| hump.len() >= 2))
}

/// Whether `name`, without dots, may be the local name of a host, and is not a token.
pub(crate) fn is_bare_host(name: &str) -> bool {
    const LONGEST: usize = 20;
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let of_one_case = !(name.bytes().any(|byte| byte.is_ascii_lowercase())
        && name.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()));
    !name.is_empty()
        && name.bytes().all(is_label)
        && ((name.len() <= LONGEST && of_one_case) || is_file_name(name))
}

/// Describes the kind of text without quoting any of it.
pub(crate) fn described(text: &str) -> String {
    let text = text.trim();
    let length = text.chars().count();
    let more = if length == 1 { "" } else { "s" };
    if text.is_empty() {
        "an empty text".to_owned()
    } else if text.contains('@') {
        "a text with a user name or a password before an at sign (not repeated)".to_owned()
    } else if text.contains("://") {
        format!("a URL of {length} characters (not repeated, since it may hold a secret)")
    } else if placeholder(text).is_some() {
        format!("a placeholder of {length} character{more}")
    } else if length >= 16 && !text.contains(char::is_whitespace) {
        format!("a text of {length} characters (not repeated, since it may be a secret)")
    } else {
        format!("a text of {length} character{more}")
    }
}

/// Whether `authority` is an address, or a name with dots, with an optional port. A longer name, or
/// one in mixed case, may be a token with dots.
pub(crate) fn is_host(authority: &str) -> bool {
    const LONGEST_LABEL: usize = 40;
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() <= 5 =>
        {
            (name, true)
        }
        _ => (authority, false),
    };
    let literal = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if literal.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
        || (!port && authority.parse::<IpAddr>().is_ok())
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_ipv4())
        || name.eq_ignore_ascii_case("localhost")
    {
        return true;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let of_one_case = !(name.bytes().any(|byte| byte.is_ascii_lowercase())
        && name.bytes().any(|byte| byte.is_ascii_uppercase()));
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_last =
        |label: &str| (2..=12).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphabetic());
    name.len() <= 120
        && of_one_case
        && name.split('.').all(is_label)
        && name.rsplit_once('.').is_some_and(|(_, last)| is_last(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENS: [&str; 7] = [
        "s3cr3t-0f-7he-7es7s-Q9zXw4Lm",
        "Zk3v9QpLr7TtYyUuIiOoPpAaSsDdFfGg",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "https://ada:s3cret@api.mist.com/",
        "api.mist.com@evil.example",
        "https://s3cret/",
        "Bearer s3cret",
    ];

    #[test]
    fn urls_and_lists_of_words_are_quoted_whole_and_what_may_be_a_secret_is_not() {
        for text in [
            "https://mist.example.com/mcp",
            "https://login.example.com/4ac1dcf4-9d8b-7211-65c4-057819f0862b/v2.0",
            "https://id.example.com/realms/acme",
            "mist",
        ] {
            assert_eq!(url(text), format!("`{text}`"));
        }
        for text in [
            "https://mist.example.com/Zk3v9QpLr7TtYyUuIiOo",
            "https://ada:hunter2@mist.example.com/mcp",
            "https://mist.example.com/mcp?token=hunter2",
            "Zk3v9QpLr7TtYyUuIiOo",
        ] {
            assert!(!url(text).contains("hunter2") && !url(text).contains("Zk3v"), "{}", url(text));
        }
        for text in ["mist:read openid", "realm_access.roles", "acme:mist"] {
            assert_eq!(words(text), format!("`{text}`"));
        }
        assert!(!words("acme:Zk3v9QpLr7TtYyUuIiOo").contains("Zk3v"));
        assert!(is_network("10.0.0.0/8") && is_network("::1") && !is_network("10.0.0.0/x"));
    }

    #[test]
    fn a_host_is_quoted_without_its_path_and_a_token_never() {
        for (text, wanted) in [
            ("api.eu.mist.com", "`api.eu.mist.com`"),
            (" API.EU.MIST.COM ", "`API.EU.MIST.COM`"),
            ("http://127.0.0.1:9000", "`http://127.0.0.1:9000`"),
            ("[::1]:9000", "`[::1]:9000`"),
            ("localhost", "`localhost`"),
            ("https://api.mist.com/api/v1?token=s3cret", "`https://api.mist.com/…`"),
            ("api.mist.com:8443/", "`api.mist.com:8443/`"),
        ] {
            assert_eq!(host(text), wanted, "{text}");
        }
        for token in TOKENS {
            let told = host(token);
            assert!(!told.contains('`') && !told.contains("s3cret"), "{told}");
        }
    }

    #[test]
    fn a_path_is_quoted_and_a_token_in_its_place_never() {
        for text in [
            "/nowhere/env",
            "prod.env",
            "env",
            "./config/mist-prod-2026.env",
            "C:\\certs\\new\\server.pem",
            "abc$def",
            "certs/ServerKey.pem",
            "secrets/eu01.env",
            "Größe/Zertifikat.pem",
        ] {
            assert_eq!(path(Path::new(text)), format!("`{text}`"));
        }
        for token in TOKENS.into_iter().chain([
            "",
            "hunter2",
            "deadbeef00112233445566778899aabbccddeeff",
            "/nowhere/Zk3v9QpLr7TtYyUuIiOo",
            "Tok-en_Ab12-Cd34_Ef56-Gh78",
            "ab12-cd34-ef56.gh78",
            "abcdefghijklmnopqrstuvwxyzabcdef",
            "SeCrEtToKeN.SeCrEt",
            "name\u{1b}[31m.env",
        ]) {
            let told = path(Path::new(token));
            assert!(!told.contains('`') && !told.contains("s3cret"), "{token}: {told}");
        }
    }

    #[test]
    fn the_existing_part_of_a_path_is_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| path(&folder.path().join(name));
        assert_eq!(named("x.env"), format!("`{}`", folder.path().join("x.env").display()));
        assert!(!named("Zk3v9QpLr7TtYyUuIiOo").contains("Zk3v"), "{}", named("Zk3v9QpLr7TtYyUuIiOo"));
        std::fs::write(folder.path().join("Zk3v9QpLr7TtYyUuIiOo"), "").unwrap();
        assert!(named("Zk3v9QpLr7TtYyUuIiOo").contains("Zk3v"));
    }

    #[test]
    fn a_bare_host_is_short_or_made_of_words() {
        for name in ["web-01", "mist_proxy", "a1b2c3d4e5f6", "corporate-web-proxy-london", "HOST7"] {
            assert!(is_bare_host(name), "{name}");
        }
        for name in
            ["", "Zk3vQ9pLmW7x", "deadbeef00112233445566778899aabbccddeeff", "a b", "a@b", "host\u{202e}"]
        {
            assert!(!is_bare_host(name), "{name}");
        }
        assert!(TOKENS.iter().all(|token| !is_bare_host(token)));
    }

    #[test]
    fn ids_of_clients_are_quoted_and_tokens_in_their_place_never() {
        for text in [
            "client-id",
            "mist_mcp",
            "0a1b2c3d-1111-4222-8333-444455556666",
            "0oa1gjh63g214q",
            "mist.example.com",
        ] {
            assert_eq!(client_id(text), format!("`{text}`"));
        }
        assert!(TOKENS.iter().all(|token| !client_id(token).contains('`')));
    }

    #[test]
    fn other_texts_are_described() {
        assert_eq!(id("4AC1DCF4-9d8b-7211-65c4-057819f0862b"), "`4ac1dcf4-9d8b-7211-65c4-057819f0862b`");
        for token in TOKENS.into_iter().chain(["acme", "${ORG}", ""]) {
            assert!(!id(token).contains('`'), "{}", id(token));
        }
        for text in [
            "everything",
            "sites_rmm",
            "999999",
            "-1",
            "XML",
            "Custom",
            "Token_File",
            "tokenFile",
            "ORG-Id",
            "c0",
            "1x2Y",
        ] {
            assert_eq!(word(text), format!("`{text}`"));
        }
        for text in ["get[S]elf", "list*", "(get|list)Org*", "^getSelf", "get-self", "get?elf"] {
            assert_eq!(pattern(text), format!("`{text}`"));
        }
        for text in ["eu", "emea", "Global"] {
            assert_eq!(host(text), format!("`{text}`"));
        }
        for text in ["aBcD", "SeCrEt", "hunter2", "correcthorsebattery", "p@ss", "a b"] {
            assert!(!host(text).contains('`'), "{text}");
        }
        for token in TOKENS {
            let told = word(token);
            assert!(!told.contains('`') && !told.contains("s3cret"), "{told}");
        }
    }
}
