//! JSON parser with bounded memory for large answers ([`with_rows`]). Parsed values take many times the bytes of
//! their text, so only some rows of a long list are kept, and the others are counted.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::Error;
use crate::error::ErrorKind;

/// Maximum memory of all values of an answer.
const VALUES: usize = 128 << 20;
/// Maximum memory of the rows of its lists: many times what any client receives.
const ROWS: usize = 48 << 20;

/// A parsed answer with the number of omitted rows of each list, by its name (empty for a top-level list).
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) value: Value,
    pub(crate) omitted: BTreeMap<String, usize>,
}

/// Why an answer could not be parsed.
#[derive(Debug)]
pub(crate) enum Unparsed {
    TooLarge,
    NotJson(serde_json::Error),
}

impl Unparsed {
    pub(crate) fn too_large() -> Error {
        Error::new(
            ErrorKind::Size,
            "Mist's answer has more values than can be held at once. Ask for less: a lower `limit`, a smaller window, a \
             filter.",
        )
    }
}

/// Parses all of an answer.
pub(super) fn whole(text: &[u8]) -> Result<Value, Unparsed> {
    let mut meter = Meter { left: VALUES, is_exceeded: false };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let parsed = Node(&mut meter).deserialize(&mut deserializer);
    let parsed = parsed.and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| if meter.is_exceeded { Unparsed::TooLarge } else { Unparsed::NotJson(error) })
}

/// Parses an answer, keeping as many rows of its lists as fit. `pick` reduces each row before it is kept; it also
/// gets the row's index.
pub(super) fn with_rows(text: &[u8], pick: impl FnMut(usize, &mut Value)) -> Result<Parsed, Unparsed> {
    let meter = Meter { left: VALUES, is_exceeded: false };
    let mut rows = Rows { meter, left: ROWS, omitted: BTreeMap::new(), pick };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let parsed = Top(&mut rows, "").deserialize(&mut deserializer);
    let parsed = parsed.and_then(|value| deserializer.end().map(|()| value));
    match parsed {
        Ok(value) => Ok(Parsed { value, omitted: rows.omitted }),
        Err(_) if rows.meter.is_exceeded => Err(Unparsed::TooLarge),
        Err(error) => Err(Unparsed::NotJson(error)),
    }
}

/// Memory left for values.
struct Meter {
    left: usize,
    is_exceeded: bool,
}

impl Meter {
    fn charge<E: serde::de::Error>(&mut self, bytes: usize) -> Result<(), E> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.is_exceeded = true;
                Err(E::custom("too many values"))
            }
        }
    }
}

/// Overhead of an allocation.
const ALLOCATION: usize = 16;
const NODE: usize = size_of::<Value>();
/// A member of an object: its hash, table index, and key.
const MEMBER: usize = size_of::<String>() + 2 * size_of::<usize>() + ALLOCATION;

fn weight(value: &Value) -> usize {
    NODE + match value {
        Value::String(text) => text.len() + ALLOCATION,
        Value::Array(items) => ALLOCATION + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            ALLOCATION
                + members.iter().map(|(name, value)| MEMBER + name.len() + weight(value)).sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Any value, charged to the meter.
struct Node<'a>(&'a mut Meter);

/// The top-level value or a member of it, whose lists are rows.
struct Top<'a, 'n, P>(&'a mut Rows<P>, &'n str);

struct Rows<P> {
    meter: Meter,
    left: usize,
    omitted: BTreeMap<String, usize>,
    pick: P,
}

/// All of a visitor but its lists and objects. It has `scalar` for the other values.
macro_rules! scalars {
    () => {
        type Value = Value;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("JSON")
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
            self.scalar(Value::Null)
        }

        scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str, visit_string: String);
    };
    ($($visit:ident: $type:ty),+) => {
        $(fn $visit<E: serde::de::Error>(self, value: $type) -> Result<Value, E> {
            self.scalar(value.into())
        })+
    };
}

