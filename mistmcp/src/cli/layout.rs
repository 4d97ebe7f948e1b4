//! Columns and paragraphs, as wide as the terminal, and with nothing in them that a terminal would obey.

use std::fmt::Write;

use clap::builder::styling::Style;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

use crate::text::{one_line, printable};

/// Between two columns.
pub(super) const GAP: u16 = 2;

/// Rows under each other, the last columns wrapped to `width`; where there is none, every row is one line.
#[derive(Debug)]
pub(super) struct Columns {
    table: Table,
    header: bool,
    indent: u16,
}

impl Columns {
    /// Columns of which none has a name.
    pub(super) fn new(indent: u16, width: Option<u16>) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        match width {
            Some(width) => {
                table.set_content_arrangement(ContentArrangement::Dynamic);
                // The gap behind the last column is not seen.
                table.set_width(width.saturating_add(GAP));
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        Self { table, header: false, indent }
    }

    /// Columns with names above them.
    pub(super) fn headed<'a>(names: impl IntoIterator<Item = &'a str>, width: Option<u16>) -> Self {
        let mut columns = Self::new(0, width);
        let names = names.into_iter().map(|name| one_line(name).into_owned());
        columns.table.set_header(names.collect::<Vec<_>>());
        columns.header = true;
        columns
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        let cells = cells.into_iter().map(|cell| printable(cell.as_ref()).into_owned());
        self.table.add_row(cells.collect::<Vec<_>>());
    }

    /// Numbers are aligned right.
    pub(super) fn align_right(&mut self, column: usize) {
        if let Some(column) = self.table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }

    /// How wide a column is. Words are wrapped in it.
    pub(super) fn set_width(&mut self, column: usize, width: usize) {
        let width = u16::try_from(width).unwrap_or(u16::MAX).saturating_add(GAP);
        if let Some(column) = self.table.column_mut(column) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
    }

    /// The lines, with the names of the columns in bold.
    pub(super) fn text(mut self) -> String {
        for (place, column) in self.table.column_iter_mut().enumerate() {
            column.set_padding((if place == 0 { self.indent } else { 0 }, GAP));
        }
        let mut text = String::new();
        for (place, line) in self.table.lines().enumerate() {
            let line = line.trim_end();
            // Writing to a String cannot fail.
            let _ = match place {
                0 if self.header => writeln!(text, "{}", bold(line)),
                _ => writeln!(text, "{line}"),
            };
        }
        text
    }
}

/// Words, wrapped and indented.
pub(super) fn paragraph(words: &str, indent: u16, width: Option<u16>) -> String {
    let mut column = Columns::new(indent, width);
    column.row([words]);
    column.text()
}

/// Words that a terminal shows in bold.
pub(super) fn bold(words: &str) -> String {
    let bold = Style::new().bold();
    format!("{bold}{words}{bold:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(width: Option<u16>) -> String {
        let mut columns = Columns::new(1, width);
        columns.row(["sites", "12", "where everything hangs, and what is set for all of it"]);
        columns.row(["orgs_sites", "3", "the list"]);
        columns.align_right(1);
        columns.text()
    }

    #[test]
    fn the_last_column_wraps_within_the_width() {
        let text = text(Some(40));
        assert!(text.lines().count() > 2, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert!(
            text.contains("\n                 and what"),
            "what is wrapped stands under its column: {text}"
        );
    }

    #[test]
    fn without_a_width_a_row_is_a_line_with_nothing_behind_it() {
        assert_eq!(
            text(None),
            " sites       12  where everything hangs, and what is set for all of it\n orgs_sites   3  the list\n"
        );
    }
}
