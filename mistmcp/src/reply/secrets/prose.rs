//! Secrets in sentences: `password changed from "a" to "b"`, `--token x`.

use super::commands::Command;
use super::lexer::LexemeKind;
use super::line_reader::LineReader;
use super::names::{Sense, is_one_of, sense};
use super::remarks::{has_digits_and_letters, is_message, is_remark, looks_random};
use super::words::{CONNECTORS, VERBS};

/// Hides the secrets in a line.
pub(super) fn line(reader: &mut LineReader<'_>) {
    let mut command = Command::default();
    for at in 0..reader.tokens.len() {
        let Some(word) = reader.word(at) else {
            if reader.tokens[at].kind == LexemeKind::Quoted {
                command.argument(reader, at);
            }
            continue;
        };
        let option = command.word(reader, at, word);
        if option || reader.tokens.get(at + 1).is_none_or(|next| next.is(b':') || next.is(b'=')) {
            continue;
        }
        if is_pair(reader, at) {
            reader.hide(at + 3, false);
        }
        if word.eq_ignore_ascii_case("bearer") {
            random(reader, at + 1, 12);
        }
        let secret = match sense(word) {
            _ if is_file(word) => false,
            Sense::Secret
                if !reader.tokens[at + 1].is(b'(')
                    || is_before_in_brackets(reader, at)
                    || reader.behind_unset(at + 1) > at + 1 =>
            {
                true
            }
            Sense::Credential => true,
            Sense::Key => at > 0 && qualified(reader, at),
            Sense::Secret if reader.tokens.get(at + 1).is_some_and(|next| next.is(b'(') && next.glued) => {
                // A function that takes it: `setPassword("x")`.
                if reader.tokens.get(at + 2).is_some_and(|next| next.kind == LexemeKind::Quoted)
                    && reader.tokens.get(at + 3).is_some_and(|next| next.is(b')'))
                {
                    reader.hide(at + 2, false);
                }
                false
            }
            Sense::Community => {
                at > 0 && qualified(reader, at)
                    || is_changed_field(reader, at)
                    || reader.word(at + 1).is_some_and(|next| is_one_of(next, &["string"]))
            }
            _ => false,
        };
        if !secret {
            continue;
        }
        if word.starts_with("--") || word.starts_with('-') {
            match reader.word(at + 1) {
                Some(next) if next.starts_with('-') => {}
                _ => {
                    reader.hide(at + 1, false);
                }
            }
        } else if !is_object(reader, at) {
            sentence(reader, at);
        }
    }
}

/// Whether a pair without signs begins here: `key 'psk' value 'x'`.
fn is_pair(reader: &LineReader<'_>, at: usize) -> bool {
    let is = |at: usize, senses: &[Sense]| reader.name(at).is_some_and(|name| senses.contains(&sense(name)));
    reader.tokens.get(at + 1).is_some_and(|named| named.kind == LexemeKind::Quoted)
        && is(at + 1, &[Sense::Secret])
        && is(at, &[Sense::Key, Sense::PairName])
        && is(at + 2, &[Sense::PairValue])
        && reader.tokens.get(at + 3).is_some_and(|value| value.kind == LexemeKind::Quoted)
}

/// Whether a path to a community, or its field, is followed by a change of it: `community_name "a" -> "b"`.
fn is_changed_field(reader: &LineReader<'_>, at: usize) -> bool {
    let field = reader.word(at).is_some_and(|word| word.contains(['_', '.']));
    let value =
        |at: usize| reader.tokens.get(at).filter(|value| value.is_text() && !reader.of(value).contains(':'));
    let arrow = |at: usize| reader.is_arrow(at);
    let from =
        reader.word(at + 1).is_some_and(|word| is_one_of(word, &["changed", "from", "set", "updated"]));
    field && (from || value(at + 1).is_some() && arrow(reader.value(at + 1, false).next))
}

/// Whether the former value follows in brackets: `psk (was "old") is now "new"`.
fn is_before_in_brackets(reader: &LineReader<'_>, at: usize) -> bool {
    reader.word(at + 2).is_some_and(|word| is_one_of(word, &["before", "from", "old", "previously", "was"]))
        && reader.tokens.get(at + 3).is_some_and(|value| value.is_text() && !is_remark(reader.of(value)))
        && reader.tokens.get(at + 4).is_some_and(|next| next.is(b')'))
}

