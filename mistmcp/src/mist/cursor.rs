//! Opaque pagination cursor ([`Cursor`]).

use percent_encoding::percent_decode_str;

use crate::Mismatch;

/// The argument that takes an earlier answer's `next`, for tools without a parameter for it.
pub(crate) const CURSOR: &str = "cursor";

/// Pagination cursor: a part of the query of Mist's link to the next page, still percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor(String);

impl Cursor {
    /// Parses query pairs such as `token=a%2Fb`. Characters that could end the query are rejected.
    pub(crate) fn read(text: &str) -> Result<Self, Mismatch> {
        const LONGEST: usize = 8_000;
        let allowed = |byte: u8| byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte);
        let pairs =
            || text.split('&').all(|pair| pair.split_once('=').is_some_and(|(name, _)| !name.is_empty()));
        if text.len() <= LONGEST && text.bytes().all(allowed) && pairs() {
            Ok(Self(text.to_owned()))
        } else {
            Err(Mismatch::wanted("the text that an earlier answer's `next` gave, unchanged"))
        }
    }

    /// The decoded names of its pairs.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let names = self.0.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name);
        names.map(|name| percent_decode_str(name).decode_utf8_lossy().into_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_that_is_not_a_part_of_a_query_is_refused() {
        for text in ["token=a%2Fb%3D", "a=1&b=2", "search_after=[1,'a']", "page=2", "token="] {
            assert_eq!(Cursor::read(text).map(|cursor| cursor.0).as_deref(), Ok(text));
        }
        for text in ["", "token", "=a", "a=1&&b=2", "a=b#c", "a=b c", "a=\u{e4}", "a=b\r\nHost: x", "a=1&b"] {
            assert!(Cursor::read(text).is_err(), "{text}");
        }
        assert!(Cursor::read(&format!("a={}", "x".repeat(9_000))).is_err());
        assert_eq!(Cursor::read("a=1&%62=2").unwrap().names().collect::<Vec<_>>(), ["a", "b"]);
    }
}
