//! Types of tool parameters: [`Arg`] defines a type's schema, its parser for a model's input, and
//! its encoding for Mist.

mod advised;
mod arguments;
mod choice;
mod fields;
mod id;
mod length;
mod mac;
mod name_filter;
mod reader;
mod scalar;
mod several;
mod time;

pub use advised::Advised;
pub use arguments::Arguments;
pub use choice::Choice;
pub use fields::Fields;
pub use id::{DeviceId, Id, MspId, OrgId, SiteId, SiteIds};
pub(crate) use length::{NAME, TEXT};
pub use mac::{Mac, MacFilter, MacForms, MacList, MacPattern, MacPatterns};
pub use name_filter::NameFilter;
pub(crate) use reader::{BodyReader, Parsed, ValueReader, inlined_schema};
pub use reader::{Mismatch, RequestBody};
pub use scalar::UpTo;
pub use several::Several;
pub(crate) use time::is_name_of_time;
pub use time::{RelativeDuration, Time};

use schemars::Schema;
use serde_json::Value;

/// A type that a parameter of a tool can have.
///
/// Parsing is lenient: models send numbers as text and texts as numbers. The schema is strict, so that the next
/// call is better.
///
/// `String`, `bool`, `u32`, `NonZero<u32>`, `i64`, `f64`, `Vec` and `Option` of them, and the types of this crate have it. For an enum derive
/// [`Choice`](macro@crate::Choice); [`Several`] takes several of its values. A type of your own:
///
/// ```
/// use mistmcp::schemars::{Schema, json_schema};
/// use mistmcp::serde_json::Value;
/// use mistmcp::{Arg, Mismatch, QueryValue};
///
/// /// A VLAN's number.
/// pub struct Vlan(u32);
///
/// impl Arg for Vlan {
///     const DESCRIPTION: &'static str = "VLAN, 1 to 4094.";
///
///     fn schema() -> Schema {
///         json_schema!({ "type": "integer", "minimum": 1, "maximum": 4094 })
///     }
///
///     fn read(value: &Value) -> Result<Self, Mismatch> {
///         let number = u32::read(value).ok().filter(|number| (1..=4094).contains(number));
///         number.map(Vlan).ok_or_else(|| Mismatch::wanted("a VLAN from 1 to 4094"))
///     }
///
///     fn wire(&self) -> QueryValue {
///         self.0.wire()
///     }
/// }
/// # assert_eq!(Vlan::read(&"12".into()).ok().map(|vlan| vlan.0), Some(12));
/// # assert!(Vlan::read(&5000.into()).is_err());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter",
    label = "not an `Arg`; a group of parameters takes `#[flatten]`",
    note = "a group, derived with `mistmcp::ParamGroup`: put `#[flatten]` before the parameter",
    note = "an enum of values: derive `mistmcp::Choice` for it",
    note = "anything else: take a type that `mistmcp` has, such as `String`, `u32`, `Id` or `Time`, or implement \
            `mistmcp::Arg`"
)]
pub trait Arg: Sized + Send + Sync + 'static {
    /// Default description of parameters of this type, where name and type are enough.
    const DESCRIPTION: &'static str = "";
    /// A shorter description for the model, which pays for each word of a tool list.
    const BRIEF: &'static str = Self::DESCRIPTION;
    /// Whether the parameter is required.
    const PRESENCE: Presence = Presence::Required;
    /// The lookup that resolves a name, or a missing value.
    const LOOKUP: Option<Lookup> = None;
    /// Whether the value is a field mask for the rows of the answer, as [`Fields`] is.
    const PICKS_FIELDS: bool = false;
    /// Whether the schema of a tool shows the parameter. One that few calls need is accepted without that.
    const IN_SCHEMA: bool = true;
    /// Maximum length of a text in characters. Longer ones are refused before they are parsed. The
    /// default is 64 KiB.
    const MAX_LENGTH: usize = TEXT;
    /// Whether the value is several of what [`Self::LOOKUP`] resolves, with commas between them.
    const SEVERAL: bool = false;
    /// The list of values that Mist knows, if there is one: an error for an unknown value quotes
    /// it.
    const LISTED: Option<Listed> = None;
    /// Whether a search without results is repeated for names that contain the value, as for
    /// [`NameFilter`].
    const WIDENS: bool = false;
    /// Whether Mist may refuse a call without the parameter, although its OpenAPI document makes it
    /// optional; as [`Advised`].
    const ADVISED: bool = false;
    #[doc(hidden)]
    const READER: &'static ValueReader = &ValueReader::of::<Self>();

    /// The JSON schema, without a description.
    fn schema() -> Schema;

    /// Parses the value from a model.
    fn read(value: &Value) -> Result<Self, Mismatch>;

    /// Encodes the value for a path or a query.
    fn wire(&self) -> QueryValue;

    /// The field mask that the value is, if [`Self::PICKS_FIELDS`].
    fn fields(&self) -> Option<&Fields> {
        None
    }

    /// The value of a missing parameter, if it is optional.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether `value` counts as missing: models write `null`, `"null"` and `""`.
    fn is_absent(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) => matches!(text.trim(), "" | "null"),
            _ => false,
        }
    }
}

