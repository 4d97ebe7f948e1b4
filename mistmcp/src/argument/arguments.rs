//! Validated arguments of a call: [`Arguments`].

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Arg, Parsed};
use crate::{Error, Result};

/// Arguments of one call, parsed once as the tool's parameters, with names resolved to ids.
#[derive(Debug, Default)]
pub struct Arguments {
    values: Map<String, Value>,
    parsed: Vec<(&'static str, Parsed)>,
}

impl Arguments {
    /// Arguments of which none is parsed yet.
    pub(crate) fn new(values: Map<String, Value>) -> Self {
        Self { values, parsed: Vec::new() }
    }

    /// The arguments as JSON.
    pub(crate) fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    pub(crate) fn values_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.values
    }

    pub(crate) fn parsed(&self, name: &str) -> Option<&Parsed> {
        self.parsed.iter().find(|(parsed, _)| *parsed == name).map(|(_, parsed)| parsed)
    }

    /// Sets the parsed value of a parameter.
    pub(crate) fn set_parsed(&mut self, name: &'static str, value: Parsed) {
        self.parsed.retain(|(parsed, _)| *parsed != name);
        self.parsed.push((name, value));
    }

    /// Removes the value of a parameter, so that it counts as missing.
    pub(crate) fn clear(&mut self, name: &str) {
        self.values.remove(name);
        self.parsed.retain(|(parsed, _)| *parsed != name);
    }

    /// Removes the value of a parameter as JSON, and as `T` if it was parsed as such.
    fn remove<T: 'static>(&mut self, name: &str) -> (Value, Option<T>) {
        let value = self.values.remove(name).unwrap_or(Value::Null);
        let place = self.parsed.iter().position(|(parsed, _)| *parsed == name);
        let parsed = place.map(|place| self.parsed.swap_remove(place).1);
        (value, parsed.and_then(|parsed| parsed.downcast().ok()).map(|parsed| *parsed))
    }

    /// Removes the value of a parameter, or returns its type's default if it is missing. It is parsed here only if the
    /// parameter has another type.
    ///
    /// # Errors
    /// The value is not a `T`. The message says what was given and what is expected.
    pub fn take<T: Arg>(&mut self, name: &str) -> Result<T> {
        let (value, parsed) = self.remove(name);
        if let Some(parsed) = parsed {
            return Ok(parsed);
        }
        if T::is_absent(&value)
            && let Some(absent) = T::absent()
        {
            return Ok(absent);
        }
        T::read(&value).map_err(|mismatch| Error::argument(name, &value, &mismatch))
    }

    /// Removes a JSON object, which is deserialized here only if the parameter has another type.
    ///
    /// # Errors
    /// It is missing, or does not deserialize.
    pub fn body<T: DeserializeOwned + 'static>(&mut self, name: &str) -> Result<T> {
        let (value, parsed) = self.remove(name);
        if let Some(parsed) = parsed {
            return Ok(parsed);
        }
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
