//! Table cells ([`Cell`]) of an object: nested fields by their path, and times in a readable form.

use jiff::Timestamp;
use serde_json::Value;

use super::columns::FieldPath;
use crate::argument::is_name_of_time;
use crate::text::one_line;

/// The content of a table cell. Numbers are aligned right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) is_number: bool,
}

/// Whether lists of objects are taken apart as well, entry by entry, or only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lists {
    Apart,
    Counted,
}

/// The cells of an object with the name of each, in its own order.
pub(super) fn of(value: &Value, lists: Lists) -> Vec<(FieldPath, Cell)> {
    let mut cells = Vec::new();
    take_apart(value, FieldPath::default(), lists, &mut cells);
    cells
}

fn take_apart(value: &Value, path: FieldPath, lists: Lists, cells: &mut Vec<(FieldPath, Cell)>) {
    let inside = |name: &str| path.inside(&one_line(name));
    match value {
        Value::Null => {}
        Value::Object(object) => {
            for (name, value) in object {
                take_apart(value, inside(name), lists, cells);
            }
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let words: Vec<_> = items.iter().map(|item| plain(item).text).collect();
            cells.push((path, Cell { text: words.join(", "), is_number: false }));
        }
        Value::Array(items) if lists == Lists::Apart => {
            for (place, item) in items.iter().enumerate() {
                take_apart(item, inside(&place.to_string()), lists, cells);
            }
        }
        Value::Array(items) => {
            cells.push((path, Cell { text: format!("[{}]", items.len()), is_number: false }));
        }
        plain_value => {
            let name = path.last().rsplit('.').next().unwrap_or_default();
            let time = if is_name_of_time(name) { time(plain_value) } else { None };
            let cell = time.map(|text| Cell { text, is_number: false });
            cells.push((path, cell.unwrap_or_else(|| plain(plain_value))));
        }
    }
}

/// A value on one line, escaped for a terminal, because users choose the names of networks.
fn plain(value: &Value) -> Cell {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => one_line(&text.replace(['\n', '\r', '\t'], " ")).into_owned(),
        Value::Number(number) => rounded(number).unwrap_or_else(|| number.to_string()),
        other => other.to_string(),
    };
    Cell { text, is_number: value.is_number() }
}

/// A fraction with more than four decimals, rounded to four.
fn rounded(number: &serde_json::Number) -> Option<String> {
    let value = number.as_f64().filter(|value| number.is_f64() && (1e-3..1e9).contains(&value.abs()))?;
    let decimals = number.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    (decimals > 4).then(|| format!("{value:.4}"))
}

/// The time of an epoch value in seconds or milliseconds, if it is in a plausible year.
fn time(value: &Value) -> Option<String> {
    const YEARS: std::ops::Range<f64> = 1e9..4e9;
    let number = value.as_f64()?;
    let seconds = if YEARS.contains(&number) { number } else { number / 1e3 };
    if !YEARS.contains(&seconds) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is within these years, and a fraction is left out"
    )]
    let time = Timestamp::from_second(seconds as i64).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(value: &Value, lists: Lists) -> Vec<(String, String)> {
        of(value, lists).into_iter().map(|(path, cell)| (path.text(), cell.text)).collect()
    }

    #[test]
    fn nested_values_are_named_by_their_path() {
        let value = json!({ "mac": "5c", "radio": { "band_5": { "channel": 36 } }, "tags": ["a", 1], "ports": [{ "up": true }], "gone": null });
        let pairs = |lists| {
            let texts = texts(&value, lists);
            texts.into_iter().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>()
        };
        assert_eq!(pairs(Lists::Counted), ["mac=5c", "radio.band_5.channel=36", "tags=a, 1", "ports=[1]"]);
        assert_eq!(pairs(Lists::Apart).last().unwrap(), "ports.0.up=true");
    }

    #[test]
    fn a_time_is_readable_and_another_number_stays() {
        let text = |name: &str, value: Value| texts(&json!({ name: value }), Lists::Counted).remove(0).1;
        for value in [json!(1_795_389_660), json!(1_795_389_660.25), json!(1_795_389_660_250_i64)] {
            assert_eq!(text("last_seen", value.clone()), "2026-11-22 23:21:00Z", "{value}");
        }
        assert_eq!(text("rx_bytes", json!(1_795_389_660)), "1795389660");
        assert_eq!(text("last_seen", json!(12)), "12");
    }

    #[test]
    fn a_fraction_is_rounded_and_every_other_number_stays() {
        let text = |value: Value| texts(&json!({ "x": value }), Lists::Counted).remove(0).1;
        assert_eq!(text(json!(0.989_329_556_185_080_2)), "0.9893");
        for kept in [json!(0.5), json!(1.0), json!(-92), json!(1e-9), json!(12_345_678_901_234_567_u64)] {
            assert_eq!(text(kept.clone()), kept.to_string());
        }
    }

    #[test]
    fn a_terminal_gets_nothing_to_obey() {
        let cells = of(&json!({ "ssid": "cafe\u{1b}[2J\nfree\u{9b}1m" }), Lists::Counted);
        assert!(cells[0].1.text.chars().all(|letter| !letter.is_control()), "{cells:?}");
    }
}
