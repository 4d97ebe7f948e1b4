//! Several values of a [`Choice`], separated by commas: [`Choices`].

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::several::read_several;
use super::{Arg, Choice, Mismatch, QueryValue, texts};

/// Parameter type with one or several values of a fixed set, separated by commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices<T>(Vec<T>);

impl<T> Choices<T> {
    /// The values, in the order of the call.
    pub fn values(&self) -> &[T] {
        &self.0
    }
}

impl<T: Choice> Arg for Choices<T> {
    const DESCRIPTION: &'static str = <T as Choice>::DESCRIPTION;
    const BRIEF: &'static str = <T as Choice>::BRIEF;

    /// The values are not in the schema: it would exclude several of them. The description of a parameter lists them.
    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        read_several(value, " or several with commas").map(Self)
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(texts(&self.0).join(","))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Choice;

    #[derive(Clone, Copy, Choice, Debug, PartialEq, Eq)]
    enum Kind {
        Ap,
        Switch,
        Gateway,
    }

    #[test]
    fn one_or_several_values_are_sent_as_mist_spells_them() {
        for (written, sent) in [
            (json!("switch"), "switch"),
            (json!("Switch, AP"), "switch,ap"),
            (json!(["gateway", "switch"]), "gateway,switch"),
            (json!("[\"ap\"]"), "ap"),
            (json!("ap,"), "ap"),
        ] {
            let read = Choices::<Kind>::read(&written).map(|choices| choices.wire());
            assert_eq!(read, Ok(QueryValue::Text(sent.into())), "{written}");
        }
        assert_eq!(Option::<Choices<Kind>>::read(&json!("")), Ok(None));
    }

    #[test]
    fn an_unknown_value_is_refused_with_the_one_that_was_probably_meant() {
        for written in [json!("switches"), json!("ap,switches"), json!(["switches"])] {
            let mismatch = Choices::<Kind>::read(&written).unwrap_err();
            let error = crate::Error::argument("type", &written, &mismatch).to_string();
            for words in
                ["one of \"ap\", \"switch\", \"gateway\" or several with commas", "did you mean \"switch\"?"]
            {
                assert!(error.contains(words), "{words}: {error}");
            }
        }
        assert!(Choices::<Kind>::read(&json!(",")).is_err());
    }
}
