//! Other spellings of a character: by its number, as in URLs, HTML and JSON ([`escaped_letter`]), and the wide forms of
//! ASCII ([`narrow`]).

/// The character that begins a text by its number, and the length of that in bytes: `%41`, `&#65;`, `&#x41;`, both also without
/// their semicolon, `\u0041`, `\u{41}` or `\x41`.
pub(crate) fn escaped_letter(text: &str) -> Option<(char, usize)> {
    match text.as_bytes().first()? {
        // Bytes of URLs beyond ASCII are parts of characters.
        b'%' => by_number(text, "%", 16, Some(2), "").filter(|(letter, _)| letter.is_ascii()),
        b'&' => {
            entity(text, "&#x", 16).or_else(|| entity(text, "&#X", 16)).or_else(|| entity(text, "&#", 10))
        }
        b'\\' => by_number(text, "\\u{", 16, None, "}")
            .or_else(|| by_number(text, "\\u", 16, Some(4), ""))
            .or_else(|| by_number(text, "\\x", 16, Some(2), "")),
        _ => None,
    }
}

/// An entity of HTML ends with its semicolon, or else before what is no digit.
fn entity(text: &str, before: &str, radix: u32) -> Option<(char, usize)> {
    let rest = text.strip_prefix(before)?;
    let digits = rest.bytes().take(9).take_while(|byte| char::from(*byte).is_digit(radix)).count();
    let after = if rest[digits..].starts_with(';') { ";" } else { "" };
    by_number(text, before, radix, Some(digits).filter(|digits| *digits < 9), after)
}

/// A number of no fixed length has 8 digits at most.
fn by_number(
    text: &str,
    before: &str,
    radix: u32,
    digits: Option<usize>,
    after: &str,
) -> Option<(char, usize)> {
    let rest = text.strip_prefix(before)?;
    let are_digits = |digits: &&str| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    let number = match digits {
        Some(length) => rest.get(..length),
        None => {
            rest.bytes().take(9).position(|byte| after.as_bytes() == [byte]).and_then(|end| rest.get(..end))
        }
    };
    let number = number.filter(are_digits)?;
    let letter = char::from_u32(u32::from_str_radix(number, radix).ok()?)?;
    Some((letter, before.len() + number.len() + after.len()))
}

/// The character of ASCII for its wide form. The wide forms have the order of ASCII.
pub(crate) fn narrow(letter: char) -> Option<char> {
    let is_wide = matches!(letter, '\u{ff01}'..='\u{ff5e}');
    is_wide.then(|| char::from_u32(u32::from(letter) - 0xfee0)).flatten()
}
