//! Secrets in the configuration of devices: `set` commands and curly braces of Junos, differences of them, and lines of
//! Cisco IOS.

use super::config_statement::{Certainty, HARMLESS_STATEMENT, KEYED, Statement};
use super::config_words::{COMMANDS, IOS, ROOTS, TYPES};
use super::formats::{ends_in_secret, formatted, is_password_of_peer, is_word_for_secret};
use super::lexer::LexemeKind;
use super::line_prefix::{after_prompt, behind_number, behind_prefix, logged_command};
use super::line_reader::LineReader;
use crate::text::is_any_of;

/// Deepest nesting of braces that is followed.
const DEEPEST: usize = 64;

/// Two first words that only a configuration of IOS has.
const IOS_HEADS: &[(&str, &str)] = &[
    ("aaa", "new-model"),
    ("aaa", "group"),
    ("ap", "dot1x"),
    ("aaa", "server"),
    ("crypto", "ikev2"),
    ("crypto", "isakmp"),
    ("crypto", "pki"),
    ("dot1x", "credentials"),
    ("interface", ""),
    ("ip", "ssh"),
    ("key", "chain"),
    ("ldap", "server"),
    ("macsec", "pre-shared-key"),
    ("mgmtuser", "username"),
    ("line", "con"),
    ("line", "vty"),
    ("line", "aux"),
    ("radius", "server"),
    ("router", ""),
    ("tacacs", "server"),
    ("username", ""),
    ("hostname", ""),
];

/// Parser state between the lines of a configuration.
#[derive(Default)]
pub(super) struct ConfigLines {
    /// Flags of the enclosing statements.
    stack: Vec<u16>,
    beyond: usize,
    /// Flags of the last `[edit …]`.
    header: u16,
    /// Whether the line begins with such an `[edit …]`.
    at_header: bool,
    /// Whether a line before was one of IOS.
    ios: bool,
    /// Whether the name of the field says that its lines are commands.
    hinted: bool,
}

impl ConfigLines {
    pub(super) fn new(hinted: bool) -> Self {
        Self { hinted, ..Self::default() }
    }

    /// State for a quoted text that fills a line, such as the statement that an error below `[edit
    /// …]` repeats.
    pub(super) fn inner(&self, alone: bool) -> Self {
        let open = (alone || self.at_header) && !self.stack.is_empty();
        let header = if open { self.context() } else { 0 };
        Self { header, hinted: open, ..Self::default() }
    }

