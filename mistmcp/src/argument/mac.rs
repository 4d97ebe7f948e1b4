//! MAC addresses and filters: [`Mac`], [`MacFilter`].

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::{Arg, Mismatch, NAME, QueryValue};

/// A MAC address, as Mist writes it: twelve hexadecimal digits in lower case, no separators.
///
/// `5C:5B:35:00:00:01`, `5c-5b-35-00-00-01` and `5c5b.3500.0001` are read as well.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mac(String);

impl Mac {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits: String =
            text.trim().chars().filter(|letter| !":-. ".contains(*letter)).collect::<String>().to_lowercase();
        let well_formed = digits.len() == 12 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        well_formed.then_some(Self(digits))
    }
}

impl Arg for Mac {
    const DESCRIPTION: &'static str =
        "MAC address, such as `5c5b35000001`; separators and letter case do not matter.";
    const BRIEF: &'static str = "MAC";
    const MAX_LENGTH: usize = NAME;

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        value
            .as_str()
            .and_then(Self::parse)
            .ok_or_else(|| Mismatch::wanted("a MAC address such as \"5c5b35000001\""))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}

/// Filter for MAC addresses: one or several, separated by commas, or parts of one with `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacFilter(String);

impl Arg for MacFilter {
    // Which searches take several, or a part with `*`, differs: their parameters say it.
    const DESCRIPTION: &'static str = "MAC address.";
    const BRIEF: &'static str = "MAC";

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let wanted = || {
            Mismatch::wanted(
                "a MAC address such as \"5c5b35000001\" or \"5C:5B:35:00:00:01\", several with commas between them, or a \
                 part of one with `*`, such as \"5c5b35*\"",
            )
        };
        let text = String::read(value).map_err(|_| wanted())?;
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let parts: Vec<_> = parts.map(|part| pattern(part).ok_or_else(wanted)).collect::<Result<_, _>>()?;
        if parts.is_empty() { Err(wanted()) } else { Ok(Self(parts.join(","))) }
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}

/// Normalizes one address, or a part of one with `*`, to Mist's notation. An address has 12 digits,
/// or 16 (EUI-64).
fn pattern(text: &str) -> Option<String> {
    let digits: String =
        text.chars().filter(|letter| !":-. ".contains(*letter)).collect::<String>().to_lowercase();
    let count = digits.bytes().filter(u8::is_ascii_hexdigit).count();
    let stars = digits.bytes().filter(|byte| *byte == b'*').count();
    let fits = if stars == 0 { matches!(count, 12 | 16) } else { count <= 16 };
    (fits && count + stars == digits.len()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_notation_is_normalized() {
        for written in ["5c5b35000001", "5C:5B:35:00:00:01", "5c-5b-35-00-00-01", "5C5B.3500.0001"] {
            assert_eq!(Mac::read(&json!(written)).map(|mac| mac.0), Ok("5c5b35000001".into()), "{written}");
        }
    }

    #[test]
    fn a_filter_keeps_its_pattern_and_each_of_its_addresses() {
        for (written, sent) in [
            (json!("5C:5B:35:00:00:01"), "5c5b35000001"),
            (json!("5C:5B:35:00:00:01, 5c5b35*"), "5c5b35000001,5c5b35*"),
            (json!(["5C5B35000001", "5c5b35000002"]), "5c5b35000001,5c5b35000002"),
        ] {
            assert_eq!(MacFilter::read(&written).map(|filter| filter.0), Ok(sent.into()));
        }
    }

    #[test]
    fn a_filter_that_no_address_can_match_is_refused_with_the_forms_that_are_taken() {
        for written in [
            "xyz",
            "ap-lobby-01",
            "5c5b35",
            "5c5b3500000g",
            "5c5b35000001,xyz",
            "xyz*",
            ",",
            "5c5b35000001ff*ff",
        ] {
            let refused = MacFilter::read(&json!(written));
            let told = refused.as_ref().err().map(ToString::to_string).unwrap_or_default();
            assert_eq!(written == "5c5b35000001ff*ff", refused.is_ok(), "{written}");
            assert!(refused.is_ok() || told.contains("5c5b35000001") && told.contains("5c5b35*"), "{told}");
        }
        for (written, sent) in [("*:5B:35:*", "*5b35*"), ("63f9e299182b63f9", "63f9e299182b63f9"), ("*", "*")]
        {
            assert_eq!(MacFilter::read(&json!(written)).map(|filter| filter.0), Ok(sent.into()));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for written in ["5c5b3500000", "5c5b3500000g", "", "ap-lobby-01"] {
            assert!(Mac::read(&json!(written)).is_err(), "{written}");
        }
    }
}
