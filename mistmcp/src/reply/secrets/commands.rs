//! Secrets in commands of a shell: `curl -u user:x`, `sshpass -px`, `wpa_passphrase Guest x`.

use std::ops::Range;

use super::lexer::LexemeKind;
use super::line_reader::LineReader;
use super::remarks::is_remark;

/// Commands with options whose value is a secret. A short one may have its value glued to it.
const SECRET_OPTIONS: [(&str, &[&str]); 15] = [
    ("curl", &["--oauth2-bearer"]),
    ("docker", &["-p"]),
    ("ipmitool", &["-P"]),
    ("ldapmodify", &["-w"]),
    ("ldapsearch", &["-w"]),
    ("plink", &["-pw"]),
    ("podman", &["-p"]),
    ("psexec", &["-p"]),
    ("redis-cli", &["-a"]),
    ("snmpbulkwalk", SNMP),
    ("snmpget", SNMP),
    ("snmpset", SNMP),
    ("snmptrap", SNMP),
    ("snmpwalk", SNMP),
    ("sshpass", &["-p"]),
];
const SNMP: &[&str] = &["-c", "-A", "-X"];
/// Commands whose `-p` is a password for a login only, and a port elsewhere.
const CONTAINERS: [&str; 2] = ["docker", "podman"];

/// Commands with options that take a user and a password: `curl` and its kin.
const WEB: [&str; 3] = ["curl", "http", "wget"];
const USER_OPTIONS: [&str; 3] = ["--proxy-user", "--user", "--auth"];
/// Letters that may stand before another option of `curl` in one word, because they take no value.
const FLAGS: &str = "#0123456789BGIJLNORSafgijklnpqsv";

/// Commands, and words of configurations, whose arguments at these places are secrets, counted from 1, without options.
const POSITIONAL: [(&str, &[usize]); 7] = [
    ("com2sec", &[3]),
    ("createUser", &[3, 5]),
    ("radclient", &[3]),
    ("radtest", &[2, 5]),
    ("rocommunity", &[1]),
    ("rwcommunity", &[1]),
    ("wpa_passphrase", &[2]),
];

/// The names of all commands; of `http`, which is not only a command, with the option behind it.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let options = SECRET_OPTIONS.iter().map(|(name, _)| *name);
    let places = POSITIONAL.iter().map(|(name, _)| *name);
    options.chain(places).chain(WEB).filter(|name| *name != "http").chain(["http -", "mysql"])
}

/// The command of a line, as far as it is read.
#[derive(Default)]
pub(super) struct Command<'a> {
    name: &'a str,
    /// Where the next argument begins, and its number.
    argument: (usize, usize),
    /// Whether it logs in.
    is_login: bool,
}

/// Whether a word is a command whose secret is an argument by its place.
pub(super) fn has_secret_argument(word: &str) -> bool {
    POSITIONAL.iter().any(|(name, _)| program(word).eq_ignore_ascii_case(name))
}

/// The name of a program, without its folder and ending.
fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let split = name.len().checked_sub(4).and_then(|dot| name.split_at_checked(dot));
    split.filter(|(_, ending)| ending.eq_ignore_ascii_case(".exe")).map_or(name, |(name, _)| name)
}

