//! Rules for radios that are switched off or missing.

use std::collections::HashMap;

use mistmcp::answers::{Finding, Object, Severity, listed, name};

use crate::causes as c;
use crate::facts::Radio;
use crate::facts::radio::{BANDS, band_name};

use super::shown;

/// Radios that are switched off: by the configuration of their access point, or missing where others of the model have
/// one. `configured_off` has the former, by access point and band.
pub(crate) fn disabled(
    radios: &[Radio],
    connected: &[(String, String, Option<String>)],
    configured_off: &[(String, String)],
) -> Vec<Finding> {
    let slots = Slots::of(radios, connected);
    let mut found = Vec::new();
    for (mac, called, model) in connected {
        let radios = slots.radios_of(mac);
        // A radio that works in another band than that of its slot is not off.
        let own = |band: &str| radios.iter().find(|radio| radio.slot == band);
        let mut off = Vec::new();
        for band in BANDS {
            let by_config = configured_off.iter().any(|(ap, other)| ap == mac && other == band);
            let is_off = own(band).is_some_and(|radio| radio.disabled);
            if by_config || is_off || slots.lacks(mac, model.as_deref(), band) {
                off.push((band, by_config));
            }
        }
        if off.is_empty() {
            continue;
        }
        let bands: Vec<_> = off.iter().map(|(band, _)| band_name(band)).collect();
        let by_config = off.iter().any(|(_, by_config)| *by_config);
        let of_radios = radios.first().copied();
        let tells = of_radios.is_some();
        let all = tells && BANDS.iter().all(|band| own(band).is_none_or(|radio| radio.disabled));
        let (severity, weight) = if all { (Severity::Critical, 72) } else { (Severity::Warning, 61) };
        let why = if by_config { ": the radio is disabled in its configuration" } else { "" };
        found.push(
            Finding::new(
                &c::RADIO_DISABLED,
                severity,
                format!("{} does not transmit at {}{why}.", name(called), listed(&bands, 3)),
            )
            .on(Object::ap(called).mac(mac.clone()))
            .weight(weight)
            .evidence("bands", off.iter().map(|(band, _)| *band).collect::<Vec<_>>())
            .evidence("disabled_in_its_configuration", Some(true).filter(|_| by_config))
            .evidence("model", model.clone())
            .see(of_radios.filter(|_| !by_config).map(shown).as_ref()),
        );
    }
    found
}

/// A band that the RF template switches off, at a site where no access point sends in it.
pub(crate) fn off_by_template(
    band: &str,
    template: &str,
    connected: &[(String, String, Option<String>)],
) -> Finding {
    let mut finding = Finding::new(
        &c::RADIO_DISABLED,
        Severity::Warning,
        format!(
            "No access point transmits at {}: the RF template {} disables this band.",
            band_name(band),
            name(template)
        ),
    )
    .weight(61)
    .evidence("bands", vec![band.to_owned()])
    .evidence("rf_template", template);
    for (mac, called, _) in connected {
        finding = finding.on(Object::ap(called).mac(mac.clone()));
    }
    finding
}

/// The radios of each access point by their slots, and how many access points of a model have which.
struct Slots<'a> {
    by_ap: HashMap<&'a str, Vec<&'a Radio>>,
    /// Access points with radios of each model, and those with one in a slot.
    of_model: HashMap<&'a str, usize>,
    with_slot: HashMap<(&'a str, &'a str), usize>,
}

impl<'a> Slots<'a> {
    fn of(radios: &'a [Radio], connected: &'a [(String, String, Option<String>)]) -> Self {
        let mut by_ap: HashMap<&str, Vec<&Radio>> = HashMap::new();
        for radio in radios {
            by_ap.entry(radio.ap.as_str()).or_default().push(radio);
        }
        let mut of_model: HashMap<_, usize> = HashMap::new();
        let mut with_slot: HashMap<_, usize> = HashMap::new();
        for (mac, _, model) in connected {
            let (Some(model), Some(own)) = (model.as_deref(), by_ap.get(mac.as_str())) else { continue };
            *of_model.entry(model).or_default() += 1;
            for slot in BANDS.into_iter().filter(|slot| own.iter().any(|radio| radio.slot == *slot)) {
                *with_slot.entry((model, slot)).or_default() += 1;
            }
        }
        Self { by_ap, of_model, with_slot }
    }

    fn radios_of(&self, mac: &str) -> &[&'a Radio] {
        self.by_ap.get(mac).map_or(&[], Vec::as_slice)
    }

    /// Whether an access point has radios, but not one that at least half of the others of its model at the site have.
    fn lacks(&self, mac: &str, model: Option<&str>, slot: &str) -> bool {
        let own = self.radios_of(mac);
        let Some(model) = model.filter(|_| !own.is_empty()) else { return false };
        let others = self.of_model.get(model).map_or(0, |all| all.saturating_sub(1));
        let with = self.with_slot.get(&(model, slot)).copied().unwrap_or_default();
        with > 0 && with * 2 >= others && !own.iter().any(|radio| radio.slot == slot)
    }
}

/// Whether an access point lacks a band that others have, so that its settings are worth a look. Not all models have 6 GHz.
pub(crate) fn lacks_a_band(radios: &[Radio]) -> bool {
    let mut models: HashMap<Option<&str>, HashMap<&str, Vec<&str>>> = HashMap::new();
    for radio in radios {
        let bands = models.entry(radio.model.as_deref()).or_default().entry(radio.ap.as_str()).or_default();
        if !radio.disabled {
            bands.push(radio.slot.as_str());
        }
    }
    let all = || models.values().flat_map(HashMap::values);
    models.values().any(|aps| {
        let of_model = |band: &str| aps.values().any(|bands| bands.contains(&band));
        aps.values().any(|own| {
            BANDS.iter().any(|band| {
                let expected = of_model(band)
                    || ((*band != "6" || aps.len() == 1) && all().any(|bands| bands.contains(band)));
                expected && !own.contains(band)
            })
        })
    })
}
