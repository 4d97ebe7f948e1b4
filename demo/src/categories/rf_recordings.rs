//! RF recordings of clients.

use axum::http::HeaderValue;
use serde_json::{Value, json};

use crate::{
    engine::{Answer, ApiError, Call, Route},
    world::{Client, Random, World, uuid},
};

pub(super) const ROUTES: &[Route] = &[
    Route::made("/api/v1/sites/{site_id}/rfdiags", list),
    Route::made("/api/v1/sites/{site_id}/rfdiags/{rfdiag_id}", one),
    Route::made("/api/v1/sites/{site_id}/rfdiags/{rfdiag_id}/download", download),
];

/// A recording: of whom, when it ended, and how long it is.
struct Recording<'w> {
    id: String,
    name: String,
    client: &'w Client,
    ended: i64,
    seconds: i64,
}

/// How many times a second a client is heard in one.
const FRAMES: i64 = 2;

/// Recordings of a site's first clients, the newest first; the last is from before today.
fn recordings<'w>(world: &'w World, site_id: &str) -> Vec<Recording<'w>> {
    let here =
        world.clients.iter().filter(|client| world.sites[client.site].id == site_id && client.present());
    let recordings = here.zip([5_400, 19_000, 250_000]).map(|(client, ago)| {
        let label = format!("recording {}", client.mac);
        let seconds = Random::of(&label).between(60, 180);
        Recording {
            id: uuid(&label),
            name: format!("{} walk", client.hostname),
            client,
            ended: world.ago(ago),
            seconds,
        }
    });
    recordings.collect()
}

impl Recording<'_> {
    fn row(&self, world: &World) -> Value {
        let address =
            |part: &str| format!("https://recordings.harbourandpine.example/{}/{part}.json", self.id);
        json!({
            "id": self.id, "name": self.name, "type": "client", "mac": self.client.mac, "client_name": self.client.hostname,
            "map_id": world.sites[self.client.site].map_id, "duration": self.seconds, "frame_count": self.seconds * FRAMES,
            "start_time": self.ended - self.seconds, "end_time": self.ended, "ready": true,
            "url": address("frames"), "raw_events": address("events"),
        })
    }

    /// A mark, and then eight bytes for each frame: its number and how loud the client was.
    fn bytes(&self) -> Vec<u8> {
        let mut random = Random::of(&self.id);
        let mut bytes = b"RFDIAG\x01\xff".to_vec();
        for frame in 0..u32::try_from(self.seconds * FRAMES).unwrap_or_default() {
            let rssi = i32::try_from(self.client.rssi + random.between(-4, 4)).unwrap_or_default();
            bytes.extend(frame.to_be_bytes().into_iter().chain(rssi.to_be_bytes()));
        }
        bytes
    }
}

/// Mist's document has a list of lists here, of one recording each.
fn list(call: &Call<'_>) -> Result<Answer, ApiError> {
    let (window, limit, page) = (call.window()?, call.query.limit()?, call.query.page()?);
    let mut rows = recordings(call.world, call.hole("site_id"));
    rows.retain(|recording| (window.start..=window.end).contains(&recording.ended));
    let shown = rows.iter().skip((page - 1).saturating_mul(limit)).take(limit);
    let mut answer = Answer::json(shown.map(|recording| json!([recording.row(call.world)])).collect());
    for (name, number) in [("x-page-limit", limit), ("x-page-page", page), ("x-page-total", rows.len())] {
        answer.headers.push((name, HeaderValue::from(number)));
    }
    Ok(answer)
}

fn recording_of<'w>(call: &Call<'w>) -> Result<Recording<'w>, ApiError> {
    let known = recordings(call.world, call.hole("site_id")).into_iter();
    let mut recording_of = known.filter(|recording| recording.id == call.hole("rfdiag_id"));
    recording_of.next().ok_or_else(ApiError::not_found)
}

fn one(call: &Call<'_>) -> Result<Answer, ApiError> {
    Ok(Answer::json(json!([recording_of(call)?.row(call.world)])))
}

fn download(call: &Call<'_>) -> Result<Answer, ApiError> {
    let recording = recording_of(call)?;
    let disposition = format!("attachment; filename=\"rfdiag-{}.bin\"", recording.id);
    let disposition = HeaderValue::try_from(disposition).map_err(|_| ApiError::not_found())?;
    Ok(Answer {
        body: recording.bytes(),
        content_type: "application/octet-stream",
        headers: vec![("content-disposition", disposition)],
    })
}
