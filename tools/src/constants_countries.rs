//! Countries, their states, and languages.

use mistmcp::{Fields, mist_tool};

use crate::shared::Country;

mistmcp::category! {
    /// Codes of countries, states and languages.
    extended constants_countries
}

/// Countries that a site may be in: code in two letters, number, name, whether Wi-Fi is certified there. Channels of
/// one: `listApChannels`.
#[mist_tool(category = "constants_countries", get = "/api/v1/const/countries")]
pub async fn list_country_codes(
    /// With `true`, more countries, such as those not certified.
    #[brief = "true: more countries"]
    #[default = false]
    extend: Option<bool>,
    fields: Option<Fields>,
);

/// States or provinces of a country, by ISO code and name.
#[mist_tool(category = "constants_countries", get = "/api/v1/const/states")]
pub async fn list_states(country_code: Country, fields: Option<Fields>);

/// Languages of guest portals and other pages: code, English name, own name.
#[mist_tool(category = "constants_countries", get = "/api/v1/const/languages")]
pub async fn list_site_languages(fields: Option<Fields>);
