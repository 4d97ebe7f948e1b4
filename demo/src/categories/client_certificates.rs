//! Client certificates, their issuers and revocations.

use serde_json::{Value, json};

use super::record;
use crate::{
    engine::{Call, Collection, Route},
    world::{Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::whole("/api/v1/orgs/{org_id}/setting/mist_nac_crls", revoked),
    Route::whole("/api/v1/orgs/{org_id}/setting/mist_scep", scep),
    Route::search_with("/api/v1/orgs/{org_id}/setting/mist_scep/client_certs", &ISSUED, &["limit", "page"]),
];

static ISSUED: Collection = Collection::of("client certificates", issued);

fn revoked(call: &Call<'_>) -> Value {
    json!({ "results": [{
        "id": uuid("crl"), "name": "Harbour & Pine Issuing CA", "url": "https://pki.harbourandpine.example/issuing.crl",
        "created_time": record::created(call.world), "modified_time": call.world.ago(86_400),
    }] })
}

fn scep(_call: &Call<'_>) -> Value {
    json!({
        "enabled": true, "suspended": false, "cert_providers": ["intune", "jamf"],
        "intune_scep_url": "https://scep.harbourandpine.example/intune", "jamf_scep_url": "https://scep.harbourandpine.example/jamf",
        "jamf_webhook_url": "https://scep.harbourandpine.example/webhook/jamf", "jamf_access_token": "demo-secret-jamf-access",
    })
}

/// One certificate for each client of the staff.
fn issued(world: &World) -> Vec<Value> {
    let staff = world.clients.iter().filter_map(|client| Some((client, client.username.as_ref()?)));
    let rows = staff.map(|(client, username)| {
        let mut random = Random::of(&format!("certificate {}", client.mac));
        let created = random.between(5, 340) * 86_400;
        json!({
            "common_name": username, "cert_provider": if client.hardware.family == "Mac" { "jamf" } else { "intune" },
            "device_id": uuid(&format!("managed device {}", client.mac)), "serial_number": format!("4A{:014X}", random.between(1 << 40, 1 << 55)),
            "created_time": world.ago(created), "expire_time": world.ago(created - 365 * 86_400),
        })
    });
    rows.collect()
}
