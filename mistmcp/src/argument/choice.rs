//! Parameter types with a fixed set of values: [`Choice`].

use std::mem::discriminant;

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::{Arg, Mismatch, NAME, QueryValue};

/// Parameter type with a fixed set of values. Derive it.
pub trait Choice: Copy + Send + Sync + 'static {
    /// Description of parameters of this type; may be empty.
    const DESCRIPTION: &'static str;
    /// A shorter description for the model.
    const BRIEF: &'static str = Self::DESCRIPTION;
    /// The values, each with its spelling at Mist.
    const VALUES: &'static [(&'static str, Self)];
}

#[diagnostic::do_not_recommend]
impl<T: Choice> Arg for T {
    const DESCRIPTION: &'static str = <T as Choice>::DESCRIPTION;
    const BRIEF: &'static str = <T as Choice>::BRIEF;
    const MAX_LENGTH: usize = NAME;

    /// The schema omits an empty value, though it is accepted: some model APIs refuse a schema with
    /// an empty enum value.
    fn schema() -> Schema {
        let spellings: Vec<_> = spellings::<T>().filter(|spelling| !spelling.is_empty()).collect();
        json_schema!({ "type": "string", "enum": spellings })
    }

    /// Ignores case, if only one value matches.
    fn read(value: &Value) -> Result<Self, Mismatch> {
        let written = String::read(value).unwrap_or_default();
        let written = written.trim();
        let exact = T::VALUES.iter().find(|(spelling, _)| *spelling == written);
        let loose = || {
            let mut fitting = T::VALUES.iter().filter(|(spelling, _)| spelling.eq_ignore_ascii_case(written));
            fitting.next().filter(|_| fitting.next().is_none())
        };
        exact.or_else(loose).map(|(_, value)| *value).ok_or_else(|| {
            let spellings: Vec<_> = spellings::<T>().map(|spelling| format!("\"{spelling}\"")).collect();
            Mismatch::wanted(format!("one of {}", spellings.join(", ")))
        })
    }

    fn wire(&self) -> QueryValue {
        T::VALUES
            .iter()
            .find(|(_, value)| discriminant(value) == discriminant(self))
            .map_or(QueryValue::Nothing, |(spelling, _)| QueryValue::Text((*spelling).to_owned()))
    }

    fn is_absent(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) => {
                matches!(text.as_str(), "" | "null") && !spellings::<T>().any(|spelling| spelling == text)
            }
            _ => false,
        }
    }
}

fn spellings<T: Choice>() -> impl Iterator<Item = &'static str> {
    T::VALUES.iter().map(|(spelling, _)| *spelling)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Choice;

    #[derive(Clone, Copy, Choice, Debug, PartialEq)]
    enum Sort {
        #[mist("timestamp")]
        Oldest,
        #[mist("-timestamp")]
        Newest,
        #[mist("")]
        Unsorted,
        SiteId,
    }

    #[test]
    fn a_value_is_spelled_as_mist_spells_it() {
        let spelled: Vec<_> = spellings::<Sort>().collect();
        assert_eq!(spelled, ["timestamp", "-timestamp", "", "site_id"]);
        assert_eq!(Sort::Newest.wire(), QueryValue::Text("-timestamp".into()));
        assert_eq!(Sort::read(&json!("SITE_ID")), Ok(Sort::SiteId));
    }

    #[test]
    fn an_empty_spelling_is_a_value_and_not_nothing() {
        assert_eq!(Option::<Sort>::read(&json!("")), Ok(Some(Sort::Unsorted)));
        assert_eq!(Option::<Sort>::read(&json!(null)), Ok(None));
        assert_eq!(Sort::schema().get("enum"), Some(&json!(["timestamp", "-timestamp", "site_id"])));
    }

    #[test]
    fn an_unknown_value_is_refused_with_the_known_ones() {
        let refused = Sort::read(&json!("newest")).unwrap_err().to_string();
        assert_eq!(refused, r#"one of "timestamp", "-timestamp", "", "site_id""#);
    }
}
