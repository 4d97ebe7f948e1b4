//! Rules for radar (DFS): access points that leave their channel.

use mistmcp::answers::{DataSource, Finding, Object, Rows, Severity, ago, listed, name, plural, times};

use crate::causes as c;
use crate::thresholds as t;

/// A radar hit: of an access point, at a time, with the channel that it left.
#[derive(Clone, Debug)]
pub(crate) struct RadarHit {
    pub(crate) ap: String,
    pub(crate) time: i64,
    pub(crate) channel: Option<i64>,
}

/// Radar that an access point detects. Radio management and the device both report it: the longer list counts. `shown` is the
/// call that shows the rows of each list for an access point, from a time on.
pub(crate) fn radar(
    reports: [&[RadarHit]; 2],
    shown: impl Fn(usize, &str, i64) -> DataSource,
    name_of: impl Fn(&str) -> String,
    now: i64,
) -> Vec<Finding> {
    let mut aps: Vec<&str> = reports.iter().flat_map(|hits| hits.iter().map(|hit| hit.ap.as_str())).collect();
    aps.sort_unstable();
    aps.dedup();
    let of = |ap: &str| {
        let lists = reports.map(|hits| hits.iter().filter(|hit| hit.ap == ap).collect::<Vec<_>>());
        lists.into_iter().enumerate().max_by_key(|(_, hits)| hits.len()).unwrap_or_default()
    };
    let found = aps.into_iter().filter_map(|ap| {
        let (list, hits) = of(ap);
        let (first, last) = (hits.iter().map(|hit| hit.time).min()?, hits.iter().map(|hit| hit.time).max()?);
        let mut channels: Vec<_> = hits.iter().filter_map(|hit| hit.channel).collect();
        channels.sort_unstable();
        channels.dedup();
        let called = name_of(ap);
        let often = hits.len() >= t::RADAR_HITS;
        let (severity, weight) = if often { (Severity::Warning, 60) } else { (Severity::Info, 22) };
        let on = match channels.as_slice() {
            [] => String::new(),
            some => {
                let numbers: Vec<_> = some.iter().map(ToString::to_string).collect();
                format!(" on {} {}", plural(some.len(), "channel"), listed(&numbers, 4))
            }
        };
        Some(
            Finding::new(
                &c::RADAR,
                severity,
                format!(
                    "{} left its channel {} because of radar{on}, last {}.",
                    name(&called),
                    times(hits.len()),
                    ago(last, now)
                ),
            )
            .on(Object::ap(&called).mac(ap.to_owned()))
            .weight(weight)
            .since(first)
            .evidence("hits", hits.len())
            .evidence("channels", channels)
            .evidence("last", last)
            .see(&shown(list, ap, first)),
        )
    });
    found.collect()
}

/// The radar hits among events of devices or of radio management.
pub(crate) fn radar_hits(rows: &Rows, band: Option<&str>) -> Vec<RadarHit> {
    let hits = rows.iter().filter(|row| {
        let kind = row.text("type").or_else(|| row.text("event")).unwrap_or_default();
        // Only 5 GHz has radar.
        kind.to_lowercase().contains("radar") && band.is_none_or(|band| band == "5")
    });
    hits.filter_map(|row| {
        let channel = ["pre_channel", "channel"].iter().find_map(|name| row.integer(name));
        Some(RadarHit {
            ap: row.mac("mac").or_else(|| row.mac("ap"))?,
            time: row.time("timestamp")?,
            channel: channel.filter(|channel| *channel > 0),
        })
    })
    .collect()
}
