//! A small Mist cloud, on real HTTP, on a loopback port.
//!
//! It serves one invented company with sites, devices, clients and what happened to them, generated from
//! one seed, so that its answers are the same from run to run but for the time stamps, which are always
//! recent. It pages, searches, counts and refuses as Mist does, calls beyond 5,000 an hour too (see
//! [`DemoCloud::limit_requests`]), and fails when told to.
//!
//! ```no_run
//! # async fn demo() -> std::io::Result<()> {
//! use mistmcp_demo::{DemoCloud, Fault};
//!
//! let cloud = DemoCloud::start().await?;
//! println!("{} with the token {}", cloud.url(), DemoCloud::TOKEN);
//! cloud.fail_next("/api/v1/self", 1, Fault::Status { status: 429, retry_after: Some(3) });
//! # Ok(())
//! # }
//! ```
//!
//! To run it alone: `cargo run -p mistmcp-demo --example cloud -- 8080`.

#![forbid(unsafe_code)]

mod categories;
mod cloud;
mod engine;
mod fault;
mod incident;
mod overlay;
mod questions;
mod recorded;
mod server;
mod world;

pub use cloud::DemoCloud;
pub use fault::Fault;
pub use incident::{Expect, Half, Incident, Question};
pub use overlay::{Overlay, OverlayError};
pub use questions::{SAMPLE_QUESTIONS, SampleQuestion};
pub use recorded::Recorded;
pub use world::ORG_ID;
