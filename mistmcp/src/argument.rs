//! What a parameter's type is: its schema, how it is read from what a model sent, and how Mist spells it.

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
mod time;

pub use advised::Advised;
pub use arguments::Arguments;
pub use choice::Choice;
pub use fields::Fields;
pub use id::{DeviceId, Id, OrgId, SiteId};
pub(crate) use length::{NAME, TEXT};
pub use mac::{Mac, MacFilter};
pub use name_filter::NameFilter;
pub(crate) use reader::{BodyReader, ValueReader, inlined_schema};
pub use reader::{Mismatch, RequestBody};
pub use time::{RelativeDuration, Time};

use schemars::Schema;
use serde_json::Value;

/// A type that a parameter of a tool can have.
///
/// Reading is forgiving: models send numbers as text and texts as numbers. The schema is strict, so that the next
/// call is better.
///
/// `String`, `bool`, `u32`, `NonZero<u32>`, `i64`, `f64`, `Vec` and `Option` of them, and the types of this crate have it. For an enum derive
/// [`Choice`](macro@crate::Choice). A type of your own:
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
pub trait Arg: Sized {
    /// What parameters of this type mean, where their name and type say all there is to say.
    const DESCRIPTION: &'static str = "";
    /// The same in fewer words, for the model, which pays for each word of a tool list.
    const BRIEF: &'static str = Self::DESCRIPTION;
    /// Whether a call has to name the parameter.
    const PRESENCE: Presence = Presence::Required;
    /// What is looked up when the value is a name, or when there is none.
    const LOOKUP: Option<Lookup> = None;
    /// Whether the value names the fields that the answer keeps of each row, as [`Fields`] reads them.
    const PICKS_FIELDS: bool = false;
    /// The longest text that is taken, in characters. Longer ones are refused before they are read. 64 KiB where a type
    /// says nothing.
    const MAX_LENGTH: usize = TEXT;
    /// Where Mist lists the values that it knows, if it does: told where it knows none of this name.
    const LISTED: Option<Listed> = None;
    /// Whether a search that finds nothing is made again for names that have the value in them, as [`NameFilter`] is.
    const WIDENS: bool = false;
    /// Whether Mist may refuse a call that leaves the parameter out, although its document allows that; as [`Advised`].
    const ADVISED: bool = false;
    #[doc(hidden)]
    const READER: &'static ValueReader = &ValueReader::of::<Self>();

    /// The JSON schema, without a description.
    fn schema() -> Schema;

    /// Reads what a model sent.
    fn read(value: &Value) -> Result<Self, Mismatch>;

    /// How Mist spells it in a path or a query.
    fn wire(&self) -> QueryValue;

    /// The value of a parameter that was left out, where that is allowed.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether `value` stands for a parameter that was left out: `null`, `"null"` and `""` are what models write.
    fn is_absent(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) => matches!(text.trim(), "" | "null"),
            _ => false,
        }
    }
}

/// Whether a call has to name a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It has to.
    Required,
    /// It need not: the server finds the value.
    Resolved,
    /// It need not, and without it nothing is sent.
    Optional,
}

/// A list of the values that Mist knows for a parameter, such as metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The tool that gives it. It is named where the session has it.
    pub tool: &'static str,
    /// Its path, with the call's own arguments in its holes: `/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metrics`. It
    /// answers names, or objects by name.
    pub path: &'static str,
}

/// What the server finds by itself, asking Mist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The organization, when none is named.
    Org,
    /// A site by its name.
    Site,
    /// A device by its name or MAC address.
    Device,
}

/// A value as Mist reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryValue {
    /// It is not sent.
    Nothing,
    /// It is sent as this text.
    Text(String),
    /// It is sent several times.
    List(Vec<String>),
}

impl<T: Arg> Arg for Option<T> {
    const DESCRIPTION: &'static str = T::DESCRIPTION;
    const BRIEF: &'static str = T::BRIEF;
    const PRESENCE: Presence = Presence::Optional;
    const LOOKUP: Option<Lookup> = T::LOOKUP;
    const PICKS_FIELDS: bool = T::PICKS_FIELDS;
    const MAX_LENGTH: usize = T::MAX_LENGTH;
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
    // Of all items together, each of which may be a name.
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
        let items = self.iter().filter_map(|item| match item.wire() {
            QueryValue::Text(text) => Some(text),
            QueryValue::Nothing | QueryValue::List(_) => None,
        });
        QueryValue::List(items.collect())
    }
}

/// Reads names as a list, as one name, or with commas between them.
pub(crate) fn names(value: &Value) -> Result<Vec<String>, Mismatch> {
    let items = Vec::<String>::read(value)?;
    let names = items.iter().flat_map(|item| item.split(',')).map(str::trim);
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}
