//! Deterministic pseudo-random numbers.

/// A stream of numbers that depends on its label alone, so that adding a thing changes no other.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of a thing: `Random::of("client leeds 17")`.
    pub(crate) fn of(label: &str) -> Random {
        // FNV-1a: small, well mixed enough for what follows it, and the same on every machine.
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Random(hash)
    }

    /// `SplitMix64`.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low) + 1;
        low.saturating_add_unsigned(self.next() % span)
    }

    pub(crate) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of some; there must be some.
    pub(crate) fn pick<'t, T>(&mut self, some: &'t [T]) -> &'t T {
        let place = self.next() % u64::try_from(some.len()).unwrap_or(1).max(1);
        &some[usize::try_from(place).unwrap_or_default()]
    }

    /// A number with two decimals from `low` to `high`.
    pub(crate) fn fraction(&mut self, low: i32, high: i32) -> f64 {
        let hundredths = self.between(i64::from(low) * 100, i64::from(high) * 100);
        f64::from(i32::try_from(hundredths).unwrap_or_default()) / 100.0
    }
}
