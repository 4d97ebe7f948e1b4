//! Support tickets of the organization and of its provider's other customers, and claims of devices.

use serde_json::{Value, json};

use super::{msps::org_id, record, self_account::email};
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Kind, MSP_ID, ORG_ID, ORG_NAME, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::list("/api/v1/orgs/{org_id}/tickets", &TICKETS),
    Route::one("/api/v1/orgs/{org_id}/tickets/{ticket_id}", &TICKETS),
    Route::count("/api/v1/orgs/{org_id}/tickets/count", &COUNTED, "status type"),
    Route::one("/api/v1/orgs/{org_id}/tickets/{ticket_id}/attachments/{attachment_id}", &ATTACHMENTS),
    Route::list("/api/v1/msps/{msp_id}/tickets", &TICKETS),
    Route::count("/api/v1/msps/{msp_id}/tickets/count", &COUNTED, "status type org_id"),
    Route::whole("/api/v1/orgs/{org_id}/claims", claims),
    Route::made("/api/v1/orgs/{org_id}/claims/{claim_id}", claimed),
];

static TICKETS: Collection = Collection::timed("tickets", tickets);
static COUNTED: Collection = Collection::timed("tickets counted", tickets);
static ATTACHMENTS: Collection = Collection::of("ticket attachments", attachments);

/// Tickets: of whom, about what, their type and status, and how long ago.
const FILED: &[(&str, &str, &str, &str, i64)] = &[
    (ORG_NAME, "Access point in Rotterdam restarts at night", "problem", "open", 18_000),
    (ORG_NAME, "Which release brings 6 GHz to our country", "question", "pending", 70_000),
    (ORG_NAME, "Replacement of a switch power supply", "rma", "solved", 400_000),
    ("Calder Schools", "Chromebooks roam late", "problem", "open", 40_000),
    ("Winterbourne Hotels", "Trial of WAN Assurance", "question", "closed", 300_000),
];

fn ticket_id(subject: &str) -> String {
    record::id("ticket", subject)
}

fn attachment_id(subject: &str) -> String {
    record::id("ticket attachment", subject)
}

fn url(subject: &str) -> String {
    format!("https://files.harbourandpine.example/tickets/{}.txt", attachment_id(subject))
}

fn tickets(world: &World) -> Vec<Value> {
    let tickets = FILED.iter().zip(1..).map(|((org, subject, kind, status, ago), number)| {
        let comment = json!({
            "author": "Priya Raman", "comment": subject, "created_at": world.ago(*ago),
            "attachment_ids": [attachment_id(subject)], "attachments": [{ "content_url": url(subject) }],
        });
        let answer = json!({
            "author": "Mist Support", "comment": "Thank you, we are looking into it.", "created_at": world.ago(ago - 3_600),
        });
        json!({
            "id": ticket_id(subject), "case_number": format!("2026-11{number:02}-{number:06}"), "subject": subject,
            "type": kind, "status": status, "requester": "Priya Raman", "requester_email": email("priya.raman"),
            "created_at": world.ago(*ago), "updated_at": world.ago(ago - 3_600), "comments": [comment, answer],
            "~timestamp": world.ago(*ago), "~org_id": org_id(org), "~msp_id": MSP_ID,
        })
    });
    tickets.collect()
}

fn attachments(_world: &World) -> Vec<Value> {
    let own = FILED.iter().filter(|(org, ..)| *org == ORG_NAME);
    let rows = own.map(|(_, subject, ..)| {
        json!({
            "content_url": url(subject), "~id": attachment_id(subject), "~ticket_id": ticket_id(subject), "~org_id": ORG_ID,
        })
    });
    rows.collect()
}

/// Jobs that claimed the access points and the switches.
fn jobs(call: &Call<'_>) -> Vec<Value> {
    let detailed = call.query.get("detail") == Some("true");
    let jobs = [Kind::AccessPoint, Kind::Switch].map(|kind| {
        let macs = call.world.kind(kind).map(|device| device.mac.as_str()).collect::<Vec<_>>();
        let finished = record::created(call.world) + 600;
        let mut job = json!({
            "claim_id": uuid(&format!("claim {}", kind.name())), "org_id": ORG_ID, "status": "done",
            "scheduled_at": record::created(call.world), "timestamp": finished, "total": macs.len(),
            "processed": macs.len(), "succeed": macs.len(), "failed": 0, "completed": macs, "incompleted": [],
        });
        if detailed {
            let row = |mac: &&str| json!({ "mac": mac, "status": "success", "timestamp": finished });
            job["details"] = macs.iter().map(row).collect();
        }
        job
    });
    jobs.into()
}

fn claims(call: &Call<'_>) -> Value {
    json!({ "claims": jobs(call) })
}

fn claimed(call: &Call<'_>) -> Result<Answer, ApiError> {
    let mut wanted = jobs(call).into_iter().filter(|job| job["claim_id"] == call.hole("claim_id"));
    wanted.next().map(Answer::json).ok_or_else(ApiError::not_found)
}
