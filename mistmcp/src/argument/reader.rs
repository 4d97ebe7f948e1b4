//! Type-erased parsers of parameters and bodies: [`ValueReader`], [`BodyReader`].

use std::any::Any;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::error::ErrorKind;
use crate::text::shortened;

use super::{Arg, Fields, Listed, Lookup, Presence, QueryValue, TEXT, length};

/// Parse error of an argument, with what was expected: `an integer of at least 1`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{words}")]
pub struct Mismatch {
    words: String,
    kind: MismatchKind,
    /// `; did you mean "…"?`, or nothing.
    suggestion: String,
}

/// What the words of a mismatch are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MismatchKind {
    /// What is wanted.
    Wanted,
    /// What is wanted, with parts of what was given.
    Quoting,
    /// A sentence of its own.
    Sentence,
}

impl Mismatch {
    /// Creates an error with what was expected, as the continuation of "wanted is".
    pub fn wanted(wanted: impl Into<String>) -> Self {
        Self { words: wanted.into(), kind: MismatchKind::Wanted, suggestion: String::new() }
    }

    /// As [`Self::wanted`], with words that repeat parts of what was given.
    pub(crate) fn quoting(wanted: impl Into<String>) -> Self {
        Self { kind: MismatchKind::Quoting, ..Self::wanted(wanted) }
    }

    /// The words after the name of a flag.
    #[cfg(all(feature = "query", feature = "cli"))]
    pub(crate) fn after(&self, flag: &str) -> String {
        let verb = if self.kind == MismatchKind::Sentence { ":" } else { " takes" };
        format!("{flag}{verb} {}", self.words)
    }

    /// Creates an error with a sentence that says what is wrong and what to do.
    pub(crate) fn sentence(words: impl Into<String>) -> Self {
        Self { kind: MismatchKind::Sentence, ..Self::wanted(words) }
    }

    /// Appends words to what is wanted.
    pub(crate) fn and(self, words: &str) -> Self {
        Self { words: self.words + words, ..self }
    }

    /// Adds `; did you mean "…"?`.
    pub(crate) fn suggesting(self, suggestion: String) -> Self {
        Self { suggestion, ..self }
    }
}

/// A parsed argument or body, of the type that its parameter has in the tool.
pub(crate) type Parsed = Box<dyn Any + Send + Sync>;

/// Type-erased [`Arg`], so that one constant serves all parameters of a type.
#[expect(clippy::struct_excessive_bools, reason = "each is a constant of `Arg`")]
pub struct ValueReader {
    pub(crate) presence: Presence,
    pub(crate) lookup: Option<Lookup>,
    pub(crate) picks_fields: bool,
    pub(crate) in_schema: bool,
    /// Whether it is several of what its lookup resolves.
    pub(crate) several: bool,
    pub(crate) listed: Option<Listed>,
    pub(crate) widens: bool,
    pub(crate) advised: bool,
    pub(crate) schema: fn() -> Schema,
    pub(crate) read: fn(&Value) -> Result<Parsed, Mismatch>,
    pub(crate) wire: fn(&Parsed) -> QueryValue,
    pub(crate) fields: fn(&Parsed) -> Option<&Fields>,
    pub(crate) is_absent: fn(&Value) -> bool,
}

impl ValueReader {
    pub(super) const fn of<T: Arg>() -> Self {
        Self {
            presence: T::PRESENCE,
            lookup: T::LOOKUP,
            picks_fields: T::PICKS_FIELDS,
            in_schema: T::IN_SCHEMA,
            several: T::SEVERAL,
            listed: T::LISTED,
            widens: T::WIDENS,
            advised: T::ADVISED,
            schema: T::schema,
            read: |value| {
                length::check(value, T::MAX_LENGTH)?;
                T::read(value).map(|value| Box::new(value) as Parsed)
            },
            wire: |parsed| parsed.downcast_ref::<T>().map_or(QueryValue::Nothing, T::wire),
            fields: |parsed| parsed.downcast_ref::<T>().and_then(T::fields),
            is_absent: T::is_absent,
        }
    }
}

/// Type-erased [`RequestBody`].
pub(crate) struct BodyReader {
    pub(crate) schema: fn() -> Schema,
    pub(crate) read: fn(&Value) -> Result<Parsed, Mismatch>,
    pub(crate) to_json: fn(&Parsed) -> serde_json::Result<Value>,
}

impl BodyReader {
    pub(crate) const fn of<T: RequestBody>() -> &'static Self {
        const {
            &Self {
                schema: plain_schema::<T>,
                read: |value| {
                    length::check(value, TEXT)?;
                    serde_path_to_error::deserialize(value)
                        .map(|body: T| Box::new(body) as Parsed)
                        .map_err(|error| Mismatch::quoting(format!("its schema ({error})")))
                },
                to_json: |parsed| serde_json::to_value(parsed.downcast_ref::<T>()),
            }
        }
    }
}

/// Inlined schema: no `$ref`, which some clients cannot resolve, and no `$schema` or `title`, which
/// cost tokens.
fn plain_schema<T: JsonSchema>() -> Schema {
    let mut schema = inlined_schema::<T>();
    schemars::transform::transform_subschemas(
        &mut schemars::transform::RecursiveTransform(untitled),
        &mut schema,
    );
    schema
}

/// Inlined schema with its titles.
pub(crate) fn inlined_schema<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    untitled(&mut schema);
    schema
}

fn untitled(schema: &mut Schema) {
    schema.remove("title");
}

/// JSON body of a request: any type with a schema that serializes and deserializes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of a request",
    label = "has no schema, or cannot be read and written",
    note = "derive `JsonSchema`, `Serialize` and `Deserialize` for it"
)]
pub trait RequestBody: JsonSchema + Serialize + DeserializeOwned + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: JsonSchema + Serialize + DeserializeOwned + Send + Sync + 'static> RequestBody for T {}

impl crate::Error {
    /// Creates the error of a missing or invalid argument.
    pub(crate) fn argument(name: &str, value: &Value, mismatch: &Mismatch) -> Self {
        let Mismatch { words, kind: of_words, suggestion } = mismatch;
        let kind = ErrorKind::Arguments;
        if *of_words == MismatchKind::Sentence {
            return Self::own(kind, format!("`{name}`: {words}"));
        }
        let given = shortened(&value.to_string(), 80);
        match value {
            Value::Null => Self::own(kind, format!("`{name}` is missing: {words} is wanted.")),
            _ => {
                let error =
                    Self::own(kind, format!("`{name}` is ")).append_value(name, given).append_own(", but ");
                let error = if *of_words == MismatchKind::Quoting {
                    error.append(words)
                } else {
                    error.append_own(words)
                };
                let end = if suggestion.is_empty() { "." } else { suggestion };
                error.append_own(format!(" is wanted{end}"))
            }
        }
    }
}
