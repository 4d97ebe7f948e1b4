//! The rule for a device whose processor or memory is nearly used up.

use mistmcp::answers::{Finding, Severity, listed};

use super::DeviceCase;
use crate::thresholds as t;
use crate::{causes as c, evidence};

/// A device that uses nearly all of its processor or its memory. Of a Mist Edge, which keeps its processors busy with
/// polling, the figures say nothing.
pub(super) fn overloaded(case: &DeviceCase<'_>) -> Option<Finding> {
    let device = case.device;
    if device.is_down() || device.kind == "mxedge" {
        return None;
    }
    let processor = device.processor.filter(|used| *used >= t::BUSY_PROCESSOR);
    let memory = device.memory.filter(|used| *used >= t::FULL_MEMORY);
    let parts = [(processor, "processor"), (memory, "memory")];
    let parts = parts.iter().filter_map(|(used, part)| Some(format!("{:.0}% of its {part}", used.as_ref()?)));
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() {
        return None;
    }
    let words = format!("{} uses {}.", device.called(), listed(&parts, 2));
    Some(
        case.finding(&c::DEVICE_OVERLOADED, Severity::Warning, words)
            .weight(62)
            .evidence("cpu_percent", processor)
            .evidence("memory_percent", memory)
            .see(&evidence::stats(device)),
    )
}
