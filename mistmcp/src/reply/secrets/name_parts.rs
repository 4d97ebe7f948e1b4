//! Splits a name into its words: `clientSecret2` into `client` and `Secret`.

/// Most words of a name that are read.
const PARTS: usize = 12;

/// The words of a name, without its numbers, and how many they are: `clientSecret2` has `client` and `Secret`.
pub(super) fn parts(name: &str) -> ([&str; PARTS], usize) {
    let mut parts = [""; PARTS];
    let mut count = 0;
    let bytes = name.as_bytes();
    let mut start = 0;
    let mut at = 0;
    while at <= bytes.len() && count < PARTS {
        let ends = at == bytes.len() || !is_letter(bytes[at]) || begins_word(bytes, start, at);
        if ends {
            if at > start
                && let Some(part) = name.get(start..at)
            {
                parts[count] = part;
                count += 1;
            }
            start = if at < bytes.len() && is_letter(bytes[at]) { at } else { at + 1 };
        }
        at += 1;
    }
    (parts, count)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Whether a capital letter begins a new word: in `apiKey`, and in `APIKey`.
fn begins_word(bytes: &[u8], start: usize, at: usize) -> bool {
    let capital = bytes[at].is_ascii_uppercase();
    at > start && capital && (bytes[at - 1].is_ascii_lowercase() || begins_lower(bytes, at + 1))
}

/// Whether lower-case letters follow, other than the plural `s` in `PSKs`.
fn begins_lower(bytes: &[u8], at: usize) -> bool {
    let small = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    small(at) && (bytes[at] != b's' || small(at + 1))
}
