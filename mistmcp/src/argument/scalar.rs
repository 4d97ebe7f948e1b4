//! Scalar parameter types: texts, booleans and numbers.

use std::num::NonZero;

use schemars::{Schema, json_schema};
use serde_json::{Number, Value};

use super::{Arg, Mismatch, NAME, QueryValue};

impl Arg for String {
    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::String(text) => Ok(crate::text::restored(text).into_owned()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(flag) => Ok(flag.to_string()),
            // Mist's texts of several values are comma-separated.
            Value::Array(items) if !items.is_empty() && !items.iter().any(Value::is_array) => {
                Ok(items.iter().map(Self::read).collect::<Result<Vec<_>, _>>()?.join(","))
            }
            _ => Err(Mismatch::wanted("a text")),
        }
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.clone())
    }
}

impl Arg for bool {
    const MAX_LENGTH: usize = NAME;

    fn schema() -> Schema {
        json_schema!({ "type": "boolean" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let text = match value {
            Value::Bool(flag) => return Ok(*flag),
            Value::String(text) => text.trim().to_ascii_lowercase(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        match text.as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(Mismatch::wanted("true or false")),
        }
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.to_string())
    }
}

impl Arg for f64 {
    const MAX_LENGTH: usize = NAME;

    fn schema() -> Schema {
        json_schema!({ "type": "number" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        number(value)
            .and_then(|number| number.as_f64())
            .filter(|number| number.is_finite())
            .ok_or_else(|| Mismatch::wanted("a number"))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.to_string())
    }
}

/// Integers, each with what reads it.
macro_rules! integers {
    ($($type:ty: |$value:ident| $read:expr;)+) => {
        $(impl Arg for $type {
            const MAX_LENGTH: usize = NAME;

            fn schema() -> Schema {
                json_schema!({ "type": "integer" })
            }

            fn read($value: &Value) -> Result<Self, Mismatch> {
                $read
            }

            fn wire(&self) -> QueryValue {
                QueryValue::Text(self.to_string())
            }
        })+
    };
}

integers! {
    i64: |value| integer(value).ok_or_else(|| Mismatch::wanted("an integer"));
    u32: |value| unsigned(value).ok_or_else(|| out_of_range(value, 0));
    NonZero<u32>: |value| unsigned(value).and_then(NonZero::new).ok_or_else(|| out_of_range(value, 1));
}

/// A number from 1 to `MOST`, such as that of the rows of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpTo<const MOST: u32>(u32);

impl<const MOST: u32> UpTo<MOST> {
    /// The number.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

impl<const MOST: u32> Arg for UpTo<MOST> {
    const MAX_LENGTH: usize = NAME;

    fn schema() -> Schema {
        u32::schema()
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let number = u32::read(value).ok().filter(|number| (1..=MOST).contains(number));
        number.map(Self).ok_or_else(|| Mismatch::wanted(format!("an integer from 1 to {MOST}")))
    }

    fn wire(&self) -> QueryValue {
        self.0.wire()
    }
}

/// What is wanted in place of a value that is no `u32` of at least `least`. The upper bound is named where it is exceeded.
fn out_of_range(value: &Value, least: u32) -> Mismatch {
    let is_above =
        number(value).and_then(|number| number.as_f64()).is_some_and(|number| number > u32::MAX.into());
    Mismatch::wanted(if is_above {
        format!("an integer from {least} to {}", u32::MAX)
    } else {
        format!("an integer of at least {least}")
    })
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Parses a whole number, also from `100.0` or `"100"`.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers that an i64 can hold get there")]
fn integer(value: &Value) -> Option<i64> {
    let number = number(value)?;
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        let whole = float.fract() == 0.0 && float.abs() < 9.0e15;
        whole.then_some(float as i64)
    })
}

fn unsigned(value: &Value) -> Option<u32> {
    integer(value)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_taken_as_text_and_as_a_whole_float() {
        for value in [json!(100), json!("100"), json!(" 100 "), json!(100.0), json!("1e2")] {
            assert_eq!(i64::read(&value), Ok(100), "{value}");
        }
        for value in [json!(1.5), json!("many"), json!(true), json!([]), json!("")] {
            assert!(i64::read(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_bound_is_named() {
        assert_eq!(u32::read(&json!(-1)), Err(Mismatch::wanted("an integer of at least 0")));
        assert_eq!(NonZero::<u32>::read(&json!(0)), Err(Mismatch::wanted("an integer of at least 1")));
        for above in [json!(1_000_000_000_000_u64), json!("4294967296"), json!(1e300)] {
            let wanted = |least| Err(Mismatch::wanted(format!("an integer from {least} to 4294967295")));
            assert_eq!(
                (u32::read(&above).map(|_| ()), NonZero::<u32>::read(&above).map(|_| ())),
                (wanted(0), wanted(1))
            );
        }
    }

    #[test]
    fn a_boolean_is_taken_in_any_spelling_and_sent_in_one() {
        for value in [json!(true), json!("true"), json!("True"), json!(1)] {
            assert_eq!(bool::read(&value).map(|flag| flag.wire()), Ok(QueryValue::Text("true".into())));
        }
        assert!(bool::read(&json!("maybe")).is_err());
    }

    #[test]
    fn a_single_value_or_a_text_is_accepted_as_a_list() {
        let two = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(Vec::<String>::read(&json!("a")), Ok(vec!["a".to_owned()]));
        assert_eq!(Vec::<String>::read(&json!(["a", "b"])), Ok(two.clone()));
        assert_eq!(Vec::<String>::read(&json!("[\"a\",\"b\"]")), Ok(two));
    }

    #[test]
    fn null_and_its_spellings_count_as_missing() {
        for value in [json!(null), json!("null"), json!(""), json!("  ")] {
            assert_eq!(Option::<String>::read(&value), Ok(None), "{value}");
        }
    }
}
