//! Escaping of invisible and control characters: `<U+202E>` replaces the character.
//!
//! Names of networks, events and errors come from untrusted sources. A model must not read text
//! that a person does not see, a terminal must not obey a name, and a log entry must stay on one
//! line.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::{Map, Value};

/// Escapes `text` for a model: all control and invisible characters but line breaks and tabs.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, _| matches!(letter, '\n' | '\r' | '\t'))
}

/// Escapes `text` for a terminal: also carriage returns, which would overwrite the line.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |letter, after| match letter {
        '\n' | '\t' => true,
        '\r' => after == Some('\n'),
        _ => false,
    })
}

/// Escapes styled `text` for a terminal: of escape sequences, only colors and weight stay.
pub(crate) fn printable_with_styles(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut out = printable(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let end = part.strip_prefix('[').and_then(|codes| {
            let end = codes.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
            codes[end..].starts_with('m').then_some(end + 2)
        });
        out.push_str(if end.is_some() { "\u{1b}" } else { "<U+001B>" });
        let (style, rest) = part.split_at(end.unwrap_or(0));
        out.push_str(style);
        out.push_str(&printable(rest));
    }
    out
}

/// Escapes `text` as one line.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_, _| false)
}

/// Escapes a text in place, for a model.
pub(crate) fn show(text: &mut String) {
    if let Cow::Owned(shown) = visible(text) {
        *text = shown;
    }
}

/// Escapes the names of an object's fields, for a model.
pub(crate) fn show_names(object: &mut Map<String, Value>) {
    if object.keys().any(|name| matches!(visible(name), Cow::Owned(_))) {
        let fields = std::mem::take(object).into_iter();
        object.extend(fields.map(|(name, value)| (visible(&name).into_owned(), value)));
    }
}

/// Reverses the escaping, so that a name or a cursor can be sent back as it was shown.
pub(crate) fn restored(text: &str) -> Cow<'_, str> {
    const OPEN: &str = "<U+";
    let mut parts = text.split(OPEN);
    let first = parts.next().unwrap_or_default();
    if first.len() == text.len() {
        return Cow::Borrowed(text);
    }
    let mut out = first.to_owned();
    for part in parts {
        let escape = part.split_once('>').filter(|(digits, _)| (4..=6).contains(&digits.len()));
        let letter = escape.and_then(|(digits, _)| u32::from_str_radix(digits, 16).ok());
        match (letter.and_then(char::from_u32).filter(|letter| is_unseen(*letter)), escape) {
            (Some(letter), Some((_, rest))) => {
                out.push(letter);
                out.push_str(rest);
            }
            _ => {
                out.push_str(OPEN);
                out.push_str(part);
            }
        }
    }
    Cow::Owned(out)
}