    pub(super) fn line(&mut self, reader: &mut LineReader<'_>) {
        secret_data(reader);
        formatted(reader);
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
        let prompt = after_prompt(reader);
        first = prompt.unwrap_or(first);
        // Commands of IOS that take another back.
        let negated =
            reader.word(first).is_some_and(|word| is_any_of(unmarked(word), &["no", "default", "do"]));
        if negated && reader.word(first + 1).is_some_and(|word| IOS.has(word)) {
            first += 1;
        }
        // `error: [edit snmp]`
        let label = reader.word(first).is_some_and(|word| is_any_of(word, &["error", "warning"]))
            && reader.tokens.get(first + 1).is_some_and(|sign| sign.is(b':'));
        self.at_header = self.is_header(reader, first + if label { 2 } else { 0 });
        if self.at_header {
            return;
        }
        let ends = |sign: u8| code_end(reader).is_some_and(|last| reader.tokens[last].is(sign));
        let starts = reader.word(first).map(unmarked).unwrap_or_default();
        let assigned = reader.tokens.get(first + 1).is_some_and(|next| next.is(b':') || next.is(b'='));
        let curly = (ends(b';') || ends(b'{') || ends(b'}')) && !assigned && !starts.is_empty()
            || !self.stack.is_empty() && (ends(b'}') || ends(b';'));
        let second = reader.word(first + 1).unwrap_or_default();
        let head = IOS_HEADS.iter().any(|(head, next)| {
            starts.eq_ignore_ascii_case(head)
                && (second.eq_ignore_ascii_case(next)
                    || next.is_empty() && !second.is_empty() && reader.tokens.len() <= 8)
        });
        self.ios |= head && !assigned && !is_sentence(reader, first);
        let password = is_enable(reader, first);
        let ios =
            IOS.has(starts) && !assigned && (self.ios || self.hinted || password || !is_ambiguous(starts));
        let command = COMMANDS.has(starts) && ROOTS.has(second);
        // A line of IOS does not begin as a sentence does: `Radius server secret mismatch`.
        let capital = starts.starts_with(|letter: char| letter.is_ascii_uppercase())
            && starts.bytes().any(|byte| byte.is_ascii_lowercase());
        if curly || command && self.hinted || (self.ios && !capital || prompt.is_some()) && !assigned {
            self.statements(reader, first, Certainty::Sure, true);
            return;
        }
        let set = behind_number(reader, first);
        let second = reader.word(set + 1).unwrap_or_default();
        let plain_set = reader.word(set).is_some_and(|word| is_any_of(unmarked(word), &["set"]))
            && ((!self.stack.is_empty() || reader.tokens.len() <= set + 4) && is_word_for_secret(second)
                || ends_in_secret(reader, set));
        if plain_set && set > first && !is_sentence(reader, set) {
            self.statements(reader, set, Certainty::Likely, true);
            return;
        }
        if self.hinted || (ios || plain_set) && !is_sentence(reader, first) {
            self.statements(reader, first, Certainty::Likely, true);
            return;
        }
        if let Some(start) = behind_prefix(reader).filter(|start| *start > first)
            && let Some(word) = reader.word(start)
            && (!is_ambiguous(word) || is_enable(reader, start))
            && !is_sentence(reader, start)
        {
            self.statements(reader, start, Certainty::Likely, false);
        }
        let mut at = first;
        while at < reader.tokens.len() {
            let path = |at: usize| reader.word(at).is_some_and(|word| ROOTS.has(word));
            // In a difference of lines, a sign stands before the first word.
            let word = reader.word(at).map(|word| if at == first { unmarked(word) } else { word });
            let command = word.is_some_and(|word| COMMANDS.has(word));
            // `show configuration snmp`
            let shown = usize::from(
                command && reader.word(at + 1).is_some_and(|word| is_any_of(word, &["configuration"])),
            );
            let bracket = reader.tokens[at].is(b'[');
            if (command || bracket) && path(at + 1 + shown) {
                // `no snmp community is configured` is a sentence.
                let no = word.is_some_and(|word| word.eq_ignore_ascii_case("no"));
                let certainty = if no { Certainty::Likely } else { Certainty::Sure };
                at = self.statements(reader, at + 1 + shown, certainty, false);
                continue;
            }
            if is_unmistakable(reader, at) && !is_sentence(reader, at) {
                at = self.statements(reader, at, Certainty::Likely, false);
                continue;
            }
            if let Some(logged) = logged_command(reader, at) {
                at = self.statements(reader, logged, Certainty::Likely, false);
                continue;
            }
            at += 1;
        }
        self.statements(reader, first, Certainty::Unsure, false);
    }

    /// Whether a line is `[edit …]`, which sets the path of the lines after it.
    fn is_header(&mut self, reader: &mut LineReader<'_>, first: usize) -> bool {
        let opens = reader.tokens.get(first).is_some_and(|token| token.is(b'['));
        if !opens || reader.word(first + 1) != Some("edit") {
            return false;
        }
        self.header = 0;
        self.stack.clear();
        self.beyond = 0;
        let mut statement = Statement::new(0, Certainty::Sure);
        let mut at = first + 2;
        while reader.tokens.get(at).is_some_and(|token| !token.is(b']')) {
            at = if reader.tokens[at].is_text() { statement.word(reader, at, false) } else { at + 1 };
        }
        let keyed = if statement.pending.is_some() { KEYED } else { 0 };
        self.header = statement.flags | keyed;
        // What follows the header of a difference is a configuration.
        self.stack.push(self.header);
        true
    }

