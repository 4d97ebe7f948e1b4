//! RRM events.

use serde_json::{Value, json};

use super::{device_events::described, record::with};
use crate::world::{Device, Kind, Radio, Random, World, channels};

/// One change: the radio as it was, as it became, and why.
pub(super) struct Change<'w> {
    pub(super) device: &'w Device,
    pub(super) radio: &'w Radio,
    pub(super) ago: i64,
    pub(super) event: &'static str,
    pub(super) channel: i64,
    pub(super) power: i64,
    pub(super) pre_channel: i64,
    pub(super) pre_power: i64,
}

const REASONS: &[&str] = &[
    "scheduled-site_rrm",
    "scheduled-site_rrm",
    "interference-ap-co-channel",
    "interference-ap-non-wifi",
    "neighbor-ap-recovered",
];

/// The changes of each radio, the latest first: it left the radio as it is now.
pub(super) fn changes(world: &World) -> Vec<Change<'_>> {
    let radios = world
        .kind(Kind::AccessPoint)
        .flat_map(|device| device.radios.iter().map(move |radio| (device, radio)));
    radios.flat_map(|(device, radio)| of_radio(device, radio)).collect()
}

fn of_radio<'w>(device: &'w Device, radio: &'w Radio) -> Vec<Change<'w>> {
    let mut random = Random::of(&format!("rrm {} {}", device.mac, radio.band));
    let mut ago = if device.connected { 0 } else { device.silent };
    let (mut channel, mut power) = (radio.channel, radio.power);
    let changes = (0..4).map(|_| {
        ago += random.between(2 * 3600, 16 * 3600);
        let reason = *random.pick(REASONS);
        let pre_channel = *random.pick(channels(radio.band));
        // A radio leaves a channel of weather radar (DFS).
        let on_radar_channel =
            radio.band == "5" && (52..=144).contains(&pre_channel) && pre_channel != channel;
        let radar = on_radar_channel && random.chance(25);
        let change = Change {
            device,
            radio,
            ago,
            event: if radar { "radar-detected" } else { reason },
            channel,
            power,
            pre_channel,
            pre_power: (power + random.between(-2, 2)).max(3),
        };
        (channel, power) = (change.pre_channel, change.pre_power);
        change
    });
    changes.collect()
}

/// The same changes among the events of devices.
pub(super) fn rrm_actions(world: &World) -> impl Iterator<Item = Value> {
    changes(world).into_iter().map(|change| {
        let sort = ("AP_RRM_ACTION", 1007, false, "Radio management changed a radio");
        let event = described(world, change.device, sort, change.ago);
        with(
            event,
            json!({
                "reason": change.event,
                "channel": change.channel, "pre_channel": change.pre_channel,
                "power": change.power, "pre_power": change.pre_power,
                "bandwidth": change.radio.bandwidth, "pre_bandwidth": change.radio.bandwidth,
            }),
        )
    })
}
