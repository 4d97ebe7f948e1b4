//! [`Statement`], a statement of a configuration: which of its words are secrets.

mod announcement;

use super::config_words::{FREE_TEXT, HARMLESS, NAMED, OTHERS, TYPES};
use super::lexer::{Lexeme, LexemeKind};
use super::line_reader::{LineReader, MOST_IN_VALUE, is_number};
use super::remarks::{is_message, is_remark};
use crate::quote;
use crate::text::is_any_of;

pub(super) const SNMP: u16 = 1;
pub(super) const ROUTING: u16 = 2;
/// Inside the braces of a key with an id: `authentication-key 1 { value "x"; }`.
pub(super) const KEYED: u16 = 4;
pub(super) const HARMLESS_STATEMENT: u16 = 8;
pub(super) const SNMP_USER: u16 = 16;
pub(super) const SNMP_HOST: u16 = 32;
/// Of a line of IOS where `authentication` takes the secret itself.
pub(super) const PLAIN_AUTHENTICATION: u16 = 64;
/// Behind the index of a security association, where an algorithm takes a key.
const ASSOCIATION: u16 = 128;
/// Of devices whose communities follow `read` or `write`.
const READ_WRITE: u16 = 256;

/// How a line shows that it is a configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// By its form or its place.
    Sure,
    /// By the name of its field, or by its first word: it may be a sentence yet.
    Likely,
    /// Unannounced: only words that do not occur in sentences are searched for.
    Unsure,
}

/// Parser of a configuration statement.
pub(super) struct Statement {
    pub(super) flags: u16,
    certainty: Certainty,
    /// The word for a secret whose secret is looked for.
    pub(super) pending: Option<Pending>,
    previous: String,
    pub(super) in_list: bool,
    in_free_text: bool,
    /// The number of words so far.
    words: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pending {
    /// A password: any word is one.
    Password,
    /// A key, which may have an id alone.
    Key,
    /// A community, which may be one of BGP.
    Community,
}

impl Statement {
    pub(super) fn new(flags: u16, certainty: Certainty) -> Self {
        Self {
            flags,
            certainty,
            pending: None,
            previous: String::new(),
            in_list: false,
            in_free_text: false,
            words: 0,
        }
    }

    /// Reads a word; where to go on.
    pub(super) fn word(&mut self, reader: &mut LineReader<'_>, at: usize, in_brackets: bool) -> usize {
        let token = reader.tokens[at];
        let quoted = token.kind == LexemeKind::Quoted;
        let word = reader.of(&token).trim_start_matches(['+', '-', '#']);
        let followed = reader.tokens.get(at + 1).is_some_and(Lexeme::is_text);
        let assigned = reader.tokens.get(at + 1).is_some_and(|next| next.is(b':') || next.is(b'='));
        self.words += 1;
        if self.in_free_text {
            return at + 1;
        }
        // `ip http client password x`
        let client = self.previous == "client" && followed && reader.tokens.get(at + 2).is_none();
        let profile = self.previous == "profile" && is_any_of(word, &["sip-password", "user-password"]);
        let name = is_named(&self.previous) && self.pending.is_none() && !client && !profile;
        let introduces = (!quoted && !name && !self.in_list && !assigned)
            .then(|| self.introduced(reader, at, word))
            .flatten();
        if let Some(pending) = self.pending {
            if let Some(next) = self.behind_level(reader, at, word, pending) {
                return next;
            }
            if quoted || !self.passes(word, introduces.is_some(), followed, pending) {
                let next = self.value(reader, at, word, pending, in_brackets);
                self.previous.clear();
                if next > at {
                    return next;
                }
            } else {
                if let Some(pending) = introduces {
                    self.pending = Some(pending);
                }
                self.previous = word.to_ascii_lowercase();
                return at + 1;
            }
        }
        // `aaa` begins a line of IOS, and is a level of Junos.
        let aaa = if is_any_of(word, &["aaa"]) && self.words > 1 { HARMLESS_STATEMENT } else { 0 };
        self.flags |= flags_of(word, &self.previous) & !aaa;
        if !quoted
            && !name
            && FREE_TEXT.has(word)
            && self.previous != "community"
            && self.certainty != Certainty::Unsure
        {
            self.in_free_text = true;
        }
        self.pending = introduces;
        // A name may look like a word before one, as in `policy ike-policy`; in `interfaces interface-range x` it is one.
        let is_range = self.previous == "interfaces" && word == "interface-range";
        let ends = quoted || (name || self.previous == "neighbor") && !is_range;
        self.previous = if ends { String::new() } else { word.to_ascii_lowercase() };
        at + 1
    }

