//! HTML escaping: [`Escaped`] and [`Prose`].

use std::fmt::{self, Display, Write};

/// Text that is escaped for element content or a quoted attribute value.
pub(super) struct Escaped<'a>(pub(super) &'a str);

/// A description in which text between back quotes becomes `<code>`.
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
                // An unclosed back quote is literal.
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
    fn all_markup_characters_are_escaped() {
        let text = "</script><img src=x onerror='a()'> & \"b\"";
        let escaped = Escaped(text).to_string();
        assert_eq!(escaped, "&lt;/script&gt;&lt;img src=x onerror=&#39;a()&#39;&gt; &amp; &quot;b&quot;");
        let prose = Prose(&format!("{text} `{text}` {text}")).to_string();
        assert_eq!(prose, format!("{escaped} <code>{escaped}</code> {escaped}"));
    }

    #[test]
    fn text_between_two_back_quotes_is_code() {
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
