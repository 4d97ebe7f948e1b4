//! Calls of Zoom and Teams.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::orgs_wan::MEETING_APPS;
use crate::{
    engine::{Answer, ApiError, Call, Collection, Route},
    world::{Client, ORG_ID, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::search("/api/v1/sites/{site_id}/stats/calls/search", &CALLS),
    Route::count("/api/v1/sites/{site_id}/stats/calls/count", &CALLS, "mac"),
    Route::made("/api/v1/sites/{site_id}/stats/calls/summary", summary),
];

static CALLS: Collection = Collection::timed("calls", calls);

/// Somebody's part in a meeting.
pub(super) struct Meeting<'w> {
    pub(super) id: String,
    pub(super) client: &'w Client,
    pub(super) app: &'static str,
    pub(super) started: i64,
    pub(super) ended: i64,
    /// From 1 to 5.
    pub(super) rating: i64,
}

impl Meeting<'_> {
    /// Its length in minutes, and how many of them were bad.
    fn minutes(&self) -> (i64, i64) {
        let minutes = (self.ended - self.started) / 60;
        (minutes, minutes * (5 - self.rating) / 10)
    }
}

/// The meetings of the staff: within the time that they were connected.
pub(super) fn meetings(world: &World) -> Vec<Meeting<'_>> {
    let staff =
        world.clients.iter().filter(|client| client.username.is_some() && client.connected_for > 2_400);
    let meetings = staff.filter_map(|client| {
        let mut random = Random::of(&format!("meeting {}", client.mac));
        let seconds = random.between(15, client.connected_for / 60 - 5) * 60;
        let ended = world.ago(client.silent + random.between(60, client.connected_for - seconds));
        let meeting = Meeting {
            id: uuid(&format!("meeting {}", client.mac)),
            client,
            app: random.pick::<&str>(MEETING_APPS),
            started: ended - seconds,
            ended,
            rating: if client.rssi < -72 { random.between(1, 3) } else { random.between(3, 5) },
        };
        random.chance(60).then_some(meeting)
    });
    meetings.collect()
}

fn calls(world: &World) -> Vec<Value> {
    let rows = meetings(world).into_iter().map(|meeting| json!({
        "org_id": ORG_ID, "site_id": world.sites[meeting.client.site].id, "mac": meeting.client.mac, "meeting_id": meeting.id,
        "app": meeting.app, "start_time": meeting.started, "end_time": meeting.ended, "rating": meeting.rating,
        "audio_quality": (meeting.rating + 1).min(5), "video_quality": meeting.rating, "screen_share_quality": meeting.rating,
        "~timestamp": meeting.ended,
    }));
    rows.collect()
}

/// Whether a query leaves a meeting in: by its app, its access point, its client and itself.
pub(super) fn wanted(call: &Call<'_>, meeting: &Meeting<'_>) -> Result<bool, ApiError> {
    let window = call.window()?;
    let matches = |name: &str, actual: &str| {
        call.query.get(name).is_none_or(|matches| {
            let plain = matches.replace([':', '-', '.'], "");
            matches.eq_ignore_ascii_case(actual) || plain.eq_ignore_ascii_case(actual)
        })
    };
    let ap = &call.world.devices[meeting.client.ap].mac;
    // Meetings on cables are not measured here.
    let wired = call.query.get("wired").is_some_and(|matches| !matches!(matches, "false" | "False" | "0"));
    Ok(call.world.sites[meeting.client.site].id == call.hole("site_id")
        && (window.start..=window.end).contains(&meeting.ended)
        && matches("app", meeting.app)
        && matches("ap_mac", ap)
        && matches("ap", ap)
        && matches("mac", &meeting.client.mac)
        && matches("meeting_id", &meeting.id)
        && !wired)
}

/// The meetings that a call asks about, the latest first.
pub(super) fn matching_calls<'w>(call: &Call<'w>) -> Result<Vec<Meeting<'w>>, ApiError> {
    let mut matching_calls = Vec::new();
    for meeting in meetings(call.world) {
        if wanted(call, &meeting)? {
            matching_calls.push(meeting);
        }
    }
    matching_calls.sort_by_key(|meeting| -meeting.ended);
    Ok(matching_calls)
}

fn summary(call: &Call<'_>) -> Result<Answer, ApiError> {
    let meetings = matching_calls(call)?;
    let sum = |bad: bool| {
        let minutes = meetings.iter().map(Meeting::minutes);
        minutes.map(|(all, spoiled)| if bad { spoiled } else { all }).sum::<i64>()
    };
    let bad = sum(true);
    let aps = meetings.iter().map(|meeting| meeting.client.ap).collect::<BTreeSet<_>>();
    let users = meetings.iter().map(|meeting| &meeting.client.mac).collect::<BTreeSet<_>>();
    let (wireless, client) = (bad / 2, bad / 4);
    Ok(Answer::json(json!({
        "total_minutes": sum(false), "bad_minutes": bad, "bad_minutes_wireless": wireless, "bad_minutes_client": client,
        "bad_minutes_site_wan": bad - wireless - client, "num_aps": aps.len(), "num_users": users.len(),
    })))
}
