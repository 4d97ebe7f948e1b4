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
/// Reassociations or disconnections within ten minutes that are more than walking causes.
pub(super) const MANY_REASSOCIATIONS: usize = 8;
/// Times within [`RECENT`] that a client goes back to the access point that it came from, which are more than a person walks.
pub(super) const MANY_RETURNS: usize = 16;
/// Times that a client fails anew at what it had passed, from which on the trouble comes again and again.
pub(super) const MIN_RELAPSES: usize = 2;
/// Failures of a client in the window that are more than a chance.
pub(super) const MIN_FAILURES: usize = 2;

/// Speed in Mb/s that every access point and uplink port should reach: 1000BASE-T.
pub(super) const FULL_SPEED: i64 = 1_000;
/// Errors of a port since its counters were cleared. A good copper or fiber link has close to none (IEEE 802.3 asks for a
/// bit error ratio of 1e-10 or better).
pub(super) const PORT_ERRORS: i64 = 1_000;
/// Damaged frames per million frames that show in applications (TCP throughput falls markedly from 0.01 % loss on).
pub(super) const PORT_ERRORS_PER_MILLION: f64 = 100.0;
/// Times that a port goes down in the window, from which on it flaps.
pub(super) const MIN_FLAPS: usize = 3;
/// Part of the PoE budget of a switch, from which on the next device may be denied.
pub(super) const POE_NEAR_BUDGET: f64 = 0.9;
/// Power draw in watts below which a port feeds nothing: IEEE 802.3 keeps the power up from about 0.5 W.
pub(super) const MIN_POE_DRAW: f64 = 0.5;
/// Seconds without traffic, after which a port counts as unused.
pub(super) const UNUSED_PORT: i64 = 7 * DAY;

/// Restarts in the window without a request, from which on a device restarts again and again.
pub(super) const MIN_RESTARTS: usize = 3;
/// Seconds between events that belong together: devices report a common cause within some minutes, because the cloud
/// declares a device gone after missed heartbeats.
pub(super) const OUTAGE_WINDOW: i64 = 10 * MINUTE;
/// Seconds before a trouble in which a change is its likely cause.
pub(super) const SHORTLY_BEFORE: i64 = 30 * MINUTE;
/// Seconds without the cloud, after which a restart that somebody asked for no longer explains an outage. An access point is
/// back in some 3 to 5 minutes, a switch in 5 to 10, a cluster of gateways in up to 15 (the vendor's boot times).
pub(super) const RESTART_DURATION: i64 = 20 * MINUTE;
/// Seconds after which the statistics of a device no longer show an upgrade of now, and a failed one is history: an upgrade takes
/// less than an hour, and Mist keeps its last state in the statistics for ever.
pub(super) const UPGRADE_DURATION: i64 = 60 * MINUTE;
pub(super) const UPGRADE_FAILURE_AGE: i64 = 7 * DAY;
/// Utilization of a device's processor in percent, from which on it answers late and loses protocol packets. Mist's switch
/// health SLE counts 90 %.
pub(super) const BUSY_PROCESSOR: f64 = 90.0;
/// Utilization of a device's memory in percent, from which on processes fail. Mist's SLE counts less, but gateways that
/// reserve memory for forwarding stay below this when they are well.
pub(super) const FULL_MEMORY: f64 = 95.0;
/// Part of the devices of a site that is a site's outage and not a device's.
pub(super) const MOST_OF_A_SITE: f64 = 0.8;

/// Seconds for which Mist keeps the audit log, as its portal offers it.
pub(super) const AUDIT_LOG_RETENTION: i64 = 180 * DAY;

pub(super) const MINUTE: i64 = 60;
pub(super) const DAY: i64 = 86_400;

/// RSSI in dBm from which on another access point is near: its frames are decoded and keep the channel busy. 802.11 defers
/// from -82 dBm on; design guides plan for less than -75 dBm between cells of one channel.
pub(super) const NEAR_AP: f64 = -75.0;
/// Near access points on one channel that are reported, even if utilization is low.
pub(super) const MANY_ON_CHANNEL: usize = 4;
/// Utilization in percent from which on clients notice a shared channel.
pub(super) const SHARED_CHANNEL: f64 = 50.0;
/// Share of the air time in percent that other networks or other devices than Wi-Fi take, from which on clients notice it.
pub(super) const INTERFERENCE_SHARE: f64 = 30.0;
/// Noise floor in dBm above which data rates fall. It is -90 to -95 dBm on a quiet channel; with -80 dBm, a client at
/// -65 dBm has 15 dB left.
pub(super) const HIGH_NOISE_FLOOR: f64 = -80.0;
/// Radar hits of one access point in the window that are more than a chance.
pub(super) const RADAR_HITS: usize = 3;
/// Clients with a weak signal at one access point, and their share, from which on the place lacks coverage and not the client.
pub(super) const WEAK_CLIENTS: usize = 3;
pub(super) const WEAK_SHARE: f64 = 0.3;
/// RSSI in dBm from which on a foreign access point is on the premises or next door.
pub(super) const CLOSE_ROGUE: f64 = -60.0;

/// Packet loss of a WAN link in percent that people notice, and with which they cannot work. Voice suffers from 1 %
/// (ITU-T G.114 and Y.1541), TCP falls to a fraction from 5 % on.
pub(super) const WAN_LOSS: f64 = 3.0;
pub(super) const WAN_LOSS_UNUSABLE: f64 = 10.0;
/// Latency in milliseconds, there and back, that people notice on a WAN link to its provider or peer. ITU-T G.114 allows
/// 150 ms one way.
pub(super) const WAN_LATENCY: f64 = 250.0;
/// Jitter in milliseconds that real-time traffic notices.
pub(super) const WAN_JITTER: f64 = 30.0;
/// Part of a DHCP pool from which on the next clients may get no address.
pub(super) const POOL_NEARLY_FULL: f64 = 0.95;

/// Seconds before an expiry that it is worth telling, and that it is pressing.
pub(super) const EXPIRES: i64 = 90 * DAY;
pub(super) const EXPIRES_SOON: i64 = 30 * DAY;

/// Seconds before the end of the window whose client events show what is wrong now.
pub(super) const RECENT: i64 = 2 * 60 * MINUTE;
/// Failures of clients on one WLAN within [`RECENT`] that are more than the few that every network has.
pub(super) const MANY_FAILURES: usize = 8;
/// A service level below which users complain: Mist's dashboards color it from 0.9 down.
pub(super) const LOW_LEVEL: f64 = 0.9;
/// A service level below which many users cannot work.
pub(super) const BAD_LEVEL: f64 = 0.7;
/// A difference of service levels that is more than the variation from day to day.
pub(super) const LEVEL_CHANGE: f64 = 0.03;
/// Share of the bad user minutes of one device, from which on the trouble is there and not at the whole site.
pub(super) const CONCENTRATED_SHARE: f64 = 0.5;
