//! Validated arguments of a call: [`Arguments`].

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Arg;
use crate::{Error, Result};

/// Arguments of one call, validated against the tool's parameters, with names resolved to ids.
#[derive(Debug)]
pub struct Arguments {
    values: Map<String, Value>,
}

impl Arguments {
    pub(crate) fn new(values: Map<String, Value>) -> Self {
        Self { values }
    }

    /// Removes and parses the value of a parameter, or returns its type's default if it is missing.
    ///
    /// # Errors
    /// The value is not a `T`. The message says what was given and what is expected.
    pub fn take<T: Arg>(&mut self, name: &str) -> Result<T> {
        let value = self.values.remove(name).unwrap_or(Value::Null);
        if T::is_absent(&value)
            && let Some(absent) = T::absent()
        {
            return Ok(absent);
        }
        T::read(&value).map_err(|mismatch| Error::argument(name, &value, &mismatch))
    }

    /// Removes and deserializes a JSON object.
    ///
    /// # Errors
    /// It is missing, or does not deserialize.
    pub fn body<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        let value = self.values.remove(name).unwrap_or(Value::Null);
        serde_path_to_error::deserialize(value)
            .map_err(|error| Error::advice(format!("`{name}` does not fit its schema: {error}.")))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "it is read and never looked at")]
        rows: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "it is read and never looked at")]
        count: u32,
    }

    #[test]
    fn a_mistake_in_a_body_is_named_by_its_path() {
        let Value::Object(values) = json!({ "body": { "rows": [{ "count": 1 }, { "count": "x" }] } }) else {
            panic!("it is an object")
        };
        let error = Arguments::new(values).body::<Outer>("body").unwrap_err().to_string();
        assert!(error.contains("rows[1].count"), "{error}");
    }
}
