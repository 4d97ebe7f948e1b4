//! Single sign-on (SSO) of the organization, its NAC portal and its provider.

use serde_json::{Value, json};

use super::{
    msps::of_msp,
    msps_admins::msp_roles,
    portals,
    record::{self, record, with},
};
use crate::{
    engine::{ApiError, Call, Collection, Route, Row},
    world::{MSP_ID, ORG_ID, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/ssos", &PROVIDERS),
    Route::one("/api/v1/orgs/{org_id}/ssos/{sso_id}", &PROVIDERS),
    Route::search_with("/api/v1/orgs/{org_id}/ssos/{sso_id}/failures", &FAILURES, &[])
        .checking(check_provider),
    Route::one_by("/api/v1/orgs/{org_id}/ssos/{sso_id}/metadata", &METADATA, "sso_id").checking(check_saml),
    Route::pages("/api/v1/orgs/{org_id}/ssoroles", &ROLES),
    Route::one("/api/v1/orgs/{org_id}/ssoroles/{ssorole_id}", &ROLES),
    Route::search_with("/api/v1/orgs/{org_id}/nacportals/{nacportal_id}/failures", &PORTAL_FAILURES, &[])
        .checking(check_portal),
    Route::one_by("/api/v1/orgs/{org_id}/nacportals/{nacportal_id}/saml_metadata", &METADATA, "nacportal_id")
        .checking(check_saml_of_portal),
    Route::list("/api/v1/msps/{msp_id}/ssos", &PROVIDERS),
    Route::one("/api/v1/msps/{msp_id}/ssos/{sso_id}", &PROVIDERS),
    Route::search_with("/api/v1/msps/{msp_id}/ssos/{sso_id}/failures", &FAILURES, &[])
        .checking(check_provider),
    Route::one_by("/api/v1/msps/{msp_id}/ssos/{sso_id}/metadata", &METADATA, "sso_id").checking(check_saml),
    Route::list("/api/v1/msps/{msp_id}/ssoroles", &ROLES),
];

static PROVIDERS: Collection = Collection::of("identity providers", providers);
static ROLES: Collection = Collection::of("sso roles", roles);
static FAILURES: Collection = Collection::timed("sso failures", failures);
static PORTAL_FAILURES: Collection = Collection::timed("nac portal failures", portal_failures);
static METADATA: Collection = Collection::of("saml metadata", metadata);

/// The identity provider of the organization's directory.
const DIRECTORY: &str = "Directory";

/// Its id.
pub(super) fn directory_id() -> String {
    record::id("sso", DIRECTORY)
}

/// Identity providers: those of the organization have its id, the provider's own that of the provider.
fn providers(world: &World) -> Vec<Value> {
    let saml = json!({
        "idp_type": "saml", "issuer": "https://idp.harbourandpine.example/entity", "nameid_format": "email",
        "idp_sso_url": "https://idp.harbourandpine.example/saml", "idp_sign_algo": "sha256", "idp_cert": portals::PEM,
        "ignore_unmatched_roles": true, "scim_enabled": true, "scim_secret_token": "demo-secret-scim",
    });
    let ldap = json!({
        "idp_type": "ldap", "ldap_type": "custom", "ldap_server_hosts": ["ldap.harbourandpine.example:636"],
        "ldap_base_dn": "dc=harbourandpine,dc=example", "ldap_bind_dn": "cn=mist,dc=harbourandpine,dc=example",
        "ldap_bind_password": "demo-secret-ldap", "ldap_client_key": "demo-secret-ldap-key",
        "ldap_resolve_groups": true, "domain": "harbourandpine.example",
    });
    vec![
        record(world, "sso", "Staff portal login", saml.clone()),
        record(world, "sso", DIRECTORY, ldap),
        of_msp(world, "msp sso", "Provider login", saml),
    ]
}

/// The identity provider of a call, which is the organization's or the provider's.
fn provider(call: &Call<'_>) -> Result<Row, ApiError> {
    let owner = if call.hole("msp_id").is_empty() { "org_id" } else { "msp_id" };
    let rows = call.world.rows(&PROVIDERS);
    let is_it = |row: &&Row| row["id"] == call.hole("sso_id") && row.contains_key(owner);
    rows.iter().find(is_it).cloned().ok_or_else(ApiError::not_found)
}

/// The NAC portal of a call.
fn portal(call: &Call<'_>) -> Result<Row, ApiError> {
    let rows = call.world.rows(&portals::NAC);
    rows.iter().find(|row| row["id"] == call.hole("nacportal_id")).cloned().ok_or_else(ApiError::not_found)
}

/// Refuses an identity provider that is not there. One without failures has an empty list of them.
fn check_provider(call: &Call<'_>) -> Result<(), ApiError> {
    provider(call).map(drop)
}

fn check_portal(call: &Call<'_>) -> Result<(), ApiError> {
    portal(call).map(drop)
}

fn check_saml(call: &Call<'_>) -> Result<(), ApiError> {
    let provider = provider(call)?;
    if provider["idp_type"] == "saml" {
        return Ok(());
    }
    let kind = provider["idp_type"].as_str().unwrap_or_default();
    Err(ApiError::missing(format!("No SAML metadata: this identity provider has idp_type {kind}.")))
}

fn check_saml_of_portal(call: &Call<'_>) -> Result<(), ApiError> {
    let portal = portal(call)?;
    let message = "No SAML metadata: this NAC portal has no sso.";
    if portal.contains_key("sso") { Ok(()) } else { Err(ApiError::missing(message)) }
}

fn roles(world: &World) -> Vec<Value> {
    let site = world.sites.first().map(|site| site.id.as_str());
    let org = json!({ "privileges": [{ "scope": "org", "role": "admin", "org_id": ORG_ID }] });
    let leeds =
        json!({ "privileges": [{ "scope": "site", "role": "helpdesk", "org_id": ORG_ID, "site_id": site }] });
    let own =
        [record(world, "sso role", "Network team", org), record(world, "sso role", "Leeds helpdesk", leeds)];
    own.into_iter().chain(msp_roles(world)).collect()
}

const DETAILS: &[(&str, i64)] = &[
    ("No role of the assertion matches a role in Mist", 5_400),
    ("The assertion is no longer valid: NotOnOrAfter has passed", 30_000),
    ("The signature does not fit the certificate of the identity provider", 300_000),
];

/// Failures of a login, with what tells of which.
fn failed(world: &World, which: &Value) -> Vec<Value> {
    let failures = DETAILS.iter().map(|(detail, ago)| {
        let assertion = "<saml:Assertion><saml:Subject><saml:NameID>tom.achterberg@harbourandpine.example\
                         </saml:NameID></saml:Subject></saml:Assertion>";
        let row = json!({ "detail": detail, "saml_assertion_xml": assertion, "timestamp": world.ago(*ago) });
        with(row, which.clone())
    });
    failures.collect()
}

fn failures(world: &World) -> Vec<Value> {
    let own = json!({ "~org_id": ORG_ID, "~sso_id": record::id("sso", "Staff portal login") });
    let provider = json!({ "~msp_id": MSP_ID, "~sso_id": record::id("msp sso", "Provider login") });
    [failed(world, &own), failed(world, &provider)].concat()
}

fn portal_failures(world: &World) -> Vec<Value> {
    failed(world, &json!({ "~org_id": ORG_ID, "~nacportal_id": portals::nac_id() }))
}

fn metadata(_world: &World) -> Vec<Value> {
    let one = |kind: &str, id: &str, which: Value| {
        let at = |what: &str| format!("https://api.mist.example/api/v1/saml/{id}/{what}");
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><md:EntityDescriptor entityID=\"{}\">\
             <md:SPSSODescriptor><md:AssertionConsumerService Location=\"{}\"/></md:SPSSODescriptor>\
             </md:EntityDescriptor>",
            at("entity"),
            at(kind)
        );
        let row = json!({
            "acs_url": at(kind), "entity_id": at("entity"), "logout_url": at("logout"), "metadata": xml,
        });
        with(row, which)
    };
    let staff = record::id("sso", "Staff portal login");
    let mut rows = vec![one("login", &staff, json!({ "~org_id": ORG_ID, "~sso_id": staff }))];
    let provider = record::id("msp sso", "Provider login");
    rows.push(one("login", &provider, json!({ "~msp_id": MSP_ID, "~sso_id": provider })));
    let portal = portals::nac_id();
    rows.push(one("portal", &portal, json!({ "~org_id": ORG_ID, "~nacportal_id": portal })));
    rows
}
