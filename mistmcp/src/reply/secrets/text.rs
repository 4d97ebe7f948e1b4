//! Secrets in the midst of a text: in URLs, in lines of a command line, and private keys.

use std::borrow::Cow;
use std::fmt::Write;

use percent_encoding::percent_decode_str;

use super::{HIDDEN, is_secret};

/// Parameters of a URL that are secret, beside those that would be as fields.
const PARAMETERS: [&str; 16] = [
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
];

/// Hosts whose whole path is a secret: whoever knows the address of such a webhook can write there.
const SECRET_PATHS: [&str; 5] =
    ["discord.com", "hooks.slack.com", "outlook.office.com", "webhook.office.com", "webhook.site"];

/// Words of a command line after which a secret follows.
const WORDS: [&str; 24] = [
    "api-key",
    "ascii-text",
    "auth-key",
    "authentication-key",
    "authentication-password",
    "chap-secret",
    "encrypted-password",
    "hexadecimal",
    "key",
    "pap-password",
    "passphrase",
    "passwd",
    "password",
    "plain-text-password",
    "plain-text-password-value",
    "pre-shared-key",
    "privacy-key",
    "privacy-password",
    "psk",
    "secret",
    "shared-secret",
    "simple-password",
    "token",
    "wpa-psk",
];

/// How hashed and scrambled passwords begin.
const HASHES: [&str; 8] = ["$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$8$", "$9$"];

/// The text of a field without the secrets in it; nothing where there are none.
pub(in crate::reply) fn scrubbed(name: &str, text: &str) -> Option<String> {
    // What has none of these has no URL, no hash, no words, and is no key.
    memchr::memchr3(b':', b'$', b' ', text.as_bytes())?;
    // Every text of an answer comes by here: one letter is looked for faster than many.
    if has(text, b'-') && text.contains("PRIVATE KEY-----") {
        return Some(HIDDEN.to_owned());
    }
    let without = if has(text, b':') && text.contains("://") { urls(text) } else { Cow::Borrowed(text) };
    let without = match is_command_line(name, text).then(|| command_line(&without)) {
        Some(Cow::Owned(lines)) => Cow::Owned(lines),
        _ => without,
    };
    match without {
        Cow::Owned(without) if without != text => Some(without),
        _ => None,
    }
}

fn urls(text: &str) -> Cow<'_, str> {
    let mut without = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find("://") {
        let (before, url) = rest.split_at(place + 3);
        let end = url.find(|letter: char| letter.is_whitespace() || "\"'<>`".contains(letter));
        let (url, after) = url.split_at(end.unwrap_or(url.len()));
        without.push_str(before);
        self::url(&mut without, url);
        rest = after;
    }
    without.push_str(rest);
    Cow::Owned(without)
}

/// Writes a URL, whose scheme is written already, without user, password and secret parameters.
fn url(without: &mut String, url: &str) {
    let authority = url.find(['/', '?', '#']).unwrap_or(url.len());
    let (authority, rest) = url.split_at(authority);
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => {
            without.push_str(HIDDEN);
            without.push('@');
            host
        }
        None => authority,
    };
    without.push_str(host);
    let query = rest.find(['?', '#']).unwrap_or(rest.len());
    let (path, query) = rest.split_at(query);
    let secret_path = SECRET_PATHS.iter().any(|secret| {
        host.strip_suffix(secret).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    if secret_path && path.len() > 1 {
        without.push('/');
        without.push_str(HIDDEN);
    } else {
        without.push_str(path);
    }
    for part in query.split_inclusive(['?', '#', '&', ';']) {
        let (parameter, separator) = match part.char_indices().next_back() {
            Some((end, '?' | '#' | '&' | ';')) => part.split_at(end),
            _ => (part, ""),
        };
        match parameter.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_secret_parameter(name) => {
                // Writing to a String cannot fail.
                let _ = write!(without, "{name}={HIDDEN}");
            }
            _ => without.push_str(parameter),
        }
        without.push_str(separator);
    }
}

fn is_secret_parameter(name: &str) -> bool {
    let name = percent_decode_str(name).decode_utf8_lossy().replace('-', "_").to_ascii_lowercase();
    PARAMETERS.contains(&name.as_str()) || is_secret("", &name)
}

/// Whether a text may hold commands for a device: by the name of its field, or by what it looks like.
fn is_command_line(name: &str, text: &str) -> bool {
    let named = |part: &str| {
        name.as_bytes().windows(part.len()).any(|there| there.eq_ignore_ascii_case(part.as_bytes()))
    };
    text.starts_with("set ")
        || (has(text, b'$') && HASHES.iter().any(|hash| text.contains(hash)))
        || ["cmd", "cli", "command", "config"].into_iter().any(named)
}

