//! Findings of one cause at many ports of a device, as one finding.

use std::collections::BTreeMap;

use mistmcp::answers::{Finding, count};

use crate::facts::Port;

/// The number of ports of a device from which on their findings of one cause are one.
const MANY: usize = 4;

/// The findings about ports; of many with one cause and severity at a device, the weightiest, with the others folded into it.
pub(crate) fn together(found: Vec<(&Port, Finding)>) -> Vec<Finding> {
    let mut groups: BTreeMap<_, Vec<Finding>> = BTreeMap::new();
    // What another finding explains goes with that.
    let (explained, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, finding)| finding.has_root());
    for (port, finding) in found {
        let key = (port.device.clone(), finding.cause().name, finding.severity().name());
        groups.entry(key).or_default().push(finding);
    }
    let one = |mut group: Vec<Finding>| {
        if group.len() < MANY {
            return group;
        }
        // The first of those that weigh most.
        group.sort_by_key(|finding| std::cmp::Reverse(finding.relevance()));
        let mut group = group.into_iter();
        let Some(first) = group.next() else { return Vec::new() };
        let others: Vec<_> = group.map(|finding| finding.because_of(&first).folds()).collect();
        let words = format!(
            "{}; the same at {} of the device.",
            first.summary().trim_end_matches('.'),
            count(others.len(), "more port")
        );
        std::iter::once(first.with_summary(words)).chain(others).collect()
    };
    groups.into_values().flat_map(one).chain(explained.into_iter().map(|(_, finding)| finding)).collect()
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Severity;

    use super::*;
    use crate::causes as c;

    #[test]
    fn many_ports_of_a_device_with_one_cause_are_one_finding() {
        let port = |device: &str, number: usize| Port {
            device: device.to_owned(),
            id: format!("ge-0/0/{number}"),
            ..Port::default()
        };
        let ports: Vec<_> =
            (0..6).map(|number| port("5c4527000001", number)).chain([port("5c4527000002", 1)]).collect();
        let found = ports.iter().map(|port| {
            let finding = Finding::new(&c::PORT_SLOW, Severity::Warning, "It is slow.");
            (port, finding.on(port.object("SW")))
        });
        let found = together(found.collect());
        assert_eq!(found.len(), 7);
        let named: Vec<_> = found.iter().filter(|finding| finding.summary().contains("more port")).collect();
        assert_eq!(named.len(), 1);
        assert_eq!(named[0].summary(), "It is slow; the same at 5 more ports of the device.");
    }
}
