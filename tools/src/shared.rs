//! Parameters that tools of several categories share.

use mistmcp::schemars::{Schema, json_schema};
use mistmcp::serde_json::Value;
use mistmcp::{Arg, Choice, Mismatch, Wire};

/// Radio band.
#[derive(Clone, Copy, Choice)]
pub enum Band {
    /// 2.4 GHz
    #[mist("24")]
    Ghz24,
    /// 5 GHz
    #[mist("5")]
    Ghz5,
    /// A radio that serves 5 GHz alone
    #[mist("5-dedicated")]
    Ghz5Dedicated,
    /// A radio that can serve 5 GHz
    #[mist("5-selectable")]
    Ghz5Selectable,
    /// 6 GHz
    #[mist("6")]
    Ghz6,
    /// A radio that serves 6 GHz alone
    #[mist("6-dedicated")]
    Ghz6Dedicated,
    /// A radio that can serve 6 GHz
    #[mist("6-selectable")]
    Ghz6Selectable,
}

/// Kind of device.
#[derive(Clone, Copy, Choice)]
pub enum DeviceType {
    /// An access point
    Ap,
    /// A gateway
    Gateway,
    /// A switch
    Switch,
}

/// A country in two letters, as ISO 3166 has it.
#[derive(Clone, Debug)]
pub struct Country(String);

impl Arg for Country {
    const DESCRIPTION: &'static str = "Country in two letters: `DE`.";

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-zA-Z]{2}$" })
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let text = String::read(value)?.trim().to_owned();
        if text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_alphabetic()) {
            Ok(Self(text))
        } else {
            Err(Mismatch::wanted("a country in two letters such as \"DE\""))
        }
    }

    fn wire(&self) -> Wire {
        Wire::Text(self.0.clone())
    }
}
