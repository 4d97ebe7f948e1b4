//! Which words of a [`Statement`] announce a secret, and of which kind.

use super::super::commands::has_secret_argument;
use super::super::config_words::{OTHERS, TYPES};
use super::super::lexer::{Lexeme, LexemeKind};
use super::super::line_reader::LineReader;
use super::super::remarks::{is_remark, looks_random};
use super::{
    ASSOCIATION, Certainty, HARMLESS_STATEMENT, KEYED, PLAIN_AUTHENTICATION, Pending, READ_WRITE, ROUTING,
    SNMP, SNMP_HOST, SNMP_USER, Statement,
};
use crate::text::is_any_of;

impl Statement {
    /// The kind of secret that follows a word, if one does.
    pub(super) fn introduced(&self, reader: &LineReader<'_>, at: usize, word: &str) -> Option<Pending> {
        let method = self.flags & HARMLESS_STATEMENT != 0 && !is_any_of(word, &["user-password"]);
        if method || has_secret_argument(word) && reader.word(at + 2).is_some() {
            return None;
        }
        let word = word.to_ascii_lowercase();
        let stem = word.strip_suffix("-value").unwrap_or(&word);
        let (before, last) = match stem.rfind(['-', '_']) {
            Some(separator) => (&stem[..separator], &stem[separator + 1..]),
            None => ("", stem),
        };
        let after = reader.word(at + 1).unwrap_or_default();
        let pending = self.announced(before, last, after)?;
        let hyphened = !before.is_empty();
        (self.certainty != Certainty::Unsure || self.is_certain(reader, at, pending, hyphened))
            .then_some(pending)
    }

    /// The kind of secret that a word announces, by the part of it behind the last hyphen, what is before that, and the
    /// word after it.
    fn announced(&self, before: &str, last: &str, after: &str) -> Option<Pending> {
        match last {
            "secret" | "secrets" | "password" | "passwords" | "passwd" | "passphrase" | "psk" | "cak"
            | "pwd" | "passcode" => Some(Pending::Password),
            "phrase" if before == "pass" => Some(Pending::Password),
            // Of the card in a modem.
            "pin" | "puk" if self.certainty == Certainty::Sure && before.is_empty() => {
                Some(Pending::Password)
            }
            // `psksecret`, `userpassword`.
            other if ["passwd", "password", "secret"].iter().any(|end| other.ends_with(end)) => {
                Some(Pending::Password)
            }
            "string" if before == "key" || before.ends_with("-community") => Some(Pending::Password),
            "key" | "keys" => self.takes_key(before, after).then_some(Pending::Key),
            "community"
                if is_any_of(before, &["bgp", "ext", "extended", "large", "send", "snmp", "standard"]) =>
            {
                None
            }
            "community" | "name" | "string" if last == "community" || before == "community" => {
                self.takes_community(after).then_some(Pending::Community)
            }
            last => self.takes_secret_here(before, last, after).then_some(Pending::Password),
        }
    }

    fn takes_key(&self, before: &str, after: &str) -> bool {
        let public = ["public", "trusted", "host", "rsa", "dsa", "ecdsa", "ed25519", "known-host"]
            .iter()
            .any(|word| before.ends_with(word));
        let other = ["tunnel", "ssh-known-hosts", "trusted-keys", "public", "host"];
        !public && !is_any_of(&self.previous, &other) && !OTHERS.has(after)
    }

    fn takes_community(&self, after: &str) -> bool {
        let is_snmp = self.flags & SNMP != 0;
        let routing = self.flags & ROUTING != 0 && !is_snmp || self.previous == "bgp";
        let members = ["from", "then", "match", "add", "delete", "members", "extended", "large", "set"];
        let member = is_any_of(&self.previous, &members) && !is_snmp;
        !routing && !member && !is_any_of(after, &["add", "delete", "set", "members"])
    }

    /// Whether a word is followed by a secret in some statements alone, and is in one of them.
    fn takes_secret_here(&self, before: &str, last: &str, after: &str) -> bool {
        let keyed = self.flags & KEYED != 0;
        match last {
            "text" => before == "ascii" && (keyed || self.words == 1),
            "hexadecimal" => keyed || self.words == 1,
            "md5" | "sha1" | "esp" => self.flags & ASSOCIATION != 0,
            "value" => keyed,
            "token" => !before.is_empty(),
            "mode" if is_any_of(before, &["authentication", "privacy"]) => {
                self.flags & READ_WRITE != 0 && TYPES.has(after)
            }
            "auth" | "priv" => self.flags & SNMP_USER != 0,
            "authentication" => self.flags & PLAIN_AUTHENTICATION != 0,
            "informs" | "traps" => self.flags & SNMP_HOST != 0,
            _ if self.previous == "host" && self.flags & SNMP_HOST != 0 => true,
            "2c" | "1" => self.flags & SNMP_HOST != 0 && self.previous == "version",
            _ => false,
        }
    }

    /// Whether the word for a secret is followed by one even in a line that nothing shows to be a configuration.
    fn is_certain(&self, reader: &LineReader<'_>, at: usize, pending: Pending, hyphened: bool) -> bool {
        let Some(next) = reader.tokens.get(at + 1).filter(|next| next.is_text()) else { return false };
        let after = reader.of(next);
        let is_text = |at: &usize| reader.tokens.get(*at).is_some_and(Lexeme::is_text);
        let count = (0..8).filter(is_text).count();
        let typed = TYPES.has(after) || after.len() == 1 && after.bytes().all(|byte| byte.is_ascii_digit());
        let more = reader.tokens.get(at + 2).is_some_and(Lexeme::is_text);
        match pending {
            Pending::Community => false,
            _ if next.kind == LexemeKind::Quoted => hyphened,
            _ if hyphened && typed && more || hyphened && looks_random(after) => true,
            _ if hyphened && self.words == 1 && count <= 4 => true,
            _ if hyphened => {
                let typed = reader.word(at + 2).is_some_and(|word| TYPES.has(word));
                is_command_word(reader.word(at).unwrap_or_default()) && !is_remark(after) && (typed || !more)
            }
            Pending::Password => typed && more && self.words == 1 && count <= 4,
            Pending::Key => false,
        }
    }
}

/// Whether a word for a secret is one of the commands of devices, and of nothing else.
fn is_command_word(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "authentication-key",
        "authentication-password",
        "chap-secret",
        "encrypted-password",
        "hello-authentication-key",
        "key-string",
        "message-digest-key",
        "pap-password",
        "pass-phrase",
        "plain-text-password-value",
        "pre-shared-key",
        "preauthentication-secret",
        "privacy-password",
        "server-key",
        "simple-password",
    ];
    is_any_of(word, WORDS)
}
