//! Diff of a settings file, with secrets hidden.

use std::collections::HashSet;
use std::fmt::Write;
use std::time::{Duration, Instant};

use clap::builder::styling::{AnsiColor, Style};
use similar::ChangeTag;
use similar::algorithms::{Capture, Replace, myers};

use crate::text::printable;

/// Number of context lines.
const AROUND: usize = 1;
/// How long the search for the shortest diff may take.
const TIME: Duration = Duration::from_secs(1);
/// Maximum length of a line.
const LONGEST: usize = 160;

/// A unified diff with colours. Quoted texts are masked unless they are names or occur in `own`: they may be secrets of other
/// programs.
pub(super) fn difference(old: &str, new: &str, own: &str) -> String {
    let own: HashSet<_> = quoted(own).map(|part| part.text).collect();
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let [of_old, of_new] = [old, new].map(|text| masked_lines(text, &own));
    let (old, new) = (&lines(old)[..], &lines(new)[..]);
    // One algorithm: `TextDiff` links all of them, which are half a megabyte.
    let mut diff = Replace::new(Capture::new());
    let deadline = Some(Instant::now() + TIME);
    // A capture cannot fail.
    let _ = myers::diff_deadline_raw(&mut diff, old, 0..old.len(), new, 0..new.len(), deadline);
    // Writing to a String cannot fail, so what `write!` returns is dropped.
    let mut text = String::new();
    for group in diff.into_inner().into_grouped_ops(AROUND) {
        let line = group.first().map_or(0, |operation| operation.new_range().start) + 1;
        let _ = writeln!(text, "@@ line {line} @@");
        for change in group.iter().flat_map(|operation| operation.iter_changes(old, new)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Equal => (' ', Style::new()),
                ChangeTag::Delete => ('-', AnsiColor::Red.on_default()),
                ChangeTag::Insert => ('+', AnsiColor::Green.on_default()),
            };
            let line = match change.new_index() {
                Some(index) => of_new.get(index),
                None => change.old_index().and_then(|index| of_old.get(index)),
            };
            let line = printable(line.map_or("", String::as_str));
            let _ = writeln!(text, "{style}{sign}{}{style:#}", cut(&line));
        }
    }
    text
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// A text in quotation marks, with what follows it.
struct Quoted<'a> {
    start: usize,
    text: &'a str,
    is_name: bool,
}

