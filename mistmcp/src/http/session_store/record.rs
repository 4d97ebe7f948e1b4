//! The stored form of a session: [`Record`] with [`SessionParams`], its format and its limits.

use std::collections::BTreeSet;

use rmcp::model::{Implementation, InitializeRequestParams};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalog::Catalog;

use super::super::principal::Principal;
use super::super::query::Query;
use crate::server::used_extensions;
use crate::session::{Mode, Settings, SettingsError};

/// The format version. A release that writes a format that this one cannot read has another number.
const FORMAT: u32 = 1;
/// The tombstone of an ended session, which keeps other replicas from writing it back.
pub(super) const ENDED: &str = "1 ended";
/// The longest client name and version that are kept, in characters.
const MAX_NAME_LENGTH: usize = 100;
/// The largest record, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// The session record that replicas share. It has the principal as a keyed hash, and neither token, cloud nor session
/// id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Record {
    #[serde(rename = "owner")]
    pub(super) principal: String,
    #[serde(rename = "terms")]
    pub(in super::super) params: SessionParams,
    /// The `initialize` parameters, with which another replica restores the session.
    pub(in super::super) client: InitializeRequestParams,
    /// The enabled categories.
    #[serde(rename = "on", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(in super::super) enabled: BTreeSet<String>,
    /// Fields of a later release, which are written back unchanged.
    #[serde(flatten)]
    pub(super) unknown_fields: Map<String, Value>,
    /// Counts the changes of the enabled categories.
    #[serde(skip)]
    pub(super) revision: u64,
}

/// The value of a session key in Redis.
#[derive(Debug, PartialEq)]
pub(super) enum StoredValue {
    Missing,
    Ended,
    /// Written by a release with another format.
    Unreadable,
    Record(Box<Record>),
}

/// Parameters from the URL that opened a session. They hold for as long as the session lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct SessionParams {
    mode: Mode,
    /// In lower case, without duplicates.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    categories: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) org_id: Option<String>,
}

impl SessionParams {
    /// The parameters of `query` as they apply within `settings`.
    pub(in super::super) fn new(query: &Query, settings: &Settings, org_id: Option<String>) -> Self {
        let categories = query.categories.iter().filter(|name| !name.is_empty());
        let categories = categories.map(|name| name.to_ascii_lowercase()).collect();
        Self { mode: settings.mode(), categories, org_id }
    }

    /// These parameters within the settings of this process.
    pub(in super::super) fn settings(&self, operator: &Settings) -> Result<Settings, SettingsError> {
        let categories: Vec<_> = self.categories.iter().cloned().collect();
        operator.narrowed(Some(self.mode), &categories)
    }
}

impl Record {
    /// A record with the relevant part of the `initialize` parameters. None if that is too large.
    pub(super) fn new(
        principal: Principal,
        params: SessionParams,
        mut client: InitializeRequestParams,
    ) -> Option<Self> {
        client.meta = None;
        client.capabilities.experimental = None;
        client.capabilities.extensions = used_extensions(&client.capabilities);
        let short = |text: &str| text.chars().take(MAX_NAME_LENGTH).collect::<String>();
        let Implementation { name, version, .. } = &client.client_info;
        client.client_info = Implementation::new(short(name), short(version));
        let (enabled, unknown_fields) = (BTreeSet::new(), Map::new());
        let record =
            Self { principal: principal.text(), params, client, enabled, unknown_fields, revision: 0 };
        (record.serialized()?.len() <= MAX_BYTES).then_some(record)
    }

    pub(super) fn belongs_to(&self, principal: Principal) -> bool {
        self.principal == principal.text()
    }

    /// The stored form: format and revision first, where the Lua script finds them.
    pub(super) fn serialized(&self) -> Option<String> {
        let record = serde_json::to_string(self).ok()?;
        Some(format!("{} {record}", Self::prefix(self.revision)))
    }

    /// The first two words of a record of that revision in the format of this release.
    pub(super) fn prefix(revision: u64) -> String {
        format!("{FORMAT} {revision}")
    }
}

impl StoredValue {
    pub(super) fn parse(text: Option<&str>) -> Self {
        let Some(text) = text else { return Self::Missing };
        if text == ENDED {
            return Self::Ended;
        }
        let mut parts = text.splitn(3, ' ');
        let format = parts.next().and_then(|format| format.parse().ok());
        let revision = parts.next().and_then(|revision| revision.parse().ok());
        let record = parts.next().and_then(|record| serde_json::from_str::<Record>(record).ok());
        match (format, revision, record) {
            (Some(FORMAT), Some(revision), Some(record)) => {
                Self::Record(Box::new(Record { revision, ..record }))
            }
            _ => Self::Unreadable,
        }
    }
}

