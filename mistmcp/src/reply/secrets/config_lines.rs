//! Secrets in the configuration of devices: `set` commands and curly braces of Junos, differences of them, and lines of
//! Cisco IOS.

use super::assignments::Reader;
use super::lexer::Kind;
use super::remarks::{is_message, is_remark, looks_random};

/// Deepest nesting of braces that is followed.
const DEEPEST: usize = 64;

/// First words of the paths of Junos.
const ROOTS: &[&str] = &[
    "access",
    "accounting-options",
    "apply-groups",
    "applications",
    "bridge-domains",
    "chassis",
    "class-of-service",
    "ethernet-switching-options",
    "event-options",
    "fabric",
    "firewall",
    "forwarding-options",
    "groups",
    "interfaces",
    "logical-systems",
    "multi-chassis",
    "multicast-snooping-options",
    "openconfig-system",
    "poe",
    "policy-options",
    "protocols",
    "routing-instances",
    "routing-options",
    "schedulers",
    "security",
    "services",
    "smtp",
    "snmp",
    "switch-options",
    "system",
    "tenants",
    "unified-edge",
    "virtual-chassis",
    "vlans",
    "wlan",
    "ospf",
    "bgp",
    "isis",
];
/// Commands before such a path.
const COMMANDS: &[&str] = &[
    "activate",
    "annotate",
    "copy",
    "deactivate",
    "delete",
    "edit",
    "insert",
    "no",
    "rename",
    "replace",
    "set",
    "show",
];

/// First words of lines of IOS that may hold a secret.
const IOS: &[&str] = &[
    "aaa",
    "area",
    "area-password",
    "authentication",
    "crypto",
    "domain-password",
    "dot1x",
    "enable",
    "interface",
    "ip",
    "ipv6",
    "isis",
    "key",
    "key-string",
    "line",
    "neighbor",
    "ntp",
    "ppp",
    "radius",
    "radius-server",
    "router",
    "server-private",
    "snmp-server",
    "standby",
    "tacacs",
    "tacacs-server",
    "username",
    "vrrp",
    "wpa-psk",
    "security",
    "hostname",
    "glbp",
    "mpls",
    "vpdn",
    "eigrp",
    "pac",
];
/// Two first words that only a configuration of IOS has.
const IOS_HEADS: &[(&str, &str)] = &[
    ("aaa", "new-model"),
    ("crypto", "isakmp"),
    ("interface", ""),
    ("ip", "ssh"),
    ("key", "chain"),
    ("line", "con"),
    ("line", "vty"),
    ("line", "aux"),
    ("radius", "server"),
    ("router", ""),
    ("tacacs", "server"),
    ("username", ""),
    ("hostname", ""),
];

/// Words that a name follows, and no secret.
const NAMED: &[&str] = &[
    "access-list",
    "address-book",
    "application",
    "apply-groups",
    "certificate-id",
    "class",
    "class-map",
    "community-list",
    "connectivity-association",
    "filter",
    "from-zone",
    "group",
    "groups",
    "host-name",
    "hostname",
    "instance",
    "interface",
    "key-chain",
    "policy",
    "policy-map",
    "policy-statement",
    "pool",
    "prefix-list",
    "profile",
    "proposal",
    "protocol",
    "remark",
    "route-map",
    "routing-instances",
    "security-zone",
    "snmp-community",
    "ssid",
    "term",
    "to-zone",
    "trap-group",
    "trustpoint",
    "user",
    "username",
    "sent-username",
    "view",
    "vlan",
    "vlans",
    "vrf",
    "zone",
    "zones",
    "match",
    "encapsulation",
    "logging",
];
/// Words that a free text follows to the end of the statement.
const FREE_TEXT: &[&str] =
    &["banner", "contact", "description", "location", "message", "name", "remark", "announcement"];
/// Words of statements without a secret.
const HARMLESS: &[&str] = &[
    "aaa",
    "authentication-method",
    "authentication-methods",
    "authentication-order",
    "pubkey-chain",
    "community-list",
    "route-map",
    "prefix-list",
];

