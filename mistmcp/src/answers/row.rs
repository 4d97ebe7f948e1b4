//! Rows of a data source, read leniently: [`Rows`] and [`Row`].

use serde_json::Value;

use crate::Mac;

/// The rows of a data source. Where it could not be read there are none, and [`is_seen`](Self::is_seen) is false.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    values: Vec<Value>,
    seen: bool,
    cut: bool,
    total: Option<usize>,
}

/// One row, or a value in it. A field that is missing, `null` or of another type reads as `None`.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a>(&'a Value);

impl Rows {
    /// The rows of an answer: a list, the `results` of an object, or the object itself.
    pub fn of(answer: Value) -> Self {
        let total = answer.get("results").and(answer.get("total")).and_then(Value::as_u64);
        let total = total.and_then(|total| usize::try_from(total).ok());
        let values = match answer {
            Value::Array(rows) => rows,
            Value::Object(mut object) => match object.get_mut("results").map(Value::take) {
                Some(Value::Array(rows)) => rows,
                Some(_) => Vec::new(),
                None => vec![Value::Object(object)],
            },
            _ => Vec::new(),
        };
        Self { values: values.into_iter().filter(Value::is_object).collect(), seen: true, cut: false, total }
    }

    /// The number of rows of an answer.
    pub(super) fn count(answer: &Value) -> usize {
        let rows = match answer {
            Value::Array(rows) => rows,
            Value::Object(object) => match object.get("results") {
                Some(Value::Array(rows)) => rows,
                Some(_) => return 0,
                None => return 1,
            },
            _ => return 0,
        };
        rows.iter().filter(|row| row.is_object()).count()
    }

    /// Whether the data source was read. If so, no rows mean that there are none.
    pub fn is_seen(&self) -> bool {
        self.seen
    }

    /// Whether the data source was read to its end: it is seen and not cut.
    pub fn is_whole(&self) -> bool {
        self.seen && !self.cut
    }

    /// A fact about the rows, if all of them were read: a count of some of them is none.
    pub fn if_whole<T>(&self, fact: T) -> Option<T> {
        self.is_whole().then_some(fact)
    }

    /// Whether there are more rows than those that were read, so that a row which is missing says nothing.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The number of rows that Mist counts, at least those that were read.
    pub fn total(&self) -> usize {
        self.total.unwrap_or_default().max(self.len())
    }

    /// The same rows as the first ones of a longer list.
    #[must_use]
    pub fn cut(self) -> Self {
        Self { cut: true, ..self }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The rows.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + Clone {
        self.values.iter().map(Row)
    }

    /// The first row.
    pub fn first(&self) -> Option<Row<'_>> {
        self.values.first().map(Row)
    }

    /// Appends the rows of another data source. Both must be seen for the whole to be seen.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.values.extend(other.values);
        Self { seen: self.seen && other.seen, cut: self.cut || other.cut, ..self }
    }
}

impl<'a> Row<'a> {
    /// A row with this value.
    pub fn of(value: &'a Value) -> Self {
        Self(value)
    }