/// The categories in `enabled` that this release has.
pub(in super::super) fn known_categories(
    enabled: &BTreeSet<String>,
    catalog: &Catalog,
) -> BTreeSet<&'static str> {
    enabled.iter().filter_map(|name| catalog.category(name)).map(|category| category.name).collect()
}

#[cfg(test)]
mod tests {
    use rmcp::model::ProtocolVersion;
    use serde_json::json;

    use super::*;
    use crate::Tokens;
    use crate::key::Key;
    use crate::mist::Clouds;

    fn principal(token: &str) -> Principal {
        let key = Key::of(&"a key of tests".into());
        Principal::of(&key, &Tokens::parse(token).unwrap(), &Clouds::default().find("api.mist.com").unwrap())
    }

    fn params() -> SessionParams {
        serde_json::from_value(json!({ "mode": "managed", "org_id": "0a" })).unwrap()
    }

    fn record(client: serde_json::Value) -> Option<Record> {
        Record::new(principal("al1ce"), params(), serde_json::from_value(client).unwrap())
    }

    fn client() -> serde_json::Value {
        json!({
            "protocolVersion": "2025-06-18",
            "capabilities": { "elicitation": {}, "experimental": { "x": {} } },
            "clientInfo": { "name": "n".repeat(1_000), "version": "1", "icons": [{ "src": "data:,x" }] },
            "_meta": { "secret": "s3cret" },
        })
    }

    #[test]
    fn a_record_is_parsed_as_it_was_serialized() {
        let mut record = record(client()).unwrap();
        record.enabled.insert("sites".into());
        record.revision = 7;
        let serialized = record.serialized().unwrap();
        assert!(serialized.starts_with("1 7 {"), "{serialized}");
        assert_eq!(StoredValue::parse(Some(&serialized)), StoredValue::Record(Box::new(record)));
        assert_eq!(StoredValue::parse(Some(ENDED)), StoredValue::Ended);
        assert_eq!(StoredValue::parse(None), StoredValue::Missing);
    }

    #[test]
    fn a_record_has_its_principal_and_no_token() {
        let record = record(client()).unwrap();
        assert!(record.belongs_to(principal("al1ce")) && !record.belongs_to(principal("b0b")));
        let serialized = record.serialized().unwrap();
        assert!(!serialized.contains("al1ce") && !serialized.contains("mist.com"), "{serialized}");
    }

    #[test]
    fn long_initialize_parameters_are_shortened() {
        let record = record(client()).unwrap();
        assert_eq!(record.client.protocol_version, ProtocolVersion::V_2025_06_18);
        assert!(record.client.capabilities.elicitation.is_some());
        let serialized = record.serialized().unwrap();
        assert!(serialized.len() < 500 && !serialized.contains("s3cret"), "{serialized}");
    }

    #[test]
    fn a_client_that_shows_views_still_does_on_another_replica() {
        let mut client = client();
        let views = json!({ "mimeTypes": ["text/html;profile=mcp-app"], "more": "x".repeat(MAX_BYTES) });
        client["capabilities"]["extensions"] =
            json!({ "io.modelcontextprotocol/ui": views, "io.example/x": {} });
        let serialized = record(client).unwrap().serialized().unwrap();
        let StoredValue::Record(restored) = StoredValue::parse(Some(&serialized)) else {
            panic!("{serialized}")
        };
        let capabilities = restored.client.capabilities;
        assert!(capabilities.extensions.is_some());
        assert_eq!(capabilities.extensions, used_extensions(&capabilities));
    }

    #[test]
    fn initialize_parameters_that_are_too_long_give_no_record() {
        let mut client = client();
        client["protocolVersion"] = "9".repeat(MAX_BYTES).into();
        assert_eq!(record(client), None);
    }

    #[test]
    fn unknown_fields_are_kept_and_unknown_formats_are_rejected() {
        let record = record(client()).unwrap();
        let mut fields = serde_json::to_value(&record).unwrap();
        fields["later"] = json!({ "more": true });
        let StoredValue::Record(parse) = StoredValue::parse(Some(&format!("1 0 {fields}"))) else {
            panic!("{fields}")
        };
        assert_eq!(parse.serialized().unwrap(), format!("1 0 {fields}"));
        assert_eq!(*parse, Record { unknown_fields: parse.unknown_fields.clone(), ..record });
        for text in ["", "2 0 {}", "1 0 {}", "1 x {}", "ended", "{}"] {
            assert_eq!(StoredValue::parse(Some(text)), StoredValue::Unreadable, "{text}");
        }
    }
}
