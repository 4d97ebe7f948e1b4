//! Paths of the Mist API.

/// The prefix of all endpoints.
pub(crate) const PREFIX: &str = "/api/v1/";
/// The prefix of lists that are the same for all accounts.
pub(crate) const CONSTANTS: &str = "/api/v1/const/";
/// The account of a token, with its privileges.
pub(crate) const SELF: &str = "/api/v1/self";
/// The number of requests of a token in this hour, and its limit.
#[cfg(feature = "cli")]
pub(crate) const USAGE: &str = "/api/v1/self/usage";

/// An organization.
pub(crate) fn organization(id: &str) -> String {
    format!("/api/v1/orgs/{id}")
}

/// A site.
pub(crate) fn site(id: &str) -> String {
    format!("/api/v1/sites/{id}")
}

/// The sites of an organization.
pub(crate) fn sites(org_id: &str) -> String {
    format!("/api/v1/orgs/{org_id}/sites")
}

/// The organizations of an MSP.
pub(crate) fn msp_orgs(msp_id: &str) -> String {
    format!("/api/v1/msps/{msp_id}/orgs")
}

/// The devices of an organization.
pub(crate) fn inventory(org_id: &str) -> String {
    format!("/api/v1/orgs/{org_id}/inventory")
}