/// Where a position is with regard to texts in three quotation marks.
#[derive(Clone, Copy)]
enum Place {
    Outside,
    /// Inside of a text with this mark.
    Within(&'static str),
    /// Behind a mark that may be a part of a comment or of another text: all that follows is hidden.
    Doubtful,
}

/// The lines of a text, each masked. A text in three quotation marks, as TOML has them, goes on over several.
fn masked_lines(text: &str, own: &HashSet<&str>) -> Vec<String> {
    let mut place = Place::Outside;
    text.lines().map(|line| masked_further(line, own, &mut place)).collect()
}

/// Masks a line that begins at `place`, and sets it to that where the next one begins.
fn masked_further(line: &str, own: &HashSet<&str>, place: &mut Place) -> String {
    const MARKS: [&str; 2] = [r#"""""#, "'''"];
    let (mut shown, mut rest) = (String::new(), line);
    loop {
        match *place {
            Place::Outside => {
                let begins = rest.match_indices(['"', '\'']).find_map(|(start, _)| {
                    Some((start, MARKS.into_iter().find(|mark| rest[start..].starts_with(mark))?))
                });
                let Some((start, mark)) = begins else { return shown + &masked(rest, own) };
                let before = &rest[..start];
                let is_doubtful = before.contains(['"', '\'', '#']);
                *place = if is_doubtful { Place::Doubtful } else { Place::Within(mark) };
                shown.push_str(&masked(before, own));
                shown.push_str(mark);
                rest = &rest[start + mark.len()..];
            }
            Place::Within(mark) => {
                let Some((text, after)) = rest.split_once(mark) else { return shown + "…" };
                // The mark may be escaped, or the backslash before it.
                if text.ends_with('\\') {
                    *place = Place::Doubtful;
                    continue;
                }
                *place = Place::Outside;
                shown.push('…');
                shown.push_str(mark);
                rest = after;
            }
            Place::Doubtful => return shown + "…",
        }
    }
}

fn masked(line: &str, own: &HashSet<&str>) -> String {
    let (mut shown, mut seen) = (String::new(), 0);
    for part in quoted(line) {
        if part.is_name || own.contains(part.text) {
            continue;
        }
        shown.push_str(&line[seen..part.start]);
        shown.push('…');
        seen = part.start + part.text.len();
    }
    shown + &line[seen..]
}

fn quoted(text: &str) -> impl Iterator<Item = Quoted<'_>> {
    let mut position = 0;
    std::iter::from_fn(move || {
        let open = position + text[position..].find(['"', '\''])?;
        let mark = if text[open..].starts_with('"') { '"' } else { '\'' };
        let start = open + 1;
        let mut escaped = false;
        let end = text[start..].find(|character| {
            let ends = !escaped && (character == mark || character == '\n');
            escaped = !escaped && character == '\\';
            ends
        });
        let end = end.map_or(text.len(), |end| start + end);
        position = (end + 1).min(text.len());
        while !text.is_char_boundary(position) {
            position += 1;
        }
        let is_name = text[position..].trim_start().starts_with([':', '=']);
        Some(Quoted { start, text: &text[start..end], is_name })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(old: &str, new: &str, own: &str) -> String {
        let text = difference(old, new, own);
        String::from_utf8(anstream::adapter::strip_bytes(text.as_bytes()).into_vec()).unwrap()
    }

    #[test]
    fn the_entry_is_shown_and_what_others_hold_is_not() {
        let old = "{\n  \"other\": { \"env\": { \"KEY\": \"s3cr\\\"et\" } }\n}\n";
        let new = "{\n  \"other\": { \"env\": { \"KEY\": \"s3cr\\\"et\" } },\n  \"mist\": { \"command\": \"/bin/mistmcp\" }\n}\n";
        let own = "{ \"command\": \"/bin/mistmcp\" }";
        let text = plain(old, new, own);
        assert!(!text.contains("s3cr") && text.contains("\"KEY\": \"…\""), "{text}");
        assert!(text.contains("+  \"mist\": { \"command\": \"/bin/mistmcp\" }"), "{text}");
    }

    #[test]
    fn a_text_over_several_lines_is_not_shown() {
        for mark in [r#"""""#, "'''"] {
            let old =
                format!("a = 1\nnotes = {mark}\nit's s3cret\ns3cret{mark} # s\nb = {mark}s3cret{mark}\n");
            let text = plain(&old, &format!("{old}[mcp_servers.mist]\n"), "");
            assert_eq!(text, format!("@@ line 5 @@\n b = {mark}…{mark}\n+[mcp_servers.mist]\n"));
            let text = plain(&old, "", "");
            let wanted = format!("-a = 1\n-notes = {mark}…\n-…\n-…{mark} # s\n-b = {mark}…{mark}\n");
            assert_eq!(text, format!("@@ line 1 @@\n{wanted}"));
        }
    }

    #[test]
    fn what_follows_a_doubtful_mark_is_not_shown() {
        for mark in [r#"""""#, "'''"] {
            let other = if mark.starts_with('"') { '\'' } else { '"' };
            for first in [
                format!("# quote with {mark}"),
                format!("x = {other}a {mark} b{other}"),
                format!("x = 1 # it{mark}"),
                format!("{other}x{other} = {mark}"),
                format!("x = {mark}a\\{mark}"),
                format!("x = {mark}a{mark} # {mark}"),
            ] {
                let old = format!(
                    "{first}\na = 1\nnotes = {mark}\ns3cret in prose\n{mark}\nb = s3cret\n{mark}\ns3cret\n"
                );
                let text = plain(&old, "", "");
                assert!(!text.contains("s3cret") && text.ends_with("-…\n-…\n-…\n"), "{text}");
            }
        }
    }

    #[test]
    fn a_line_of_many_marks_is_masked() {
        let line = r#""""s3cret""","#.repeat(100_000);
        let text = plain(&line, "", "");
        assert!(!text.contains("s3cret") && text.contains(r#"-"""…""","""…""","#), "{text}");
    }

    #[test]
    fn each_change_is_shown_with_its_line_and_what_is_between_is_not() {
        let old = "a\nb\nc\nd\ne\nf\n";
        let new = "A\nb\nc\nd\ne\nf\ng\n";
        assert_eq!(plain(old, new, ""), "@@ line 1 @@\n-a\n+A\n b\n@@ line 6 @@\n f\n+g\n");
    }

    #[test]
    fn quotation_marks_that_are_never_closed_end_with_the_line() {
        assert_eq!(plain("a = 'x\n", "", ""), "@@ line 1 @@\n-a = '…\n");
        assert_eq!(plain("# it's \"x\"\n", "", ""), "@@ line 1 @@\n-# it'…\n");
        assert_eq!(plain("\"ü\n", "", ""), "@@ line 1 @@\n-\"…\n");
    }
}