/// Words between the word for a secret and the secret.
const TYPES: &[&str] = &[
    "aes",
    "aes-128-cmac",
    "aes128",
    "aes192",
    "aes256",
    "ascii",
    "ascii-text",
    "clear",
    "cleartext",
    "config-key",
    "des",
    "3des",
    "encrypted",
    "hash",
    "hex",
    "hexadecimal",
    "hmac-md5",
    "hmac-sha-256",
    "hmac-sha1",
    "key-type",
    "local",
    "md5",
    "message-digest",
    "password-encrypt",
    "plain",
    "plain-text",
    "plaintext",
    "set-key",
    "sha",
    "sha-1",
    "sha-256",
    "sha-512",
    "sha1",
    "sha256",
    "sha512",
    "text",
    "type",
    "unencrypted",
    "value",
    "hmac-sha-1",
    "sha2",
    "scrypt",
];
/// Words after the word for a secret that say that there is none here.
const OTHERS: &[&str] = &[
    "accept-lifetime",
    "algorithm",
    "authentication-order",
    "chain",
    "change-type",
    "ckn",
    "encryption",
    "exchange",
    "expiration",
    "format",
    "generate",
    "import",
    "lifetime",
    "options",
    "policy",
    "protocol-version",
    "pubkey-chain",
    "recovery",
    "send-lifetime",
    "server",
    "start-time",
    "strength-check",
    "targets",
    "tolerance",
    "vlan-id",
    "zeroize",
    "key-chain",
    "then",
    "timeout",
    "retry",
    "algorithms",
];

const SNMP: u16 = 1;
const ROUTING: u16 = 2;
/// Inside the braces of a key with an id: `authentication-key 1 { value "x"; }`.
const KEYED: u16 = 4;
const HARMLESS_STATEMENT: u16 = 8;
const SNMP_USER: u16 = 16;
const SNMP_HOST: u16 = 32;
/// Of a line of IOS where `authentication` takes the secret itself.
const PLAIN_AUTHENTICATION: u16 = 64;

/// What is open while the lines of a configuration are read.
#[derive(Default)]
pub(super) struct ConfigLines {
    /// What the statements around this one say.
    stack: Vec<u16>,
    beyond: usize,
    /// What the last `[edit …]` says.
    header: u16,
    /// Whether a line before was one of IOS.
    ios: bool,
    /// Whether the name of the field says that its lines are commands.
    hinted: bool,
}

/// How a line shows that it is a configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// By its form or its place.
    Sure,
    /// By the name of its field, or by its first word: it may be a sentence yet.
    Likely,
    /// By nothing: only words that stand in no sentence are looked for.
    Unsure,
}

/// What a statement is looked through for.
struct Statement {
    flags: u16,
    certainty: Certainty,
    /// The word for a secret whose secret is looked for.
    pending: Option<Pending>,
    previous: String,
    in_list: bool,
    in_free_text: bool,
    /// The number of words so far.
    words: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pending {
    /// A password: any word is one.
    Password,
    /// A key, which may have an id alone.
    Key,
    /// A community, which may be one of BGP.
    Community,
}

impl ConfigLines {
    pub(super) fn new(hinted: bool) -> Self {
        Self { hinted, ..Self::default() }
    }

