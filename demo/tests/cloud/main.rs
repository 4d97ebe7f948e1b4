//! The demo cloud, asked over real sockets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test's helper fails the test")]

mod access;
mod address;
mod believable;
mod believable_extended;
mod believable_wan;
mod document;
mod documented;
mod empty;
mod every_path;
mod faults;
mod filters;
mod incidents;
mod offline;
mod overlay_errors;
mod overlays;
mod overlays_agree;
mod paging;
mod peer;
mod references;
mod repeat;
mod schemas;
mod scopes;
