//! Juniper Support Insights: what was bought, under which contract, and what is known to be wrong with it.

use serde_json::{Value, json};

use crate::{
    engine::{Collection, Route},
    world::{Device, Kind, ORG_ID, Random, World, uuid, written},
};

pub(super) const ROUTES: &[Route] = &[
    Route::pages("/api/v1/orgs/{org_id}/jsi/devices", &DEVICES),
    Route::pages("/api/v1/orgs/{org_id}/jsi/inventory", &PURCHASES),
    Route::search("/api/v1/orgs/{org_id}/jsi/inventory/search", &PURCHASES),
    Route::count(
        "/api/v1/orgs/{org_id}/jsi/inventory/count",
        &PURCHASES,
        "model account_id claimed has_support end_of_sale_time eos_time version_time sku status type version warranty_type",
    ),
    Route::search("/api/v1/orgs/{org_id}/jsi/pbn/search", &BUGS),
    Route::count("/api/v1/orgs/{org_id}/jsi/pbn/count", &BUGS, "versions models customer_risk bug_type")
        .requiring(&["distinct"]),
    Route::search("/api/v1/orgs/{org_id}/jsi/sirt/search", &ADVISORIES),
    Route::count(
        "/api/v1/orgs/{org_id}/jsi/sirt/count",
        &ADVISORIES,
        "severity models versions jsa_updated_date",
    )
    .requiring(&["distinct"]),
];

static DEVICES: Collection = Collection::of("jsi devices", devices);
static PURCHASES: Collection = Collection::of("jsi purchases", purchases);
static BUGS: Collection = Collection::seen("jsi bugs", bugs);
static ADVISORIES: Collection = Collection::seen("jsi advisories", advisories);

const DAY: i64 = 86_400;
/// The advisory and the bug that hit the switches.
const ADVISORY: &str = "JSA990041";
const BUG: &str = "1990217";

fn devices(world: &World) -> Vec<Value> {
    let wired = world.devices.iter().filter(|device| device.kind != Kind::AccessPoint);
    let rows = wired.map(|device| {
        json!({
            "mac": device.mac, "model": device.model, "serial": device.serial, "ext_ip": world.site_of(device).external_ip(),
            "last_seen": world.ago(device.silent),
        })
    });
    rows.collect()
}

/// A day as `2026-01-31`.
fn day(epoch: i64) -> String {
    written(epoch).chars().take(10).collect()
}

fn purchases(world: &World) -> Vec<Value> {
    world.devices.iter().map(|device| purchase(world, device)).collect()
}

fn purchase(world: &World, device: &Device) -> Value {
    let mut random = Random::of(&format!("contract {}", device.mac));
    let ends = world.ago(-random.between(-60, 700) * DAY);
    let covered = ends > world.now;
    // The oldest model is no longer sold.
    let (sale, support) = if device.model == "AP43" { (300, -1_500) } else { (-900, -2_700) };
    let is_switch = device.kind == Kind::Switch;
    json!({
        "org_id": ORG_ID, "device_name": device.name, "serial": device.serial, "model": device.model, "sku": format!("{}-A", device.model),
        "type": device.kind.name(), "version": device.version, "suggested_version": device.version, "claimed": true, "master": true,
        "status": device.status(), "availability": "Yes",
        "contract_id": format!("HP-{}", random.between(10_000, 99_999)), "contract_type": "Maintenance", "contract_sku": "SVC-ND",
        "contract_reseller": "Northgate Networks", "distributor": "Northgate Networks",
        "contract_start_date": day(ends - 1_095 * DAY), "contract_end_date": day(ends),
        "has_support": covered, "support_contract_status": if covered { "Active" } else { "Service Available" },
        "end_of_sale_time": world.ago(sale * DAY), "eos_time": world.ago(support * DAY), "end_of_service_time": world.ago(support * DAY),
        "version_time": world.ago(400 * DAY), "version_eos_time": world.ago(-600 * DAY),
        "warranty": "Enhanced Hardware Warranty", "warranty_type": "Enhanced Hardware Warranty", "warranty_time": world.ago(-600 * DAY),
        "~contract_end": ends, "~account_id": uuid("jsi account"),
        "~sirt_id": is_switch.then_some(ADVISORY), "~pbn_id": is_switch.then_some(BUG),
    })
}

fn bugs(world: &World) -> Vec<Value> {
    let bug = |id: &str, kind: &str, risk: &str, title: &str, models: &[&str], fixed: &str, ago: i64| {
        json!({
            "id": id, "bug_type": kind, "customer_risk": risk, "title": title, "models": models, "product_family": ["EX Series"],
            "versions": ["23.4R2-S4.11", "23.4R2-S3.9"], "introduced_in": if kind == "Regression" { "23.4R2" } else { "" },
            "fixed_in": fixed, "release_notes": title, "workaround_provided": "Yes",
            "workaround": "Restart the process that is named in the title.", "restoration": "", "updated_date": world.ago(ago * DAY),
            "~timestamp": world.ago(ago * DAY),
        })
    };
    vec![
        bug(
            BUG,
            "Regression",
            "Major",
            "A port may stop giving PoE after dot1xd restarts",
            &["EX4100-48P", "EX4400-48P"],
            "23.4R2-S6",
            4,
        ),
        bug(
            "1987730",
            "Day-1",
            "Minor",
            "LLDP neighbors may be shown twice in a virtual chassis",
            &["EX4100-24P"],
            "24.2R2",
            75,
        ),
        bug(
            "1979022",
            "Day-1",
            "Critical",
            "flowd may restart when an IPsec tunnel is renegotiated",
            &["SRX320", "SRX345"],
            "23.4R2-S5",
            140,
        ),
    ]
}

fn advisories(world: &World) -> Vec<Value> {
    let advisory = |id: &str, severity: &str, score: f64, title: &str, models: &[&str], ago: i64| {
        let published = world.ago(ago * DAY);
        json!({
            "id": id, "severity": severity, "cvss_score": score, "title": title, "problem": title, "models": models,
            "versions": ["23.4R2-S4.11", "23.4R2-S3.9"], "published_date": published, "updated_date": published + 5 * DAY,
            "solution": "Upgrade to 23.4R2-S6 or later.", "workaround": "Limit who reaches the management port.", "release_notes": "",
            "~jsa_updated_date": published + 5 * DAY, "~timestamp": published + 5 * DAY,
        })
    };
    vec![
        advisory(
            ADVISORY,
            "High",
            7.5,
            "A crafted LLDP packet restarts l2cpd",
            &["EX4100-48P", "EX4100-24P", "EX4400-48P"],
            9,
        ),
        advisory(
            "JSA990012",
            "Medium",
            5.3,
            "J-Web tells users apart by the time of its answer",
            &["SRX320", "SRX345"],
            110,
        ),
        advisory(
            "JSA989977",
            "Critical",
            9.1,
            "A crafted IKE packet restarts iked",
            &["SRX320", "SRX345"],
            210,
        ),
    ]
}
