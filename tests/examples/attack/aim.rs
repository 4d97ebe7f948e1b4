//! What an attack may cost.

use std::time::Duration;

use crate::watch::Seen;

/// A limit of one scenario.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    /// Processor time, in milliseconds.
    Processor(u64),
    /// Memory at its peak, in MB.
    Peak(u64),
    /// Memory some time after the attack, in MB.
    Later(u64),
    /// Requests to Mist.
    Asked(usize),
}

/// Limits of waits, for every scenario. On a machine that is busy with other things, so many times the longest wait before
/// the attack are allowed.
const LIVEZ: Duration = Duration::from_millis(500);
const HONEST: Duration = Duration::from_secs(2);
const TIMES: u32 = 20;

/// The limits that were not met.
pub(crate) fn missed(aims: &[Aim], seen: &Seen, asked: usize) -> Vec<String> {
    let (peak, later) = (seen.peak >> 20, seen.later >> 20);
    let of_aims = aims.iter().filter_map(|aim| match *aim {
        Aim::Processor(most) if seen.processor > Duration::from_millis(most) => {
            Some(format!("{:?} of processor time, at most {most} ms", seen.processor))
        }
        Aim::Peak(most) if peak > most => Some(format!("{peak} MB at the peak, at most {most}")),
        Aim::Later(most) if later > most => Some(format!("{later} MB later, at most {most}")),
        Aim::Asked(most) if asked > most => Some(format!("{asked} requests to Mist, at most {most}")),
        _ => None,
    });
    let waits = [
        ("/livez", seen.waits.livez, LIVEZ.max(seen.before.livez * TIMES)),
        ("an honest client", seen.waits.honest, HONEST.max(seen.before.honest * TIMES)),
    ];
    let of_waits = waits.into_iter().filter(|(_, wait, most)| wait > most);
    of_aims
        .chain(of_waits.map(|(what, wait, most)| format!("{what} waited {wait:?}, at most {most:?}")))
        .collect()
}
