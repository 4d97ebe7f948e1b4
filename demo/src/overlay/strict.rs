//! Deserialization that refuses unknown fields, with a suggestion.

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor},
    forward_to_deserialize_any,
};
use serde_json::{Error, Value};

use super::names::remedy;

/// Reads an object as a type; the error names the field.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| {
        let (path, problem) = (error.path().to_string(), error.into_inner());
        if path == "." { problem.to_string() } else { format!("{path}: {problem}") }
    })
}

/// A value whose fields have to be those of the struct that is read from it.
struct Strict(Value);

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // A struct is read from a list as well, where nobody says what it needs.
        let Value::Object(object) = &self.0 else { return Err(Error::custom("an object is required")) };
        if let Some(unknown) = object.keys().find(|key| !fields.contains(&key.as_str())) {
            let remedy = remedy(unknown, fields.iter().copied());
            return Err(Error::custom(format!("unknown field \"{unknown}\"{remedy}")));
        }
        self.0.deserialize_struct(name, fields, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
