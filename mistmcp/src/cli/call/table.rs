//! `--table`: rows for people, as wide as the terminal.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::cells::{self, Cell, Lists};
use super::columns::{self, Column};
use crate::cli::layout::{Columns, GAP};

/// Rows for people, and the columns that had no room.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) text: String,
    pub(super) left_out: Vec<String>,
}

/// A column of words is wrapped to no less than that.
const NARROW: usize = 20;
/// Longer words than this are broken.
const LONGEST_WORD: usize = 40;

/// A column for every field that a row has, or for those that were chosen. Those that do not fit are left out, the last
/// ones first.
pub(super) fn of_rows(rows: &[Value], fields: &[String], width: Option<u16>) -> Table {
    let columns = columns::union(rows.iter().map(|row| cells::of(row, Lists::Counted)));
    let mut columns = columns::chosen(columns, fields);
    if fields.is_empty() {
        columns::by_importance(&mut columns);
    } else if rows.is_empty() {
        columns.clear();
    }
    let widths =
        width.map(|width| widths(&columns.iter().map(ColumnWidth::of).collect::<Vec<_>>(), width.into()));
    let shown = widths.as_ref().map_or(columns.len(), Vec::len);
    let left_out = columns.split_off(shown).into_iter().map(|column| column.name).collect();
    if columns.is_empty() {
        return Table { text: String::new(), left_out };
    }
    let mut table = Columns::headed(columns.iter().map(|column| column.name.as_str()), width);
    for row in 0..rows.len() {
        let cell =
            |column: &Column<Cell>| column.cells.get(&row).map(|cell| cell.text.clone()).unwrap_or_default();
        table.row(columns.iter().map(cell).collect::<Vec<_>>());
    }
    for (place, column) in columns.iter().enumerate() {
        if !column.cells.is_empty() && column.cells.values().all(|cell| cell.is_number) {
            table.align_right(place);
        }
    }
    for (place, width) in widths.into_iter().flatten().enumerate() {
        table.set_width(place, width);
    }
    Table { text: table.text(), left_out }
}

/// One object: a line for each of its fields.
pub(super) fn of_one(value: &Value, fields: &[String], width: Option<u16>) -> String {
    let columns = columns::chosen(columns::union(std::iter::once(cells::of(value, Lists::Apart))), fields);
    let cell = |column: &Column<Cell>| column.cells.get(&0).map(|cell| cell.text.clone()).unwrap_or_default();
    let mut table = Columns::new(0, width);
    for column in &columns {
        table.row([column.name.clone(), cell(column)]);
    }
    if let Some(width) = width.map(usize::from) {
        let names = columns.iter().map(|column| column.name.width()).max().unwrap_or(0).min(width / 2);
        table.set_width(0, names);
        table.set_width(1, width.saturating_sub(names + usize::from(GAP)).max(1));
    }
    table.text()
}

/// How wide a column would like to be, and how narrow it may be.
#[derive(Clone, Copy, Debug)]
struct ColumnWidth {
    full: usize,
    least: usize,
}

impl ColumnWidth {
    fn of(column: &Column<Cell>) -> Self {
        let texts = || column.cells.values().map(|cell| cell.text.as_str()).chain([column.name.as_str()]);
        let full = texts().map(UnicodeWidthStr::width).max().unwrap_or(0).max(1);
        let word = texts().flat_map(|text| text.split(' ')).map(UnicodeWidthStr::width).max().unwrap_or(0);
        Self { full, least: full.min(word.clamp(NARROW, LONGEST_WORD)) }
    }
}