fn has(text: &str, letter: u8) -> bool {
    memchr::memchr(letter, text.as_bytes()).is_some()
}

fn command_line(text: &str) -> Cow<'_, str> {
    let mut without = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let snmp = line.contains("snmp");
        let mut rest = line;
        let mut before = "";
        while let Some(start) = rest.find(|letter: char| !letter.is_whitespace()) {
            let (space, from) = rest.split_at(start);
            without.push_str(space);
            let (word, after) = from.split_at(end_of_word(from));
            rest = after;
            let bare = word.trim_matches(['"', '\'', ';', '{', '}', '[', ']']);
            let follows = WORDS.iter().any(|word| before.eq_ignore_ascii_case(word))
                || (snmp && before.eq_ignore_ascii_case("community"));
            if bare.is_empty() || !(follows || HASHES.iter().any(|hash| bare.contains(hash))) {
                without.push_str(word);
                before = bare;
                continue;
            }
            without.push_str(&word.replacen(bare, HIDDEN, 1));
            // `password 7 0822455D`: the digit only says how it is written, and the secret still follows.
            let digit = bare.len() == 1 && bare.as_bytes()[0].is_ascii_digit();
            before = if digit { before } else { bare };
        }
        without.push_str(rest);
    }
    Cow::Owned(without)
}

/// A word ends at a space, or where its quotes are closed.
fn end_of_word(text: &str) -> usize {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut escaped = false;
        let end = quoted.find(|letter: char| {
            let closes = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            closes
        });
        if let Some(end) = end {
            let after = &quoted[end + 1..];
            return end + 2 + after.find(char::is_whitespace).unwrap_or(after.len());
        }
        return text.len();
    }
    text.find(char::is_whitespace).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, text: &str) -> String {
        scrubbed(name, text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn a_url_loses_its_user_and_its_secret_parameters_and_nothing_else() {
        for (url, wanted) in [
            ("https://a.b/c?token=abc&x=1", "https://a.b/c?token=[hidden]&x=1"),
            ("https://me:pw@a.b/c", "https://[hidden]@a.b/c"),
            (
                "see https://a.b/?x=1&X-Amz-Signature=9f#top now",
                "see https://a.b/?x=1&X-Amz-Signature=[hidden]#top now",
            ),
            ("https://a.b/#access_token=abc", "https://a.b/#access_token=[hidden]"),
            ("https://a.b/?to%6ben=abc", "https://a.b/?to%6ben=[hidden]"),
            ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/[hidden]"),
            ("https://a.b/c?page=2#token", "https://a.b/c?page=2#token"),
            ("https://a.b/me@home", "https://a.b/me@home"),
        ] {
            assert_eq!(shown("url", url), wanted);
        }
    }

    #[test]
    fn a_command_line_loses_what_follows_a_word_for_a_secret() {
        for (line, wanted) in [
            (
                "set system root-authentication encrypted-password \"$6$ab.c/d\"",
                "set system root-authentication encrypted-password \"[hidden]\"",
            ),
            (
                "set system radius-server 10.0.0.1 secret \"two words\"",
                "set system radius-server 10.0.0.1 secret \"[hidden]\"",
            ),
            (
                "set snmp community public authorization read-only",
                "set snmp community [hidden] authorization read-only",
            ),
            (
                "set policy-options community MINE members 65000:1",
                "set policy-options community MINE members 65000:1",
            ),
            ("username admin password 7 0822455D", "username admin password [hidden] [hidden]"),
            ("secret $9$abc; ## SECRET-DATA", "secret [hidden]; ## SECRET-DATA"),
            ("set vlans guest vlan-id 20", "set vlans guest vlan-id 20"),
        ] {
            assert_eq!(shown("additional_config_cmds", line), wanted);
        }
    }

    #[test]
    fn every_line_of_a_command_line_is_read() {
        let text = "set a b\nset c secret x1\nset d password x2\n";
        assert_eq!(shown("cli", text), "set a b\nset c secret [hidden]\nset d password [hidden]\n");
    }

    #[test]
    fn words_that_only_speak_of_a_secret_stay() {
        for text in ["The password was wrong", "12:30 token expired", "a $ sign", "key exchange: done"] {
            assert_eq!(scrubbed("text", text), None);
        }
    }

    #[test]
    fn a_private_key_is_hidden_and_a_certificate_is_not() {
        assert_eq!(shown("value", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"), HIDDEN);
        let certificate = "-----BEGIN CERTIFICATE-----\nMIIE";
        assert_eq!(shown("cert", certificate), certificate);
    }
}
