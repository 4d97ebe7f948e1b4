//! Time of the demo network, which advances in steps: [`Current`].

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use parking_lot::Mutex;

use super::World;
use crate::overlay::Overlay;

/// Within this many seconds the world stands still, so that pages and counts of one look agree; then it
/// moves on as a whole, so that the last hour is always the last hour.
const STILL: i64 = 300;
/// A world that was asked for within this time stands still for one step more, so that an answer and the rows that it
/// names are of the same moment.
const IN_USE: Duration = Duration::from_secs(15);

/// A world as it is now, made when it is first asked for, and when it was last asked for.
#[derive(Debug)]
pub(crate) struct Current(Mutex<Option<(Arc<World>, Instant)>>);

/// The world without an overlay, shared by all clouds of the process.
pub(crate) static UNTOUCHED: Current = Current::new();

impl Current {
    pub(crate) const fn new() -> Current {
        Current(Mutex::new(None))
    }

    /// The world at this moment, with an overlay, which is always the same one.
    pub(crate) fn world(&self, overlay: &Overlay) -> Arc<World> {
        let (now, asked) = (now(), Instant::now());
        let mut current = self.0.lock();
        let kept =
            current.take().filter(|(world, last)| stands_still(world.now, now, asked.duration_since(*last)));
        let world = kept.map_or_else(|| Arc::new(World::new(now, overlay)), |(world, _)| world);
        *current = Some((Arc::clone(&world), asked));
        world
    }
}

/// Whether a world of some moment still stands at another one, after nobody has asked for it for so long.
fn stands_still(of: i64, now: i64, unasked: Duration) -> bool {
    of == now || (unasked < IN_USE && of + STILL == now)
}

/// The moment of the world, in epoch seconds.
pub(crate) fn now() -> i64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let seconds = i64::try_from(seconds).unwrap_or_default();
    seconds - seconds % STILL
}

/// A moment as Mist writes it where it writes a text: `2026-01-02 03:04:05.000000+00:00`.
pub(crate) fn written(epoch: i64) -> String {
    let moment = jiff::Timestamp::from_second(epoch).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%S.000000+00:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_in_use_stands_still_for_one_step_more() {
        let (short, long) = (Duration::from_secs(1), IN_USE);
        assert!(stands_still(600, 600, long));
        assert!(stands_still(600, 900, short));
        assert!(!stands_still(600, 900, long));
        // Neither for two steps, nor when the clock was put back.
        assert!(!stands_still(600, 1200, short));
        assert!(!stands_still(600, 300, short));
    }
}
