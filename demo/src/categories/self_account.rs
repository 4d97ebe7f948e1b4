//! Account of the API token (`/self`).

use serde_json::{Value, json};

use super::record::with;
use crate::{
    engine::{Call, Collection, Route, Usage},
    world::{MSP_ID, MSP_NAME, ORG_ID, ORG_NAME, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::whole("/api/v1/self", account),
    Route::whole("/api/v1/self/usage", usage),
    Route::whole("/api/v1/self/login_failures", login_failures),
    Route::paged_search("/api/v1/self/logs", &LOGS),
];

/// What administrators did.
pub(super) static LOGS: Collection = Collection::timed("audit logs", logs);

pub(super) const ADMINS: &[(&str, &str)] =
    &[("Priya Raman", "priya.raman"), ("Tom Achterberg", "tom.achterberg"), ("Lucia Mendes", "lucia.mendes")];

pub(super) fn admin_id(name: &str) -> String {
    uuid(&format!("admin {name}"))
}

/// The address that mail of a name goes to.
pub(super) fn email(login: &str) -> String {
    format!("{login}@harbourandpine.example")
}

fn account(_call: &Call<'_>) -> Value {
    json!({
        "admin_id": admin_id("Demo User"),
        "email": "demo@harbourandpine.example",
        "first_name": "Demo",
        "last_name": "User",
        "two_factor_verified": false,
        "via_sso": false,
        "privileges": [
            {
                "scope": "org", "role": "read", "name": ORG_NAME, "org_id": ORG_ID, "org_name": ORG_NAME,
                "msp_id": MSP_ID, "msp_name": MSP_NAME,
            },
            { "scope": "msp", "role": "read", "name": MSP_NAME, "msp_id": MSP_ID, "msp_name": MSP_NAME },
        ],
        "tags": ["has_8021x"],
    })
}

fn usage(call: &Call<'_>) -> Value {
    let Usage { requests, limit, seconds } = call.usage;
    json!({ "requests": requests, "request_limit": limit, "seconds": seconds })
}

fn login_failures(call: &Call<'_>) -> Value {
    json!({
        "email": "demo@harbourandpine.example",
        "num_attempts": 2,
        "last_failure_at": call.world.ago(3 * 86_400),
        "src_ips": ["198.51.100.23"],
        "user_agents": ["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"],
    })
}

fn logs(world: &World) -> Vec<Value> {
    let done = (0..60).map(|number| {
        let mut random = Random::of(&format!("audit log {number}"));
        let (name, _) = random.pick(ADMINS);
        let site = random.pick(&world.sites);
        let device = random.pick(&world.devices);
        let subject = random.between(0, 4);
        let message = match subject {
            0 => format!("Update Site \"{}\"", site.name()),
            1 => format!("Update Device \"{}\"", device.name),
            2 => format!("Restart Device \"{}\"", device.name),
            3 => "Update WLAN \"Pine Guest\"".to_owned(),
            _ => format!("Update Site Settings \"{}\"", site.name()),
        };
        json!({
            "id": uuid(&format!("audit log {number}")),
            "org_id": ORG_ID,
            "site_id": if subject == 1 || subject == 2 { &world.site_of(device).id } else { &site.id },
            "admin_id": admin_id(name),
            "admin_name": *name,
            "message": message,
            // Two in three are of the last day.
            "timestamp": world.ago(if number % 3 == 0 { random.between(90_000, 600_000) } else { random.between(60, 86_000) }),
            "for_site": true,
        })
    });
    done.collect()
}

/// The same with where the administrator was.
pub(super) fn org_logs(world: &World) -> Vec<Value> {
    let logs = world.rows(&LOGS);
    logs.iter().map(|row| with(json!({ "src_ip": "198.51.100.23" }), row.clone().into())).collect()
}
