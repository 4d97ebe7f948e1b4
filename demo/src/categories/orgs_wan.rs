//! The WAN: gateway templates, networks, services, policies and security profiles.

use serde_json::{Value, json};

use super::record::{self, record};
use super::security_services::PROFILES;
use crate::{
    engine::{Collection, Route},
    world::{Kind, Site, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::list("/api/v1/orgs/{org_id}/aamwprofiles", &AAMW),
    Route::one("/api/v1/orgs/{org_id}/aamwprofiles/{aamwprofile_id}", &AAMW),
    Route::pages("/api/v1/sites/{site_id}/aamwprofiles/derived", &AAMW),
    Route::pages("/api/v1/orgs/{org_id}/avprofiles", &ANTIVIRUS),
    Route::one("/api/v1/orgs/{org_id}/avprofiles/{avprofile_id}", &ANTIVIRUS),
    Route::pages("/api/v1/sites/{site_id}/avprofiles/derived", &ANTIVIRUS),
    Route::pages("/api/v1/orgs/{org_id}/gatewaytemplates", &GATEWAY_TEMPLATES),
    Route::one("/api/v1/orgs/{org_id}/gatewaytemplates/{gatewaytemplate_id}", &GATEWAY_TEMPLATES),
    Route::list("/api/v1/sites/{site_id}/gatewaytemplates/derived", &GATEWAY_TEMPLATES),
    Route::pages("/api/v1/orgs/{org_id}/idpprofiles", &IDP),
    Route::one("/api/v1/orgs/{org_id}/idpprofiles/{idpprofile_id}", &IDP),
    Route::pages("/api/v1/sites/{site_id}/idpprofiles/derived", &IDP),
    Route::pages("/api/v1/orgs/{org_id}/networks", &NETWORKS),
    Route::one("/api/v1/orgs/{org_id}/networks/{network_id}", &NETWORKS),
    Route::list("/api/v1/sites/{site_id}/networks/derived", &NETWORKS),
    Route::pages("/api/v1/orgs/{org_id}/secpolicies", &SECURITY),
    Route::one("/api/v1/orgs/{org_id}/secpolicies/{secpolicy_id}", &SECURITY),
    Route::pages("/api/v1/orgs/{org_id}/servicepolicies", &POLICIES),
    Route::one("/api/v1/orgs/{org_id}/servicepolicies/{servicepolicy_id}", &POLICIES),
    Route::list("/api/v1/sites/{site_id}/servicepolicies/derived", &POLICIES),
    Route::pages("/api/v1/orgs/{org_id}/services", &SERVICES),
    Route::one("/api/v1/orgs/{org_id}/services/{service_id}", &SERVICES),
    Route::list("/api/v1/sites/{site_id}/services/derived", &SERVICES),
    Route::pages("/api/v1/orgs/{org_id}/vpns", &VPNS),
    Route::one("/api/v1/orgs/{org_id}/vpns/{vpn_id}", &VPNS),
    Route::list("/api/v1/sites/{site_id}/vpns/derived", &VPNS),
    Route::list("/api/v1/sites/{site_id}/secintelprofiles/derived", &PROFILES),
];

static AAMW: Collection = Collection::of("aamw profiles", aamw);
static ANTIVIRUS: Collection = Collection::of("antivirus profiles", antivirus);
static GATEWAY_TEMPLATES: Collection = Collection::of("gateway templates", gateway_templates);
static IDP: Collection = Collection::of("idp profiles", idp);
static NETWORKS: Collection = Collection::of("networks", networks);
static SECURITY: Collection = Collection::of("security policies", security);
static POLICIES: Collection = Collection::of("service policies", policies);
static SERVICES: Collection = Collection::of("services", services);
static VPNS: Collection = Collection::of("vpns", vpns);

/// The carrier that every gateway speaks BGP with.
pub(super) const CARRIER: &str = "203.0.113.1";
pub(super) const CARRIER_AS: i64 = 64_512;
pub(super) const LOCAL_AS: i64 = 65_001;

/// The tunnel that takes the branches' traffic to a security service.
pub(super) const CLOUD_TUNNEL: &str = "cloud-security";
pub(super) const CLOUD_TUNNEL_HOST: &str = "198.51.100.80";

pub(super) const VPN: &str = "Overlay";

/// The networks, and their VLANs.
const VLANS: &[(&str, i64)] =
    &[("mgmt", 10), ("staff", 20), ("scanners", 30), ("guest", 40), ("things", 50), ("voice", 60)];

pub(super) const MEETING_APPS: &[&str] = &["zoom", "ms-teams"];

/// The policies that let something through, and the networks that they do it for.
pub(super) const POLICY_TENANTS: [(&str, &[&str]); 2] =
    [("staff to anywhere", &["staff", "voice"]), ("scanners to tills", &["scanners"])];

/// The name of a VLAN's network.
pub(super) fn network_of(vlan: i64) -> &'static str {
    VLANS.iter().find(|(_, number)| *number == vlan).map_or("", |(name, _)| name)
}

const TEMPLATES: [&str; 2] = ["Hub", "Branch"];

/// The template of a site's gateway: the first site is the hub.
pub(super) fn gateway_template_id(site: &Site) -> String {
    record::id("gateway template", TEMPLATES[usize::from(site.index > 0)])
}

