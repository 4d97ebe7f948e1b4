//! Secrets in files: columns of CSV, and texts of every other kind.

use bytes::Bytes;

use super::field_context::FieldContext;
use super::hidden_ranges::HiddenRanges;
use super::names::Sense;
use super::text::TextReader;
use crate::reply::File;

/// Redacts the secrets in a file. A file that is not text is unchanged.
pub(super) fn redact(file: File) -> File {
    let Some((text, mark)) = text_of(&file.bytes) else { return file };
    let table = is_table(&file);
    let without = if table {
        redact_table(&text)
    } else {
        TextReader::new("", FieldContext::default()).read(&text, false)
    };
    match without {
        Some(without) => {
            let mut bytes = mark.to_vec();
            bytes.extend_from_slice(without.as_bytes());
            File { bytes: Bytes::from(bytes), ..file }
        }
        None => file,
    }
}

/// The byte-order mark of UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The text of a file, in UTF-8, in UTF-16 with a mark, or mostly in UTF-8, as Latin-1 is where most of it is ASCII; and
/// its mark.
fn text_of(bytes: &Bytes) -> Option<(std::borrow::Cow<'_, str>, &'static [u8])> {
    if let Some(rest) = bytes.strip_prefix(MARK) {
        return Some((String::from_utf8_lossy(rest), MARK));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some((text.into(), &[]));
    }
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2)? {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => {
            let has_zero = memchr::memchr(0, bytes).is_some();
            let broken = || bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
            return (!has_zero && broken() * 10 < bytes.len())
                .then(|| (String::from_utf8_lossy(bytes), [].as_slice()));
        }
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String =
        char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some((text.into(), &[]))
}

fn is_table(file: &File) -> bool {
    let name = file.name.to_ascii_lowercase();
    let kind = file.media_type.to_ascii_lowercase();
    [".csv", ".tsv"].iter().any(|ending| name.ends_with(ending))
        || ["csv", "tab-separated", "excel"].iter().any(|part| kind.contains(part))
}

/// A table in CSV without the secrets in it: the columns whose name is a secret's, and those in other texts.
fn redact_table(text: &str) -> Option<String> {
    let declared = declared(text);
    let header = declared.map_or_else(|| header(text), |(_, length)| length);
    let separator = declared.map_or_else(|| separator(&text[header..]), |(separator, _)| separator);
    let mut cover = table(&text[header..], separator, header);
    if let Some(before) = TextReader::new("", FieldContext::default()).cover(&text[..header], false) {
        cover.add_all(before, 0);
    }
    cover.apply(text)
}

/// The separator that a first line for a spreadsheet names, and the length of that line: `sep=;`.
fn declared(text: &str) -> Option<(u8, usize)> {
    let line = text.split_inclusive('\n').next()?;
    match line.trim_end_matches(['\r', '\n']).as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some((*separator, line.len())),
        _ => None,
    }
}

/// Position of the header row, after blank lines, comments and a title.
fn header(text: &str) -> usize {
    const LINES: usize = 10;
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').take(LINES).peekable();
    while let Some(line) = lines.next() {
        let cells = |line: &str| line.matches([',', ';', '\t', '|']).count();
        let next = lines.peek().copied();
        let title = cells(line) == 0 && next.is_some_and(|next| cells(next) > 0 || next.trim().is_empty());
        // A sign `#` before the names themselves is no comment.
        let comment = line.starts_with('#')
            && (cells(line) == 0 || next.is_some_and(|next| cells(next) != cells(line)));
        if !(line.trim().is_empty() || comment || title) {
            return at;
        }
        at += line.len();
    }
    0
}

/// The ranges to redact in the columns of a text, if it is a table with secret columns.
pub(super) fn table_in_text(text: &str) -> Option<HiddenRanges> {
    if let Some((_, length)) = declared(text) {
        return Some(table(&text[length..], text.as_bytes()[4], length));
    }
    let separator = separator(text);
    let (mut names, mut values) = (Vec::new(), Vec::new());
    let header = text.lines().next()?;
    if header.len() > LONGEST_HEADER || text.len() <= header.len() + 1 {
        return None;
    }
    let at = read_row(text, 0, separator, &mut names);
    read_row(text, at, separator, &mut values);
    let context = FieldContext::default();
    let names: Vec<&str> = names.into_iter().filter_map(|cell| text.get(cell)).map(str::trim).collect();
    let is_name = |name: &&str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-. ".contains(&byte))
    };
    let secret = |name: &&str| matches!(context.sense(name), Sense::Secret | Sense::Credential);
    let is_table = names.len() > 1
        && names.len() == values.len()
        && names.iter().all(is_name)
        && names.iter().any(secret)
        && names.iter().all(|name| name.split(' ').count() < 4);
    is_table.then(|| table(text, separator, 0))
}

/// Longest first line of a table in a text, in bytes.
const LONGEST_HEADER: usize = 1024;

/// The ranges to redact in a table that begins at `base` of the whole text.
fn table(text: &str, separator: u8, base: usize) -> HiddenRanges {
    let mut cover = HiddenRanges::default();
    let mut at = 0;
    let mut columns: Vec<(&str, Sense)> = Vec::new();
    let mut row = Vec::new();
    let context = FieldContext::default();
    let mut first = true;
    while at < text.len() {
        at = read_row(text, at, separator, &mut row);
        if std::mem::take(&mut first) {
            columns = row
                .iter()
                .map(|cell| text[cell.clone()].trim())
                .map(|name| (name, context.sense(name)))
                .collect();
            continue;
        }
        let pair = columns.iter().zip(&row).any(|((name, sense), cell)| {
            matches!(sense, Sense::PairName | Sense::Key) && context.names_secret(name, &text[cell.clone()])
        });
        // A cell without a name may belong to the column of a secret.
        let beyond = if columns.iter().any(|(_, sense)| *sense == Sense::Secret) {
            Sense::Secret
        } else {
            Sense::Plain
        };
        for (column, cell) in row.iter().enumerate() {
            let (name, sense) = columns.get(column).copied().unwrap_or(("", beyond));
            match sense {
                Sense::Secret | Sense::Credential => cover.add(base + cell.start..base + cell.end),
                Sense::PairValue if pair => cover.add(base + cell.start..base + cell.end),
                _ => {
                    let (inner, doubled) = undoubled(&text[cell.clone()]);
                    if let Some(inner) = TextReader::new(name, context).cover(&inner, false) {
                        cover.add_all(inner.spread(&doubled), base + cell.start);
                    }
                }
            }
        }
    }
    cover
}

