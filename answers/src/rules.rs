//! Rules: functions from facts to findings, without requests.

pub(super) mod alarms;
pub(super) mod changes;
pub(super) mod client;
pub(super) mod client_failures;
pub(super) mod config;
pub(super) mod device;
pub(super) mod lifecycle;
pub(super) mod nac;
pub(super) mod ports;
pub(super) mod radio;
pub(super) mod ranking;
pub(super) mod recovered;
pub(super) mod service_levels;
pub(super) mod site;
pub(super) mod topology;
pub(super) mod tree;
pub(super) mod upgrading;
pub(super) mod wan;