impl Node<'_> {
    fn scalar<E: serde::de::Error>(self, value: Value) -> Result<Value, E> {
        self.0.charge(weight(&value))?;
        Ok(value)
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    scalars!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.0.charge(NODE + ALLOCATION)?;
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(Node(self.0))? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.0.charge(NODE + ALLOCATION)?;
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.0.charge(MEMBER + name.len())?;
            let value = members.next_value_seed(Node(self.0))?;
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

impl<P> Top<'_, '_, P> {
    fn scalar<E: serde::de::Error>(self, value: Value) -> Result<Value, E> {
        Node(&mut self.0.meter).scalar(value)
    }
}

impl<'de, P: FnMut(usize, &mut Value)> DeserializeSeed<'de> for Top<'_, '_, P> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: FnMut(usize, &mut Value)> Visitor<'de> for Top<'_, '_, P> {
    scalars!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let Self(rows, name) = self;
        let (mut kept, mut omitted) = (Vec::new(), 0);
        while omitted == 0 {
            let mut meter = Meter { left: VALUES, is_exceeded: false };
            let row = items.next_element_seed(Node(&mut meter));
            rows.meter.is_exceeded |= meter.is_exceeded;
            let Some(mut row) = row? else { return Ok(Value::Array(kept)) };
            (rows.pick)(kept.len(), &mut row);
            match rows.left.checked_sub(weight(&row)) {
                Some(left) => {
                    rows.left = left;
                    kept.push(row);
                }
                // The first row is kept however large it is; it is truncated later.
                None if kept.is_empty() => {
                    rows.left = 0;
                    kept.push(row);
                }
                None => omitted = 1,
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {
            omitted += 1;
        }
        rows.omitted.insert(name.to_owned(), omitted);
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.0.meter.charge(MEMBER + name.len())?;
            let value = if self.1.is_empty() {
                members.next_value_seed(Top(self.0, &name))?
            } else {
                members.next_value_seed(Node(&mut self.0.meter))?
            };
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_equal_those_of_serde_json() {
        for text in [
            "null",
            "true",
            "-1",
            "18446744073709551615",
            "1.5",
            "\"a\\u00fc\"",
            "[]",
            "{}",
            r#"[1, [2, {"a": [null]}], {"b": {"c": "d", "e": []}}]"#,
            r#"{"results": [{"id": 1}, {"id": 2}], "total": 2, "x": {"y": [1, {"z": []}]}}"#,
        ] {
            let wanted: Value = serde_json::from_str(text).unwrap();
            assert_eq!(whole(text.as_bytes()).unwrap(), wanted);
            let parsed = with_rows(text.as_bytes(), |_, _| {}).unwrap();
            assert_eq!((parsed.value, parsed.omitted.len()), (wanted, 0));
        }
        for text in ["[1", "{\"a\":}", "[1] 2", ""] {
            assert!(matches!(whole(text.as_bytes()), Err(Unparsed::NotJson(_))), "{text}");
            assert!(matches!(with_rows(text.as_bytes(), |_, _| {}), Err(Unparsed::NotJson(_))), "{text}");
        }
    }

    #[test]
    fn a_long_list_is_cut_and_all_rows_are_counted() {
        const COUNT: usize = 2_000_000;
        let list = format!("[{}1]", "1,".repeat(COUNT - 1));
        for (text, name) in
            [(list.clone(), ""), (format!(r#"{{"a":[2],"results":{list},"b":3}}"#), "results")]
        {
            let parsed = with_rows(text.as_bytes(), |_, _| {}).unwrap();
            let rows = if name.is_empty() { &parsed.value } else { &parsed.value[name] };
            let kept = rows.as_array().unwrap().len();
            assert!(kept > 100_000 && kept < COUNT, "{kept}");
            assert_eq!(parsed.omitted, BTreeMap::from([(name.to_owned(), COUNT - kept)]));
            assert!(weight(&parsed.value) <= ROWS + 1_000);
        }
        assert!(matches!(whole(list.as_bytes()), Err(Unparsed::TooLarge)));
        let deep = format!(r#"{{"a":{{"b":{list}}}}}"#);
        assert!(matches!(with_rows(deep.as_bytes(), |_, _| {}), Err(Unparsed::TooLarge)));
    }

    #[test]
    fn reduced_rows_take_less_memory() {
        let row = json!({ "id": 1, "text": "x".repeat(1_000) }).to_string();
        let text = format!("[{row}{}]", format!(",{row}").repeat(59_999));
        let all = with_rows(text.as_bytes(), |_, _| {}).unwrap();
        assert!(!all.omitted.is_empty());
        let picked = with_rows(text.as_bytes(), |_, row| *row = row["id"].clone()).unwrap();
        assert_eq!((picked.value.as_array().unwrap().len(), picked.omitted.len()), (60_000, 0));
    }
}
