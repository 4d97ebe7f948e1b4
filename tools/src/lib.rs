//! The tools of mistmcp: one module a category, one function a tool.

pub mod constants_definitions;
pub mod orgs;
pub mod orgs_sites;
pub mod self_account;
pub mod shared;
pub mod sites;
pub mod sites_devices;
pub mod sites_rrm;