/// Whether a call must contain a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must be given.
    Required,
    /// It may be missing: the server resolves the value.
    Resolved,
    /// It may be missing, and then nothing is sent.
    Optional,
}

/// List at Mist of the known values of a parameter, such as metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The tool that returns the list. Errors name it if the session has it.
    pub tool: &'static str,
    /// Its path, with placeholders for the call's own arguments:
    /// `/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metrics`. It returns names, or objects keyed
    /// by name.
    pub path: &'static str,
}

/// Lookup at Mist that resolves a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The organization, if none is given.
    Org,
    /// The MSP (managed service provider), when none is named.
    Msp,
    /// A site by its name.
    Site,
    /// A device by its name or MAC address.
    Device,
}

/// Query encoding of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryValue {
    /// Not sent.
    Nothing,
    /// Sent as this text.
    Text(String),
    /// Sent once per item.
    List(Vec<String>),
}

impl<T: Arg> Arg for Option<T> {
    const DESCRIPTION: &'static str = T::DESCRIPTION;
    const BRIEF: &'static str = T::BRIEF;
    const PRESENCE: Presence = Presence::Optional;
    const LOOKUP: Option<Lookup> = T::LOOKUP;
    const PICKS_FIELDS: bool = T::PICKS_FIELDS;
    const IN_SCHEMA: bool = T::IN_SCHEMA;
    const MAX_LENGTH: usize = T::MAX_LENGTH;
    const SEVERAL: bool = T::SEVERAL;
    const LISTED: Option<Listed> = T::LISTED;
    const WIDENS: bool = T::WIDENS;

    fn schema() -> Schema {
        T::schema()
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        if T::is_absent(value) { Ok(None) } else { T::read(value).map(Some) }
    }

    fn wire(&self) -> QueryValue {
        self.as_ref().map_or(QueryValue::Nothing, T::wire)
    }

    fn fields(&self) -> Option<&Fields> {
        self.as_ref().and_then(T::fields)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(value: &Value) -> bool {
        T::is_absent(value)
    }
}

impl<T: Arg> Arg for Vec<T> {
    const DESCRIPTION: &'static str = T::DESCRIPTION;
    const BRIEF: &'static str = T::BRIEF;
    // The limit applies to all items together; each may be a name.
    const MAX_LENGTH: usize = if T::MAX_LENGTH > TEXT { T::MAX_LENGTH } else { TEXT };

    fn schema() -> Schema {
        schemars::json_schema!({ "type": "array", "items": T::schema() })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        match value {
            Value::Array(items) => items.iter().map(T::read).collect(),
            Value::String(text) if text.trim_start().starts_with('[') => {
                match serde_json::from_str::<Vec<Value>>(text) {
                    Ok(items) => items.iter().map(T::read).collect(),
                    Err(_) => T::read(value).map(|only| vec![only]),
                }
            }
            _ => T::read(value).map(|only| vec![only]),
        }
    }

    fn wire(&self) -> QueryValue {
        QueryValue::List(texts(self))
    }
}

/// The texts that are sent for some values.
fn texts<T: Arg>(values: &[T]) -> Vec<String> {
    let texts = values.iter().filter_map(|value| match value.wire() {
        QueryValue::Text(text) => Some(text),
        QueryValue::Nothing | QueryValue::List(_) => None,
    });
    texts.collect()
}

/// Parses names from a list, a single name, or a comma-separated text.
pub(crate) fn names(value: &Value) -> Result<Vec<String>, Mismatch> {
    let items = Vec::<String>::read(value)?;
    let names = items.iter().flat_map(|item| item.split(',')).map(str::trim);
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}