    pub(super) fn line(&mut self, reader: &mut Reader<'_>) {
        secret_data(reader);
        let mut first = 0;
        while let Some(word) = reader.word(first) {
            let marker = matches!(word, "+" | "-" | "!" | "#")
                || word.ends_with('#')
                || word.contains('@') && !word.contains('.');
            if !marker {
                break;
            }
            first += 1;
        }
        if self.is_header(reader, first) {
            return;
        }
        let ends = |sign: u8| code_end(reader).is_some_and(|last| reader.tokens[last].is(sign));
        let starts = reader.word(first).map(|word| word.trim_start_matches(['+', '-'])).unwrap_or_default();
        let assigned = reader.tokens.get(first + 1).is_some_and(|next| next.is(b':') || next.is(b'='));
        let curly = (ends(b';') || ends(b'{') || ends(b'}')) && !assigned && !starts.is_empty()
            || !self.stack.is_empty() && (ends(b'}') || ends(b';'));
        let second = reader.word(first + 1).unwrap_or_default();
        let head = IOS_HEADS.iter().any(|(head, next)| {
            starts.eq_ignore_ascii_case(head)
                && (second.eq_ignore_ascii_case(next)
                    || next.is_empty() && !second.is_empty() && reader.tokens.len() <= 8)
        });
        self.ios |= head && !assigned;
        let password = is(starts, &["enable"]) && is(second, &["password", "secret"]);
        let ios = is(starts, IOS)
            && !assigned
            && (self.ios
                || self.hinted
                || password
                || !matches!(
                    starts.to_ascii_lowercase().as_str(),
                    "key" | "enable" | "authentication" | "line" | "security"
                ));
        let command = is(starts, COMMANDS) && is(second, ROOTS);
        if curly || command && self.hinted || self.ios && !assigned {
            self.statements(reader, first, Certainty::Sure, true);
            return;
        }
        if self.hinted || ios && !is_sentence(reader, first) {
            self.statements(reader, first, Certainty::Likely, true);
            return;
        }
        let mut at = first;
        while at < reader.tokens.len() {
            let path = |at: usize| reader.word(at).is_some_and(|word| is(word, ROOTS));
            let command = reader.word(at).is_some_and(|word| is(word, COMMANDS)) && path(at + 1);
            let bracket = reader.tokens[at].is(b'[') && path(at + 1);
            if command || bracket {
                at = self.statements(reader, at + 1, Certainty::Sure, false);
                continue;
            }
            at += 1;
        }
        self.statements(reader, first, Certainty::Unsure, false);
    }

    /// Whether a line is `[edit …]`, which says where those after it stand.
    fn is_header(&mut self, reader: &Reader<'_>, first: usize) -> bool {
        let opens = reader.tokens.get(first).is_some_and(|token| token.is(b'['));
        if !opens || reader.word(first + 1) != Some("edit") {
            return false;
        }
        self.header = 0;
        self.stack.clear();
        self.beyond = 0;
        for at in first + 2..reader.tokens.len() {
            if let Some(word) = reader.word(at) {
                self.header |= flags_of(word, "");
            }
        }
        // What follows the header of a difference is a configuration.
        self.stack.push(self.header);
        true
    }

