//! Text that lands in HTML: no character of it is markup.

use std::fmt::{self, Display, Write};

/// Text, for the content of an element or a value in quotes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

/// A description, in which what stands between back quotes is code.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

impl Display for Prose<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.0.split('`').peekable();
        let mut is_code = false;
        while let Some(part) = parts.next() {
            match (is_code, parts.peek()) {
                (true, Some(_)) => write!(formatter, "<code>{}</code>", Escaped(part))?,
                // One that nothing closes is itself.
                (true, None) => write!(formatter, "`{}", Escaped(part))?,
                (false, _) => write!(formatter, "{}", Escaped(part))?,
            }
            is_code = !is_code;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_a_text_is_markup() {
        let text = "</script><img src=x onerror='a()'> & \"b\"";
        let escaped = Escaped(text).to_string();
        assert_eq!(escaped, "&lt;/script&gt;&lt;img src=x onerror=&#39;a()&#39;&gt; &amp; &quot;b&quot;");
        let prose = Prose(&format!("{text} `{text}` {text}")).to_string();
        assert_eq!(prose, format!("{escaped} <code>{escaped}</code> {escaped}"));
    }

    #[test]
    fn code_is_what_stands_between_two_back_quotes() {
        for (text, wanted) in [
            ("", ""),
            ("`type` in `a`", "<code>type</code> in <code>a</code>"),
            ("one ` alone", "one ` alone"),
            ("`a` and ` alone", "<code>a</code> and ` alone"),
        ] {
            assert_eq!(Prose(text).to_string(), wanted);
        }
    }
}
