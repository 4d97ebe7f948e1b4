//! What stands before a command of a device in a log, in a quotation or in a list: a sign, a number, a time and a host.

use super::config_words::IOS;
use super::lexer::Kind;
use super::reader::{Reader, is_number};
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
pub(super) fn behind_prefix(reader: &Reader<'_>) -> Option<usize> {
    let mut has_time = false;
    let mut senders = 0;
    for at in 0..LONGEST {
        let token = reader.tokens.get(at)?;
        match token.kind {
            // A tag of XML.
            Kind::Sign(b'<')
                if reader
                    .tokens
                    .get(at + 1)
                    .is_some_and(|next| next.glued && !is_number(reader.of(next))) =>
            {
                return None;
            }
            Kind::Sign(b'<' | b'>' | b'(' | b'[' | b'"' | b'\'' | b'`' | b'|') => {}
            Kind::Sign(b':' | b']' | b')') if at > 0 => {}
            Kind::Word => {
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