/// The emoji that starts a subdivision flag, followed by tag characters.
const BLACK_FLAG: char = '\u{1f3f4}';
/// England, Scotland and Wales, which are all that Unicode recommends. Other tag characters are
/// hidden text.
const TAGS_OF_FLAGS: [&str; 3] = [
    "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// Escapes invisible characters, unless `keeps` accepts one with its successor, or the text around
/// it needs it.
fn escaped(text: &str, keeps: impl Fn(char, Option<char>) -> bool) -> Cow<'_, str> {
    // Branchless, so that the compiler vectorizes it.
    if text.bytes().fold(true, |plain, byte| plain & (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut copied, mut before, mut end_of_flag) = (String::new(), 0, None, 0);
    for (place, letter) in text.char_indices() {
        let end = place + letter.len_utf8();
        if letter == BLACK_FLAG {
            let tags = TAGS_OF_FLAGS.iter().find(|tags| text[end..].starts_with(**tags));
            end_of_flag = end + tags.map_or(0, |tags| tags.len());
        }
        if place < end_of_flag {
            before = Some(letter);
            continue;
        }
        let after = || text[end..].chars().next();
        if is_unseen(letter) && !keeps(letter, after()) && !is_needed(before, letter, after()) {
            out.push_str(&text[copied..place]);
            // Writing to a String cannot fail.
            let _ = write!(out, "<U+{:04X}>", u32::from(letter));
            copied = end;
            before = None;
        } else {
            before = Some(letter);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Whether a character is invisible: control and format characters, Unicode's
/// `Default_Ignorable_Code_Point`, separators of lines and paragraphs, and the empty braille pattern.
pub(crate) fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether an invisible character belongs to the spelling of the text around it.
fn is_needed(before: Option<char>, letter: char, after: Option<char>) -> bool {
    let (Some(before), after) = (before, after.unwrap_or(' ')) else { return false };
    match letter {
        '\u{200d}' if is_emoji(after) => is_emoji(before) || before == '\u{fe0f}',
        '\u{200d}' if is_virama(before) => true,
        '\u{200c}' | '\u{200d}' => is_joined(before) && is_joined(after),
        '\u{fe0e}' | '\u{fe0f}' if after == '\u{20e3}' => {
            before.is_ascii_digit() || matches!(before, '#' | '*')
        }
        '\u{fe0e}' | '\u{fe0f}' => is_emoji(before),
        '\u{2800}' => [before, after].iter().any(|near| matches!(near, '\u{2801}'..='\u{28ff}')),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is_ideograph(before),
        _ => false,
    }
}

fn is_emoji(letter: char) -> bool {
    matches!(letter,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | 'Ⓜ' | '〰' | '〽' | '㊗' | '㊙'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2934}' | '\u{2935}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether a letter is of a script with joiners: Arabic to Myanmar, Khmer, Mongolian and similar.
fn is_joined(letter: char) -> bool {
    !is_unseen(letter)
        && matches!(letter,
            '\u{620}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{1a20}'..='\u{1cff}'
            | '\u{a800}'..='\u{abff}' | '\u{10a00}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}')
}

/// Virama of an Indic script, after which a joiner selects a letter form.
fn is_virama(letter: char) -> bool {
    matches!(
        letter,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
    )
}

fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn invisible_characters_are_escaped() {
        for (text, shown) in [
            ("a\u{202e}b", "a<U+202E>b"),
            ("\u{200b}", "<U+200B>"),
            ("pass\u{ad}word", "pass<U+00AD>word"),
            ("hi\u{e0041}\u{e007f}", "hi<U+E0041><U+E007F>"),
            ("\u{1b}[2J\u{7}\u{9b}1m\u{7f}", "<U+001B>[2J<U+0007><U+009B>1m<U+007F>"),
            ("a\u{2028}b\u{2029}c\u{85}d", "a<U+2028>b<U+2029>c<U+0085>d"),
            ("\u{feff}x\u{2066}y\u{3164}", "<U+FEFF>x<U+2066>y<U+3164>"),
            ("a\u{2800}b\u{2800}", "a<U+2800>b<U+2800>"),
            ("\u{2813}\u{2800}\u{2811}", "\u{2813}\u{2800}\u{2811}"),
            // One selector after an emoji is valid; several are hidden text.
            ("❤\u{fe0f}\u{fe0f}\u{e0101}", "❤\u{fe0f}<U+FE0F><U+E0101>"),
            ("🏴\u{e0068}\u{e0069}\u{e007f}", "🏴<U+E0068><U+E0069><U+E007F>"),
            ("a\u{fe0f}b\u{200d}c\u{200c}d", "a<U+FE0F>b<U+200D>c<U+200C>d"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(printable(text), shown);
            assert_eq!(one_line(text), shown);
        }
    }

    #[test]
    fn joiners_and_selectors_of_real_text_stay() {
        for text in [
            "Größe 12 µm — naïve, 日本語, Ελλάδα, שלום, مرحبا",
            "👩🏽\u{200d}💻 👨\u{200d}👩\u{200d}👧 🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f} 1\u{fe0f}\u{20e3} ⚠\u{fe0f}",
            "می\u{200c}خواهم",
            "क्\u{200d}ष ന്\u{200d} ශ්\u{200d}රී",
            "क्\u{200c}ष",
            "葛\u{e0100}城",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 🏴\u{200d}☠\u{fe0f}",
            "a\tb\nc",
            "non\u{a0}breaking",
        ] {
            assert!(matches!(visible(text), Cow::Borrowed(_)), "{:?}", visible(text));
            assert!(matches!(printable(text), Cow::Borrowed(_)), "{:?}", printable(text));
        }
    }

    #[test]
    fn line_breaks_stay_where_they_are_harmless() {
        assert_eq!(visible("a\r\nb\rc"), "a\r\nb\rc");
        assert_eq!(printable("a\r\nb\rc"), "a\r\nb<U+000D>c");
        assert_eq!(one_line("a\r\nb\tc"), "a<U+000D><U+000A>b<U+0009>c");
    }

    #[test]
    fn only_style_escape_sequences_stay() {
        let styled = "\u{1b}[1mname\u{1b}[0m \u{1b}[38;5;1mred\u{1b}[m";
        assert_eq!(printable_with_styles(styled), styled);
        for (text, shown) in [
            ("\u{1b}[2Jx", "<U+001B>[2Jx"),
            ("\u{1b}]0;title\u{7}", "<U+001B>]0;title<U+0007>"),
            ("\u{1b}", "<U+001B>"),
            ("\u{1b}\u{1b}[0m", "<U+001B>\u{1b}[0m"),
            ("\u{1b}[1\u{202e}m", "<U+001B>[1<U+202E>m"),
        ] {
            assert_eq!(printable_with_styles(text), shown);
        }
    }

    #[test]
    fn a_field_name_is_escaped_in_place() {
        let mut object = Map::new();
        object.insert("a".into(), 1.into());
        object.insert("b\u{200b}".into(), 2.into());
        object.insert("c".into(), 3.into());
        show_names(&mut object);
        assert_eq!(object.keys().collect::<Vec<_>>(), ["a", "b<U+200B>", "c"]);
    }

    #[test]
    fn only_escaped_characters_are_restored() {
        for text in
            ["<U+0041>", "<U+>", "<U+200B", "a<U+ZZZZ>", "<U+D800>", "<U+110000>", "<u+200b>", "<U+0000200B>"]
        {
            assert_eq!(restored(text), text);
        }
        assert_eq!(restored("a<U+200B><U+E0041>b"), "a\u{200b}\u{e0041}b");
    }

    proptest! {
        #[test]
        fn escaped_text_has_no_needless_invisible_characters_and_is_restored(text: String) {
            let shown = one_line(&text);
            prop_assert!(matches!(one_line(&shown), Cow::Borrowed(_)));
            if !text.contains("<U+") {
                prop_assert_eq!(restored(&shown), text.as_str());
            }
        }
    }
}
