//! Tables in a text: rows between `|`, as in Markdown or in a box, columns that are aligned with blanks, and values
//! between commas, also if the lines were joined.

use std::ops::Range;

use super::field_context::FieldContext;
use super::hidden_ranges::HiddenRanges;
use super::names::Sense;
use super::remarks::{is_message, is_remark};
use crate::work::steps::count;

/// Longest line that may be a row, in bytes, and most columns of it.
const LONGEST: usize = 2048;
const COLUMNS: usize = 64;

/// Signs between the cells of a row.
const BARS: [char; 4] = ['|', '│', '┃', '║'];

/// A table whose rows are read.
struct Table<'a> {
    cells: Cells,
    columns: Vec<(Range<usize>, &'a str, Sense)>,
}

/// What separates the cells of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cells {
    Bars,
    Blanks,
    Sign(char),
}

/// Covers the cells of secret columns.
pub(super) fn find(text: &str, cover: &mut HiddenRanges) {
    let mut table: Option<Table<'_>> = None;
    let mut block = Block::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        count(line.len());
        let base = start;
        start += line.len();
        let line = line.trim_end();
        if line.trim_start().is_empty() || line.len() > LONGEST {
            table = None;
            block = Block::default();
        } else if is_rule(line) {
            block.is_headed |= block.has_row;
        } else if !table.as_ref().is_some_and(|table| table.row(line, base, cover)) {
            let next = &text[start..];
            table = Table::below(line, next);
            if table.is_none() && !block.is_headed {
                property(line, next, base, cover);
            }
            block.has_row = true;
        }
    }
}

/// Lines without a blank one between them.
#[derive(Default)]
struct Block {
    has_row: bool,
    /// Whether a line below the first row separates it, which has the names of the columns then.
    is_headed: bool,
}

/// Whether a line only separates rows.
fn is_rule(line: &str) -> bool {
    line.chars().all(|letter| letter.is_whitespace() || "+-=|:─━═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬│║┃".contains(letter))
}

/// The next line that is no rule, and whether there is a rule before it.
fn next_row(text: &str) -> (&str, bool) {
    let mut lines =
        text.split_inclusive('\n').map(str::trim_end).inspect(|line| count(line.len().min(LONGEST)));
    let first = lines.next().unwrap_or_default();
    if first.is_empty() || !is_rule(first) {
        (first, false)
    } else {
        (lines.next().unwrap_or_default(), true)
    }
}

/// The cells between bars, without the blanks around them; nothing where there are no bars.
fn between_bars(line: &str) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut start = 0;
    let mut bars = 0;
    for (bar, sign) in line.match_indices(BARS).chain([(line.len(), "")]) {
        let cell = trimmed(line, start..bar);
        // Before the first bar and behind the last, there may be nothing.
        let outer = cell.is_empty() && (bars == 0 || sign.is_empty());
        if !outer && cells.len() < COLUMNS {
            cells.push(cell);
        }
        bars += usize::from(!sign.is_empty());
        start = bar + sign.len();
    }
    if bars == 0 { Vec::new() } else { cells }
}

/// The cells between commas or semicolons, without blanks and quotes around them.
fn between_signs(line: &str, sign: char) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut cells: Vec<_> = line
        .match_indices(sign)
        .map(|(end, _)| end)
        .chain([line.len()])
        .take(COLUMNS)
        .map(|end| std::mem::replace(&mut start, end + 1)..end)
        .collect();
    for cell in &mut cells {
        *cell = trimmed(line, cell.clone());
        let quoted = line[cell.clone()].len() > 1
            && line[cell.clone()].starts_with('"')
            && line[cell.clone()].ends_with('"');
        if quoted {
            *cell = cell.start + 1..cell.end - 1;
        }
    }
    cells
}

/// Covers the secret columns of a table whose lines were joined with blanks: `user,psk bob,x amy,y`.
pub(super) fn joined(text: &str, cover: &mut HiddenRanges) {
    count(text.len());
    let mut table: Option<Table<'_>> = None;
    let mut words = between_blanks(text, true, usize::MAX).into_iter().peekable();
    while let Some(word) = words.next() {
        let line = &text[word.clone()];
        if line.len() > LONGEST || !line.contains([',', ';']) {
            table = None;
        } else if !table.as_ref().is_some_and(|table| table.row(line, word.start, cover)) {
            let next = words.peek().map(|next| &text[next.clone()]).unwrap_or_default();
            table = Table::below(line, next).filter(|table| matches!(table.cells, Cells::Sign(_)));
        }
    }
}

/// The parts of a line between tabs and two or more blanks, or between all blanks.
fn between_blanks(line: &str, single: bool, most: usize) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut cell: Option<Range<usize>> = None;
    let mut blanks = 0;
    for (at, letter) in line.char_indices() {
        if letter.is_whitespace() {
            blanks += if single || letter == '\t' { 2 } else { 1 };
            continue;
        }
        let end = at + letter.len_utf8();
        match &mut cell {
            Some(open) if blanks < 2 => open.end = end,
            _ => {
                cells.extend(cell.replace(at..end));
            }
        }
        blanks = 0;
    }
    cells.extend(cell);
    cells.truncate(most);
    cells
}

