//! Rules: functions from facts to findings, without requests.

pub(super) mod alarms;
pub(super) mod client;
pub(super) mod device;
pub(super) mod nac;
pub(super) mod ports;
