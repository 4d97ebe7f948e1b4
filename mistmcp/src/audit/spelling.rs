//! Other spellings of a text, in which a token would not be recognized: [`plain`].

use crate::text::{escaped_letter, is_unseen, narrow};

/// How often a spelling may be inside another one.
const MOST_ROUNDS: usize = 3;

/// A text without white space and invisible characters, and with its escapes read: those of URLs, of HTML and of JSON by
/// number, and the wide forms of ASCII.
pub(super) fn plain(text: &str) -> String {
    let mut read = read_once(text);
    for _ in 1..MOST_ROUNDS {
        let again = read_once(&read);
        if again == read {
            break;
        }
        read = again;
    }
    read
}

fn read_once(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (letter, length) = escaped_letter(rest).unwrap_or((first, first.len_utf8()));
        let letter = narrow(letter).unwrap_or(letter);
        if !letter.is_whitespace() && !is_unseen(letter) {
            read.push(letter);
        }
        rest = &rest[length..];
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_out_of_its_spellings() {
        let by = |of: fn(char) -> String| "Zk3-v9".chars().map(of).collect::<String>();
        for text in [
            "Zk3 -v9".to_owned(),
            "Zk\u{200b}3\n-\u{2060}v9".to_owned(),
            by(|letter| format!("%{:02X}", u32::from(letter))),
            by(|letter| format!("&#{};", u32::from(letter))),
            by(|letter| format!("&#x{:x};", u32::from(letter))),
            by(|letter| format!("&#{}", u32::from(letter))),
            by(|letter| format!("&#x{:04X}", u32::from(letter))),
            by(|letter| format!("\\u{:04x}", u32::from(letter))),
            by(|letter| format!("\\u{{{:x}}}", u32::from(letter))),
            by(|letter| format!("\\x{:02x}", u32::from(letter))),
            by(|letter| char::from_u32(u32::from(letter) + 0xfee0).unwrap().to_string()),
            by(|letter| format!("%26%23{};", u32::from(letter))),
        ] {
            assert_eq!(plain(&text), "Zk3-v9", "{text}");
        }
        for text in ["100%", "a&b", "&#;", "&#xzz;", "\\u00", "\\", "%é9", "&#99999999;", "%c3%a9"] {
            assert_eq!(plain(text), text);
        }
    }
}
