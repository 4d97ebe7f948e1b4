//! The encoding of a message, and repair of lone surrogate escapes.

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Strips a byte order mark.
///
/// # Errors
/// The text is UTF-16 or UTF-32.
pub(super) fn decode(bytes: &[u8]) -> Result<&[u8], &'static str> {
    // JSON begins with two ASCII characters. In UTF-16 and UTF-32 one of the first two bytes is zero.
    let wide = bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || bytes.iter().take(2).any(|byte| *byte == 0);
    if wide {
        return Err("This is not UTF-8, but UTF-16 or another encoding. Send UTF-8.");
    }
    Ok(bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes))
}

/// Replaces escapes of lone surrogates by U+FFFD. None if there are none.
pub(super) fn without_lone_surrogates(text: &[u8]) -> Option<Vec<u8>> {
    let mut repaired = text.to_vec();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text[at..]) {
        at += found;
        at += match escape(&text[at..]) {
            Some(0xd800..=0xdbff) if matches!(escape(&text[at + 6..]), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                repaired[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            _ => 2,
        };
        at = at.min(text.len());
    }
    (repaired != text).then_some(repaired)
}

/// The code unit of a `\uXXXX` escape at the start of the text.
fn escape(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}
