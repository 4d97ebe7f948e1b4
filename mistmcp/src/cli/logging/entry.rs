//! Log formatter: each entry is one line of bounded length.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use serde_json::Value;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::debug_fn;

use crate::known_tokens;
use crate::reply::redact_text;
use crate::text::one_line;
use crate::text::shortened;

/// Maximum length of a value in bytes.
const LONGEST_VALUE: usize = 500;
/// Maximum length of an entry, beyond which its values are cut.
const LONGEST_ENTRY: usize = 4_000;

/// The fields of an entry for people: `message name=value`, each value cut and escaped.
pub(super) fn fields() -> impl for<'writer> FormatFields<'writer> + Send + Sync + 'static {
    let field = debug_fn(|writer, field, value| {
        let mut bounded = Bounded::default();
        // It fails when the buffer is full.
        let _ = write!(bounded, "{value:?}");
        let text = bounded.text();
        match field.name() {
            "message" => writer.write_str(&text),
            name => write!(writer, "{name}={text}"),
        }
    });
    field.delimited(" ")
}

/// A text without known tokens, and without a JSON web token, which may be the access token of a client.
fn without_tokens(text: String) -> String {
    let text = known_tokens::mask(text);
    if !text.contains("eyJ") {
        return text;
    }
    redact_text("", &text).unwrap_or(text)
}

/// Writer of bounded length.
#[derive(Default)]
struct Bounded(String);

impl Bounded {
    fn text(&self) -> String {
        shortened(&one_line(&without_tokens(self.0.clone())), LONGEST_VALUE)
    }
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // A token that is cut off there is still recognized.
        let room = (LONGEST_VALUE + 256).saturating_sub(self.0.len());
        self.0.push_str(&text[..text.ceil_char_boundary(room)]);
        if text.len() > room { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Writer of JSON entries, each in one piece.
pub(super) struct JsonEntries<W>(pub(super) W);

impl<W: Write> Write for JsonEntries<W> {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = without_tokens(String::from_utf8_lossy(entry).into_owned());
        let text = text.trim_end_matches('\n');
        let cut = (text.len() > LONGEST_ENTRY).then(|| cut(text));
        // Characters that JSON does not escape occur only in texts.
        let line = one_line(cut.as_deref().unwrap_or(text)).into_owned() + "\n";
        self.0.write_all(line.as_bytes())?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The entry with its long texts cut.
fn cut(entry: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(entry) else {
        return shortened(entry, LONGEST_ENTRY);
    };
    for value in fields.values_mut() {
        if let Value::String(text) = value {
            *text = shortened(&one_line(text), LONGEST_VALUE);
        }
    }
    Value::Object(fields).to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    /// The log entry with `value` in each kind of field, as text and as JSON.
    fn entries(value: &str) -> [String; 2] {
        let written = [Written::default(), Written::default()];
        let [text, json] = written.clone();
        let lines = tracing_subscriber::fmt().with_ansi(false).without_time().with_target(false);
        let lines = lines.with_writer(text).fmt_fields(fields()).finish();
        let objects = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_writer(move || JsonEntries(json.clone()));
        let log = || tracing::warn!(shown = %value, quoted = value, "it is {value}");
        tracing::subscriber::with_default(lines, log);
        tracing::subscriber::with_default(objects.finish(), log);
        written.map(|written| String::from_utf8(written.0.lock().unwrap().clone()).unwrap())
    }

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn an_entry_is_one_line_without_anything_to_obey() {
        for value in [
            "x\n2026-11-28T10:00:00Z  INFO call tool=forged",
            "x\r\nINFO",
            "\u{1b}[31mred\u{7}\u{9b}1m\u{7f}",
            "a\u{202e}b\u{2028}c\u{85}d\u{200b}\u{e0041}",
        ] {
            for entry in entries(value) {
                let line = entry.strip_suffix('\n').unwrap();
                assert_eq!(one_line(line), line, "{entry:?}");
            }
            serde_json::from_str::<Value>(&entries(value)[1]).unwrap();
        }
    }

    #[test]
    fn an_entry_has_a_sane_length_and_stays_json() {
        for value in ["x".repeat(1 << 20), "\u{1b}\"".repeat(1 << 19), "\u{202e}".repeat(1 << 18)] {
            let [text, json] = entries(&value);
            assert!(text.len() < LONGEST_ENTRY && text.contains("quoted="), "{} bytes", text.len());
            assert!(json.len() < LONGEST_ENTRY, "{} bytes", json.len());
            let json: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(json["level"], json!("WARN"));
        }
    }

    #[test]
    fn an_entry_reads_as_ever() {
        let [text, _] = entries("y");
        assert_eq!(text, " WARN it is y shown=y quoted=\"y\"\n");
    }
}