    /// Where to go on behind the level of a password, or the format of a community: `secret level 15 0 x`, `community 7 x`.
    fn behind_level(
        &mut self,
        reader: &LineReader<'_>,
        at: usize,
        word: &str,
        pending: Pending,
    ) -> Option<usize> {
        let next = reader.word(at + 1)?;
        if pending == Pending::Community {
            let value = !is_any_of(next, &["acl", "ipv6", "ro", "rw", "view"]) && !is_number(next);
            return (matches!(word, "0" | "5" | "7" | "8" | "9") && value && self.previous == "community")
                .then_some(at + 1);
        }
        let level = pending == Pending::Password && is_any_of(word, &["level"]) && is_number(next);
        (level && reader.tokens.get(at + 2).is_some_and(Lexeme::is_text)).then(|| {
            "level".clone_into(&mut self.previous);
            at + 2
        })
    }

    /// Whether a word is skipped between the word for a secret and the secret.
    fn passes(&self, word: &str, introduces: bool, followed: bool, pending: Pending) -> bool {
        if !followed {
            // A type alone, behind another: `authentication-key 1 type md5`.
            return pending != Pending::Community && self.is_type_alone(word);
        }
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        let id = match pending {
            Pending::Password => word.len() == 1 || TYPES.has(&self.previous) && word.len() <= 3,
            Pending::Key => word.len() <= 5,
            Pending::Community => {
                self.flags & READ_WRITE != 0 && is_any_of(word, &["read", "write", "cipher", "simple"])
            }
        };
        let peer = self.previous == "peer" && word.parse::<std::net::IpAddr>().is_ok();
        if pending == Pending::Community {
            return id;
        }
        peer || digits && id || (pending != Pending::Community && (TYPES.has(word) || introduces))
    }

    /// Whether a word at the end is the format of a secret and not the secret itself.
    fn is_type_alone(&self, word: &str) -> bool {
        let typed = TYPES.has(&self.previous) || self.previous.bytes().all(|byte| byte.is_ascii_digit());
        TYPES.has(word) && typed && !self.previous.is_empty()
            || is_any_of(word, &["ascii-text", "hexadecimal"])
    }

    /// Redacts the secret after a word that announces one, unless the word is not a secret. Returns
    /// where to continue, or the same position.
    fn value(
        &mut self,
        reader: &mut LineReader<'_>,
        at: usize,
        word: &str,
        pending: Pending,
        in_brackets: bool,
    ) -> usize {
        let token = reader.tokens[at];
        if !in_brackets {
            self.pending = None;
        }
        if token.kind == LexemeKind::Quoted {
            if pending == Pending::Community && is_bgp(reader, at, word) {
                return at;
            }
            if !is_message(word) {
                reader.cover.add(token.start..token.end);
            }
            return self.renamed(reader, at + 1);
        }
        let (range, next) = run(reader, at);
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        let host = self.flags & SNMP_HOST != 0 && is_any_of(word, &["informs", "traps", "version", "vrf"]);
        let short_id = digits && (pending == Pending::Key && word.len() <= 5 || word.len() <= 2);
        // `authentication-key 1 {`, `[edit … authentication-key 1]`
        if short_id
            && reader.tokens.get(next).is_some_and(|next| next.is(b'{') || next.is(b']') && !in_brackets)
        {
            self.flags |= KEYED;
            return next;
        }
        let keyword = word.contains('-')
            && !reader.tokens.get(next).is_some_and(Lexeme::is_text)
            && self.introduced(reader, at, word).is_some();
        let setting = host || keyword || OTHERS.has(word) || is_setting(word) || is_prefix(word);
        if setting || pending == Pending::Community && is_bgp(reader, at, word) {
            return at;
        }
        if short_id || self.certainty != Certainty::Sure && is_remark(word) {
            return next;
        }
        reader.cover.add(range);
        self.renamed(reader, next)
    }

