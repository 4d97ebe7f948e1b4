//! `--csv`: RFC 4180, for spreadsheets and scripts.

use std::borrow::Cow;
use std::io;

use serde_json::Value;

use super::columns::{self, FieldPath};

/// CSV with a header: nested fields by their path, lists as JSON. Nothing is written if there are neither rows nor chosen fields,
/// since no field name is known then.
///
/// # Errors
/// None that a buffer in memory can have.
pub(super) fn of_rows(rows: &[Value], fields: &[String]) -> io::Result<Vec<u8>> {
    let cells = rows.iter().map(|row| {
        let mut cells = Vec::new();
        take_apart(row, FieldPath::default(), &mut cells);
        cells
    });
    let columns = columns::chosen(columns::union(cells), fields);
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| harmless(&column.name).into_owned()))?;
    for row in 0..rows.len() {
        writer
            .write_record(columns.iter().map(|column| column.cells.get(&row).map_or("", String::as_str)))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn take_apart(value: &Value, path: FieldPath, cells: &mut Vec<(FieldPath, String)>) {
    match value {
        Value::Null => cells.push((path, String::new())),
        Value::Object(object) if !object.is_empty() => {
            for (name, value) in object {
                take_apart(value, path.inside(name), cells);
            }
        }
        Value::String(text) => cells.push((path, harmless(text).into_owned())),
        other => cells.push((path, other.to_string())),
    }
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes before what starts as one. Numbers stay.
fn harmless(text: &str) -> Cow<'_, str> {
    const STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let starts = text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(STARTS);
    if starts && text.parse::<f64>().is_err() { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn csv(rows: &Value, fields: &[&str]) -> String {
        let fields: Vec<_> = fields.iter().map(|field| (*field).to_owned()).collect();
        String::from_utf8(of_rows(rows.as_array().unwrap(), &fields).unwrap()).unwrap()
    }

    #[test]
    fn nested_values_have_columns_by_path_and_lists_are_json() {
        let rows = json!([
            { "a": 1, "b": { "c": true, "d": { "e": null } }, "list": [1, { "x": "y" }], "empty": {} },
            { "b": { "c": false }, "late": "ü" },
        ]);
        let wanted =
            "a,b.c,b.d.e,list,empty,late\r\n1,true,,\"[1,{\"\"x\"\":\"\"y\"\"}]\",{},\r\n,false,,,,ü\r\n";
        assert_eq!(csv(&rows, &[]), wanted);
    }

    #[test]
    fn fields_whose_columns_would_have_one_name_have_a_column_each() {
        let rows = json!([{ "a.b": 5, "a": { "b": 6 } }, { "a": { "b": 7 } }]);
        assert_eq!(csv(&rows, &[]), "a.b,a.b_2\r\n5,6\r\n,7\r\n");
        assert_eq!(csv(&rows, &["a.b"]), "a.b,a.b_2\r\n5,6\r\n,7\r\n");
        assert_eq!(csv(&rows, &["a"]), csv(&rows, &[]));
        assert_eq!(csv(&json!([{ "": 4, "value": 5 }]), &[]), "value,value_2\r\n4,5\r\n");
        assert_eq!(csv(&json!([{ "x": 1, "": { "x": 2 } }]), &[]), "x,.x\r\n1,2\r\n");
        assert_eq!(
            csv(&json!([{ "a": { "b.c": 1, "b": { "c": 2 } }, "a.b_2": 3 }]), &[]),
            "a.b.c,a.b.c_2,a.b_2\r\n1,2,3\r\n"
        );
    }

    #[test]
    fn quotes_commas_and_line_breaks_are_read_back_as_they_were() {
        let text = "say \"hi\",\r\nthen leave\n";
        let written = csv(&json!([{ "a,b": text, "c": " x " }]), &[]);
        let mut reader = ::csv::Reader::from_reader(written.as_bytes());
        assert_eq!(reader.headers().unwrap(), &::csv::StringRecord::from(vec!["a,b", "c"]));
        assert_eq!(reader.records().next().unwrap().unwrap(), ::csv::StringRecord::from(vec![text, " x "]));
    }

    #[test]
    fn no_text_is_taken_for_a_formula_and_every_number_stays_one() {
        for (value, wanted) in [
            (json!("=HYPERLINK(1)"), "'=HYPERLINK(1)"),
            (json!("+49 30 1234"), "'+49 30 1234"),
            (json!("-timestamp"), "'-timestamp"),
            (json!("@SUM(1)"), "'@SUM(1)"),
            (json!(" =1+1"), "' =1+1"),
            (json!("\t=1"), "'\t=1"),
            (json!("＝1"), "'＝1"),
            (json!("-65"), "-65"),
            (json!(-65.5), "-65.5"),
            (json!("a=b"), "a=b"),
        ] {
            assert_eq!(csv(&json!([{ "a": value }]), &[]), format!("a\r\n{wanted}\r\n"));
        }
        assert!(csv(&json!([{ "=cmd": 1 }]), &[]).starts_with("'=cmd\r\n"));
    }

    #[test]
    fn chosen_fields_are_the_header_even_of_no_rows() {
        assert_eq!(csv(&json!([]), &["name", "mac"]), "name,mac\r\n");
        assert_eq!(
            csv(&json!([{ "mac": 1, "name": "x", "more": 2 }]), &["name", "mac"]),
            "name,mac\r\nx,1\r\n"
        );
        assert_eq!(csv(&json!([]), &[]), "");
        assert_eq!(csv(&json!(["a", 2]), &[]), "value\r\na\r\n2\r\n");
    }
}
