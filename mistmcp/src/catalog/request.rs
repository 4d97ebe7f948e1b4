//! Requests of linked tools, by the tool's name: [`request_of`].

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::Entry;
use crate::mist::Request;
use crate::tool::Registered;
use crate::{Error, Result, Run};

static LINKED: LazyLock<HashMap<&'static str, Entry>> = LazyLock::new(|| {
    let tools = inventory::iter::<Registered>().map(|Registered(tool)| *tool);
    tools.map(|tool| (tool.name, Entry::new(tool))).collect()
});

/// Whether a linked tool takes an argument, of its own or in a group.
pub(crate) fn takes(tool: &str, argument: &str) -> bool {
    LINKED.get(tool).is_some_and(|entry| entry.takes(argument))
}

/// Whether a call of a linked tool with these arguments requests one object of a list.
pub(crate) fn answers_one(tool: &str, arguments: &Map<String, Value>) -> bool {
    LINKED.get(tool).is_some_and(|entry| entry.answers_one(arguments))
}

/// The request that a tool sends for these arguments, in which ids stand in place of names.
///
/// # Errors
/// No linked tool with an endpoint has this name, or the arguments do not fit it.
pub(crate) fn request_of(tool: &str, arguments: Map<String, Value>) -> Result<Request> {
    let entry = LINKED.get(tool);
    match entry.map(|entry| (entry, &entry.tool().run)) {
        Some((entry, Run::Endpoint(endpoint))) => entry.request(endpoint, &entry.parse(arguments)?),
        _ => Err(Error::advice(format!("There is no tool `{tool}` that has an endpoint."))),
    }
}
