//! Deterministic ids and MAC addresses.

use super::Random;

/// The UUID (version 4 by its looks) of a thing.
pub(crate) fn uuid(label: &str) -> String {
    let mut random = Random::of(label);
    let (high, low) = (random.next(), random.next());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

/// A MAC address of a maker: six hex digits of theirs, six of the thing's own.
pub(crate) fn mac(maker: &str, label: &str) -> String {
    format!("{maker}{:06x}", Random::of(label).next() & 0x00ff_fff0)
}
