//! What the binary says on the command line, and how it ends.

mod call;
mod configuration;
mod exit_codes;
mod help;
mod incidents;
mod misplaced;
mod pages;
mod shells;
mod table;
mod tools;

use mistmcp_tests::{Finished, Launch};

/// It stops with that code before it has said anything to a client.
pub(crate) async fn stops(launch: Launch, code: i32, wanted: &[&str]) -> Finished {
    let finished = launch.run().await;
    assert_eq!((finished.code(), finished.output().as_str()), (Some(code), ""), "{}", finished.stderr);
    for wanted in wanted {
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
    }
    finished
}