/// A cell with each doubled quote written once, and where that was.
fn undoubled(cell: &str) -> (std::borrow::Cow<'_, str>, Vec<usize>) {
    if !cell.contains("\"\"") {
        return (cell.into(), Vec::new());
    }
    let mut once = String::with_capacity(cell.len());
    let mut places = Vec::new();
    for (count, part) in cell.split("\"\"").enumerate() {
        if count > 0 {
            once.push('"');
            places.push(once.len());
        }
        once.push_str(part);
    }
    (once.into(), places)
}

/// The cell separator: the usual one that is most frequent in the first line.
fn separator(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    let count = |sign: &u8| line.bytes().filter(|byte| byte == sign).count();
    b",;\t|".iter().copied().rev().max_by_key(count).unwrap_or(b',')
}

/// Reads the cells of a row, without their quotes; where the next row begins.
fn read_row(text: &str, from: usize, separator: u8, row: &mut Vec<std::ops::Range<usize>>) -> usize {
    row.clear();
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let quoted = bytes.get(at) == Some(&b'"');
        let start = at + usize::from(quoted);
        let mut end = start;
        if quoted {
            // A quote inside is written twice.
            loop {
                end += memchr::memchr(b'"', &bytes[end..]).unwrap_or(bytes.len() - end);
                if bytes.get(end + 1) != Some(&b'"') {
                    break;
                }
                end += 2;
            }
        }
        let after =
            end + memchr::memchr3(separator, b'\n', b'\r', &bytes[end..]).unwrap_or(bytes.len() - end);
        row.push(start..if quoted { end } else { after });
        match bytes.get(after) {
            Some(sign) if *sign == separator => at = after + 1,
            Some(b'\r') if bytes.get(after + 1) == Some(&b'\n') => return after + 2,
            Some(_) => return after + 1,
            None => return bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, text: &str) -> String {
        let file = File { name: name.to_owned(), media_type: String::new(), bytes: text.to_owned().into() };
        String::from_utf8(redact(file).bytes.to_vec()).unwrap()
    }

    #[test]
    fn the_columns_of_a_table_are_found_behind_comments_and_titles() {
        for (text, wanted) in [
            ("# exported today\nname,psk\na,x1y\n", "# exported today\nname,psk\na,[hidden]\n"),
            ("List of keys\nname;psk\na;x1y\n", "List of keys\nname;psk\na;[hidden]\n"),
            ("#name,psk\na,x1y\n", "#name,psk\na,[hidden]\n"),
            ("psk\nx1y\nx2y\n", "psk\n[hidden]\n[hidden]\n"),
            ("# psk: x1y\nname,vlan\na,20\n", "# psk: [hidden]\nname,vlan\na,20\n"),
            ("name,psk_name\na,guest\n", "name,psk_name\na,guest\n"),
        ] {
            assert_eq!(shown("a.csv", text), wanted);
        }
    }

    #[test]
    fn a_cell_with_doubled_quotes_loses_its_secret_and_nothing_else() {
        let text = "name,settings\na,\"{\"\"psk\"\": \"\"x1y\"\", \"\"vlan\"\": 20}\"\n";
        let wanted = "name,settings\na,\"{\"\"psk\"\": \"\"[hidden]\"\", \"\"vlan\"\": 20}\"\n";
        assert_eq!(shown("a.csv", text), wanted);
    }

    #[test]
    fn a_text_with_broken_letters_loses_its_secrets_with_or_without_a_mark() {
        let rows = [
            &b"Caf\xe9,hunter2\n"[..],
            b"a longer name \xff\xfe,hunter2\n",
            b"\xe6\x9d\xb1\xe4\xba,hunter2\n",
            b"\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6,hunter2\n",
            b"whole,hunter2\n",
        ];
        for row in rows {
            for mark in [&b""[..], MARK] {
                let bytes = [mark, b"name,psk\n", row].concat();
                let file = File { name: "a.csv".to_owned(), media_type: String::new(), bytes: bytes.into() };
                let bytes = redact(file).bytes;
                assert!(memchr::memmem::find(&bytes, b"hunter2").is_none(), "{bytes:?}");
                assert!(bytes.starts_with(mark) && bytes.ends_with(b",[hidden]\n"), "{bytes:?}");
            }
        }
        let picture = [b"\x89PNG\r\n\x1a\n\0\0\0\rpsk=hunter2".as_slice(), &[0x80; 20]].concat();
        let file =
            File { name: "a.png".to_owned(), media_type: String::new(), bytes: picture.clone().into() };
        assert_eq!(redact(file).bytes, picture);
    }

    #[test]
    fn a_text_is_a_table_only_with_names_and_cells() {
        assert_eq!(shown("a.txt", "name,psk\na,x1y\n"), "name,psk\na,[hidden]\n");
        for text in ["Token, key and password\nwere rotated\n", "Sites, WLANs, PSKs\nare listed below\n"] {
            assert_eq!(shown("a.txt", text), text);
        }
    }
}