    /// The value.
    pub fn value(self) -> &'a Value {
        self.0
    }

    /// The value at a path with dots, such as `radio_stat.band_5.channel`; `null` if there is none. The empty path is
    /// the row itself.
    pub fn at(self, path: &str) -> Self {
        static NULL: Value = Value::Null;
        let steps = path.split('.').filter(|step| !step.is_empty());
        Self(steps.fold(self.0, |value, step| value.get(step).unwrap_or(&NULL)))
    }

    /// Whether there is a value.
    pub fn has(self, path: &str) -> bool {
        !self.at(path).0.is_null()
    }

    /// A text that is not empty. Numbers become text, and of a list the first item is taken.
    pub fn text(self, path: &str) -> Option<String> {
        match self.single(path) {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A text, or else this one.
    pub fn text_or(self, path: &str, otherwise: &str) -> String {
        self.text(path).unwrap_or_else(|| otherwise.to_owned())
    }

    /// All texts of a list, or the only one.
    pub fn texts(self, path: &str) -> Vec<String> {
        match self.at(path).0 {
            Value::Array(items) => items.iter().filter_map(|item| Row(item).text("")).collect(),
            _ => self.text(path).into_iter().collect(),
        }
    }

    /// Whether a text, or one of a list of them, is this one in any letter case.
    pub fn is(self, path: &str, wanted: &str) -> bool {
        self.texts(path).iter().any(|text| text.eq_ignore_ascii_case(wanted))
    }

    /// A finite number, also from text.
    pub fn number(self, path: &str) -> Option<f64> {
        let number = match self.single(path) {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite())
    }

    /// A whole number, also from text; fractions are cut off. It is within ±2^53, so that sums and small multiples of
    /// numbers in rows cannot overflow.
    #[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates")]
    pub fn integer(self, path: &str) -> Option<i64> {
        const MOST: i64 = 1 << 53;
        let number = match self.single(path) {
            Value::Number(number) if number.is_i64() => number.as_i64(),
            _ => self.number(path).map(|number| number as i64),
        };
        number.map(|number| number.clamp(-MOST, MOST))
    }

    /// A truth value, also from text or 0 and 1.
    pub fn flag(self, path: &str) -> Option<bool> {
        match self.single(path) {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Some(true),
                "false" | "no" | "0" => Some(false),
                _ => None,
            },
            Value::Number(number) => number.as_f64().map(|number| number != 0.0),
            _ => None,
        }
    }

    /// A time in epoch seconds, before the year 2200: from seconds, milliseconds, text of either, or ISO 8601. What is
    /// outside stands for no time, such as 0, or the end of a certificate that has none.
    #[expect(clippy::cast_possible_truncation, reason = "the bounds keep it within an i64")]
    pub fn time(self, path: &str) -> Option<i64> {
        const SECONDS: std::ops::Range<f64> = 1.0..7_258_118_400.0;
        /// Since the year 2000.
        const MILLISECONDS: std::ops::Range<f64> = 946_684_800_000.0..7_258_118_400_000.0;
        if let Some(number) = self.number(path) {
            let seconds = if MILLISECONDS.contains(&number) { number / 1000.0 } else { number };
            return SECONDS.contains(&seconds).then_some(seconds as i64);
        }
        let time = self.text(path)?.parse::<jiff::Timestamp>().ok()?.as_second();
        (SECONDS.start as i64..SECONDS.end as i64).contains(&time).then_some(time)
    }

    /// A MAC address as Mist writes it: twelve digits in lower case.
    pub fn mac(self, path: &str) -> Option<String> {
        self.text(path).and_then(|text| Mac::parse(&text)).map(|mac| mac.as_str().to_owned())
    }

    /// All MAC addresses of a list, or the only one.
    pub fn macs(self, path: &str) -> Vec<String> {
        let macs = self.texts(path).into_iter().filter_map(|text| Mac::parse(&text));
        macs.map(|mac| mac.as_str().to_owned()).collect()
    }

    /// The objects of a list, or the only one.
    pub fn rows(self, path: &str) -> impl Iterator<Item = Row<'a>> {
        let value = self.at(path).0;
        let items = match value {
            Value::Array(items) => items.as_slice(),
            Value::Object(_) => std::slice::from_ref(value),
            _ => &[],
        };
        items.iter().filter(|item| item.is_object()).map(Row)
    }

    /// The fields of an object.
    pub fn fields(self, path: &str) -> impl Iterator<Item = (&'a str, Row<'a>)> {
        let fields = self.at(path).0.as_object();
        fields.into_iter().flatten().map(|(name, value)| (name.as_str(), Row(value)))
    }

    /// The value, or the first item of a list.
    fn single(self, path: &str) -> &'a Value {
        let value = self.at(path).0;
        match value {
            Value::Array(items) => items.first().unwrap_or(value),
            _ => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_in_every_form_that_mist_has_sent() {
        let value = json!({
            "n": "-71.5", "i": [12], "big": 1_795_890_000_000_i64, "iso": "2026-11-29T05:00:00Z", "yes": "true", "no": 0,
            "mac": "5C:5B:35:00:00:01", "names": ["a", null, 3], "deep": { "list": [{ "x": 1 }, null, 2] }, "empty": " ",
        });
        let row = Row::of(&value);
        assert_eq!(row.number("n"), Some(-71.5));
        assert_eq!(row.integer("n"), Some(-71));
        assert_eq!(row.integer("i"), Some(12));
        for (large, wanted) in
            [(json!(i64::MAX), 1 << 53), (json!("-1e300"), -(1 << 53)), (json!(u64::MAX), 1 << 53)]
        {
            assert_eq!(Row::of(&large).integer(""), Some(wanted), "{large}");
        }
        assert_eq!(row.time("big"), Some(1_795_890_000));
        assert_eq!(row.time("iso"), Some(1_795_928_400));
        for no_time in [
            json!(0),
            json!(-1),
            json!(99_999_999_999_i64),
            json!(253_402_300_799_i64),
            json!("9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Row::of(&no_time).time(""), None, "{no_time}");
        }
        assert_eq!((row.flag("yes"), row.flag("no"), row.flag("n")), (Some(true), Some(false), None));
        assert_eq!(row.mac("mac").as_deref(), Some("5c5b35000001"));
        assert_eq!(row.texts("names"), ["a", "3"]);
        assert_eq!(row.rows("deep.list").count(), 1);
        assert_eq!(row.text("empty"), None);
    }

    #[test]
    fn values_of_another_type_and_missing_ones_read_as_none() {
        for value in
            [json!(null), json!([]), json!({}), json!("x"), json!([null]), json!({ "a": { "b": [] } })]
        {
            let row = Row::of(&value);
            for path in ["", "a", "a.b", "a.b.c", "..", "0"] {
                let _ = (row.text(path), row.texts(path), row.macs(path), row.fields(path).count());
                assert_eq!(
                    (row.number(path), row.integer(path), row.time(path)),
                    (None, None, None),
                    "{value} {path}"
                );
                assert_eq!((row.flag(path), row.mac(path)), (None, None), "{value} {path}");
            }
        }
    }

    #[test]
    fn rows_come_from_lists_results_and_objects_and_others_are_left_out() {
        assert_eq!(Rows::of(json!([{}, null, 1, { "a": 1 }])).len(), 2);
        assert_eq!(Rows::of(json!({ "results": [{ "a": 1 }], "total": 1 })).len(), 1);
        assert_eq!(Rows::of(json!({ "a": 1 })).len(), 1);
        for nothing in [json!(null), json!({ "results": null }), json!("x"), json!([])] {
            let rows = Rows::of(nothing);
            assert!(rows.is_empty() && rows.is_seen());
        }
        assert!(!Rows::default().is_seen());
        let counted = |total: Value| Rows::of(json!({ "results": [{}], "total": total })).total();
        assert_eq!((counted(json!(7)), counted(json!(null)), counted(json!(0))), (7, 1, 1));
        let cut = Rows::of(json!([{}])).cut();
        assert!(cut.is_cut() && cut.and(Rows::of(json!([]))).is_cut() && !Rows::of(json!([])).is_cut());
    }
}