/// The widths of the columns that fit, at least one. Remaining width goes to columns that are cut, from the first on.
fn widths(columns: &[ColumnWidth], width: usize) -> Vec<usize> {
    let mut used = 0;
    let fits = columns.iter().take_while(|column| {
        used += column.least + usize::from(GAP);
        used <= width + usize::from(GAP)
    });
    let count = fits.count().max(1).min(columns.len());
    let shown = &columns[..count];
    let mut widths: Vec<_> = shown.iter().map(|column| column.least.min(width)).collect();
    let gaps = usize::from(GAP) * count.saturating_sub(1);
    let mut left = width.saturating_sub(widths.iter().sum::<usize>() + gaps);
    for (width, column) in widths.iter_mut().zip(shown) {
        let more = column.full.saturating_sub(*width).min(left);
        *width += more;
        left -= more;
    }
    widths
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn devices() -> Vec<Value> {
        vec![
            json!({ "id": "0123", "mac": "5c5b", "name": "LDS-AP-01", "radio": { "channel": 36 }, "clients": 5 }),
            json!({ "id": "0124", "mac": "5c5c", "name": "LDS-AP-02", "clients": 12, "note": "two\nlines" }),
        ]
    }

    #[test]
    fn columns_are_the_union_of_the_fields_with_names_first_and_ids_last() {
        let table = of_rows(&devices(), &[], None);
        let lines: Vec<_> =
            table.text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
        assert_eq!(
            lines[0].join(" ").replace(['\u{1b}'], ""),
            "[1mname mac clients note radio.channel id[0m"
        );
        assert_eq!(lines[1], ["LDS-AP-01", "5c5b", "5", "36", "0123"]);
        assert_eq!(lines[2], ["LDS-AP-02", "5c5c", "12", "two", "lines", "0124"]);
    }

    #[test]
    fn columns_that_do_not_fit_are_left_out_and_named() {
        let table = of_rows(&devices(), &[], Some(30));
        assert_eq!(table.left_out, ["note", "radio.channel", "id"]);
        assert!(table.text.lines().skip(1).all(|line| line.chars().count() <= 30), "{}", table.text);
    }

    #[test]
    fn rows_that_are_no_objects_have_one_column() {
        let table = of_rows(&[json!("a"), json!(2)], &[], None);
        assert!(table.text.contains("value") && table.text.ends_with("a\n2\n"), "{:?}", table.text);
        assert_eq!(of_rows(&[], &[], Some(80)).text, "");
    }

    #[test]
    fn one_object_is_a_line_a_field() {
        assert_eq!(
            of_one(&json!({ "a": 1, "bc": { "d": [{ "e": "x" }] } }), &[], None),
            "a         1\nbc.d.0.e  x\n"
        );
    }

    /// The lines without styles, and the words of each column's cells as they stand under each other.
    fn lines(table: &Table) -> Vec<String> {
        table.text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "").lines().map(str::to_owned).collect()
    }

    #[test]
    fn words_are_never_broken_at_any_width_unless_they_are_longer_than_their_column() {
        let words = "Port ge-0/0/11 of the switch in the warehouse is down since this morning";
        let rows = [
            json!({ "name": "LDS-AP-01", "site": "Leeds Distribution Centre", "text": words, "status": "disconnected" }),
            json!({ "name": "倉庫のアクセスポイント 二階", "site": "東京 オフィス", "text": "短い 文", "status": "connected" }),
        ];
        let known: Vec<_> = rows.iter().flat_map(|row| row.as_object().unwrap().values()).collect();
        let known: Vec<_> = known.iter().flat_map(|value| value.as_str().unwrap().split(' ')).collect();
        for width in 20..=140 {
            let table = of_rows(&rows, &[], Some(width));
            for line in lines(&table).iter().skip(1) {
                assert!(line.width() <= width.into(), "{width}: {line}");
                for word in line.split_whitespace() {
                    assert!(known.contains(&word) || width < 26, "{width}: {word}");
                }
            }
            let names: Vec<_> = lines(&table)[0].split_whitespace().map(str::to_owned).collect();
            let all: Vec<_> = names.iter().chain(&table.left_out).collect();
            assert_eq!(all, ["site", "name", "status", "text"], "{width}");
        }
        assert!(of_rows(&rows, &[], Some(100)).left_out.is_empty());
    }

    #[test]
    fn a_word_that_is_longer_than_the_terminal_is_broken_and_not_cut_off() {
        let word = "x".repeat(90);
        let table = of_rows(&[json!({ "name": word })], &[], Some(30));
        assert_eq!(lines(&table)[1..].concat(), word);
        let one = of_one(
            &json!({ "name": "a few words that are wrapped", "a.very.long.name.of.a.field": 1 }),
            &[],
            Some(30),
        );
        assert!(one.lines().all(|line| line.width() <= 30) && !one.contains("wrapp\n"), "{one}");
    }

    #[test]
    fn chosen_fields_are_the_columns_in_their_order() {
        let fields = ["id", "radio", "name"].map(str::to_owned);
        let table = of_rows(&devices(), &fields, Some(80));
        assert_eq!(lines(&table)[0].split_whitespace().collect::<Vec<_>>(), ["id", "radio.channel", "name"]);
    }
}
