//! Optional parameter that Mist may require: [`Advised`].

use schemars::Schema;
use serde_json::Value;

use super::{Arg, Fields, Listed, Lookup, Mismatch, Presence, QueryValue};

/// Optional parameter that Mist requires in some calls, although its OpenAPI document does not. The
/// error of such a call names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advised<T>(pub Option<T>);

impl<T: Arg> Arg for Advised<T> {
    const DESCRIPTION: &'static str = T::DESCRIPTION;
    const BRIEF: &'static str = T::BRIEF;
    const PRESENCE: Presence = Presence::Optional;
    const LOOKUP: Option<Lookup> = T::LOOKUP;
    const PICKS_FIELDS: bool = T::PICKS_FIELDS;
    const MAX_LENGTH: usize = T::MAX_LENGTH;
    const LISTED: Option<Listed> = T::LISTED;
    const WIDENS: bool = T::WIDENS;
    const ADVISED: bool = true;

    fn schema() -> Schema {
        T::schema()
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        Option::read(value).map(Self)
    }

    fn wire(&self) -> QueryValue {
        self.0.wire()
    }

    fn fields(&self) -> Option<&Fields> {
        self.0.fields()
    }

    fn absent() -> Option<Self> {
        Some(Self(None))
    }

    fn is_absent(value: &Value) -> bool {
        T::is_absent(value)
    }
}
