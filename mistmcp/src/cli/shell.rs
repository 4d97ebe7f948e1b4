//! Command lines for a user to paste into a shell ([`Shell`]).

use serde_json::Value;

/// The shell that reads a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell {
    Posix,
    /// cmd.exe or PowerShell. A program cannot find out which of them the user has, so a line is written for both.
    /// PowerShell before 7.3 drops double quotes inside words, whatever their form.
    Windows,
}

impl Shell {
    /// The shell of the system that this program is built for.
    pub(super) fn of_this_system() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Posix }
    }

    /// The command line of these words, of which the first is the program.
    pub(super) fn line<T: AsRef<str>>(self, words: &[T]) -> String {
        let words = words.iter().enumerate().map(|(place, word)| self.quoted(word.as_ref(), place == 0));
        words.collect::<Vec<_>>().join(" ")
    }

    /// Whether a text can be a word, or a part of one, and is read as it is. cmd.exe and PowerShell replace variables inside
    /// quotes, and have no escape in common.
    pub(super) fn can_quote(self, text: &str) -> bool {
        self == Self::Posix
            || !text.ends_with('\\') && !text.contains(|letter| letter == '"' || is_replaced(letter))
    }

    /// JSON that is read as it is, whatever is in it.
    pub(super) fn json(self, value: &Value) -> String {
        let text = value.to_string();
        if self == Self::Posix {
            return text;
        }
        let mut json = String::with_capacity(text.len());
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                // Before a quote, a backslash would be read as an escape of the command line.
                '\\' => match letters.next() {
                    Some(escaped @ ('"' | '\\')) => json.push_str(&unicode_escape(escaped)),
                    escaped => json.extend(['\\'].into_iter().chain(escaped)),
                },
                letter if is_replaced(letter) => json.push_str(&unicode_escape(letter)),
                letter => json.push(letter),
            }
        }
        json
    }

    /// A word with quotes around what needs them.
    fn quoted(self, word: &str, is_program: bool) -> String {
        let plain = word.find(|letter| !self.is_plain(letter)).unwrap_or(word.len());
        // PowerShell splits such a flag in two.
        let is_split = self == Self::Windows && word.starts_with('-') && word.contains(['.', ':']);
        if !word.is_empty() && plain == word.len() && !is_split {
            return word.to_owned();
        }
        let start = if self == Self::Windows && is_program {
            // For PowerShell, a line that begins with a quote is a text and no command.
            word[..plain].rfind(['\\', '/', ':']).map_or(plain, |separator| separator + 1)
        } else {
            word[..plain].find('=').map_or(0, |equals| equals + 1)
        };
        let (unquoted, text) = word.split_at(start);
        let quoted = match self {
            Self::Posix => format!("'{}'", text.replace('\'', r"'\''")),
            Self::Windows => in_double_quotes(text),
        };
        unquoted.to_owned() + &quoted
    }

    /// Whether a character has no meaning of its own outside of quotes.
    fn is_plain(self, letter: char) -> bool {
        let others = match self {
            Self::Posix => "-_./:=,@%+",
            // A comma makes a list in PowerShell.
            Self::Windows => "-_./:=+\\",
        };
        letter.is_alphanumeric() || others.contains(letter)
    }
}

/// Whether cmd.exe or PowerShell reads a character as something else inside double quotes: as the beginning of a variable,
/// an escape, or a quote.
fn is_replaced(letter: char) -> bool {
    matches!(letter, '%' | '$' | '`' | '\u{201c}'..='\u{201e}')
}

fn unicode_escape(letter: char) -> String {
    format!("\\u{:04x}", u32::from(letter))
}

/// A text in double quotes, as the C runtime of Windows and this program's own read it: a quote inside is doubled, and so
/// are backslashes before a quote.
fn in_double_quotes(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    let mut backslashes = 0;
    for letter in text.chars() {
        if letter == '"' {
            quoted.push_str(&"\\".repeat(backslashes));
            quoted.push('"');
        }
        backslashes = if letter == '\\' { backslashes + 1 } else { 0 };
        quoted.push(letter);
    }
    quoted.push_str(&"\\".repeat(backslashes));
    quoted.push('"');
    quoted
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// The words that a program on Windows reads from its command line, by the rules of its C runtime. What
    /// cmd.exe and PowerShell read as something else must not be there.
    pub(in crate::cli) fn words_on_windows(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        let (mut word, mut is_quoted, mut backslashes) = (String::new(), false, 0);
        let mut letters = line.chars().peekable();
        assert_ne!(letters.peek(), Some(&'"'), "PowerShell reads a text: {line}");
        while let Some(letter) = letters.next() {
            assert!(!is_replaced(letter), "{letter} is replaced: {line}");
            match letter {
                '\\' => {
                    backslashes += 1;
                    word.push('\\');
                    continue;
                }
                // In the name of the program, backslashes escape nothing.
                '"' if words.is_empty() => is_quoted = !is_quoted,
                '"' => {
                    word.truncate(word.len() - backslashes + backslashes / 2);
                    if backslashes % 2 == 1 || is_quoted && letters.next_if_eq(&'"').is_some() {
                        word.push('"');
                    } else {
                        is_quoted = !is_quoted;
                    }
                }
                ' ' if !is_quoted => words.push(std::mem::take(&mut word)),
                letter => {
                    assert!(is_quoted || Shell::Windows.is_plain(letter), "{letter} has a meaning: {line}");
                    word.push(letter);
                }
            }
            backslashes = 0;
        }
        assert!(!is_quoted, "a quote is open: {line}");
        words.push(word);
        words
    }

    #[test]
    fn both_shells_of_windows_read_the_words_of_a_line() {
        for words in [
            &["mistmcp", "check"][..],
            &[r"C:\Program Files\mistmcp\mistmcp.exe", "check", "--env-file", r"C:\Users\Ada L\mist.env"],
            &["my tool.exe", ""],
            &[r"\\server\share (x)\m.exe", r"C:\a b\", "a,b", "@x", "#x", "~", "-1.5", "-d:x"],
            &["m", "site=Head Office", "name=it's; a & b | c > d ^ e", "--x=y z", "a\"b", r#"a\\"b"#],
        ] {
            assert_eq!(words_on_windows(&Shell::Windows.line(words)), words);
        }
        assert_eq!(
            Shell::Windows.line(&[r"C:\Program Files\m.exe", "check", "site=Head Office"]),
            r#"C:\"Program Files\m.exe" check site="Head Office""#
        );
    }

    #[test]
    fn a_posix_shell_has_single_quotes() {
        let words = ["/opt/my tools/m", "check", "a,b", "site=Head Office", "it's", "$HOME", r"a\b", ""];
        assert_eq!(
            Shell::Posix.line(&words),
            r"'/opt/my tools/m' check a,b site='Head Office' 'it'\''s' '$HOME' 'a\b' ''"
        );
    }

    #[test]
    fn texts_that_the_shells_of_windows_replace_are_found_and_escaped_in_json() {
        let texts =
            ["100%", "$HOME", "a`b", "a \"b\"", "\u{201c}a\u{201d}", r"C:\", r#"\""#, "a\nb", "\u{1f600}"];
        for text in texts {
            let json = Shell::Windows.json(&json!({ "name": text }));
            assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!({ "name": text }));
            assert_eq!(words_on_windows(&Shell::Windows.line(&["m", &json])), ["m", &json]);
            assert!(Shell::Posix.can_quote(text));
        }
        assert!(texts[..7].iter().all(|text| !Shell::Windows.can_quote(text)));
        assert!(Shell::Windows.can_quote(r"it's C:\a b; & | < > ( ) ^"));
    }
}
