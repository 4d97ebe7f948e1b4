//! Rules for radios: channels, air time, noise, radar, coverage and foreign access points.

mod channels;
mod disabled;
mod radar;

use mistmcp::answers::{DataSource, Finding, Object, Severity, count, name};

use crate::facts::{Client, Radio, Rogue};
use crate::thresholds as t;
use crate::{causes as c, evidence};

pub(crate) use channels::{co_channel, noise, utilization};
pub(crate) use disabled::{disabled, lacks_a_band, off_by_template};
pub(crate) use radar::{RadarHit, radar, radar_hits};

/// A radio, by the MAC address of its access point and its band.
pub(crate) type RadioKey = (String, String);

fn utilization_of(radio: &Radio) -> f64 {
    radio.utilization.unwrap_or_default()
}

/// The call that shows the statistics of the access point of a radio.
fn shown(radio: &Radio) -> DataSource {
    evidence::stats_of(radio.site.as_deref(), &radio.ap, "ap")
}

fn object(radio: &Radio) -> Object {
    Object::ap(&radio.name).mac(radio.ap.clone())
}

/// Access points where many clients have a weak signal.
pub(crate) fn coverage(
    clients: &[Client],
    band: Option<&str>,
    site: Option<&str>,
    name_of: impl Fn(&str) -> String,
) -> Vec<Finding> {
    let clients: Vec<_> = clients
        .iter()
        .filter(|client| band.is_none() || client.band.as_deref() == band)
        .filter_map(|client| Some((client.device.as_deref()?, client.rssi?)))
        .collect();
    let mut aps: Vec<_> = clients.iter().map(|(ap, _)| *ap).collect();
    aps.sort_unstable();
    aps.dedup();
    let found = aps.into_iter().filter_map(|ap| {
        let all: Vec<_> = clients.iter().filter(|(of, _)| *of == ap).map(|(_, rssi)| *rssi).collect();
        let weak: Vec<_> = all.iter().copied().filter(|rssi| *rssi < t::WEAK_RSSI).collect();
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let share = weak.len() as f64 / all.len().max(1) as f64;
        if weak.len() < t::WEAK_CLIENTS || share < t::WEAK_SHARE {
            return None;
        }
        let called = name_of(ap);
        let worst = weak.iter().copied().fold(0.0, f64::min);
        Some(
            Finding::new(
                &c::COVERAGE_HOLE,
                Severity::Warning,
                format!(
                    "{} receives {} of its {} below {:.0} dBm.",
                    name(&called),
                    weak.len(),
                    count(all.len(), "client"),
                    t::WEAK_RSSI
                ),
            )
            .on(Object::ap(&called).mac(ap.to_owned()))
            .weight(59)
            .evidence("weak_clients", weak.len())
            .evidence("clients", all.len())
            .evidence("worst_rssi_dbm", worst)
            .see(site.map(|site| evidence::clients_of(site, ap)).as_ref()),
        )
    });
    found.collect()
}

