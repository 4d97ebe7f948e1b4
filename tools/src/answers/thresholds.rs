//! Thresholds of the rules, with units and sources.

/// RSSI in dBm below which a client has a weak signal. Mist's coverage SLE uses -72 dBm by default.
pub(super) const WEAK_RSSI: f64 = -72.0;
/// RSSI in dBm below which voice and video fail as well: usual design guides plan for -67 dBm, and clients drop near -80.
pub(super) const UNUSABLE_RSSI: f64 = -80.0;
/// SNR in dB below which data rates fall to the lowest ones. Design guides ask for 20 to 25 dB.
pub(super) const WEAK_SNR: f64 = 15.0;
/// Utilization of a channel in percent, above which clients notice it. Mist's capacity SLE begins to count near 80 % used
/// airtime; vendors' design guides name 50 to 70 %.
pub(super) const BUSY_CHANNEL: f64 = 70.0;
/// Clients on one radio, above which airtime is scarce in practice.
pub(super) const MANY_CLIENTS: i64 = 60;
/// Reassociations within ten minutes that are more than walking causes.
pub(super) const RESTLESS: usize = 8;
/// Failures of a client in the window that are more than a chance.
pub(super) const SOME_FAILURES: usize = 2;

/// Speed in Mb/s that every access point and uplink port should reach: 1000BASE-T.
pub(super) const FULL_SPEED: i64 = 1_000;
/// Errors of a port since its counters were cleared. A good copper or fiber link has close to none (IEEE 802.3 asks for a
/// bit error ratio of 1e-10 or better).
pub(super) const PORT_ERRORS: i64 = 1_000;
/// Damaged frames per million frames that show in applications (TCP throughput falls markedly from 0.01 % loss on).
pub(super) const PORT_ERRORS_PER_MILLION: f64 = 100.0;
/// Times that a port goes down in the window, from which on it flaps.
pub(super) const FLAPS: usize = 3;
/// Part of the PoE budget of a switch, from which on the next device may be denied.
pub(super) const POE_NEAR_BUDGET: f64 = 0.9;
/// Power draw in watts below which a port feeds nothing: IEEE 802.3 keeps the power up from about 0.5 W.
pub(super) const NO_DRAW: f64 = 0.5;
/// Seconds without traffic, after which a port counts as unused.
pub(super) const UNUSED_PORT: i64 = 7 * DAY;

/// Restarts in the window that nobody asked for, from which on a device restarts again and again.
pub(super) const RESTARTS: usize = 3;
/// Seconds between events that belong together: devices report a common cause within some minutes, because the cloud
/// declares a device gone after missed heartbeats.
pub(super) const TOGETHER: i64 = 10 * MINUTE;
/// Seconds before a trouble in which a change is its likely cause.
pub(super) const SHORTLY_BEFORE: i64 = 30 * MINUTE;
/// Part of the devices of a site that is a site's outage and not a device's.
pub(super) const MOST_OF_A_SITE: f64 = 0.8;

pub(super) const MINUTE: i64 = 60;
pub(super) const DAY: i64 = 86_400;
