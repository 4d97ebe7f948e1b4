//! What `#[mist_tool]` and the derives accept, under the same lints as everything else here.

#[path = "../macro/accepted/bodies.rs"]
mod bodies;
#[path = "../macro/accepted/endpoints.rs"]
mod endpoints;
#[path = "../macro/accepted/paths.rs"]
mod paths;

use mistmcp::{Choice, Hints, Method, Run, Tool};

use bodies::{ALIAS, ARGUMENTS, CALL, EVERYTHING_TAKEN, MIST, NOTHING_TAKEN};
use endpoints::{
    GROUPS_AND_CHOICES, HOLES_FILLED_BY_A_GROUP, MACRO_MADE, MOVE, NAME_OF_ITS_OWN, OPTIONAL_ID, PLAIN,
    RAW_HOLE, REQUEST_BODY, Sort,
};
use paths::OTHER_NAMES;

fn method(tool: &Tool) -> Option<&Method> {
    match &tool.run {
        Run::Endpoint(endpoint) => Some(&endpoint.method),
        _ => None,
    }
}

#[test]
fn a_tool_is_named_as_its_function_unless_a_key_names_it() {
    let names = [&GROUPS_AND_CHOICES, &MOVE, &MACRO_MADE, &NAME_OF_ITS_OWN].map(|tool| tool.name);
    assert_eq!(names, ["groupsAndChoices", "move", "macroMade", "Irregular_Name"]);
}

#[test]
fn hints_follow_from_the_method_and_are_overridden_one_by_one() {
    assert_eq!(PLAIN.hints, Hints::READ);
    assert_eq!(NOTHING_TAKEN.hints, Hints::UNSPECIFIED);
    assert_eq!(ALIAS.hints, Hints::READ, "a body that says that it reads");
    assert_eq!(REQUEST_BODY.hints, Hints { idempotent: true, ..Hints::CREATE });
    assert_eq!(MOVE.hints, Hints { destructive: false, ..Hints::REPLACE });
    let changes = Hints { open_world: false, ..Hints::UNSPECIFIED };
    assert_eq!(EVERYTHING_TAKEN.hints, changes);
}

#[test]
fn an_endpoint_has_its_method_and_a_body_none() {
    let tools = [&PLAIN, &REQUEST_BODY, &MOVE, &OPTIONAL_ID, &ALIAS, &RAW_HOLE];
    let methods = tools.map(method);
    assert_eq!(
        methods,
        [
            Some(&Method::GET),
            Some(&Method::POST),
            Some(&Method::PUT),
            Some(&Method::GET),
            None,
            Some(&Method::GET)
        ]
    );
}

#[test]
fn the_runtime_and_the_context_may_have_other_names() {
    assert_eq!((OTHER_NAMES.name, OTHER_NAMES.params.len()), ("otherNames", 1));
}

#[test]
fn a_tool_may_be_named_as_a_variable_of_the_expansion() {
    let tools = [&MIST, &CALL, &ARGUMENTS].map(|tool| (tool.name, tool.params.len()));
    assert_eq!(tools, [("mist", 1), ("call", 0), ("arguments", 1)]);
    assert_eq!(ARGUMENTS.description, "The same, in a block of two lines.");
}

#[test]
fn a_value_is_spelled_as_its_variant_also_where_that_is_raw_or_in_capitals() {
    let spellings: Vec<_> = Sort::VALUES.iter().map(|(spelling, _)| *spelling).collect();
    assert_eq!(spellings, ["type", "ssid", "wlan_id"]);
}

#[test]
fn a_tool_knows_where_it_is_written() {
    let location = HOLES_FILLED_BY_A_GROUP.location;
    assert!(location.file().ends_with("endpoints.rs"), "{location}");
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/macro/accepted/endpoints.rs")).unwrap();
    let line = text.lines().nth(location.line() as usize - 1).unwrap();
    assert!(line.contains("/maps/{map_id?}"), "{line}");
}