/// Foreign access points that are on the own network, or copy one of its WLANs.
pub(crate) fn rogues(rogues: &[Rogue], name_of: impl Fn(&str) -> String) -> Vec<Finding> {
    let found = rogues.iter().map(|rogue| {
        let called = rogue.ap.as_deref().map(&name_of);
        let near = rogue.rssi.is_some_and(|rssi| rssi >= t::CLOSE_ROGUE);
        let ssid = rogue.ssid.as_deref().or(rogue.bssid.as_deref()).unwrap_or("without a name");
        let heard = match (&called, rogue.rssi) {
            (Some(ap), Some(rssi)) => format!("; {} receives it at {rssi:.0} dBm", name(ap)),
            (Some(ap), None) => format!("; {} receives it", name(ap)),
            _ => String::new(),
        };
        let (cause, severity, weight, words) = if rogue.on_lan {
            (&c::ROGUE_AP, Severity::Critical, 74, "is connected to the wired network of the organization")
        } else if rogue.kind == "honeypot" {
            let weight = if near { 60 } else { 42 };
            (&c::HONEYPOT_SSID, Severity::Warning, weight, "uses an SSID of the organization")
        } else {
            let weight = if near { 59 } else { 41 };
            (
                &c::ROGUE_AP,
                Severity::Warning,
                weight,
                "may be connected to the wired network of the organization",
            )
        };
        let mut finding =
            Finding::new(cause, severity, format!("The foreign access point {} {words}{heard}.", name(ssid)))
                .weight(weight)
                .evidence("ssid", rogue.ssid.clone())
                .evidence("bssid", rogue.bssid.clone())
                .evidence("channel", rogue.channel)
                .evidence("rssi_dbm", rogue.rssi)
                .evidence("heard_by", rogue.aps)
                .evidence("times_heard", rogue.times)
                .evidence("seen_on_lan", rogue.on_lan);
        finding = finding.item(rogue.ssid.clone().or_else(|| rogue.bssid.clone()));
        if let (Some(ap), Some(called)) = (&rogue.ap, &called) {
            finding = finding.on(Object::ap(called).mac(ap.clone()));
        }
        finding.on(Object::wlan(ssid))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::{Row, Rows};
    use mistmcp::serde_json::{Value, json};

    use super::*;
    use crate::facts::NeighborSignals;

    /// Radios of access points `AP-1` and on, each with a channel and its utilization.
    fn radios(band: &str, channels: &[(i64, f64)]) -> Vec<Radio> {
        let radio = |(place, (channel, used)): (usize, &(i64, f64))| Radio {
            ap: format!("5c5b350000{}0", place + 1),
            name: format!("AP-{}", place + 1),
            model: Some("AP45".into()),
            band: band.into(),
            slot: band.into(),
            channel: Some(*channel),
            width: Some(20),
            utilization: Some(*used),
            ..Radio::default()
        };
        channels.iter().enumerate().map(radio).collect()
    }

    fn all_receive(count: usize, rssi: i64) -> NeighborSignals {
        let mac = |place: usize| format!("5c5b350000{}1", place + 1);
        let neighbors = |own: usize| -> Vec<Value> {
            (0..count)
                .filter(|other| *other != own)
                .map(|other| json!({ "mac": mac(other), "rssi": rssi }))
                .collect()
        };
        let rows = (0..count).map(|own| json!({ "mac": mac(own), "neighbors": neighbors(own) }));
        let (rows, mut signals) = (Rows::of(rows.collect()), NeighborSignals::default());
        for band in ["24", "5", "6"] {
            signals.add(band, &rows);
        }
        signals
    }

    fn causes(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.cause().name).collect()
    }

    #[test]
    fn busy_access_points_on_one_channel_are_one_finding() {
        let mut crowd = radios("5", &[(36, 60.0), (36, 76.0), (36, 55.0), (100, 80.0)]);
        crowd[0].others = Some(40.0);
        let (found, explained) = co_channel(&crowd, &all_receive(4, -60));
        assert_eq!(causes(&found), ["co_channel"]);
        assert!(found[0].is_on("AP-2") && !found[0].is_on("AP-4"), "{found:?}");
        let busy = utilization(&crowd, &explained);
        assert_eq!(busy.len(), 1, "AP-2 is explained: {busy:?}");
        assert!(busy[0].is_on("AP-4"));
    }

    #[test]
    fn a_shared_channel_without_effect_is_no_finding() {
        let calm = radios("5", &[(36, 20.0), (36, 10.0), (36, 15.0)]);
        assert!(co_channel(&calm, &all_receive(3, -60)).0.is_empty());
        let used = radios("5", &[(36, 60.0), (36, 55.0), (36, 50.0)]);
        assert!(
            co_channel(&used, &all_receive(3, -60)).0.is_empty(),
            "nothing says that they disturb each other"
        );
        let far = radios("5", &[(36, 60.0), (36, 76.0), (36, 55.0)]);
        assert!(co_channel(&far, &all_receive(3, -85)).0.is_empty());
        assert!(co_channel(&far, &NeighborSignals::default()).0.is_empty());
        let narrow = radios("24", &[(1, 60.0), (6, 76.0), (11, 55.0), (1, 60.0), (6, 60.0)]);
        assert!(co_channel(&narrow, &all_receive(5, -60)).0.is_empty(), "2.4 GHz has three channels");
        let mut pair = radios("24", &[(1, 75.0), (1, 80.0), (11, 20.0)]);
        assert_eq!(co_channel(&pair, &all_receive(3, -60)).0.len(), 1, "a channel is free");
        pair[1].utilization = Some(20.0);
        assert!(co_channel(&pair, &all_receive(3, -60)).0.is_empty(), "one of two feels it");
    }

    #[test]
    fn a_busy_channel_is_reported_with_what_fills_it() {
        let mut radio = radios("24", &[(1, 89.0)]);
        radio[0].others = Some(71.0);
        let found = utilization(&radio, &[]);
        assert!(found[0].summary().contains("mostly with other networks"), "{found:?}");
        radio[0].non_wifi = Some(60.0);
        let (busy, noisy) = (utilization(&radio, &[]), noise(&radio));
        assert_eq!((causes(&busy), causes(&noisy)), (vec!["channel_utilization"], vec!["noise"]));
        assert!(noisy[0].relevance() > busy[0].relevance(), "what fills it comes first");
        radio[0].noise = Some(-70.0);
        assert!(utilization(&radio, &[]).is_empty(), "the noise floor says it");
        assert!(utilization(&radios("5", &[(36, 60.0)]), &[]).is_empty());
    }

    #[test]
    fn noise_is_compared_with_that_of_the_site() {
        let mut all = radios("24", &[(1, 10.0), (6, 10.0), (11, 10.0)]);
        for (radio, noise) in all.iter_mut().zip([-66.0, -92.0, -93.0]) {
            radio.noise = Some(noise);
        }
        let found = noise(&all);
        assert_eq!(found.len(), 1);
        assert!(found[0].summary().contains("-66") && found[0].summary().contains("-92"), "{found:?}");
    }

    #[test]
    fn radar_that_two_sources_report_is_counted_once() {
        let hit = |time| RadarHit { ap: "5c5b35000010".into(), time, channel: Some(52) };
        let shown = |list: usize, _: &str, _: i64| DataSource::new("events", ["events", "rrm"][list]);
        let found = radar([&[hit(1), hit(2), hit(3)], &[hit(1), hit(2)]], shown, |_| "AP-1".into(), 100);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].severity(), found[0].summary().contains("3 times")), (Severity::Warning, true));
        let found = radar([&[hit(1)], &[]], shown, |_| "AP-1".into(), 100);
        assert_eq!(found[0].severity(), Severity::Info);
    }

    #[test]
    fn a_radio_is_off_by_configuration_or_beside_others_of_its_model() {
        let mut all = radios("5", &[(36, 1.0), (52, 1.0), (100, 1.0)]);
        all.extend(radios("24", &[(1, 1.0), (6, 1.0), (11, 1.0)]));
        let connected: Vec<_> = all[..3]
            .iter()
            .map(|radio| (radio.ap.clone(), radio.name.clone(), radio.model.clone()))
            .collect();
        assert!(disabled(&all, &connected, &[]).is_empty());
        assert!(!lacks_a_band(&all));
        let without: Vec<_> = all.iter().skip(1).cloned().collect();
        assert!(lacks_a_band(&without));
        let found = disabled(&without, &connected, &[]);
        assert!(
            found.len() == 1 && found[0].is_on("AP-1") && found[0].summary().contains("5 GHz"),
            "{found:?}"
        );
        let found = disabled(&all, &connected, &[(connected[1].0.clone(), "24".into())]);
        assert!(found.len() == 1 && found[0].is_on("AP-2") && found[0].summary().contains("configuration"));
        // Models of which none has 6 GHz are no reason to look.
        let mut mixed = radios("6", &[(5, 1.0), (37, 1.0)]);
        mixed.extend(all.iter().cloned());
        for radio in &mut mixed {
            radio.model =
                Some(if radio.band == "6" || radio.name != "AP-3" { "AP45" } else { "AP63" }.into());
        }
        assert!(lacks_a_band(&mixed), "the only one of its model");
        let mut second = mixed.iter().filter(|radio| radio.name == "AP-3").cloned().collect::<Vec<_>>();
        for radio in &mut second {
            radio.ap = "5c5b35000040".into();
        }
        mixed.extend(second);
        assert!(!lacks_a_band(&mixed));
        // Another model need not have the band.
        let mut outdoor = connected.clone();
        outdoor[0].2 = Some("AP63".into());
        assert!(disabled(&without, &outdoor, &[]).is_empty());
        // Without any radio in the statistics nothing is known.
        assert!(disabled(&[], &connected, &[]).is_empty());
    }

    #[test]
    fn a_radio_that_works_in_another_band_is_not_off() {
        for (slot, used) in [("24", "5"), ("24", "6"), ("5", "6"), ("6", "5")] {
            let mut all = Vec::new();
            for own in ["24", "5", "6"] {
                all.extend(radios(own, &[(1, 1.0), (5, 1.0), (9, 1.0), (13, 1.0)]));
            }
            let connected: Vec<_> = all[..4]
                .iter()
                .map(|radio| (radio.ap.clone(), radio.name.clone(), radio.model.clone()))
                .collect();
            for radio in all
                .iter_mut()
                .filter(|radio| radio.slot == slot && ["AP-1", "AP-2"].contains(&radio.name.as_str()))
            {
                radio.band = used.into();
            }
            assert!(disabled(&all, &connected, &[]).is_empty(), "{slot} in {used}");
            assert!(!lacks_a_band(&all), "{slot} in {used}");
            all.retain(|radio| radio.slot != slot || radio.name != "AP-2");
            let found = disabled(&all, &connected, &[]);
            assert!(found.len() == 1 && found[0].is_on("AP-2"), "{slot}: it is missing: {found:?}");
        }
    }

    #[test]
    fn a_site_with_many_access_points_is_judged_by_one_look_at_each_neighbor() {
        const APS: usize = 2_000;
        let mac = |ap: usize, digit: char| format!("5c5b{ap:07x}{digit}");
        let radio = |(ap, band): (usize, &str)| Radio {
            ap: mac(ap, '0'),
            name: format!("AP-{ap}"),
            model: Some("AP45".into()),
            mac: Some(mac(ap, if band == "24" { '1' } else { '2' })),
            band: band.into(),
            slot: band.into(),
            channel: Some(36),
            width: Some(20),
            utilization: Some(60.0),
            others: Some(40.0),
            ..Radio::default()
        };
        let all: Vec<_> = (0..APS).flat_map(|ap| [(ap, "24"), (ap, "5")]).map(radio).collect();
        // Each receives the ten next ones at 5 GHz.
        let rows = (0..APS).map(|ap| {
            let near = (1..=10).map(|next| json!({ "mac": mac((ap + next) % APS, '2'), "rssi": -60 }));
            json!({ "mac": mac(ap, '2'), "neighbors": near.collect::<Vec<_>>() })
        });
        let mut signals = NeighborSignals::default();
        signals.add("5", &Rows::of(rows.collect()));
        let levels = signals.neighbors_of(&all);
        assert!(
            levels.iter().zip(&all).all(|(near, radio)| near.len() == if radio.band == "5" { 20 } else { 0 })
        );
        let (found, explained) = co_channel(&all, &signals);
        assert!(found.len() == 1 && found[0].summary().starts_with("2000 access points"), "{found:?}");
        assert_eq!(explained.len(), APS);
        let connected: Vec<_> = all
            .iter()
            .step_by(2)
            .map(|radio| (radio.ap.clone(), radio.name.clone(), radio.model.clone()))
            .collect();
        let without = all.iter().filter(|radio| radio.band != "24" || radio.name != "AP-7").cloned();
        let found = disabled(&without.collect::<Vec<_>>(), &connected, &[]);
        assert!(found.len() == 1 && found[0].is_on("AP-7"), "{found:?}");
    }

    #[test]
    fn some_weak_clients_of_one_access_point_are_a_hole() {
        let client = |ap: &str, rssi: i64| {
            let row = json!({ "mac": "8c8caa000001", "ap_mac": ap, "rssi": rssi, "band": "24" });
            Client::of(Row::of(&row), crate::facts::Medium::Wireless).unwrap()
        };
        let mut clients: Vec<_> =
            [-80, -81, -82, -50].iter().map(|rssi| client("5c5b35000010", *rssi)).collect();
        clients.extend([-80, -81].iter().map(|rssi| client("5c5b35000020", *rssi)));
        let name_of = |ap: &str| format!("AP {ap}");
        let found = coverage(&clients, None, Some("s"), name_of);
        assert!(found.len() == 1 && found[0].is_on("AP 5c5b35000010"), "{found:?}");
        assert!(coverage(&clients, Some("5"), None, name_of).is_empty());
    }

    #[test]
    fn foreign_access_points_are_judged_by_place_and_kind() {
        let rogue = |on_lan: bool, kind, rssi: i64| {
            let row = json!({ "ssid": "x", "bssid": "748300000001", "ap_mac": "5c5b35000010", "avg_rssi": rssi, "seen_on_lan": on_lan });
            Rogue::of(Row::of(&row), kind).unwrap()
        };
        let found = rogues(
            &[rogue(true, "rogue", -39), rogue(false, "honeypot", -40), rogue(false, "honeypot", -80)],
            |_| "AP-1".into(),
        );
        assert_eq!(causes(&found), ["rogue_ap", "honeypot_ssid", "honeypot_ssid"]);
        assert!(found[0].severity() == Severity::Critical && found[1].relevance() > found[2].relevance());
        assert!(found.iter().all(|finding| finding.is_on("AP-1") && finding.is_on("x")));
        assert_eq!(Rogue::of(Row::of(&json!({ "channel": 1 })), "rogue"), None);
    }
}
