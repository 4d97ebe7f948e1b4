//! Any clients at once, doing anything, against a model: what is listed, found and run is what each may see, and what
//! one does is nothing to another.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;
mod model;
mod script;

use proptest::prelude::ProptestConfig;
use proptest::proptest;

use fixture::Fixture;
use script::scene;

#[test]
fn each_session_sees_and_runs_what_it_may_whatever_the_others_do() {
    let fixture = Fixture::start();
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(scene in scene())| fixture.play(&scene)?);
}

#[test]
fn the_names_of_tools_categories_and_parameters_are_never_taken_for_secrets() {
    Fixture::start().describe_all().unwrap();
}
