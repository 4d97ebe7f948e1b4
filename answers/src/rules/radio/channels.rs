//! Rules for channels: who shares one, how busy it is, and what disturbs it.

use mistmcp::answers::{Finding, Severity, count, listed, name};

use super::{RadioKey, object, shown, utilization_of};
use crate::causes as c;
use crate::facts::radio::band_name;
use crate::facts::{NeighborSignals, Radio};
use crate::thresholds as t;

/// Access points that share a channel and receive each other, a finding for each channel; and the radios whose utilization
/// that explains.
pub(crate) fn co_channel(radios: &[Radio], signals: &NeighborSignals) -> (Vec<Finding>, Vec<RadioKey>) {
    let mut groups: Vec<Vec<(&Radio, usize, f64)>> = Vec::new();
    let levels = signals.neighbors_of(radios);
    for (radio, levels) in radios.iter().zip(&levels).filter(|(radio, _)| !radio.disabled) {
        let heard = levels.iter().map(|(place, rssi)| (&radios[*place], *rssi));
        let heard: Vec<_> = heard.filter(|(other, rssi)| !other.disabled && *rssi >= t::NEAR_AP).collect();
        let near: Vec<_> =
            heard.iter().filter(|(other, _)| radio.overlaps(other)).map(|(_, rssi)| *rssi).collect();
        // 2.4 GHz has three channels, so that some must share one.
        let fair = if radio.band == "24" { (heard.len() + 1).div_ceil(3) - 1 } else { 0 };
        if near.len() <= fair {
            continue;
        }
        let found = (radio, near.len(), near.into_iter().fold(f64::MIN, f64::max));
        match groups.iter_mut().find(|group| group.iter().any(|(known, ..)| known.overlaps(radio))) {
            Some(group) => group.push(found),
            None => groups.push(vec![found]),
        }
    }
    let (mut found, mut explained) = (Vec::new(), Vec::new());
    for group in groups {
        let Some((finding, is_noticed)) = shared_channel(&group) else { continue };
        found.push(finding);
        if is_noticed {
            explained.extend(group.iter().map(|(radio, ..)| (radio.ap.clone(), radio.band.clone())));
        }
    }
    (found, explained)
}

/// The finding about a group of radios, and whether clients notice it.
fn shared_channel(group: &[(&Radio, usize, f64)]) -> Option<(Finding, bool)> {
    let mut group = group.to_vec();
    group.sort_by(|one, other| utilization_of(other.0).total_cmp(&utilization_of(one.0)));
    let noticed = group
        .iter()
        .filter(|(radio, ..)| {
            let by_others = radio.others.is_some_and(|share| share >= t::INTERFERENCE_SHARE);
            utilization_of(radio) >= if by_others { t::SHARED_CHANNEL } else { t::BUSY_CHANNEL }
        })
        .count();
    let (first, near, strongest) = group.first().copied()?;
    // A shared channel without an effect is reported only where many share it.
    let is_noticed = noticed >= 2;
    if !is_noticed && near < t::MANY_ON_CHANNEL {
        return None;
    }
    let band = band_name(&first.band);
    let names: Vec<_> = group.iter().map(|(radio, ..)| radio.name.as_str()).collect();
    let (severity, weight) = if is_noticed { (Severity::Warning, 63) } else { (Severity::Info, 24) };
    let used = match first.utilization {
        Some(used) if is_noticed => format!("; the channel is up to {used:.0}% busy"),
        _ => String::new(),
    };
    let channel = first.channel.unwrap_or_default();
    let mut finding = Finding::new(
        &c::CO_CHANNEL,
        severity,
        format!(
            "{} share channel {channel} at {band} and receive each other: {}{used}.",
            count(group.len(), "access point"),
            listed(&names, 4)
        ),
    )
    .weight(weight)
    .evidence("band", first.band.clone())
    .evidence("channel", channel)
    .evidence("utilization", first.utilization)
    .evidence("from_other_access_points", first.others)
    .evidence("neighbors_on_channel", near)
    .evidence("strongest_neighbor_dbm", strongest)
    .evidence("access_points", names)
    .item(first.band.clone())
    .see(&shown(first));
    for (radio, ..) in group {
        finding = finding.on(object(radio));
    }
    Some((finding, is_noticed))
}

