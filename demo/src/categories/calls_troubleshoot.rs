//! Troubleshooting of calls, by five-minute intervals.

use serde_json::{Value, json};

use super::{
    calls::{Meeting, matching_calls},
    record::with,
};
use crate::{
    engine::{Answer, ApiError, Call, Route},
    world::{Random, World},
};

pub(super) const ROUTES: &[Route] = &[
    Route::made("/api/v1/sites/{site_id}/stats/calls/troubleshoot", of_site),
    Route::made("/api/v1/sites/{site_id}/stats/calls/client/{client_mac}/troubleshoot", of_client),
];

const INTERVAL: i64 = 300;

/// The measurements of all meetings that are asked for, a page of them.
fn of_site(call: &Call<'_>) -> Result<Answer, ApiError> {
    let meetings = matching_calls(call)?;
    let mut answer = json!({ "results": page(call, &meetings)? });
    // Where one meeting was asked for, the answer says whose it is.
    if let (Some(_), [meeting]) =
        (call.query.get("meeting_id").or(call.query.get("mac")), meetings.as_slice())
    {
        answer["mac"] = meeting.client.mac.as_str().into();
        answer["meeting_id"] = meeting.id.as_str().into();
    }
    Ok(Answer::json(answer))
}

fn of_client(call: &Call<'_>) -> Result<Answer, ApiError> {
    if call.query.get("meeting_id").is_none() {
        return Err(ApiError::bad_request("meeting_id: is required"));
    }
    let mut meetings = matching_calls(call)?;
    meetings.retain(|meeting| meeting.client.mac == call.hole("client_mac"));
    let meeting = meetings.first().ok_or_else(ApiError::not_found)?;
    let (mac, id) = (&meeting.client.mac, &meeting.id);
    Ok(Answer::json(json!({ "mac": mac, "meeting_id": id, "results": page(call, &meetings)? })))
}

fn page(call: &Call<'_>, meetings: &[Meeting<'_>]) -> Result<Vec<Value>, ApiError> {
    let (limit, page) = (call.query.limit()?, call.query.page()?);
    let all = meetings.iter().flat_map(|meeting| {
        let parts = (meeting.ended - meeting.started) / INTERVAL;
        (0..parts.max(1)).map(|part| measured(call.world, meeting, meeting.started + part * INTERVAL))
    });
    Ok(all.skip((page - 1).saturating_mul(limit)).take(limit).collect())
}

fn measured(world: &World, meeting: &Meeting<'_>, at: i64) -> Value {
    let client = meeting.client;
    // By its place in the meeting: the time itself is another in every run.
    let mut random = Random::of(&format!("measured {} {}", meeting.id, at - meeting.started));
    let near = world.clients.iter().filter(|other| other.ap == client.ap && other.present()).count();
    let here = world.clients.iter().filter(|other| other.site == client.site && other.present()).count();
    let air = json!({
        "client_rssi": client.rssi + random.between(-3, 3), "client_cpu": random.between(5, 70), "client_n_streams": 2,
        "client_radio_band": client.radio.band.parse::<i64>().unwrap_or(5), "radio_channel": client.radio.channel,
        "radio_bandwidth": client.radio.bandwidth, "radio_tx_power": client.radio.power, "radio_util": random.between(5, 60),
        "radio_util_interference": random.between(0, 10), "ap_num_clients": near, "site_num_clients": here,
        "ap_rtt": random.fraction(1, 20), "client_rx_bytes": random.between(1 << 16, 1 << 24),
        "client_tx_bytes": random.between(1 << 16, 1 << 24), "client_rx_rates": random.between(50, 800),
        "client_tx_rates": random.between(50, 800), "client_tx_retries": random.between(0, 12), "client_vpn_distance": 0,
        "client_wifi_version": 6, "expected": (5 - meeting.rating) * 10,
    });
    let wan = json!({
        "wan_rtt": random.fraction(8, 40), "wan_jitter": random.fraction(0, 5), "wan_avg_download_mbps": random.between(20, 200),
        "wan_avg_upload_mbps": random.between(10, 80), "wan_max_download_mbps": 500, "wan_max_upload_mbps": 100,
    });
    let stream = with(air.clone(), wan);
    with(
        air,
        json!({
            "timestamp": at, "radio_ap_change": 0, "radio_rx_failed": random.between(0, 4),
            "client_rx_retries": random.between(0, 12), "site_wan_rtt": stream["wan_rtt"], "site_wan_jitter": stream["wan_jitter"],
            "audio_in": stream, "audio_out": stream, "video_in": stream, "video_out": stream,
        }),
    )
}