    /// Reads statements from a token on; where it stopped.
    fn statements(
        &mut self,
        reader: &mut Reader<'_>,
        first: usize,
        certainty: Certainty,
        braces: bool,
    ) -> usize {
        let mut statement = Statement::new(self.context(), certainty);
        let mut lists = 0_usize;
        let mut at = first;
        while at < reader.tokens.len() {
            let token = reader.tokens[at];
            match token.kind {
                Kind::Sign(b'{') if braces => {
                    self.open(&statement);
                    statement = Statement::new(self.context(), certainty);
                }
                Kind::Sign(b'}') if braces => {
                    self.close();
                    statement = Statement::new(self.context(), certainty);
                }
                Kind::Sign(b';') => {
                    statement = Statement::new(self.context(), certainty);
                    if certainty == Certainty::Sure && !braces {
                        return at + 1;
                    }
                }
                Kind::Sign(b'[') => {
                    lists += 1;
                    statement.in_list = statement.pending.is_none();
                }
                Kind::Sign(b']') => {
                    if lists == 0 && certainty == Certainty::Sure && !braces {
                        return at + 1;
                    }
                    lists = lists.saturating_sub(1);
                    statement.in_list = false;
                    statement.pending = None;
                }
                Kind::Sign(b'"' | b'\'' | b'`')
                    if statement.pending.is_some() && certainty != Certainty::Unsure =>
                {
                    // A quote that is not closed: the text was cut.
                    let last = reader.tokens[reader.tokens.len() - 1];
                    reader.cover.add(token.end..last.outer_end().max(token.end));
                    return reader.tokens.len();
                }
                Kind::Word | Kind::Quoted => {
                    at = statement.word(reader, at, lists > 0);
                    continue;
                }
                Kind::Sign(b':' | b'=') => statement.pending = None,
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn context(&self) -> u16 {
        self.header | self.stack.last().copied().unwrap_or_default()
    }

    fn open(&mut self, statement: &Statement) {
        if self.stack.len() >= DEEPEST {
            self.beyond += 1;
            return;
        }
        let keyed = if statement.pending.is_some() { KEYED } else { 0 };
        self.stack.push((statement.flags & !HARMLESS_STATEMENT) | keyed);
    }

    fn close(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else {
            self.stack.pop();
        }
    }
}

impl Statement {
    fn new(flags: u16, certainty: Certainty) -> Self {
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
    fn word(&mut self, reader: &mut Reader<'_>, at: usize, in_brackets: bool) -> usize {
        let token = reader.tokens[at];
        let quoted = token.kind == Kind::Quoted;
        let word = reader.of(&token).trim_start_matches(['+', '-']);
        let followed = reader.tokens.get(at + 1).is_some_and(super::lexer::Token::is_text);
        let assigned = reader.tokens.get(at + 1).is_some_and(|next| next.is(b':') || next.is(b'='));
        self.words += 1;
        if self.in_free_text {
            return at + 1;
        }
        let name = is(&self.previous, NAMED) && self.pending.is_none();
        let introduces = (!quoted && !name && !self.in_list && !assigned)
            .then(|| self.introduced(reader, at, word))
            .flatten();
        if let Some(pending) = self.pending {
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
        self.flags |= flags_of(word, &self.previous);
        if !quoted
            && !name
            && is(word, FREE_TEXT)
            && self.previous != "community"
            && self.certainty != Certainty::Unsure
        {
            self.in_free_text = true;
        }
        self.pending = introduces;
        self.previous = if name || quoted { String::new() } else { word.to_ascii_lowercase() };
        at + 1
    }

    /// Whether a word stands between the word for a secret and the secret.
    fn passes(&self, word: &str, introduces: bool, followed: bool, pending: Pending) -> bool {
        if !followed {
            return false;
        }
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        let id = match pending {
            Pending::Password => word.len() == 1 || is(&self.previous, TYPES) && word.len() <= 3,
            Pending::Key => word.len() <= 5,
            Pending::Community => false,
        };
        digits && id || (pending != Pending::Community && (is(word, TYPES) || introduces))
    }

    /// Hides the secret that a word for one announced, unless the word is none; where to go on, or the same place.
    fn value(
        &mut self,
        reader: &mut Reader<'_>,
        at: usize,
        word: &str,
        pending: Pending,
        in_brackets: bool,
    ) -> usize {
        let token = reader.tokens[at];
        if !in_brackets {
            self.pending = None;
        }
        if token.kind == Kind::Quoted {
            if !is_message(word) {
                reader.cover.add(token.start..token.end);
            }
            return at + 1;
        }
        let (range, next) = run(reader, at);
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        let setting = is(word, OTHERS) || is_setting(word);
        let short_id = digits && (pending == Pending::Key && word.len() <= 5 || word.len() <= 2);
        if setting || pending == Pending::Community && is_bgp(reader, at, word) {
            return at;
        }
        if short_id || self.certainty != Certainty::Sure && is_remark(word) {
            return next;
        }
        reader.cover.add(range);
        next
    }

    /// The kind of secret that follows a word, if one does.
    fn introduced(&self, reader: &Reader<'_>, at: usize, word: &str) -> Option<Pending> {
        if self.flags & HARMLESS_STATEMENT != 0 {
            return None;
        }
        let word = word.to_ascii_lowercase();
        let stem = word.strip_suffix("-value").unwrap_or(&word);
        let (before, last) = match stem.rfind(['-', '_']) {
            Some(separator) => (&stem[..separator], &stem[separator + 1..]),
            None => ("", stem),
        };
        let after = reader.word(at + 1).unwrap_or_default();
        let pending = match last {
            "secret" | "secrets" | "password" | "passwords" | "passwd" | "passphrase" | "psk" | "cak"
            | "pwd" | "passcode" => Pending::Password,
            "string" if before == "key" => Pending::Password,
            "key" | "keys" => {
                let public = ["public", "trusted", "host", "rsa", "dsa", "ecdsa", "known-host"]
                    .iter()
                    .any(|word| before.ends_with(word));
                let other =
                    is(&self.previous, &["tunnel", "ssh-known-hosts", "public", "host"]) || is(after, OTHERS);
                if public || other {
                    return None;
                }
                Pending::Key
            }
            "community" if before == "snmp" => return None,
            "community" | "name" | "string" if last == "community" || before == "community" => {
                let routing = self.flags & ROUTING != 0 && self.flags & SNMP == 0;
                let member = is(
                    &self.previous,
                    &["from", "then", "match", "add", "delete", "members", "extended", "large", "set"],
                );
                if routing
                    || member && self.flags & SNMP == 0
                    || is(after, &["add", "delete", "set", "members"])
                {
                    return None;
                }
                Pending::Community
            }
            last => {
                let keyed = self.flags & KEYED != 0;
                let announced = match last {
                    "text" => before == "ascii" && (keyed || self.words == 1),
                    "hexadecimal" => keyed || self.words == 1,
                    "value" => keyed,
                    "token" => !before.is_empty(),
                    "auth" | "priv" => self.flags & SNMP_USER != 0,
                    "authentication" => self.flags & PLAIN_AUTHENTICATION != 0,
                    "2c" | "1" => self.flags & SNMP_HOST != 0 && self.previous == "version",
                    _ => false,
                };
                if !announced {
                    return None;
                }
                Pending::Password
            }
        };
        let hyphened = !before.is_empty();
        (self.certainty != Certainty::Unsure || self.is_certain(reader, at, pending, hyphened))
            .then_some(pending)
    }

    /// Whether the word for a secret is followed by one even in a line that nothing shows to be a configuration.
    fn is_certain(&self, reader: &Reader<'_>, at: usize, pending: Pending, hyphened: bool) -> bool {
        let Some(next) = reader.tokens.get(at + 1) else { return false };
        let after = reader.of(next);
        let count = reader.tokens.iter().take(8).filter(|token| token.is_text()).count();
        let typed = is(after, TYPES) || after.len() == 1 && after.bytes().all(|byte| byte.is_ascii_digit());
        let more = reader.tokens.get(at + 2).is_some_and(super::lexer::Token::is_text);
        match pending {
            Pending::Community => false,
            _ if next.kind == Kind::Quoted => hyphened,
            _ if hyphened => typed && more || looks_random(after) || self.words == 1 && count <= 4,
            Pending::Password => typed && more && self.words == 1 && count <= 4,
            Pending::Key => false,
        }
    }
}

/// What a word says about the statements below it.
fn flags_of(word: &str, previous: &str) -> u16 {
    match word.to_ascii_lowercase().as_str() {
        "snmp" | "snmp-server" => SNMP,
        "policy-options" | "policy-statement" | "route-map" | "routing-options" | "community-list"
        | "term" | "from" | "then" => ROUTING,
        "user" if previous == "snmp-server" => SNMP_USER,
        "host" if previous == "snmp-server" => SNMP_HOST,
        "standby" | "vrrp" | "glbp" | "nhrp" if previous.is_empty() || previous == "ip" => {
            PLAIN_AUTHENTICATION
        }
        word if is(word, HARMLESS) => HARMLESS_STATEMENT,
        _ => 0,
    }
}

/// A value without quotes: it ends at white space, and without the signs of a statement behind it.
fn run(reader: &Reader<'_>, at: usize) -> (std::ops::Range<usize>, usize) {
    let start = reader.tokens[at].start;
    let mut next = at + 1;
    let mut open = 0_usize;
    let mut kept = next;
    while let Some(token) = reader.tokens.get(next).filter(|token| token.glued) {
        match token.kind {
            Kind::Sign(b'{' | b'[' | b'(') => open += 1,
            Kind::Sign(b'}' | b']' | b')') => match open.checked_sub(1) {
                Some(closed) => {
                    open = closed;
                    kept = next + 1;
                }
                None => break,
            },
            Kind::Sign(b';' | b',' | b'"' | b'\'' | b'`' | b'<' | b'>') => {}
            _ => kept = next + 1,
        }
        next += 1;
    }
    let end = reader.tokens[kept - 1].outer_end();
    (start..end, kept)
}

/// Whether the word behind `community` is one of BGP, or is the name of such a one.
fn is_bgp(reader: &Reader<'_>, at: usize, word: &str) -> bool {
    let after = reader.tokens.get(at + 1);
    let number = after.is_some_and(|next| next.glued && next.is(b':'));
    let member = reader.word(at + 1).is_some_and(|next| is(next, &["members", "additive", "invert-match"]));
    number
        || member
        || is(
            word,
            &["add", "delete", "set", "members", "none", "no-export", "no-advertise", "internet", "additive"],
        )
}

/// Whether a word is a setting, such as `minimum-length`.
fn is_setting(word: &str) -> bool {
    ["minimum-", "maximum-", "min-", "max-"].iter().any(|prefix| word.starts_with(prefix))
}

/// Whether a line that begins with a word of IOS is a sentence.
fn is_sentence(reader: &Reader<'_>, first: usize) -> bool {
    let words = reader.tokens[first..].iter().take(16).filter(|token| token.kind == Kind::Word);
    words
        .filter(|token| {
            ["was", "is", "the", "of", "for", "and", "has", "been", "done", "not", "are"]
                .contains(&reader.of(token))
        })
        .count()
        > 0
}

/// The last piece of a line before a comment.
fn code_end(reader: &Reader<'_>) -> Option<usize> {
    let comment = |word: &str| word.starts_with("##") || word.starts_with("/*");
    let end = (0..reader.tokens.len()).find(|at| reader.word(*at).is_some_and(comment));
    end.unwrap_or(reader.tokens.len()).checked_sub(1)
}

/// Hides the last value of a line that Junos marks as secret.
fn secret_data(reader: &mut Reader<'_>) {
    let marked = (0..reader.tokens.len()).find(|at| {
        let mark = reader.word(*at).is_some_and(|word| {
            word.eq_ignore_ascii_case("SECRET-DATA") || word.eq_ignore_ascii_case("##SECRET-DATA")
        });
        mark && (*at == 0 || reader.word(at - 1).is_none_or(|before| before.contains(['#', '*'])))
    });
    let Some(mut end) = marked else { return };
    while let Some(before) = end.checked_sub(1) {
        let token = reader.tokens[before];
        let comment = reader.word(before).is_some_and(|word| word.starts_with('#') || word.starts_with("/*"));
        if !comment && !token.is(b';') {
            break;
        }
        end = before;
    }
    let Some(last) = end.checked_sub(1) else { return };
    if reader.tokens[last].is(b']') {
        for at in (0..last).rev() {
            let token = reader.tokens[at];
            if token.is(b'[') {
                break;
            }
            if token.is_text() {
                reader.cover.add(token.start..token.end);
            }
        }
        return;
    }
    let token = reader.tokens[last];
    if token.kind == Kind::Quoted {
        reader.cover.add(token.start..token.end);
        return;
    }
    let mut start = last;
    while start > 0 && reader.tokens[start].glued {
        start -= 1;
    }
    reader.cover.add(reader.tokens[start].start..token.outer_end());
}

fn is(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}
