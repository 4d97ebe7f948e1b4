//! Rendering of descriptions: [`Prose`].

use maud::{Markup, Render, html};

/// A description in which text between back quotes becomes `<code>`.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl Render for Prose<'_> {
    fn render(&self) -> Markup {
        let parts: Vec<_> = self.0.split('`').collect();
        html! {
            @for (place, part) in parts.iter().enumerate() {
                @if place % 2 == 0 {
                    (part)
                } @else if place + 1 < parts.len() {
                    code { (part) }
                } @else {
                    // An unclosed back quote is literal.
                    "`" (part)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_markup_characters_are_escaped() {
        let text = "</script><img src=x onerror='a()'> & \"b\"";
        // Attributes are always in double quotes, so that an apostrophe ends none.
        let escaped = html! { (text) }.into_string();
        assert_eq!(escaped, "&lt;/script&gt;&lt;img src=x onerror='a()'&gt; &amp; &quot;b&quot;");
        assert_eq!(html! { i title=(text) {} }.into_string(), format!("<i title=\"{escaped}\"></i>"));
        let prose = Prose(&format!("{text} `{text}` {text}")).render().into_string();
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
            assert_eq!(Prose(text).render().into_string(), wanted);
        }
    }
}
