//! Portals of the organization: for NAC, for pre-shared keys (PSK) and of its mobile application; certificates, and
//! dashboards.

use axum::http::HeaderValue;
use serde_json::{Value, json};

use super::{
    record::{self, record},
    self_account::{ADMINS, admin_id},
};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{ORG_ID, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/nacportals", &NAC),
    Route::one("/api/v1/orgs/{org_id}/nacportals/{nacportal_id}", &NAC),
    Route::pages("/api/v1/orgs/{org_id}/pskportals", &PSK),
    Route::one("/api/v1/orgs/{org_id}/pskportals/{pskportal_id}", &PSK),
    Route::paged_search_with_total("/api/v1/orgs/{org_id}/pskportals/logs", &LOGS),
    Route::search("/api/v1/orgs/{org_id}/pskportals/logs/search", &LOGS),
    Route::count(
        "/api/v1/orgs/{org_id}/pskportals/logs/count",
        &LOGS,
        "pskportal_id admin_id admin_name psk_id psk_name user_id",
    ),
    Route::list("/api/v1/orgs/{org_id}/sdkinvites", &INVITES),
    Route::one("/api/v1/orgs/{org_id}/sdkinvites/{sdkinvite_id}", &INVITES),
    Route::list("/api/v1/orgs/{org_id}/sdktemplates", &TEMPLATES),
    Route::one("/api/v1/orgs/{org_id}/sdktemplates/{sdktemplate_id}", &TEMPLATES),
    Route::list("/api/v1/orgs/{org_id}/uisettings", &DASHBOARDS),
    Route::one("/api/v1/orgs/{org_id}/uisettings/{uisetting_id}", &DASHBOARDS),
    Route::whole("/api/v1/orgs/{org_id}/cert", certificate),
    Route::made("/api/v1/orgs/{org_id}/crl", revoked),
];

/// The portals of network access control.
pub(super) static NAC: Collection = Collection::of("nac portals", nac);
static PSK: Collection = Collection::of("psk portals", psk);
static LOGS: Collection = Collection::timed("psk portal logs", logs);
static INVITES: Collection = Collection::of("sdk invites", invites);
static TEMPLATES: Collection = Collection::of("sdk templates", templates);
/// The dashboards of the organization.
pub(super) static DASHBOARDS: Collection = Collection::of("org dashboards", dashboards);

/// What looks like a certificate.
pub(super) const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUDEMOHARBOURANDPINEDEMOCERTIFICATE\n\
                              -----END CERTIFICATE-----\n";

/// The id of the portal where clients get certificates.
pub(super) fn nac_id() -> String {
    record::id("nac portal", "Staff onboarding")
}

fn nac(world: &World) -> Vec<Value> {
    let staff = json!({
        "type": "marvis_client", "access_type": "wireless+wired", "ssid": "Pine Staff", "eap_type": "wpa2",
        "cert_expire_time": 365, "notify_expiry": true, "expiry_notification_time": 14, "enable_telemetry": true,
        "portal_sso_url": format!("https://portal.mist.example/nac/{}", nac_id()),
        "sso": {
            "issuer": "https://idp.harbourandpine.example/entity", "nameid_format": "email", "idp_cert": PEM,
            "idp_sso_url": "https://idp.harbourandpine.example/saml", "idp_sign_algo": "sha256",
            "use_sso_role_for_cert": true, "sso_role_matching": [{ "match": "warehouse", "assigned": "fleet" }],
        },
    });
    let guests = json!({
        "type": "guest_portal", "access_type": "wireless", "ssid": "Pine Guest",
        "portal": { "auth": "none", "expire": 1440, "privacy": true, "max_num_devices": 3 },
        "portal_authorize_jwt_secret": "demo-secret-portal",
    });
    vec![
        record(world, "nac portal", "Staff onboarding", staff),
        record(world, "nac portal", "Visitors", guests),
    ]
}

