use std::collections::BTreeSet;

use rmcp::model::{Implementation, InitializeRequestParams};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalog::Catalog;

use super::super::principal::Principal;
use super::super::session_handle::SessionParams;

/// The form of what is written. A release that writes another one, which this one cannot read, has another number.
const FORM: u32 = 1;
/// What is written of a session that has ended, so that no copy brings it back.
pub(super) const ENDED: &str = "1 ended";
/// The longest that a client may be called.
const LONGEST_NAME: usize = 100;
/// The most bytes that a record may have.
const MOST_BYTES: usize = 8 * 1024;

/// A session as replicas know it. Whose it is it tells as a keyed hash; of the token, the cloud and the session's own
/// name it tells nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Record {
    #[serde(rename = "owner")]
    pub(super) principal: String,
    pub(in super::super) terms: SessionParams,
    /// What the client said of itself, for a session to begin with at another replica.
    pub(super) client: InitializeRequestParams,
    /// The categories that are switched on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(in super::super) on: BTreeSet<String>,
    /// What a later release has added, to be written again with the rest.
    #[serde(flatten)]
    pub(super) later: Map<String, Value>,
    /// How often they were switched.
    #[serde(skip)]
    pub(super) revision: u64,
}

/// What stands in Redis in a session's place.
#[derive(Debug, PartialEq)]
pub(super) enum Written {
    Nothing,
    Ended,
    /// By a release that knows better.
    Unreadable,
    Record(Box<Record>),
}

impl Record {
    /// A record of what matters of a client's words; none where they are too many.
    pub(super) fn new(
        principal: Principal,
        terms: SessionParams,
        mut client: InitializeRequestParams,
    ) -> Option<Self> {
        client.meta = None;
        client.capabilities.experimental = None;
        client.capabilities.extensions = None;
        let short = |text: &str| text.chars().take(LONGEST_NAME).collect::<String>();
        let Implementation { name, version, .. } = &client.client_info;
        client.client_info = Implementation::new(short(name), short(version));
        let (on, later) = (BTreeSet::new(), Map::new());
        let record = Self { principal: principal.text(), terms, client, on, later, revision: 0 };
        (record.written()?.len() <= MOST_BYTES).then_some(record)
    }

    pub(super) fn is_of(&self, principal: Principal) -> bool {
        self.principal == principal.text()
    }

    /// As it is written: form and revision first, where a script finds them.
    pub(super) fn written(&self) -> Option<String> {
        let record = serde_json::to_string(self).ok()?;
        Some(format!("{} {record}", Self::beginning(self.revision)))
    }

    /// What a record of that revision begins with, where this release has written it.
    pub(super) fn beginning(revision: u64) -> String {
        format!("{FORM} {revision}")
    }
}

impl Written {
    pub(super) fn read(text: Option<&str>) -> Self {
        let Some(text) = text else { return Self::Nothing };
        if text == ENDED {
            return Self::Ended;
        }
        let mut parts = text.splitn(3, ' ');
        let form = parts.next().and_then(|form| form.parse().ok());
        let revision = parts.next().and_then(|revision| revision.parse().ok());
        let record = parts.next().and_then(|record| serde_json::from_str::<Record>(record).ok());
        match (form, revision, record) {
            (Some(FORM), Some(revision), Some(record)) => {
                Self::Record(Box::new(Record { revision, ..record }))
            }
            _ => Self::Unreadable,
        }
    }
}

/// The categories of those names that this release has.
pub(in super::super) fn names(on: &BTreeSet<String>, catalog: &Catalog) -> BTreeSet<&'static str> {
    on.iter().filter_map(|name| catalog.category(name)).map(|category| category.name).collect()
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

    fn terms() -> SessionParams {
        serde_json::from_value(json!({ "mode": "managed", "org_id": "0a" })).unwrap()
    }

    fn record(client: serde_json::Value) -> Option<Record> {
        Record::new(principal("al1ce"), terms(), serde_json::from_value(client).unwrap())
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
    fn a_record_is_read_as_it_was_written() {
        let mut record = record(client()).unwrap();
        record.on.insert("sites".into());
        record.revision = 7;
        let written = record.written().unwrap();
        assert!(written.starts_with("1 7 {"), "{written}");
        assert_eq!(Written::read(Some(&written)), Written::Record(Box::new(record)));
        assert_eq!(Written::read(Some(ENDED)), Written::Ended);
        assert_eq!(Written::read(None), Written::Nothing);
    }

    #[test]
    fn a_record_has_an_owner_and_tells_no_token() {
        let record = record(client()).unwrap();
        assert!(record.is_of(principal("al1ce")) && !record.is_of(principal("b0b")));
        let written = record.written().unwrap();
        assert!(!written.contains("al1ce") && !written.contains("mist.com"), "{written}");
    }

    #[test]
    fn what_a_client_says_at_length_is_not_kept() {
        let record = record(client()).unwrap();
        assert_eq!(record.client.protocol_version, ProtocolVersion::V_2025_06_18);
        assert!(record.client.capabilities.elicitation.is_some());
        let written = record.written().unwrap();
        assert!(written.len() < 500 && !written.contains("s3cret"), "{written}");
    }

    #[test]
    fn a_client_without_measure_stays_where_it_is() {
        let mut client = client();
        client["protocolVersion"] = "9".repeat(MOST_BYTES).into();
        assert_eq!(record(client), None);
    }

    #[test]
    fn a_later_release_may_write_more_and_one_that_writes_otherwise_says_so() {
        let record = record(client()).unwrap();
        let mut fields = serde_json::to_value(&record).unwrap();
        fields["later"] = json!({ "more": true });
        let Written::Record(read) = Written::read(Some(&format!("1 0 {fields}"))) else { panic!("{fields}") };
        assert_eq!(read.written().unwrap(), format!("1 0 {fields}"));
        assert_eq!(*read, Record { later: read.later.clone(), ..record });
        for text in ["", "2 0 {}", "1 0 {}", "1 x {}", "ended", "{}"] {
            assert_eq!(Written::read(Some(text)), Written::Unreadable, "{text}");
        }
    }
}