/// A busy channel, unless [`co_channel`] has explained it.
pub(crate) fn utilization(radios: &[Radio], explained: &[RadioKey]) -> Vec<Finding> {
    let explained = |radio: &Radio| explained.iter().any(|(ap, band)| *ap == radio.ap && *band == radio.band);
    let found = radios.iter().filter(|radio| !radio.disabled && utilization_of(radio) >= t::BUSY_CHANNEL);
    let is_noise = |radio: &Radio| {
        radio.noise.is_some_and(|noise| noise > t::HIGH_NOISE_FLOOR) && has_interference(radio)
    };
    let found = found.filter(|radio| !is_noise(radio) && !explained(radio));
    let sharing = |radio: &Radio| {
        let others = radios.iter().filter(|other| !other.disabled && other.ap != radio.ap);
        others.filter(|other| other.overlaps(radio)).count()
    };
    found
        .map(|radio| {
            let used = utilization_of(radio);
            // What Mist counts as of other networks has the own access points in it.
            let own = sharing(radio);
            let by_others = match own {
                0 => "mostly with other networks".to_owned(),
                1 => "mostly with other access points; 1 more of the site uses it".to_owned(),
                own => format!("mostly with other access points; {own} more of the site use it"),
            };
            let most = [
                (radio.others, by_others.as_str()),
                (radio.own, "mostly with its own clients"),
                (radio.non_wifi, "mostly with signals that are not Wi-Fi"),
            ];
            let why = most
                .iter()
                .find(|(share, _)| share.is_some_and(|share| share > used / 2.0))
                .map_or(String::new(), |(_, words)| format!(", {words}"));
            let channel =
                radio.channel.map_or_else(|| "radio".to_owned(), |channel| format!("channel {channel}"));
            Finding::new(
                &c::CHANNEL_UTILIZATION,
                Severity::Warning,
                format!(
                    "The {} {channel} of {} is {used:.0}% busy{why}.",
                    band_name(&radio.band),
                    name(&radio.name)
                ),
            )
            .on(object(radio))
            .weight(match used {
                // The noise that fills it comes first.
                _ if has_interference(radio) => 57,
                85.0.. => 62,
                _ => 58,
            })
            .evidence("band", radio.band.clone())
            .evidence("channel", radio.channel)
            .evidence("utilization", radio.utilization)
            .evidence("from_other_access_points", radio.others)
            .evidence("own_access_points_on_channel", Some(own).filter(|own| *own > 0))
            .evidence("width", radio.width)
            .evidence("own_traffic", radio.own)
            .evidence("clients", radio.clients)
            .item(radio.band.clone())
            .see(&shown(radio))
        })
        .collect()
}

/// Whether other things than Wi-Fi keep the channel busy.
fn has_interference(radio: &Radio) -> bool {
    radio.non_wifi.is_some_and(|share| share >= t::INTERFERENCE_SHARE && share > utilization_of(radio) / 2.0)
}

/// A noise floor that is too high, or much air time that is not Wi-Fi.
pub(crate) fn noise(radios: &[Radio]) -> Vec<Finding> {
    let usual = |band: &str| {
        let mut all: Vec<_> =
            radios.iter().filter(|radio| radio.band == band).filter_map(|radio| radio.noise).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    };
    let found = radios.iter().filter(|radio| {
        !radio.disabled
            && (radio.noise.is_some_and(|noise| noise > t::HIGH_NOISE_FLOOR) || has_interference(radio))
    });
    found
        .map(|radio| {
            let usual =
                usual(&radio.band).filter(|usual| radio.noise.is_some_and(|noise| noise > usual + 5.0));
            let what = match (radio.noise.filter(|noise| *noise > t::HIGH_NOISE_FLOOR), usual, radio.non_wifi)
            {
                (Some(noise), Some(usual), _) => {
                    format!(
                        "has a noise floor of {noise:.0} dBm; other radios of the site have {usual:.0} dBm"
                    )
                }
                (Some(noise), None, _) => format!("has a noise floor of {noise:.0} dBm"),
                (None, _, share) => {
                    format!(
                        "is busy {:.0}% of the time with signals that are not Wi-Fi",
                        share.unwrap_or_default()
                    )
                }
            };
            Finding::new(
                &c::NOISE,
                Severity::Warning,
                format!("The {} radio of {} {what}.", band_name(&radio.band), name(&radio.name)),
            )
            .on(object(radio))
            .weight(62)
            .evidence("band", radio.band.clone())
            .evidence("channel", radio.channel)
            .evidence("noise_floor_dbm", radio.noise)
            .evidence("usual_dbm", usual)
            .evidence("non_wifi", radio.non_wifi)
            .evidence("utilization", radio.utilization)
            .item(radio.band.clone())
            .see(&shown(radio))
        })
        .collect()
}
