//! Administrators of the organization and its MSP.

use serde_json::{Value, json};

use super::{
    msps::{of_msp, org_id},
    record,
    self_account::{ADMINS, admin_id, email, org_logs},
};
use crate::{
    engine::{Collection, Route},
    world::{MSP_ID, MSP_NAME, ORG_ID, ORG_NAME, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::list("/api/v1/orgs/{org_id}/admins", &ADMINISTRATORS),
    Route::list("/api/v1/orgs/{org_id}/apitokens", &TOKENS),
    Route::one("/api/v1/orgs/{org_id}/apitokens/{apitoken_id}", &TOKENS),
    Route::list("/api/v1/self/apitokens", &OWN_TOKENS),
    Route::one("/api/v1/self/apitokens/{apitoken_id}", &OWN_TOKENS),
    Route::list("/api/v1/self/subscriptions", &SUBSCRIPTIONS),
    Route::list("/api/v1/msps/{msp_id}/admins", &PROVIDERS),
    Route::one_by("/api/v1/msps/{msp_id}/admins/{admin_id}", &PROVIDERS, "admin_id"),
    Route::paged_search_with_total("/api/v1/msps/{msp_id}/logs", &LOGS),
    Route::count("/api/v1/msps/{msp_id}/logs/count", &COUNTED, "admin_name admin_id message org_id"),
];

static ADMINISTRATORS: Collection = Collection::of("org admins", administrators);
static TOKENS: Collection = Collection::of("org api tokens", tokens);
static OWN_TOKENS: Collection = Collection::of("own api tokens", own_tokens);
static SUBSCRIPTIONS: Collection = Collection::of("alarm subscriptions", subscriptions);
static PROVIDERS: Collection = Collection::of("msp admins", providers);
static LOGS: Collection = Collection::timed("msp audit logs", logs);
static COUNTED: Collection = Collection::timed("msp audit logs counted", logs);

/// An administrator: a name and a login, and what they may do.
fn admin(world: &World, name: &str, login: &str, privilege: &Value) -> Value {
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    json!({
        "admin_id": admin_id(name), "email": email(login), "first_name": first, "last_name": last, "name": name,
        "privileges": [privilege], "two_factor_verified": login != "tom.achterberg", "enable_two_factor": true,
        "via_sso": false, "session_expiry": 1440, "password_modified_time": world.ago(60 * 86_400),
    })
}

fn administrators(world: &World) -> Vec<Value> {
    let roles = ADMINS.iter().zip(["admin", "write", "helpdesk"]);
    let admins = roles.map(|((name, login), role)| {
        let privilege =
            json!({ "scope": "org", "role": role, "org_id": ORG_ID, "org_name": ORG_NAME, "name": ORG_NAME });
        admin(world, name, login, &privilege)
    });
    let leeds = world.sites.first().map(|site| {
        let privilege = json!({
            "scope": "site", "role": "read", "org_id": ORG_ID, "org_name": ORG_NAME, "site_id": site.id, "name": site.name(),
        });
        admin(world, "Idris Bell", "idris.bell", &privilege)
    });
    admins.chain(leeds).collect()
}

fn tokens(world: &World) -> Vec<Value> {
    let token = |name: &str, role: &str, used: Option<i64>, addresses: &[&str]| {
        json!({
            "id": record::id("api token", name), "name": name, "org_id": ORG_ID, "key": format!("demo-secret-{name}"),
            "privileges": [{ "scope": "org", "role": role, "org_id": ORG_ID }], "src_ips": addresses,
            "created_by": email("priya.raman"), "created_time": record::created(world),
            "last_used": used.map(|used| world.ago(used)),
        })
    };
    vec![
        token("inventory", "read", Some(300), &["198.51.100.23"]),
        token("provisioning", "write", Some(5 * 86_400), &["198.51.100.23", "198.51.100.24"]),
        token("old-reports", "read", None, &[]),
    ]
}

fn own_tokens(world: &World) -> Vec<Value> {
    let token = |name: &str, used: Option<i64>| {
        json!({
            "id": record::id("own api token", name), "name": name, "key": format!("demo-secret-{name}"),
            "created_time": record::created(world), "last_used": used.map(|used| world.ago(used)),
        })
    };
    vec![token("mistmcp", Some(20)), token("script", None)]
}

fn subscriptions(_world: &World) -> Vec<Value> {
    vec![json!({ "org_id": ORG_ID })]
}

/// Who works for the provider: name and login.
const ENGINEERS: &[(&str, &str)] = &[("Hanna Voss", "hanna.voss"), ("Samir Okoye", "samir.okoye")];

fn providers(world: &World) -> Vec<Value> {
    let roles = ENGINEERS.iter().zip(["admin", "helpdesk"]);
    let admins = roles.map(|((name, login), role)| {
        let privilege =
            json!({ "scope": "msp", "role": role, "msp_id": MSP_ID, "msp_name": MSP_NAME, "name": MSP_NAME });
        admin(world, name, login, &privilege)
    });
    admins.collect()
}

/// What changed in the organization, and what the provider's own people did.
fn logs(world: &World) -> Vec<Value> {
    let done = [
        ("Calder Schools", "Update Org Settings", 3_000),
        ("Rosehill Clinics", "Invite Admin \"ward.it\"", 20_000),
        ("Winterbourne Hotels", "Update Subscription", 61_000),
        ("Calder Schools", "Add Site \"Calder High\"", 200_000),
    ];
    let own = done.into_iter().zip(ENGINEERS.iter().cycle()).map(|((org, message, ago), (name, _))| {
        json!({
            "id": uuid(&format!("msp audit log {message}")), "org_id": org_id(org), "admin_id": admin_id(name),
            "admin_name": *name, "message": message, "timestamp": world.ago(ago), "src_ip": "198.51.100.77",
        })
    });
    own.chain(org_logs(world)).collect()
}

/// Roles that single sign-on grants at the provider.
pub(super) fn msp_roles(world: &World) -> Vec<Value> {
    let role = |name: &str, role: &str| {
        of_msp(world, "msp sso role", name, json!({ "privileges": [{ "scope": "msp", "role": role }] }))
    };
    vec![role("Provider NOC", "helpdesk"), role("Provider engineers", "admin")]
}