fn gateway_templates(world: &World) -> Vec<Value> {
    let templates = TEMPLATES.iter().map(|name| {
        let users = world.sites.iter().filter(|site| (site.index == 0) == (*name == "Hub"));
        record(world, "gateway template", name, json!({
            "~site_id": users.map(|site| site.id.as_str()).collect::<Vec<_>>(),
            "type": if *name == "Hub" { "standalone" } else { "spoke" },
            "dns_servers": ["9.9.9.9"],
            "ntp_servers": ["pool.ntp.org"],
            "port_config": {
                "ge-0/0/0": { "name": "wan0", "usage": "wan", "wan_type": "broadband", "ip_config": { "type": "dhcp" } },
                "ge-0/0/3": { "usage": "lan", "networks": ["staff", "guest"] },
            },
            "bgp_config": {
                "carrier": { "type": "external", "via": "wan", "local_as": LOCAL_AS, "auth_key": "demo-secret-bgp",
                    "neighbors": { CARRIER: { "neighbor_as": CARRIER_AS } } },
            },
            "tunnel_configs": tunnels(name),
        }))
    });
    templates.collect()
}

/// The tunnels of a template: the hub needs none.
fn tunnels(template: &str) -> Value {
    if template == "Hub" {
        return json!({});
    }
    let proposal = json!([{ "auth_algo": "sha2", "enc_algo": "aes256", "dh_group": "14" }]);
    json!({ CLOUD_TUNNEL: {
        "provider": "custom-ipsec", "protocol": "ipsec", "version": "2", "mode": "active-standby", "psk": "demo-secret-ipsec",
        "primary": { "hosts": [CLOUD_TUNNEL_HOST], "wan_names": ["wan0"] }, "networks": ["staff", "guest"],
        "ike_proposals": proposal, "ipsec_proposals": proposal,
    } })
}

fn networks(world: &World) -> Vec<Value> {
    let networks = VLANS.iter().map(|(name, vlan)| {
        record(
            world,
            "network",
            name,
            json!({
                "vlan_id": vlan,
                "subnet": format!("10.0.{vlan}.0/24"),
                "isolation": *name == "guest",
                "internet_access": { "enabled": *name != "mgmt", "restricted": *name == "things" },
            }),
        )
    });
    networks.collect()
}

fn services(world: &World) -> Vec<Value> {
    vec![
        record(world, "service", "any", json!({ "type": "custom", "addresses": ["0.0.0.0/0"] })),
        record(
            world,
            "service",
            "tills",
            json!({
                "type": "custom", "addresses": ["10.11.20.0/24"], "specs": [{ "protocol": "tcp", "port_range": "8443" }],
                "traffic_type": "default", "sle_enabled": true,
            }),
        ),
        record(
            world,
            "service",
            "meetings",
            json!({
                "type": "apps", "apps": MEETING_APPS, "traffic_type": "video_streaming", "sle_enabled": true,
            }),
        ),
    ]
}

fn policies(world: &World) -> Vec<Value> {
    let policy = |name, action: &str, tenants: &[&str], services: &[&str]| {
        record(
            world,
            "service policy",
            name,
            json!({ "action": action, "tenants": tenants, "services": services }),
        )
    };
    let [(to_anywhere, staff), (to_tills, scanners)] = POLICY_TENANTS;
    vec![
        policy(to_anywhere, "allow", staff, &["any"]),
        policy(to_tills, "allow", scanners, &["tills"]),
        policy("guests stay out", "deny", &["guest"], &["tills"]),
    ]
}

fn vpns(world: &World) -> Vec<Value> {
    let hubs = world.kind(Kind::Gateway).take(1);
    let paths = hubs.map(|hub| (format!("{}-wan0", hub.name), json!({ "bfd_profile": "broadband" })));
    let paths = paths.collect::<serde_json::Map<_, _>>();
    vec![record(
        world,
        "vpn",
        VPN,
        json!({ "type": "hub_spoke", "path_selection": { "strategy": "simple" }, "paths": paths }),
    )]
}

fn aamw(world: &World) -> Vec<Value> {
    let categories = json!([{ "category": "executable", "hash_lookup_only": false }, { "category": "pdf", "hash_lookup_only": true }]);
    let more = json!({ "file_action": "block", "fallback_action": "permit", "verdict_threshold": 7, "categories": categories });
    vec![record(world, "aamw profile", "Downloads", more)]
}

fn antivirus(world: &World) -> Vec<Value> {
    let more =
        json!({ "fallback_action": "log-and-permit", "max_filesize": 10_000, "protocols": ["http", "smtp"] });
    vec![record(world, "antivirus profile", "Mail and web", more)]
}

fn idp(world: &World) -> Vec<Value> {
    let overwrites =
        json!([{ "name": "quiet scans", "action": "alert", "matching": { "severity": ["info", "minor"] } }]);
    vec![record(
        world,
        "idp profile",
        "Branch",
        json!({ "base_profile": "standard", "overwrites": overwrites }),
    )]
}

fn security(world: &World) -> Vec<Value> {
    let wlans = world.wlans.iter().filter(|wlan| wlan.auth != "open");
    let wlans =
        wlans.map(|wlan| json!({ "ssid": wlan.ssid, "auth": { "type": wlan.auth }, "vlan_id": wlan.vlan }));
    vec![record(world, "security policy", "Approved networks", json!({ "wlans": wlans.collect::<Vec<_>>() }))]
}