fn psk(world: &World) -> Vec<Value> {
    let portal = json!({
        "type": "byod", "auth": "sso", "ssid": "Pine Scanners", "role": "visitor", "vlan_id": 40, "max_usage": 2,
        "expire_time": 129_600, "notify_expiry": true, "expiry_notification_time": 7,
        "passphrase_rules": {
            "length": 12, "alphabets_enabled": true, "numerics_enabled": true, "symbols_enabled": false,
        },
        "sso": {
            "issuer": "https://idp.harbourandpine.example/entity", "nameid_format": "email", "idp_cert": PEM,
            "idp_sso_url": "https://idp.harbourandpine.example/saml", "idp_sign_algo": "sha256",
        },
    });
    vec![record(world, "psk portal", "Contractor keys", portal)]
}

fn logs(world: &World) -> Vec<Value> {
    let done = (0..24).map(|number| {
        let mut random = Random::of(&format!("psk portal log {number}"));
        let (admin, _) = random.pick(ADMINS);
        let person = uuid(&format!("psk portal user {}", random.between(1, 6)));
        let act = random.pick(&["Create", "Renew", "Delete"]);
        json!({
            "id": uuid(&format!("psk portal log {number}")), "org_id": ORG_ID, "name_id": person,
            "pskportal_id": record::id("psk portal", "Contractor keys"), "psk_id": record::id("psk", "Contractors"),
            "psk_name": "Contractors", "message": format!("{act} PSK \"Contractors\""),
            "timestamp": world.ago(random.between(60, 170_000)), "~admin_name": admin, "~admin_id": admin_id(admin),
            "~user_id": person,
        })
    });
    done.collect()
}

fn invites(world: &World) -> Vec<Value> {
    let site = world.sites.last().map(|site| site.id.as_str());
    let invite = json!({
        "site_id": site, "enabled": true, "quota": 50, "quota_limited": true, "expire_time": world.ago(-90 * 86_400),
    });
    vec![record(world, "sdk invite", "Store guide", invite)]
}

fn templates(world: &World) -> Vec<Value> {
    let template = json!({
        "default": true, "for_site": false, "header_txt": "Harbour & Pine", "welcome_msg": "Find your way in the store",
        "btn_flr_bgcolor": "#00695C", "search_txtcolor": "#FFFFFF", "bg_image": "https://www.harbourandpine.example/store.png",
    });
    vec![record(world, "sdk template", "Store guide", template)]
}

fn dashboards(world: &World) -> Vec<Value> {
    let tiles = ["List access points that restarted today", "Show the sites with the lowest coverage"];
    let tiles = tiles.into_iter().zip(1..).map(|(question, row)| {
        json!({
            "id": uuid(&format!("tile {question}")), "name": question, "nl_query": question, "description": "",
            "isAutoTitle": true, "position": { "col": 1, "row": row, "colSpan": 2, "rowSpan": 1 },
        })
    });
    let dashboard = json!({
        "for_site": false, "purpose": "marvisdashboard", "isCustomDataboard": true,
        "description": "What the network team looks at on Mondays", "tiles": tiles.collect::<Vec<_>>(),
    });
    vec![record(world, "org dashboard", "Monday review", dashboard)]
}

fn certificate(call: &Call<'_>) -> Value {
    json!({ "cert": PEM, "pending_cert": PEM, "pending_cert_expiry": call.world.ago(-3650 * 86_400) })
}

fn revoked(call: &Call<'_>) -> Result<Answer, ApiError> {
    let list = "-----BEGIN X509 CRL-----\nMIIBDEMOHARBOURANDPINEREVOCATIONLIST\n-----END X509 CRL-----\n";
    let disposition = format!("attachment; filename=\"{}.crl\"", call.hole("org_id"));
    let disposition = HeaderValue::try_from(disposition).map_err(|_| ApiError::not_found())?;
    Ok(Answer {
        body: list.into(),
        content_type: "application/octet-stream",
        headers: vec![("content-disposition", disposition)],
    })
}