impl<'a> Command<'a> {
    /// Reads a word of a line, and hides the secret of an option; whether there is one.
    pub(super) fn word(&mut self, reader: &mut LineReader<'a>, at: usize, word: &'a str) -> bool {
        let name = program(word);
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if WEB.iter().any(|other| is(other))
            || is("mysql")
            || is("mysqldump")
            || SECRET_OPTIONS.iter().any(|(other, _)| is(other))
            || POSITIONAL.iter().any(|(other, _)| is(other))
        {
            *self = Self { name, argument: (at + 1, 1), is_login: false };
            return false;
        }
        if self.name.is_empty() {
            return false;
        }
        if !word.starts_with('-') {
            self.is_login |= word == "login";
            return self.argument(reader, at);
        }
        self.secret_option(reader, at, word) || self.user_option(reader, at, word)
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// An argument that is a secret by its place.
    pub(super) fn argument(&mut self, reader: &mut LineReader<'_>, at: usize) -> bool {
        let Some((_, places)) = POSITIONAL.iter().find(|(name, _)| self.is(name)) else { return false };
        let (next, number) = self.argument;
        if at < next || reader.tokens[at].glued {
            return false;
        }
        let end = reader.tokens[at].next_apart().max(at + 1);
        self.argument = (end, number + 1);
        if places.contains(&number) && !is_remark(reader.of(&reader.tokens[at])) {
            let (first, last) = (reader.tokens[at], reader.tokens[end - 1]);
            let quoted = first.kind == LexemeKind::Quoted && end == at + 1;
            reader.cover.add(if quoted {
                first.start..first.end
            } else {
                first.outer_start()..last.outer_end()
            });
            return true;
        }
        false
    }

    /// An option whose value is a secret.
    fn secret_option(&self, reader: &mut LineReader<'_>, at: usize, word: &str) -> bool {
        let options = SECRET_OPTIONS.iter().find(|(name, _)| self.is(name)).map(|(_, options)| *options);
        let container = CONTAINERS.iter().any(|name| self.is(name));
        if container && !self.is_login {
            return false;
        }
        let options = options.unwrap_or_default();
        if options.contains(&word) {
            reader.hide(at + 1, false);
            return true;
        }
        let mysql = self.name.starts_with("mysql").then_some("-p");
        let mut short = options.iter().copied().chain(mysql).filter(|option| option.len() == 2);
        let glued = short.any(|option| word.len() > 2 && word.starts_with(option));
        if glued {
            let range = reader.value(at, false).range;
            reader.cover.add(range.start + 2..range.end);
        }
        glued
    }

    /// An option of `curl` and its kin with a user and a password, also behind others in one word: `-sku user:x`.
    fn user_option(&self, reader: &mut LineReader<'_>, at: usize, word: &str) -> bool {
        if !WEB.iter().any(|name| self.is(name)) {
            return false;
        }
        let letters = word.trim_start_matches('-');
        let short = (word.len() == letters.len() + 1)
            .then(|| letters.trim_start_matches(|flag| FLAGS.contains(flag)));
        let option = short.and_then(|rest| rest.chars().next());
        let user = USER_OPTIONS.contains(&word)
            || matches!(option, Some('u' | 'U'))
            || self.is("http") && word == "-a";
        let cookie = option == Some('b') && self.is("curl");
        if !user && !cookie {
            return false;
        }
        let glued = short.filter(|rest| rest.len() > 1 && !self.is("http")).map(|rest| rest.len() - 1);
        let (range, value) = if let Some(length) = glued {
            let start = reader.tokens[at].start + word.len() - length;
            let range = start..reader.value(at, false).range.end;
            (range.clone(), reader.slice(range))
        } else {
            // `--user=bob:x`
            let sign = reader.tokens.get(at + 1).is_some_and(|next| next.is(b'=') && next.glued);
            match value_at(reader, at + 1 + usize::from(sign)) {
                Some(value) => value,
                None => return false,
            }
        };
        if cookie {
            reader.cover.add(range);
        } else if let Some(colon) = value.find(':') {
            reader.cover.add(range.start + colon + 1..range.end);
        }
        true
    }
}

/// The value of an option.
fn value_at<'a>(reader: &LineReader<'a>, at: usize) -> Option<(Range<usize>, &'a str)> {
    let token = reader.tokens.get(at)?;
    match token.kind {
        LexemeKind::Quoted => Some((token.start..token.end, reader.of(token))),
        LexemeKind::Word => {
            let value = reader.value(at, false);
            Some((value.range, value.beginning))
        }
        _ => None,
    }
}