/// Whether a word is the name of a file: `key.pem`.
fn is_file(word: &str) -> bool {
    const ENDINGS: [&str; 6] = [".cer", ".crt", ".key", ".p12", ".pem", ".pub"];
    ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// Whether `key` or `community` is a secret with the word before it: `API key`.
fn qualified(reader: &LineReader<'_>, at: usize) -> bool {
    let words = reader.word(at - 1).map(|_| reader.slice(reader.tokens[at - 1].start..reader.tokens[at].end));
    words.is_some_and(|words| sense(words) == Sense::Secret)
}

/// Whether a word names a kind of object that is created, changed or deleted.
fn is_object(reader: &LineReader<'_>, at: usize) -> bool {
    let words = (1..=3).map_while(|back| Some((back, reader.word(at.checked_sub(back)?)?)));
    // An access token, and no access to one.
    let verb = words
        .into_iter()
        .any(|(back, word)| VERBS.has_number(word) && !(back == 1 && word.eq_ignore_ascii_case("access")));
    let changes = reader.is_arrow(at + 2)
        || reader.behind_unset(at + 1) > at + 1
        || reader.word(at + 1).is_some_and(|word| CONNECTORS.has_number(word));
    (verb || is_object_before(reader, at) || is_renewed(reader, at)) && !changes
}

/// Whether an object is renewed whose name follows its kind, and no new value is told: `Renew PSK "alice"`.
fn is_renewed(reader: &LineReader<'_>, at: usize) -> bool {
    const RENEW: &[&str] = &["renew", "renewed", "renews"];
    let renew = at.checked_sub(1).and_then(|before| reader.word(before));
    let name = || reader.tokens.get(at + 1).is_some_and(|next| next.kind == LexemeKind::Quoted);
    let is_value = |after: usize| {
        reader.word(after).is_none_or(|word| is_one_of(word, &["as", "from", "now", "to", "with"]))
    };
    // The search ends at the next quoted text, so that the searches of a line do not overlap.
    renew.is_some_and(|word| is_one_of(word, RENEW)) && name() && !(at + 2..reader.tokens.len()).any(is_value)
}

/// Whether the name of an object follows its kind, and a verb follows that: `PSK "alice" was
/// deleted`.
fn is_object_before(reader: &LineReader<'_>, at: usize) -> bool {
    const KINDS: &[&str] = &["key", "ppsk", "psk", "token"];
    const OTHERS: &[&str] = &["assigned", "edited", "expired", "modified"];
    let kind = reader.word(at).is_some_and(|word| is_one_of(word, KINDS));
    let name = reader.tokens.get(at + 1).is_some_and(|next| next.kind == LexemeKind::Quoted);
    let aux = (at + 2..at + 5)
        .take_while(|at| {
            let word = reader.word(*at);
            word.is_some_and(|word| is_one_of(word, &["been", "has", "is", "was", "will", "be"]))
        })
        .count();
    let verb = reader.word(at + 2 + aux).map(|word| word.trim_end_matches(['.', '!']));
    kind && name && verb.is_some_and(|word| VERBS.has_number(word) || is_one_of(word, OTHERS))
}

/// Redacts the value after the word for a secret.
fn sentence(reader: &mut LineReader<'_>, at: usize) {
    // `vars[RADIUS_KEY] "a" -> "b"`
    let index = reader.tokens.get(at + 1).is_some_and(|next| next.is(b']'))
        && at > 1
        && reader.tokens[at - 1].is(b'[')
        && reader.tokens[at - 1].glued;
    let unset = reader.behind_unset(at + 1);
    if unset > at + 1 {
        reader.hide(unset, false);
        return;
    }
    let mut next = at + 1 + usize::from(index || reader.tokens.get(at + 1).is_some_and(|next| next.is(b'(')));
    while next < at + 6
        && reader
            .word(next)
            .is_some_and(|word| CONNECTORS.has_number(word) || is_one_of(word, &["before", "previously"]))
    {
        next += 1;
    }
    if next == at + 1 && reader.word(next).is_some_and(|word| is_one_of(word, &["for", "of", "on"])) {
        described(reader, next);
        changed(reader, next);
        return;
    }
    let Some(token) = reader.tokens.get(next) else { return };
    if token.kind == LexemeKind::Word && is_before_in_brackets(reader, at) {
        let (next, _) = reader.hide(next, false);
        let now = (next + 1..next + 5)
            .take_while(|at| reader.word(*at).is_some_and(|word| CONNECTORS.has_number(word)));
        let words = now.count();
        if words > 0 {
            reader.hide(next + 1 + words, false);
        }
        return;
    }
    let changed = reader.word(next - 1).is_some_and(|word| is_one_of(word, &["from"]))
        && reader
            .tokens
            .get(next + 1)
            .is_some_and(|_| reader.word(next + 1).is_some_and(|word| is_one_of(word, &["to"])));
    let changed = changed || reader.is_arrow(next + 1) || reader.behind_change(next + 1).is_some();
    match token.kind {
        LexemeKind::Quoted if !is_message(reader.of(token)) => {
            // A name in quotes that has a value itself is no secret.
            if reader.tokens.get(next + 1).is_some_and(|after| after.is(b':') || after.is(b'=')) {
                return;
            }
            let (next, _) = reader.hide(next, false);
            reader.changed_to(next, false);
        }
        LexemeKind::Word if changed => {
            let (next, hidden) = reader.hide(next, false);
            if hidden {
                reader.changed_to(next, false);
            }
        }
        LexemeKind::Word
            if next > at + 1 && reader.word(next - 1).is_some_and(|word| is_one_of(word, &["is", "to"])) =>
        {
            let value = reader.value(next, false);
            if has_digits_and_letters(value.beginning) || is_set_to(reader, at, next) {
                reader.cover.add(value.range);
            }
        }
        LexemeKind::Word if is_told(reader, at, next) => _ = reader.hide(next, false),
        LexemeKind::Word => random(reader, next, 8),
        _ => {}
    }
}

/// Whether a word is a key or a community by what is said about it behind it: `WPA key x1y2z3 rejected by …`.
fn is_told(reader: &LineReader<'_>, at: usize, value: usize) -> bool {
    const TOLD: &[&str] = &["accepted", "refused", "rejected", "used"];
    let told = reader.word(value + 1).is_some_and(|word| is_one_of(word, TOLD));
    let word = reader.word(value).unwrap_or_default();
    let community = reader.word(value - 1).is_some_and(|word| word.eq_ignore_ascii_case("string"));
    let key = value == at + 1 && reader.word(at).is_some_and(|word| word.eq_ignore_ascii_case("key"));
    told && (community && !is_remark(word) || key && has_digits_and_letters(word))
}

/// Whether a word is what a secret is set to, and not the rest of a sentence: `set the psk to moonlight for WLAN x`.
fn is_set_to(reader: &LineReader<'_>, at: usize, value: usize) -> bool {
    const SET: &[&str] = &["changed", "reset", "set", "updated"];
    const OTHERS: &[&str] = &["a", "an", "be", "comply", "expire", "match", "never", "one", "rotate"];
    let to = reader.word(value - 1).is_some_and(|word| word.eq_ignore_ascii_case("to"));
    let before = [at.checked_sub(1), at.checked_sub(2), value.checked_sub(2)];
    let set = before.into_iter().flatten().any(|at| reader.word(at).is_some_and(|word| is_one_of(word, SET)));
    let word = reader.word(value).unwrap_or_default();
    let ends = reader
        .tokens
        .get(value + 1)
        .is_none_or(|next| !next.is_text() || is_one_of(reader.of(next), &["at", "by", "for", "in", "on"]));
    to && set && ends && !is_remark(word) && !is_one_of(word, OTHERS)
}

/// Hides both values of a change such as `psk of WLAN "x" changed from "a" to "b"`.
fn changed(reader: &mut LineReader<'_>, from: usize) {
    for at in from..reader.tokens.len().min(from + 10) {
        let token = reader.tokens[at];
        let named = reader.tokens.get(at + 1).is_some_and(|next| next.is(b':') || next.is(b'='));
        if token.is(b',')
            || token.is(b';')
            || named && !reader.word(at).is_some_and(|word| CONNECTORS.has_number(word))
        {
            return;
        }
        let after = reader.tokens.get(at + 1);
        let to = reader.word(at + 1).is_some_and(|word| is_one_of(word, &["to"]));
        let arrow = after.is_some_and(|after| after.kind == LexemeKind::Arrow);
        let begins = at > from && reader.word(at - 1).is_some_and(|word| is_one_of(word, &["from"]));
        // `password of user bob to "x"`, `password of user bob set to x`
        let set = at > from
            && !named
            && reader.word(at - 1).is_some_and(|word| word.eq_ignore_ascii_case("to"))
            && (token.kind == LexemeKind::Quoted
                || is_set_to(reader, at, at)
                || is_set_to(reader, from - 1, at));
        if token.is_text() && (arrow || set || to && begins) {
            let (next, hidden) = reader.hide(at, false);
            if hidden {
                reader.changed_to(next, false);
            }
            return;
        }
    }
}

/// Hides the value at the end of a line such as `password for user bob: x`.
fn described(reader: &mut LineReader<'_>, from: usize) {
    let colon = (from..reader.tokens.len().min(from + 8)).find(|at| reader.tokens[*at].is(b':'));
    let Some(value) = colon.map(|colon| colon + 1) else { return };
    if !reader.tokens.get(value).is_some_and(super::lexer::Lexeme::is_text) {
        return;
    }
    if reader.value(value, false).next == reader.tokens.len() && !reader.tokens[value].glued {
        reader.hide(value, false);
    }
}

/// Hides a word that looks generated.
fn random(reader: &mut LineReader<'_>, at: usize, shortest: usize) {
    if reader.word(at).is_none() {
        return;
    }
    let value = reader.value(at, false);
    let word = value.beginning;
    let name = reader.tokens.get(at + 1).is_some_and(|next| next.glued && (next.is(b':') || next.is(b'=')));
    if word.len() >= shortest && looks_random(word) && !name {
        reader.cover.add(value.range);
    }
}