    /// Reads statements from a token on; where it stopped.
    fn statements(
        &mut self,
        reader: &mut LineReader<'_>,
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
                LexemeKind::Sign(b'{') if braces => {
                    self.open(&statement);
                    statement = Statement::new(self.context(), certainty);
                }
                LexemeKind::Sign(b'}') if braces => {
                    self.close();
                    statement = Statement::new(self.context(), certainty);
                }
                LexemeKind::Sign(b';') => {
                    statement = Statement::new(self.context(), certainty);
                    if certainty == Certainty::Sure && !braces {
                        return at + 1;
                    }
                }
                LexemeKind::Sign(b'[') => {
                    lists += 1;
                    statement.in_list = statement.pending.is_none();
                }
                LexemeKind::Sign(b']') => {
                    if lists == 0 && certainty == Certainty::Sure && !braces {
                        return if statement.pending.is_some() { changed(reader, at + 1) } else { at + 1 };
                    }
                    lists = lists.saturating_sub(1);
                    statement.in_list = false;
                    statement.pending = None;
                }
                LexemeKind::Sign(b'"' | b'\'' | b'`')
                    if statement.pending.is_some() && certainty != Certainty::Unsure =>
                {
                    // A quote that is not closed: the text was cut.
                    let last = reader.tokens[reader.tokens.len() - 1];
                    reader.cover.add(token.end..last.outer_end().max(token.end));
                    return reader.tokens.len();
                }
                LexemeKind::Word | LexemeKind::Quoted => {
                    at = statement.word(reader, at, lists > 0);
                    continue;
                }
                LexemeKind::Sign(b':' | b'=') => statement.pending = None,
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

/// Hides the values behind the path of a secret in brackets: `set: [system ntp authentication-key 1 value] "a" -> "b"`.
fn changed(reader: &mut LineReader<'_>, at: usize) -> usize {
    // `<unconfigured> -> "b"`
    let state = reader.tokens.get(at).is_some_and(|token| token.is(b'<'));
    let close = (at + 1..at + 4).find(|close| reader.tokens.get(*close).is_some_and(|token| token.is(b'>')));
    if let Some(close) = close.filter(|_| state)
        && reader.is_arrow(close + 1)
    {
        // How it is written: `[system ntp authentication-key 1 type]`.
        if reader.tokens.get(close + 2).is_some_and(|value| TYPES.has(reader.of(value))) {
            return close + 3;
        }
        return reader.hide(close + 2, false).0;
    }
    let arrow = reader.is_arrow(at + 1);
    let quoted = reader.tokens.get(at).is_some_and(|token| token.kind == LexemeKind::Quoted);
    if !arrow && !quoted {
        return at;
    }
    let (next, _) = reader.hide(at, false);
    reader.changed_to(next, false)
}

/// Whether a line of a list opens what the lines after it belong to.
pub(super) fn opens(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    IOS_HEADS.iter().any(|(head, next)| {
        first.eq_ignore_ascii_case(head) && (next.is_empty() || second.eq_ignore_ascii_case(next))
    })
}

/// A word without the sign of a difference or a comment before it.
fn unmarked(word: &str) -> &str {
    word.trim_start_matches(['+', '-', '#'])
}

/// Whether a command of IOS sets the password of its administrator.
fn is_enable(reader: &LineReader<'_>, at: usize) -> bool {
    reader.word(at).is_some_and(|word| is_any_of(unmarked(word), &["enable"]))
        && reader.word(at + 1).is_some_and(|word| is_any_of(word, &["algorithm-type", "password", "secret"]))
}

/// Whether two words in the midst of a line occur in a configuration of IOS only.
fn is_unmistakable(reader: &LineReader<'_>, at: usize) -> bool {
    // Behind a prompt: `sw1#snmp-server`.
    let word = reader.word(at).and_then(|word| word.rsplit('#').next()).unwrap_or_default();
    let next = || reader.word(at + 1).unwrap_or_default();
    is_any_of(word, &["snmp-agent", "snmp-server"]) && is_any_of(next(), &["community", "host", "user"])
        || is_any_of(word, &["radius-server", "tacacs-server"]) && is_any_of(next(), &["host", "key"])
        || is_any_of(word, &["failover"]) && is_any_of(next(), &["key"])
        || is_password_of_peer(reader, at, word)
}

/// Whether a word of IOS begins other lines as well.
fn is_ambiguous(word: &str) -> bool {
    is_any_of(word, &["authentication", "enable", "key", "line", "security"])
}

/// Whether a line that begins with a word of IOS is a sentence.
fn is_sentence(reader: &LineReader<'_>, first: usize) -> bool {
    const WORDS: [&str; 15] = [
        "and", "are", "been", "by", "done", "for", "from", "has", "is", "not", "of", "on", "the", "was",
        "with",
    ];
    (first..first + 16).any(|at| reader.word(at).is_some_and(|word| WORDS.contains(&word)))
}

/// The last piece of a line before a comment.
fn code_end(reader: &LineReader<'_>) -> Option<usize> {
    let comment = |word: &str| word.starts_with("##") || word.starts_with("/*");
    let end = (0..reader.tokens.len()).find(|at| reader.word(*at).is_some_and(comment));
    end.unwrap_or(reader.tokens.len()).checked_sub(1)
}

/// Hides the last value of a line that Junos marks as secret.
fn secret_data(reader: &mut LineReader<'_>) {
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
    if token.kind == LexemeKind::Quoted {
        reader.cover.add(token.start..token.end);
        return;
    }
    let mut start = last;
    while start > 0 && reader.tokens[start].glued {
        start -= 1;
    }
    reader.cover.add(reader.tokens[start].start..token.outer_end());
}
