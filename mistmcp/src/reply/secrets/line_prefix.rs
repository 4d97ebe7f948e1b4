//! What stands before a command of a device in a log, in a quotation or in a list: a sign, a number, a time and a host.

use super::config_words::IOS;
use super::lexer::LexemeKind;
use super::line_reader::{LineReader, is_number};
use crate::text::is_any_of;

/// Most tokens before a command.
const LONGEST: usize = 20;

/// Most words behind a time: a host, a process and its level.
const SENDERS: usize = 3;

const DAYS_AND_MONTHS: [&str; 19] = [
    "apr", "aug", "dec", "feb", "fri", "jan", "jul", "jun", "mar", "may", "mon", "nov", "oct", "sat", "sep",
    "sun", "thu", "tue", "wed",
];

/// Where a command of IOS begins that does not begin its line.
pub(super) fn behind_prefix(reader: &LineReader<'_>) -> Option<usize> {
    let mut has_time = false;
    let mut senders = 0;
    for at in 0..LONGEST {
        let token = reader.tokens.get(at)?;
        match token.kind {
            // A tag of XML.
            LexemeKind::Sign(b'<')
                if reader
                    .tokens
                    .get(at + 1)
                    .is_some_and(|next| next.glued && !is_number(reader.of(next))) =>
            {
                return None;
            }
            LexemeKind::Sign(b'<' | b'>' | b'(' | b'[' | b'"' | b'\'' | b'`' | b'|') => {}
            LexemeKind::Sign(b':' | b']' | b')') if at > 0 => {}
            LexemeKind::Word => {
                let word = reader.of(token);
                let number = word.bytes().any(|byte| byte.is_ascii_digit())
                    && word.bytes().all(|byte| byte.is_ascii_digit() || b"-/+.,TZ".contains(&byte));
                let day = is_any_of(word, &DAYS_AND_MONTHS);
                let mark = !word.bytes().any(|byte| byte.is_ascii_alphanumeric() || byte >= 0x80);
                if at > 0 && IOS.has(word) {
                    return Some(at);
                }
                has_time |= number && at + 1 < LONGEST;
                if !(number || day || mark) {
                    senders += 1;
                    if !has_time || senders > SENDERS {
                        return None;
                    }
                }
            }
            _ => return None,
        }
    }
    None
}

/// Where a command begins behind a prompt or the number of a line: `> set …`, `12: set …`.
pub(super) fn behind_number(reader: &LineReader<'_>, first: usize) -> usize {
    let sign = |at: usize, sign: u8| reader.tokens.get(at).is_some_and(|token| token.is(sign));
    let number = reader.word(first).is_some_and(is_number) && sign(first + 1, b':');
    first + if number { 2 } else { usize::from(sign(first, b'>')) }
}

/// Where a command of IOS begins that a log repeats: `logged command:username bob password x`.
pub(super) fn logged_command(reader: &LineReader<'_>, at: usize) -> Option<usize> {
    let label = reader
        .word(at)
        .is_some_and(|word| is_any_of(word, &["cmd", "command", "commands", "configured", "executed"]));
    let sign = reader.tokens.get(at + 1).is_some_and(|next| next.is(b':') || next.is(b'=') || next.is(b'['));
    let negated = reader.word(at + 2).is_some_and(|word| is_any_of(word, &["no", "default", "do"]));
    let first = at + 2 + usize::from(negated);
    let password = |word: &str| {
        is_any_of(word, &["password", "secret"]) && reader.word(first + 1).is_some_and(is_number)
    };
    (label && sign && reader.word(first).is_some_and(|word| IOS.has(word) || password(word))).then_some(first)
}

/// Where the command begins behind the prompt of IOS: `sw1(config)# `.
pub(super) fn after_prompt(reader: &LineReader<'_>) -> Option<usize> {
    let bracket = reader.tokens.get(1).is_some_and(|token| token.is(b'(') && token.glued);
    let end = (2..8).find(|at| reader.word(*at).is_some_and(|word| word.starts_with('#')))?;
    let config = reader.word(2).is_some_and(|word| word.starts_with("conf"));
    (bracket && config).then_some(if reader.word(end) == Some("#") { end + 1 } else { end })
}