fn trimmed(line: &str, range: Range<usize>) -> Range<usize> {
    let cell = &line[range.clone()];
    let start = range.start + cell.len() - cell.trim_start().len();
    start..start + cell.trim().len()
}

impl<'a> Table<'a> {
    /// The table whose names are in a line, with the text below it.
    fn below(line: &'a str, text: &str) -> Option<Self> {
        let sign = [',', ';'].into_iter().find(|sign| line.contains(*sign)).map(Cells::Sign);
        let kind = if line.contains(BARS) { Cells::Bars } else { sign.unwrap_or(Cells::Blanks) };
        let cells = match kind {
            Cells::Bars => between_bars(line),
            Cells::Sign(sign) => between_signs(line, sign),
            Cells::Blanks => Self::aligned(line)?,
        };
        let columns: Vec<_> = cells
            .into_iter()
            .map(|cell| {
                let name = line[cell.clone()].trim_matches(['*', '_', '`', ' ']);
                (cell, name, FieldContext::default().sense(name))
            })
            .collect();
        let has = |senses: &[Sense]| columns.iter().any(|(_, _, sense)| senses.contains(sense));
        let secret = columns.iter().any(|(_, _, sense)| is_secret(*sense));
        let pairs = has(&[Sense::PairName, Sense::Key]) && has(&[Sense::PairValue]);
        if !(secret || pairs) || !columns.iter().all(|(_, name, _)| is_name(name)) {
            return None;
        }
        let (next, rule) = next_row(text);
        let below = if let Cells::Sign(sign) = kind {
            columns.len() > 1 && between_signs(next, sign).len() == columns.len()
        } else if kind == Cells::Bars {
            // Two cells may be a name and its value as well.
            let property =
                columns.len() == 2 && line.trim_start().starts_with(BARS) && is_secret(columns[0].2);
            between_bars(next).len() == columns.len() && (rule || columns.len() > 1 && !property)
        } else {
            let words = between_blanks(next, true, COLUMNS).len();
            words == columns.len() || between_blanks(next, false, COLUMNS).len() > 1 || rule && words > 0
        };
        below.then_some(Self { cells: kind, columns })
    }

    /// Names that blanks align: with two or more between them, or in capitals.
    fn aligned(line: &str) -> Option<Vec<Range<usize>>> {
        let cells = between_blanks(line, false, COLUMNS);
        if cells.len() > 1 {
            return Some(cells);
        }
        let words = between_blanks(line, true, COLUMNS);
        let capitals = !line.bytes().any(|byte| byte.is_ascii_lowercase());
        (words.len() > 1 && capitals).then_some(words)
    }

    /// Covers the secrets of a row. Returns whether it is one of this table.
    fn row(&self, line: &str, base: usize, cover: &mut HiddenRanges) -> bool {
        let cells = match self.cells {
            Cells::Bars => between_bars(line),
            Cells::Sign(sign) => between_signs(line, sign),
            Cells::Blanks => between_blanks(line, true, COLUMNS),
        };
        let mut placed: Vec<(usize, Range<usize>)> = Vec::new();
        if cells.len() == self.columns.len() {
            placed.extend(cells.into_iter().enumerate());
        } else if self.cells != Cells::Blanks {
            return false;
        } else {
            let cells = between_blanks(line, false, COLUMNS);
            if cells.len() < 2 {
                return false;
            }
            for cell in cells {
                // A cell is under its name, at one end of it at least.
                let under = |name: &Range<usize>| cell.start < name.end && name.start < cell.end;
                let column = self.columns.iter().position(|(name, _, _)| under(name));
                placed.extend(column.map(|column| (column, cell)));
            }
        }
        let context = FieldContext::default();
        let pair = placed.iter().any(|(column, cell)| {
            let (_, name, sense) = &self.columns[*column];
            matches!(sense, Sense::PairName | Sense::Key) && context.names_secret(name, &line[cell.clone()])
        });
        for (column, cell) in placed {
            let sense = self.columns[column].2;
            let secret = is_secret(sense) || pair && sense == Sense::PairValue;
            if secret && !is_remark(&line[cell.clone()]) {
                cover.add(base + cell.start..base + cell.end);
            }
        }
        true
    }
}

fn is_secret(sense: Sense) -> bool {
    matches!(sense, Sense::Secret | Sense::Credential)
}

pub(super) fn is_name(name: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_-. #/".contains(&byte);
    !name.is_empty() && name.bytes().all(sign) && name.split(' ').count() < 4
}

/// Covers the value of a row of two cells, whose first is the name of a secret: `| psk | x |`.
fn property(line: &str, text: &str, base: usize, cover: &mut HiddenRanges) {
    if !line.trim_start().starts_with(BARS) {
        return;
    }
    let [name, value] = between_bars(line).try_into().unwrap_or([0..0, 0..0]);
    let (name, secret) = (&line[name], &line[value.clone()]);
    let sense = FieldContext::default().sense(name);
    let is_header = next_row(text).1;
    let is_short = secret.split(' ').count() <= 4 && !secret.starts_with('`') && !is_message(secret);
    if is_name(name) && is_secret(sense) && is_short && !is_header {
        cover.add(base + value.start..base + value.end);
    }
}
