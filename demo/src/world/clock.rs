//! Time of the demo network, which advances in steps: [`Current`].

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use parking_lot::Mutex;

use super::World;
use crate::overlay::Overlay;

/// Within this many seconds the world stands still, so that pages and counts of one look agree; then it
/// moves on as a whole, so that the last hour is always the last hour.
const STILL: u64 = 300;

/// A world as it is now, made when it is first asked for.
#[derive(Debug)]
pub(crate) struct Current(Mutex<Option<Arc<World>>>);

/// The world without an overlay, shared by all clouds of the process.
pub(crate) static UNTOUCHED: Current = Current::new();

impl Current {
    pub(crate) const fn new() -> Current {
        Current(Mutex::new(None))
    }

    /// The world at this moment, with an overlay, which is always the same one.
    pub(crate) fn world(&self, overlay: &Overlay) -> Arc<World> {
        let now = now();
        let mut current = self.0.lock();
        match &*current {
            Some(world) if world.now == now => Arc::clone(world),
            _ => Arc::clone(current.insert(Arc::new(World::new(now, overlay)))),
        }
    }
}

/// The moment of the world, in epoch seconds.
pub(crate) fn now() -> i64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    i64::try_from(seconds - seconds % STILL).unwrap_or_default()
}

/// A moment as Mist writes it where it writes a text: `2026-01-02 03:04:05.000000+00:00`.
pub(crate) fn written(epoch: i64) -> String {
    let moment = jiff::Timestamp::from_second(epoch).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%S.000000+00:00").to_string()
}
