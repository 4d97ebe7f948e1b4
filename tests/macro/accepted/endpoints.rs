//! Endpoints in every form.

use mistmcp::schemars::JsonSchema;
use mistmcp::{Choice, Id, OrgId, PageNumber, ParamGroup, SiteId, TimeWindow, mist_tool};
use serde::{Deserialize, Serialize};

mistmcp::category! {
    /// Endpoints.
    endpoints
}

mistmcp::category! {
    /// Endpoints
    /// that are seldom called.
    extended seldom
}

/// Nothing but a path.
#[mist_tool(category = "endpoints", get = "/api/v1/self")]
pub(crate) async fn plain();

/// Groups, choices, defaults and a raw name.
#[mist_tool(category = "endpoints", get = "/api/v1/sites/{site_id}/rrm/events")]
pub(crate) async fn groups_and_choices(
    site_id: SiteId,
    #[default = "24"] band: Option<Band>,
    /// Kind of event.
    r#type: Option<Vec<String>>,
    #[flatten] window: TimeWindow,
    #[flatten] page: PageNumber,
);

/// A hole that is named by a keyword.
#[mist_tool(category = "endpoints", get = "/api/v1/const/{type}")]
pub(crate) async fn raw_hole(
    /// Kind of constant.
    r#type: String,
);

/// All of them, or one.
#[mist_tool(category = "endpoints", get = "/api/v1/orgs/{org_id}/networks/{network_id?}")]
pub(crate) async fn optional_id(
    org_id: OrgId,
    /// Only this one.
    network_id: Option<Id>,
);

/// Holes that a group fills.
#[mist_tool(category = "endpoints", get = "/api/v1/sites/{site_id}/maps/{map_id?}")]
pub(crate) async fn holes_filled_by_a_group(#[flatten] place: Place);

/// What is sent has a schema of its own.
#[mist_tool(category = "endpoints", post = "/api/v1/orgs/{org_id}/sites", hints(idempotent))]
pub(crate) async fn request_body(org_id: OrgId, #[body] site: Site);

/// Whatever its name is.
#[mist_tool(category = "endpoints", name = "Irregular_Name", delete = "/api/v1/sites/{site_id}")]
pub(crate) async fn name_of_its_own(site_id: SiteId);

/// A name that is a word of Rust.
#[mist_tool(category = "endpoints", put = "/api/v1/sites/{site_id}", hints(destructive = false))]
pub(crate) async fn r#move(site_id: SiteId);

/// Not there.
#[mist_tool(category = "endpoints", get = "/api/v1/sites/{site_id}")]
#[cfg(any())]
pub(crate) async fn left_out(site_id: SiteId);

macro_rules! written_by_a_macro {
    ($name:ident, $path:literal, $of:ty) => {
        /// One of many alike.
        #[mist_tool(category = "endpoints", get = $path)]
        pub(crate) async fn $name(site_id: $of, #[flatten] page: PageNumber);
    };
}

written_by_a_macro!(macro_made, "/api/v1/sites/{site_id}/wlans", SiteId);

/// Radio band.
#[derive(Clone, Copy, Choice)]
pub(crate) enum Band {
    /// 2.4 GHz
    #[mist("24")]
    Ghz24,
    /// 5 GHz
    #[mist("5")]
    Ghz5,
}

/// What to sort by.
#[derive(Clone, Copy, Choice)]
#[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "a value may have any name")]
pub(crate) enum Sort {
    r#type,
    SSID,
    WLANId,
}

/// Where something is. Other derives may have attributes of their own on it.
#[derive(ParamGroup, Deserialize)]
#[expect(dead_code, reason = "an endpoint never reads its groups itself")]
pub(crate) struct Place {
    #[serde(skip, default = "nowhere")]
    site_id: SiteId,
    /// Only this map.
    #[serde(skip)]
    map_id: Option<Id>,
}

fn nowhere() -> SiteId {
    unreachable!("this is never deserialized")
}

/// A new site.
#[derive(JsonSchema, Serialize, Deserialize)]
#[schemars(crate = "mistmcp::schemars")]
pub(crate) struct Site {
    name: String,
}
