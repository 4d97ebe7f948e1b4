//! One or several values, separated by commas: [`Several`].

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::{Arg, Mismatch, QueryValue, names, texts};

/// Parameter type with one or several values of another type, separated by commas: `36` or `36,40`.
///
/// Values of a [`Choice`](super::Choice) are not in the schema, which would exclude several of them: the description of the
/// parameter has to list them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Several<T>(Vec<T>);

impl<T> Several<T> {
    /// The values, in the order of the call.
    pub fn values(&self) -> &[T] {
        &self.0
    }
}

impl<T: Arg> Arg for Several<T> {
    const DESCRIPTION: &'static str = T::DESCRIPTION;
    const BRIEF: &'static str = T::BRIEF;

    fn schema() -> Schema {
        // Mist's document gives the type of one number, also where several are taken.
        match T::schema().get("type").and_then(Value::as_str) {
            Some(number @ ("integer" | "number")) => json_schema!({ "type": number }),
            _ => json_schema!({ "type": "string" }),
        }
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let names = names(value)?;
        if names.is_empty() {
            return T::read(value).map(|only| Self(vec![only]));
        }
        let values = names.into_iter().map(|name| T::read(&name.into()));
        values
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|mismatch| mismatch.and(", or several with commas,"))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(texts(&self.0).join(","))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Choice, Id};

    #[test]
    fn one_or_several_values_are_sent_with_commas() {
        for (written, sent) in [
            (json!(36), "36"),
            (json!("36"), "36"),
            (json!("36, 40,"), "36,40"),
            (json!([36, "40"]), "36,40"),
            (json!("-67,-70"), "-67,-70"),
        ] {
            let read = Several::<i64>::read(&written).map(|several| several.wire());
            assert_eq!(read, Ok(QueryValue::Text(sent.into())), "{written}");
        }
        let ids = "4ac1dcf4-9d8b-7211-65c4-057819f0862b,4AC1DCF4-9d8b-7211-65c4-057819f0862C";
        let read = Several::<Id>::read(&json!(ids)).map(|several| several.wire());
        assert_eq!(read, Ok(QueryValue::Text(ids.to_lowercase())));
    }

    #[test]
    fn one_wrong_value_of_several_is_refused_with_what_is_wanted() {
        for written in [json!("36,x"), json!("x"), json!(["36", "x"]), json!(","), json!(1.5)] {
            let told = Several::<i64>::read(&written).unwrap_err().to_string();
            assert!(told.contains("an integer"), "{written}: {told}");
        }
        assert!(
            Several::<i64>::read(&json!("36,x")).unwrap_err().to_string().contains("several with commas")
        );
        assert!(Several::<Id>::read(&json!("corp")).is_err());
    }

    #[derive(Clone, Copy, Choice, Debug, PartialEq, Eq)]
    enum Kind {
        Ap,
        Switch,
        Gateway,
    }

    #[test]
    fn several_values_of_a_set_are_sent_as_mist_spells_them() {
        for (written, sent) in [
            (json!("switch"), "switch"),
            (json!("Switch, AP"), "switch,ap"),
            (json!(["gateway", "switch"]), "gateway,switch"),
            (json!("[\"ap\"]"), "ap"),
            (json!("ap,"), "ap"),
        ] {
            let read = Several::<Kind>::read(&written).map(|several| several.wire());
            assert_eq!(read, Ok(QueryValue::Text(sent.into())), "{written}");
        }
        assert_eq!(Option::<Several<Kind>>::read(&json!("")), Ok(None));
    }

    #[test]
    fn an_unknown_value_is_refused_with_the_one_that_was_probably_meant() {
        for written in [json!("switches"), json!("ap,switches"), json!(["switches"])] {
            let mismatch = Several::<Kind>::read(&written).unwrap_err();
            let error = crate::Error::argument("type", &written, &mismatch).to_string();
            for words in [
                "one of \"ap\", \"switch\", \"gateway\", or several with commas,",
                "did you mean \"switch\"?",
            ] {
                assert!(error.contains(words), "{words}: {error}");
            }
        }
        assert!(Several::<Kind>::read(&json!(",")).is_err());
    }
}
