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
        let digits = without_separators(text.trim());
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

/// A MAC address, or a part of one, in lower case without the separators of any notation.
fn without_separators(text: &str) -> String {
    text.chars().filter(|letter| !":-. ".contains(*letter)).collect::<String>().to_lowercase()
}

/// Filter for MAC addresses, in the forms that an endpoint takes: several with commas between them (`SEVERAL`), and parts of
/// one with `*` (`PARTS`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacForms<const SEVERAL: bool, const PARTS: bool>(String);

/// Filter for one MAC address.
pub type MacFilter = MacForms<false, false>;
/// Filter for one or several MAC addresses, separated by commas.
pub type MacList = MacForms<true, false>;
/// Filter for one MAC address, or a part of one with `*`: at its end, or around it.
pub type MacPattern = MacForms<false, true>;
/// As [`MacPattern`], several separated by commas.
pub type MacPatterns = MacForms<true, true>;

impl<const SEVERAL: bool, const PARTS: bool> MacForms<SEVERAL, PARTS> {
    /// What is wanted, with the forms that are taken and no others.
    fn wanted() -> Mismatch {
        const ONE: &str = "a MAC address such as \"5c5b35000001\" or \"5C:5B:35:00:00:01\"";
        const PART: &str =
            "a part of one with `*` at its end or around it, such as \"5c5b35*\" or \"*5b35*\"";
        Mismatch::wanted(match (SEVERAL, PARTS) {
            (false, false) => format!("{ONE}, one alone and without `*`,"),
            (true, false) => format!("{ONE}, or several with commas between them, without `*`,"),
            (false, true) => format!("{ONE}, or {PART}, one alone,"),
            (true, true) => format!("{ONE}, {PART}, or several of these with commas between them,"),
        })
    }
}

impl<const SEVERAL: bool, const PARTS: bool> Arg for MacForms<SEVERAL, PARTS> {
    const DESCRIPTION: &'static str = match (SEVERAL, PARTS) {
        (false, false) => "MAC address.",
        (true, false) => "MAC address; several with commas.",
        (false, true) => "MAC address, or a part of it with `*`, such as `5c5b35*`.",
        (true, true) => "MAC address; several with commas, or a part with `*`, such as `5c5b35*`.",
    };
    const BRIEF: &'static str = "MAC";

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let text = String::read(value).map_err(|_| Self::wanted())?;
        let parts: Vec<_> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() || parts.len() > 1 && !SEVERAL {
            return Err(Self::wanted());
        }
        let pattern = |part: &&str| pattern(part).filter(|pattern| PARTS || !pattern.contains('*'));
        let patterns: Option<Vec<_>> = parts.iter().map(pattern).collect();
        patterns.map(|patterns| Self(patterns.join(","))).ok_or_else(Self::wanted)
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(self.0.clone())
    }
}

/// Normalizes one address, or a part of one with `*`, to Mist's notation. An address has 12 digits,
/// or 16 (EUI-64). Mist finds no part that ends an address, and answers nothing for it.
fn pattern(text: &str) -> Option<String> {
    let digits = without_separators(text);
    let count = digits.bytes().filter(u8::is_ascii_hexdigit).count();
    let stars = digits.bytes().filter(|byte| *byte == b'*').count();
    let fits = if stars == 0 { matches!(count, 12 | 16) } else { count <= 16 && digits.ends_with('*') };
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

    /// What each of the filters sends: one, several, a part, several parts.
    fn sent(written: &Value) -> [Option<String>; 4] {
        [
            MacFilter::read(written).ok().map(|filter| filter.0),
            MacList::read(written).ok().map(|filter| filter.0),
            MacPattern::read(written).ok().map(|filter| filter.0),
            MacPatterns::read(written).ok().map(|filter| filter.0),
        ]
    }

    #[test]
    fn a_filter_takes_the_forms_that_its_endpoint_takes() {
        for (written, wanted, taken) in [
            (json!("5C:5B:35:00:00:01"), "5c5b35000001", [true, true, true, true]),
            (json!("63f9e299182b63f9"), "63f9e299182b63f9", [true, true, true, true]),
            (json!("5c5b35000001,"), "5c5b35000001", [true, true, true, true]),
            (
                json!(["5C5B35000001", "5c5b35000002"]),
                "5c5b35000001,5c5b35000002",
                [false, true, false, true],
            ),
            (json!("5C:5B:35:*"), "5c5b35*", [false, false, true, true]),
            (json!("*:5B:35:*"), "*5b35*", [false, false, true, true]),
            (json!("*"), "*", [false, false, true, true]),
            (json!("5c5b35000001ff*"), "5c5b35000001ff*", [false, false, true, true]),
            (json!("5C:5B:35:00:00:01, 5c5b35*"), "5c5b35000001,5c5b35*", [false, false, false, true]),
        ] {
            let wanted = taken.map(|taken| taken.then(|| wanted.to_owned()));
            assert_eq!(sent(&written), wanted, "{written}");
        }
    }

    #[test]
    fn a_filter_that_no_address_can_match_is_refused_by_all() {
        for written in [
            "xyz",
            "ap-lobby-01",
            "5c5b35",
            "5c5b3500000g",
            "5c5b35000001,xyz",
            "xyz*",
            ",",
            "*4455",
            "5c*01",
            "a,*4455",
        ] {
            assert_eq!(sent(&json!(written)), [const { None }; 4], "{written}");
        }
    }

    #[test]
    fn an_error_names_the_forms_that_are_taken_and_no_others() {
        let told = |error: Result<(), Mismatch>| error.unwrap_err().to_string();
        let (one, list, part, parts) = (
            told(MacFilter::read(&json!("x")).map(|_| ())),
            told(MacList::read(&json!("x")).map(|_| ())),
            told(MacPattern::read(&json!("x")).map(|_| ())),
            told(MacPatterns::read(&json!("x")).map(|_| ())),
        );
        for words in [&one, &list, &part, &parts] {
            assert!(words.contains("5c5b35000001"), "{words}");
        }
        assert!(!one.contains("5c5b35*") && !one.contains("several"), "{one}");
        assert!(!list.contains("5c5b35*") && list.contains("several with commas"), "{list}");
        assert!(part.contains("5c5b35*") && !part.contains("several"), "{part}");
        assert!(parts.contains("5c5b35*") && parts.contains("several of these with commas"), "{parts}");
    }

    #[test]
    fn other_texts_are_refused() {
        for written in ["5c5b3500000", "5c5b3500000g", "", "ap-lobby-01"] {
            assert!(Mac::read(&json!(written)).is_err(), "{written}");
        }
    }
}
