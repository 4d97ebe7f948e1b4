//! Ids of Mist's objects: [`Id`], and the types that resolve names.

use schemars::{Schema, json_schema};
use serde_json::Value;
use uuid::Uuid;

use super::{Arg, Lookup, Mismatch, NAME, Presence, QueryValue};

/// Id of an object at Mist: a UUID.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(String);

impl Id {
    /// The UUID in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // Other forms, in braces or as a URN, are none of Mist's.
        let uuid = Uuid::try_parse(text).ok().filter(|_| matches!(text.len(), 32 | 36))?;
        Some(Self(uuid.hyphenated().to_string()))
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Arg for Id {
    const MAX_LENGTH: usize = NAME;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        value
            .as_str()
            .and_then(Self::parse)
            .ok_or_else(|| Mismatch::wanted("a UUID such as \"4ac1dcf4-9d8b-7211-65c4-057819f0862b\""))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}

/// Id type that the server can resolve from a name, or from nothing.
///
/// The lookup replaces any input by a UUID before the tool runs. Parsing therefore accepts any
/// text; the lookup validates it.
macro_rules! found_id {
    ($(#[doc = $documentation:literal])+ $name:ident: $lookup:expr, $presence:expr, $schema:tt, $description:literal, $brief:literal) => {
        $(#[doc = $documentation])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The UUID.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Arg for $name {
            const DESCRIPTION: &'static str = $description;
            const BRIEF: &'static str = $brief;
            const PRESENCE: Presence = $presence;
            const LOOKUP: Option<Lookup> = Some($lookup);
            const MAX_LENGTH: usize = NAME;

            fn schema() -> Schema {
                json_schema!($schema)
            }

            fn read(value: &Value) -> Result<Self, Mismatch> {
                value
                    .as_str()
                    .map(|text| Self(text.trim().to_owned()))
                    .ok_or_else(|| Mismatch::wanted("a UUID or a name, as a text"))
            }

            fn wire(&self) -> QueryValue {
                QueryValue::Text(self.0.clone())
            }
        }
    };
}

found_id! {
    /// An organization. Where a call names none, it is the operator's, or the only one that the token can see.
    OrgId: Lookup::Org, Presence::Resolved, { "type": "string" },
        "Organization, by its id or name. Needed only where the API token sees several.",
        "Organization, if there are several"
}

found_id! {
    /// An MSP (managed service provider). Where a call names none, it is the only one that the token can see.
    MspId: Lookup::Msp, Presence::Resolved, { "type": "string" },
        "MSP (managed service provider), by its id or name. Needed only where the API token sees several.",
        "MSP, if there are several"
}

found_id! {
    /// A site, by its id or its name.
    SiteId: Lookup::Site, Presence::Required, { "type": "string" },
        "Site, by its id or name.", "Site id or name"
}

found_id! {
    /// A device, by its id, MAC address or name.
    DeviceId: Lookup::Device, Presence::Required, { "type": "string" },
        "Device, by its id, MAC address or name.", "Device id, MAC or name"
}

/// Maximum length of the ids or names of several sites, in characters.
const SITES: usize = 10_000;

/// Sites, by their ids or names, with commas between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SiteIds(String);

impl Arg for SiteIds {
    const DESCRIPTION: &'static str = "Site, by its id or name; several with commas.";
    const BRIEF: &'static str = SiteId::BRIEF;
    const LOOKUP: Option<Lookup> = Some(Lookup::Site);
    const SEVERAL: bool = true;
    const MAX_LENGTH: usize = SITES;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        String::read(value)
            .map(|text| Self(text.trim().to_owned()))
            .map_err(|_| Mismatch::wanted("a UUID or a name, or several with commas,"))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_read_with_and_without_hyphens() {
        let uuid = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";
        for text in [uuid, "4AC1DCF49D8B721165C4057819F0862B", " 4ac1dcf49d8b721165c4057819f0862b "] {
            assert_eq!(Id::parse(text).as_ref().map(Id::as_str), Some(uuid), "{text}");
        }
        for text in [
            "4ac1dcf49d8b721165c4057819f0862",
            "4ac1dcf49d8b721165c4057819f0862g",
            "4ac1dcf4-9d8b7211-65c4-057819f0862b",
        ] {
            assert_eq!(Id::parse(text), None, "{text}");
        }
    }
}
