//! Which moment it is.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use super::World;

/// Within this many seconds the world stands still, so that pages and counts of one look agree; then it
/// moves on as a whole, so that the last hour is always the last hour.
const STILL: u64 = 300;

static CURRENT: Mutex<Option<Arc<World>>> = Mutex::new(None);

/// The world as it is now; made by the first call that needs it, shared by all clouds of the process.
pub(crate) fn current() -> Arc<World> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = i64::try_from(seconds - seconds % STILL).unwrap_or_default();
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    match &*current {
        Some(world) if world.now == now => Arc::clone(world),
        _ => Arc::clone(current.insert(Arc::new(World::at(now)))),
    }
}

/// A moment as Mist writes it where it writes a text: `2026-01-02 03:04:05.000000+00:00`.
pub(crate) fn written(epoch: i64) -> String {
    let moment = jiff::Timestamp::from_second(epoch).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%S.000000+00:00").to_string()
}
