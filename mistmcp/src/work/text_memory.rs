//! Memory for the text of large answers, bounded in total ([`TextMemory`]). A text that is being read takes more as it grows, and
//! those that wait for more while they hold some never wait for each other.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::failed;
use crate::Result;

/// Bytes of a unit of memory.
const UNIT: usize = 64 * 1024;

/// Memory in two parts. Texts share the first one. Where that is used up, one text at a time gets the whole second part and
/// returns what it had of the first: it has room to its end and waits for no other. So one of the waiting texts can always go on,
/// however many there are and whatever they hold.
#[derive(Debug)]
pub(crate) struct TextMemory {
    shared: Semaphore,
    reserve: Semaphore,
    /// Units of each part.
    units: u32,
}

/// Memory reserved for the text of a large answer, released on drop.
#[derive(Debug)]
pub(crate) struct Room {
    memory: &'static TextMemory,
    permit: SemaphorePermit<'static>,
    has_reserve: bool,
}

impl TextMemory {
    /// Memory of so many bytes in each of its parts.
    pub(crate) const fn new(bytes: usize) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the parts are some megabytes")]
        let units = (bytes / UNIT) as u32;
        Self {
            shared: Semaphore::const_new(units as usize),
            reserve: Semaphore::const_new(units as usize),
            units,
        }
    }

    /// Reserves memory for a text of `bytes` so far.
    ///
    /// # Errors
    /// The process is shutting down.
    pub(crate) async fn room(&'static self, bytes: usize) -> Result<Room> {
        let none = self.shared.acquire_many(0).await.map_err(|error| failed(&error))?;
        let mut room = Room { memory: self, permit: none, has_reserve: false };
        room.grow(bytes).await?;
        Ok(room)
    }
}

impl Room {
    /// Makes it large enough for `bytes`. A text above the size of a part gets all of it, and is not counted beyond that.
    ///
    /// # Errors
    /// The process is shutting down.
    pub(crate) async fn grow(&mut self, bytes: usize) -> Result<()> {
        let memory = self.memory;
        let wanted = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(memory.units);
        let held = u32::try_from(self.permit.num_permits()).unwrap_or(u32::MAX);
        let more = wanted.saturating_sub(held);
        if more == 0 || self.has_reserve {
            return Ok(());
        }
        tokio::select! {
            biased;
            more = memory.shared.acquire_many(more) => {
                self.permit.merge(more.map_err(|error| failed(&error))?);
            }
            all = memory.reserve.acquire_many(memory.units) => {
                self.permit = all.map_err(|error| failed(&error))?;
                self.has_reserve = true;
            }
        }
        Ok(())
    }

    /// Releases what is not needed for `bytes`.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let excess = self.permit.num_permits().saturating_sub(bytes.div_ceil(UNIT));
        drop(self.permit.split(excess));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use futures_util::poll;

    use super::*;

    const MEGABYTE: usize = 1 << 20;

    fn memory(megabytes: usize) -> &'static TextMemory {
        Box::leak(Box::new(TextMemory::new(megabytes * MEGABYTE)))
    }

    fn units(memory: &TextMemory) -> usize {
        memory.shared.available_permits() + memory.reserve.available_permits()
    }

    #[tokio::test]
    async fn texts_that_all_want_more_than_there_is_end_one_after_the_other() {
        let memory = memory(4);
        let all = units(memory);
        let text = async |megabytes: usize| {
            let mut room = memory.room(MEGABYTE).await.unwrap();
            for size in 2..=megabytes {
                // The others have theirs meanwhile.
                tokio::task::yield_now().await;
                room.grow(size * MEGABYTE).await.unwrap();
            }
            megabytes
        };
        // Each fits one part, and all of them are nine times what there is.
        let ended = join_all((0..20).map(|number| text(3 + number % 2))).await;
        assert_eq!((ended.len(), units(memory)), (20, all));
    }

    #[tokio::test]
    async fn a_text_that_gets_the_reserve_returns_what_it_shared() {
        let memory = memory(4);
        let mut slow = memory.room(2 * MEGABYTE).await.unwrap();
        let mut fast = memory.room(2 * MEGABYTE).await.unwrap();
        let third = memory.room(MEGABYTE).await.unwrap();
        assert!(third.has_reserve, "there is no other memory");
        let mut waiting = Box::pin(fast.grow(3 * MEGABYTE));
        assert!(poll!(&mut waiting).is_pending());
        drop(third);
        waiting.await.unwrap();
        assert!(fast.has_reserve);
        slow.grow(4 * MEGABYTE).await.unwrap();
        assert!(!slow.has_reserve, "it has what the other one returned");
        let mut last = Box::pin(memory.room(MEGABYTE));
        assert!(poll!(&mut last).is_pending());
        fast.shrink(MEGABYTE);
        assert!(poll!(&mut last).is_pending(), "the reserve is for one text at a time");
        slow.shrink(MEGABYTE);
        last.await.unwrap();
    }

    #[tokio::test]
    async fn a_text_that_stops_waiting_keeps_nothing() {
        let memory = memory(2);
        let all = units(memory);
        let held = [memory.room(2 * MEGABYTE).await.unwrap(), memory.room(2 * MEGABYTE).await.unwrap()];
        for _ in 0..3 {
            let mut waiting = Box::pin(memory.room(MEGABYTE));
            assert!(poll!(&mut waiting).is_pending());
        }
        drop(held);
        assert_eq!(units(memory), all);
        // A text that is larger than all memory gets a part.
        assert_eq!(memory.room(100 * MEGABYTE).await.unwrap().permit.num_permits(), 32);
    }
}
