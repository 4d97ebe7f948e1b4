//! The bytes of a message: their encoding, and escapes that no text can hold.

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text without a byte order mark.
///
/// # Errors
/// It is UTF-16 or UTF-32.
pub(super) fn decode(bytes: &[u8]) -> Result<&[u8], &'static str> {
    // JSON begins with two characters of ASCII; in the wider encodings one of the first bytes is zero.
    let wide = bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || bytes.iter().take(2).any(|byte| *byte == 0);
    if wide {
        return Err("This is not UTF-8, but UTF-16 or another encoding. Send UTF-8.");
    }
    Ok(bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes))
}

/// The JSON text with U+FFFD in place of each escape that is half of a surrogate pair; nothing where there is none.
pub(super) fn without_lone_surrogates(text: &[u8]) -> Option<Vec<u8>> {
    let mut mended = text.to_vec();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text[at..]) {
        at += found;
        at += match escape(&text[at..]) {
            Some(0xd800..=0xdbff) if matches!(escape(&text[at + 6..]), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                mended[at + 2..at + 6].copy_from_slice(b"fffd");
                6
            }
            _ => 2,
        };
        at = at.min(text.len());
    }
    (mended != text).then_some(mended)
}

/// The code unit of the escape `\uXXXX` that a text begins with.
fn escape(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}
