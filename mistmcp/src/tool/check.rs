//! What `#[mist_tool]` leaves to the compiler, since it depends on types. A mistake stops the build at the place that
//! called, which the macro has put where it was written.

use super::param::{Kind, Param};
use crate::argument::Presence;

/// Stops the build with a message made of `parts`.
#[track_caller]
#[expect(clippy::panic, reason = "called by constants alone, so it is the compiler that stops")]
const fn mistake(parts: &[&str]) -> ! {
    let mut message = [b' '; 512];
    let (mut length, mut part) = (0, 0);
    while part < parts.len() {
        let (bytes, mut at) = (parts[part].as_bytes(), 0);
        while at < bytes.len() && length < message.len() {
            message[length] = bytes[at];
            length += 1;
            at += 1;
        }
        part += 1;
    }
    match str::from_utf8(message.split_at(length).0) {
        Ok(message) => panic!("{}", message),
        Err(_) => panic!("a name here is too long: shorten it"),
    }
}

/// Asserts that the parameter `name` of a tool or a group has a description, its own or its type's.
#[track_caller]
pub const fn assert_described(params: &'static [Param], name: &str) {
    if let Some(param) = find(params, name)
        && param.description.is_empty()
    {
        mistake(&["parameter `", name, "` has no description, nor has its type; write a `///` above it"]);
    }
}

/// Asserts that one of `params`, in a group or not, fills the hole `name` of a path, which says whether it may be
/// left out.
#[track_caller]
pub const fn assert_filled(params: &'static [Param], name: &str, optional: bool) {
    let Some(param) = find(params, name) else {
        mistake(&["path names `{", name, "}`, but no parameter and no group has a `", name, "`; add one"]);
    };
    match (optional, param.presence()) {
        (false, Some(Presence::Optional)) => mistake(&[
            "`",
            name,
            "` may be left out, but the path needs it; take it without `Option`, or end the path with `{",
            name,
            "?}`",
        ]),
        (true, Some(Presence::Required | Presence::Found)) => mistake(&[
            "`",
            name,
            "` has to be given, but the path says `{",
            name,
            "?}`; make it an `Option`, or remove the `?`",
        ]),
        _ => {}
    }
}

const fn find(params: &'static [Param], name: &str) -> Option<&'static Param> {
    let mut at = 0;
    while at < params.len() {
        let found = match params[at].kind {
            Kind::Group(members, _) => find(members, name),
            Kind::Value(_) if same(params[at].name, name) => Some(&params[at]),
            Kind::Value(_) | Kind::Body(_) => None,
        };
        if found.is_some() {
            return found;
        }
        at += 1;
    }
    None
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}
