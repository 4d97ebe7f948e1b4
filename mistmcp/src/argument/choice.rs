//! Parameter types with a fixed set of values: [`Choice`].

use std::mem::discriminant;

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::{Arg, Mismatch, NAME, QueryValue};
use crate::suggestion::did_you_mean;

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
        schema_of(spellings::<Self>())
    }

    /// Ignores case, and then spaces, `-` and `_` as well, if only one value matches.
    fn read(value: &Value) -> Result<Self, Mismatch> {
        index(value, &spellings::<Self>()).map(|index| T::VALUES[index].1)
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
                matches!(text.as_str(), "" | "null") && !spellings::<T>().contains(&text.as_str())
            }
            _ => false,
        }
    }
}

fn spellings<T: Choice>() -> Vec<&'static str> {
    collected(&mut T::VALUES.iter().map(|(spelling, _)| *spelling))
}

// Not generic, because there are many types of choices.
fn collected(spellings: &mut dyn Iterator<Item = &'static str>) -> Vec<&'static str> {
    spellings.collect()
}

fn schema_of(mut spellings: Vec<&'static str>) -> Schema {
    spellings.retain(|spelling| !spelling.is_empty());
    json_schema!({ "type": "string", "enum": spellings })
}

fn index(value: &Value, spellings: &[&str]) -> Result<usize, Mismatch> {
    let written = String::read(value).unwrap_or_default();
    let written = written.trim();
    let only = |fits: &dyn Fn(&str) -> bool| {
        let first = spellings.iter().position(|spelling| fits(spelling))?;
        (!spellings[first + 1..].iter().any(|spelling| fits(spelling))).then_some(first)
    };
    let letters = |text: &str| text.replace([' ', '-', '_'], "").to_lowercase();
    let given = letters(written);
    let exact = spellings.iter().position(|spelling| *spelling == written);
    let loose = || only(&|spelling| spelling.eq_ignore_ascii_case(written));
    // A sign at the front is the order of a sort, and not a separator.
    let looser = || only(&|spelling| !spelling.starts_with('-') && letters(spelling) == given);
    let looser = || if written.starts_with('-') || given.is_empty() { None } else { looser() };
    exact.or_else(loose).or_else(looser).ok_or_else(|| {
        let quoted: Vec<_> = spellings.iter().map(|spelling| format!("\"{spelling}\"")).collect();
        let wanted = Mismatch::wanted(format!("one of {}", quoted.join(", ")));
        wanted.suggesting(did_you_mean(written, spellings.iter().copied()).unwrap_or_default())
    })
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
        assert_eq!(spellings::<Sort>(), ["timestamp", "-timestamp", "", "site_id"]);
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
    fn a_value_is_read_without_its_separators_if_that_is_clear() {
        for written in ["site id", "Site-ID", "siteid"] {
            assert_eq!(Sort::read(&json!(written)), Ok(Sort::SiteId), "{written}");
        }
        assert_eq!(Sort::read(&json!("-timestamp")), Ok(Sort::Newest));
        assert!(Sort::read(&json!("- time stamp")).is_err() && Sort::read(&json!("_")).is_err());
    }

    #[test]
    fn an_error_names_the_value_that_was_probably_meant() {
        let error = |value: &str| {
            let value = json!(value);
            crate::Error::argument("sort", &value, &Sort::read(&value).unwrap_err()).to_string()
        };
        assert!(
            error("timestmp").ends_with("is wanted; did you mean \"timestamp\"?"),
            "{}",
            error("timestmp")
        );
        assert!(error("colour").ends_with("is wanted."), "{}", error("colour"));
    }

    #[test]
    fn an_unknown_value_is_refused_with_the_known_ones() {
        let refused = Sort::read(&json!("newest")).unwrap_err().to_string();
        assert_eq!(refused, r#"one of "timestamp", "-timestamp", "", "site_id""#);
    }
}