    /// Redacts the second secret of `rename community A to B`; where to continue.
    fn renamed(&self, reader: &mut LineReader<'_>, at: usize) -> usize {
        let to = reader.word(at).is_some_and(|word| is_any_of(word, &["to"]));
        let Some(new) = reader.tokens.get(at + 1).filter(|new| to && new.is_text()) else { return at };
        let word = reader.of(new);
        if self.certainty != Certainty::Sure
            || is_remark(word)
            || self.introduced(reader, at + 1, word).is_some()
        {
            return at;
        }
        let (range, next) = run(reader, at + 1);
        reader.cover.add(range);
        next
    }
}

/// Whether a name follows a word, and no secret.
fn is_named(word: &str) -> bool {
    const ENDINGS: [&str; 7] = ["-group", "-list", "-map", "-policy", "-profile", "-range", "-set"];
    NAMED.has(word) || ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// Flags that a word sets for the statements below it.
pub(super) fn flags_of(word: &str, previous: &str) -> u16 {
    match word.to_ascii_lowercase().as_str() {
        "snmp" | "snmp-server" => SNMP,
        "policy-options" | "policy-statement" | "routing-options" | "term" | "from" | "then" => ROUTING,
        "user" if previous == "snmp-server" => SNMP_USER,
        "host" if previous == "snmp-server" => SNMP_HOST,
        "snmp-agent" => SNMP | READ_WRITE,
        "spi" => ASSOCIATION,
        "standby" | "vrrp" | "glbp" | "nhrp" if previous.is_empty() || previous == "ip" => {
            PLAIN_AUTHENTICATION
        }
        word if HARMLESS.has(word) => HARMLESS_STATEMENT,
        _ => 0,
    }
}

/// A value without quotes: it ends at white space, and without the signs of a statement behind it.
fn run(reader: &LineReader<'_>, at: usize) -> (std::ops::Range<usize>, usize) {
    let start = reader.tokens[at].start;
    let mut next = at + 1;
    let mut open = 0_usize;
    let mut kept = next;
    while let Some(token) = reader.tokens.get(next).filter(|token| token.glued) {
        if next == at + MOST_IN_VALUE {
            kept = reader.tokens[at].next_apart();
            break;
        }
        match token.kind {
            LexemeKind::Sign(b'{' | b'[' | b'(') => open += 1,
            LexemeKind::Sign(b'}' | b']' | b')') => match open.checked_sub(1) {
                Some(closed) => {
                    open = closed;
                    kept = next + 1;
                }
                None => break,
            },
            LexemeKind::Sign(b';' | b':' | b',' | b'"' | b'\'' | b'`' | b'<' | b'>') => {}
            _ => kept = next + 1,
        }
        next += 1;
    }
    let end = reader.tokens[kept - 1].outer_end();
    (start..end, kept)
}

/// Whether the word after `community` is a BGP community, or the name of one.
fn is_bgp(reader: &LineReader<'_>, at: usize, word: &str) -> bool {
    let after = reader.tokens.get(at + 1);
    let number = after.is_some_and(|next| next.glued && next.is(b':'))
        && reader.tokens.get(at + 2).is_some_and(|next| next.glued)
        && (word.bytes().all(|byte| byte.is_ascii_digit())
            || is_any_of(word, &["target", "origin", "large"]));
    let member =
        reader.word(at + 1).is_some_and(|next| is_any_of(next, &["members", "additive", "invert-match"]));
    number
        || member
        || is_any_of(
            word,
            &["add", "delete", "set", "members", "none", "no-export", "no-advertise", "internet", "additive"],
        )
}

/// Whether a word is an address or a prefix of addresses, such as `10.0.0.0/8`.
fn is_prefix(word: &str) -> bool {
    if word.parse::<std::net::Ipv4Addr>().is_ok() {
        return true;
    }
    word.contains('/') && quote::is_network(word)
}

/// Whether a word is a setting, such as `minimum-length`.
fn is_setting(word: &str) -> bool {
    ["minimum-", "maximum-", "min-", "max-"].iter().any(|prefix| word.starts_with(prefix))
}
