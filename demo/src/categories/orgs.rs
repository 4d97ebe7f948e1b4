//! The organization.

use serde_json::{Value, json};

use super::{msps, orgs_alarm_templates, record};
use crate::{
    engine::{Collection, Route},
    world::{ORG_ID, ORG_NAME, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::one("/api/v1/orgs/{org_id}", &ORG),
    Route::search("/api/v1/orgs/{org_id}/events/search", &EVENTS),
    Route::one_by("/api/v1/orgs/{org_id}/setting", &SETTING, "org_id"),
];

static ORG: Collection = Collection::of("org", org).for_all();
static EVENTS: Collection = Collection::timed("org events", events);
static SETTING: Collection = Collection::of("org setting", setting).for_all();

fn org(world: &World) -> Vec<Value> {
    vec![json!({
        "id": ORG_ID,
        "name": ORG_NAME,
        "alarmtemplate_id": orgs_alarm_templates::id(),
        "allow_mist": true,
        "session_expiry": 1440,
        "orggroup_ids": msps::orggroup_ids(ORG_NAME),
        "created_time": record::created(world),
        "modified_time": world.ago(12 * 86_400),
    })]
}

const KINDS: &[(&str, &str)] = &[
    ("ORG_CA_CERT_REGENERATED", "The organization's certificate authority was renewed"),
    ("ORG_SUBSCRIPTION_REMINDER", "A Wireless Assurance subscription ends in 120 days"),
    ("ORG_API_TOKEN_USED_FROM_NEW_ADDRESS", "An API token was used from an address not seen before"),
    ("ORG_WEBHOOK_SUSPENDED", "Deliveries to a webhook failed for an hour"),
];

fn events(world: &World) -> Vec<Value> {
    let happened = (0..24).map(|number| {
        let mut random = Random::of(&format!("org event {number}"));
        let (kind, text) = random.pick(KINDS);
        json!({ "org_id": ORG_ID, "type": kind, "text": text, "timestamp": world.ago(random.between(600, 172_000)) })
    });
    happened.collect()
}

fn setting(world: &World) -> Vec<Value> {
    vec![json!({
        "id": uuid("org setting"),
        "org_id": ORG_ID,
        "created_time": record::created(world),
        "modified_time": world.ago(9 * 86_400),
        "api_policy": { "enforce_src_ips_for_tokens": false, "no_reveal": false },
        "ap_updown_threshold": 10,
        "device_updown_threshold": 10,
        "switch_updown_threshold": 10,
        "gateway_updown_threshold": 10,
        "auto_site_assignment": { "enable": false, "rules": [] },
        "auto_upgrade": { "enabled": true, "version": "stable", "day_of_week": "sun", "time_of_day": "02:00" },
        "cloudshark": { "apitoken": "demo-secret-cloudshark", "url": "https://captures.harbourandpine.example" },
        "jcloud": { "org_apitoken": "demo-secret-jcloud", "org_apitoken_name": "inventory" },
        "mxedge_mgmt": { "root_password": "demo-secret-mxedge-root", "mist_password": "demo-secret-mxedge-mist" },
        "mist_nac": { "eap_ssl_security_level": 2, "use_ip_version": "v4", "use_ssl_port": true, "usermac_expiry": 365 },
        "password_policy": { "enabled": true, "min_length": 12, "requires_special_char": true, "requires_two_factor_auth": true },
        "pcap": { "max_pkt_len": 128 },
        "security": { "disable_local_ssh": true },
        "synthetic_test": { "disabled": false, "aggressiveness": "auto" },
        "tags": ["retail", "logistics"],
        "ui_idle_timeout": 60,
        "vpn_options": { "as_base": 65_000, "enable_ipv6": false, "st_subnet": "10.224.0.0/12" },
        "wireless_pma": { "enabled": true },
        "wired_pma": { "enabled": true },
        "wan_pma": { "enabled": true },
    })]
}
