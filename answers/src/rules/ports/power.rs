//! Rules for Power over Ethernet: ports that give no power to an access point, and the PoE budget of a switch.

use mistmcp::answers::{Finding, Severity, name};

use super::access::disabled;
use super::{PortContext, finding};
use crate::facts::{Device, PoeSupply, Port};
use crate::rules::upgrading;
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// A port that gives no power to its access point, which is down.
pub(crate) fn power_lost(port: &Port, device: &Device, context: &PortContext<'_>) -> Option<Finding> {
    if !device.is_down() || device.kind != "ap" || port.up == Some(true) || port.disabled {
        return None;
    }
    // A device that restarts to install firmware draws no power for a while.
    if upgrading::upgrade(device, context.events, context.now).is_some() {
        return None;
    }
    let alarm = context.open.iter().map(|(event, _)| *event).find(|event| {
        event.short().starts_with("ALARM_CHASSIS_POE")
            && context.is_of_device(event, port)
            && !event.names_other_port(&port.id)
    });
    let drawn = port.draw.is_some_and(|draw| draw >= t::MIN_POE_DRAW);
    // Where PoE is disabled, the state of the port is the reason.
    let alarm = alarm.filter(|_| !port.poe_disabled);
    let called = device.called();
    let what = if port.poe_disabled {
        format!("has PoE disabled, so that {called} gets no power")
    } else if alarm.is_some() {
        format!("denies PoE power to {called}")
    } else if port.poe_on == Some(false) {
        format!("gives no PoE power to {called}")
    } else if port.draw.is_some() && !drawn {
        format!("has PoE enabled, but {called} draws no power")
    } else {
        return None;
    };
    let words = format!("Port {} of {} {what}.", name(&port.id), context.device_of(port));
    let severity = if context.is_covered(device) { Severity::Warning } else { Severity::Critical };
    Some(
        finding(&c::POWER_LOST, severity, port, context, &what)
            .with_summary(words)
            .weight(92)
            .since(alarm.map(|event| event.time).or_else(|| context.down_since(port)))
            .affects([format!("{} {}", port.device, port.id)])
            .evidence("poe_disabled", Some(true).filter(|_| port.poe_disabled))
            .evidence("poe_on", port.poe_on.filter(|_| alarm.is_none()))
            .evidence("power_draw", port.draw.filter(|_| alarm.is_none()))
            .evidence("event", alarm.map(|event| event.kind.clone()))
            .evidence("text", alarm.and_then(|event| event.text.clone()))
            .see(alarm.and_then(|event| evidence::device_events([event])).as_ref()),
    )
}

/// What at a port to a device that is down explains that, one of these: the port gives no power, or all that lead to the device
/// are disabled.
pub(crate) fn outage_at_port(
    (port, ports): (&Port, &[Port]),
    device: &Device,
    context: &PortContext<'_>,
) -> Option<Finding> {
    let is_cut_off = || {
        device.is_down() && ports.iter().filter(|other| other.leads_to(device)).all(|other| other.disabled)
    };
    let disabled = || disabled(port, context).filter(|_| is_cut_off()).map(|finding| finding.weight(93));
    power_lost(port, device, context).or_else(disabled)
}

/// A switch whose PoE devices draw nearly the whole budget of one of its members: each feeds its own ports.
pub(crate) fn poe_budget(switch: &Device) -> Option<Finding> {
    let by_share =
        |one: &&PoeSupply, other: &&PoeSupply| (one.drawn / one.most).total_cmp(&(other.drawn / other.most));
    let PoeSupply { member, drawn, most } =
        switch.poe.iter().max_by(by_share).filter(|poe| poe.drawn >= poe.most * t::POE_NEAR_BUDGET)?;
    let member = member.as_deref().filter(|_| switch.poe.len() > 1 || switch.members.len() > 1);
    let of_member = member.map_or(String::new(), |member| format!("Member {} of ", name(member)));
    Some(
        Finding::new(
            &c::POWER_CONSTRAINED,
            Severity::Warning,
            format!("{of_member}{} supplies {drawn:.0} W of its PoE budget of {most:.0} W.", switch.called()),
        )
        .on(switch.object())
        .weight(50)
        .evidence("fpc_idx", member.map(str::to_owned))
        .evidence("power_draw", *drawn)
        .evidence("max_power", *most)
        .see(&evidence::stats(switch)),
    )
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Row;
    use mistmcp::serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_poe_budget_of_a_virtual_chassis_is_that_of_its_fullest_member() {
        let found = |modules: &Value| {
            let row =
                json!({ "mac": "5c4527000001", "type": "switch", "name": "SW-1", "module_stat": modules });
            poe_budget(&Device::of(Row::of(&row)).unwrap()).map(|finding| finding.summary().to_owned())
        };
        let member = |index: i64, drawn: f64, most: f64| json!({ "fpc_idx": index, "mac": format!("5c452700000{index}"), "poe": { "power_draw": drawn, "max_power": most } });
        for (modules, words) in [
            (
                json!([member(0, 738.0, 740.0), member(1, 50.0, 740.0)]),
                Some("Member 0 of SW-1 supplies 738 W"),
            ),
            (
                json!([member(0, 300.0, 740.0), member(1, 370.0, 370.0)]),
                Some("Member 1 of SW-1 supplies 370 W"),
            ),
            (json!([member(0, 738.0, 740.0)]), Some("SW-1 supplies 738 W of its PoE budget of 740 W")),
            (
                json!([member(0, 738.0, 740.0), { "fpc_idx": 1, "mac": "5c4527000009" }]),
                Some("Member 0 of SW-1"),
            ),
            (json!([member(0, 400.0, 740.0), member(1, 400.0, 740.0)]), None),
            (json!([member(0, 10.0, 0.0)]), None),
            (json!([]), None),
        ] {
            let summary = found(&modules);
            assert_eq!(summary.is_some(), words.is_some(), "{modules}");
            assert!(summary.unwrap_or_default().starts_with(words.unwrap_or_default()), "{modules}");
        }
    }
}
