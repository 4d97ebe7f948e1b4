use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Arg;
use crate::{Error, Result};

/// The arguments of one call, checked against the tool's parameters, with names turned into ids.
#[derive(Debug)]
pub struct Arguments {
    values: Map<String, Value>,
}

impl Arguments {
    pub(crate) fn new(values: Map<String, Value>) -> Self {
        Self { values }
    }

    /// Takes one out: the value of a parameter, or what its type has for one that was left out.
    ///
    /// # Errors
    /// It cannot be read as a `T`: advice that says what came and what is wanted.
    pub fn take<T: Arg>(&mut self, name: &str) -> Result<T> {
        let value = self.values.remove(name).unwrap_or(Value::Null);
        if T::is_absent(&value)
            && let Some(absent) = T::absent()
        {
            return Ok(absent);
        }
        T::read(&value).map_err(|mismatch| Error::argument(name, &value, &mismatch))
    }

    /// Takes an object out, as JSON.
    ///
    /// # Errors
    /// It is left out, or does not deserialize.
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
    fn what_does_not_fit_a_body_is_named_by_its_place() {
        let Value::Object(values) = json!({ "body": { "rows": [{ "count": 1 }, { "count": "x" }] } }) else {
            panic!("it is an object")
        };
        let error = Arguments::new(values).body::<Outer>("body").unwrap_err().to_string();
        assert!(error.contains("rows[1].count"), "{error}");
    }
}
