//! Marvis actions, at endpoints that Mist's OpenAPI document does not have.

use serde_json::{Value, json};

use super::orgs_alarms::ALARMS;
use crate::{
    engine::{Call, Collection, Route, Row},
    world::{Device, Kind, ORG_ID, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::paged_search_with_total("/api/v1/labs/orgs/{org_id}/suggestion", &ACTIONS),
    Route::whole("/api/v1/labs/suggestions_schema", kinds),
];

pub(super) static ACTIONS: Collection = Collection::of("marvis actions", actions);

/// A kind of action: its symptom, category, what to do, and how severe it is.
type Action = (&'static str, &'static str, &'static str, u64);

const KINDS: &[Action] = &[
    ("bad_cable", "switch", "Replace the cable, and check the port at both ends", 2),
    ("missing_vlan", "switch", "Add the VLAN to the port of the access point", 3),
    ("ap_offline", "ap", "Check the power and the cable of the access point", 3),
    ("insufficient_coverage", "ap", "Move an access point closer, or add one", 1),
    ("switch_offline", "switch", "Check the power of the switch and the way to its gateway", 3),
    ("gateway_offline", "gateway", "Check the power of the gateway and its WAN link", 3),
];

/// Those that stand behind alarms, and more that no alarm tells of.
fn actions(world: &World) -> Vec<Value> {
    let alarms = world.rows(&ALARMS);
    let alarmed = alarms.iter().filter(|alarm| alarm.get("group").is_some_and(|group| group == "marvis"));
    let alarmed = alarmed.filter_map(|alarm| of_alarm(world, alarm));
    let down = world.devices.iter().filter(|device| !device.connected);
    let down = down.map(|device| {
        let label = uuid(&format!("action {}", device.mac));
        let kind = match device.kind {
            Kind::AccessPoint => &KINDS[2],
            Kind::Switch => &KINDS[4],
            Kind::Gateway => &KINDS[5],
        };
        action(world, device, kind, &label, "open", device.silent)
    });
    let access_points = world.kind(Kind::AccessPoint).filter(|device| device.usually_connected);
    let states = ["open", "inprogress", "reoccured", "validated", "marvis_self_driven", "expired action"];
    let weak = access_points.zip(states).zip(1..).map(|((device, status), number)| {
        let label = uuid(&format!("coverage {}", device.mac));
        action(world, device, &KINDS[3], &label, status, number * 50_000)
    });
    alarmed.chain(down).chain(weak).collect()
}

/// The id of an alarm is that of its action.
fn of_alarm(world: &World, alarm: &Row) -> Option<Value> {
    // An overlay may leave out any field.
    let text = |name: &str| alarm.get(name)?.as_str();
    let (symptom, id) = (text("type")?, text("id")?);
    let mac = alarm.get("switches")?.get(0)?.as_str()?;
    let device = world.devices.iter().find(|device| device.mac == mac)?;
    let kind = KINDS.iter().find(|kind| kind.0 == symptom)?;
    let ago = world.now.saturating_sub(alarm.get("timestamp")?.as_i64()?);
    Some(action(world, device, kind, id, text("status").unwrap_or("open"), ago))
}

fn action(world: &World, device: &Device, kind: &Action, id: &str, status: &str, ago: i64) -> Value {
    let (symptom, category, suggestion, severity) = *kind;
    let site = world.site_of(device);
    let ended = !["open", "inprogress", "reoccured"].contains(&status);
    let milliseconds = |ago: i64| world.ago(ago).saturating_mul(1_000);
    let row = json!({
        "uuid": id,
        "row_key": format!("{category}_{symptom}_{}", device.mac),
        "org_id": ORG_ID,
        "site_id": site.id,
        "category": category,
        "symptom": symptom,
        "suggestion": suggestion,
        "status": status,
        "severity": severity,
        "details": {
            "impacted_tuple": { "site_id": site.id, "mac": device.mac, "name": device.name },
        },
        "start_time": milliseconds(ago),
    });
    let end = json!({ "end_time": milliseconds(ago / 2), "validation_time": milliseconds(ago / 4) });
    if ended { super::record::with(row, end) } else { row }
}

fn kinds(_: &Call<'_>) -> Value {
    let kinds = KINDS.iter().map(|(symptom, category, suggestion, _)| {
        ((*symptom).to_owned(), json!({ "category": category, "recommended_action": suggestion }))
    });
    Value::Object(kinds.collect())
}
