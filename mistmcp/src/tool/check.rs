//! Compile-time checks that `#[mist_tool]` generates, because they depend on types. A failed check
//! stops the build at the macro's input.

use crate::argument::Presence;
use crate::param::{Param, ParamKind};

/// Stops the build with a message of `parts`.
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

/// Asserts that the parameter `name` of a tool or a group has a description of its own or of its
/// type.
#[track_caller]
pub const fn assert_described(params: &'static [Param], name: &str) {
    if let Some(param) = find(params, name)
        && param.description.is_empty()
    {
        mistake(&["parameter `", name, "` has no description, nor has its type; write a `///` above it"]);
    }
}

/// Asserts that one of `params`, in a group or not, fills the placeholder `name` of a path, and is
/// required unless `optional`.
#[track_caller]
pub const fn assert_filled(params: &'static [Param], name: &str, optional: bool) {
    let Some(param) = find(params, name) else { unfilled(name, likeliest(params, name, &[])) };
    match (optional, param.presence()) {
        (false, Some(Presence::Optional)) => mistake(&[
            "`",
            name,
            "` may be left out, but the path needs it; take it without `Option`, or end the path with `{",
            name,
            "?}`",
        ]),
        (true, Some(Presence::Required | Presence::Resolved)) => mistake(&[
            "`",
            name,
            "` has to be given, but the path says `{",
            name,
            "?}`; make it an `Option`, or remove the `?`",
        ]),
        _ => {}
    }
}

/// Asserts that one of `groups` has the parameter `name`, which a placeholder of the path names and
/// which is not among the tool's `plain` parameters.
#[track_caller]
pub const fn assert_in_groups(groups: &'static [Param], plain: &'static [&'static str], name: &str) {
    if find(groups, name).is_none() {
        unfilled(name, likeliest(groups, name, plain));
    }
}

/// Stops the build for a placeholder without a parameter.
#[track_caller]
const fn unfilled(name: &str, meant: Option<&'static str>) -> ! {
    let (start, middle) = ("path names `{", "}`, but no parameter and no group has a `");
    match meant {
        Some(meant) => mistake(&[start, name, middle, name, "`; did you mean `", meant, "`?"]),
        None => mistake(&[start, name, middle, name, "`; add one: `", name, ": Id`"]),
    }
}

/// The parameter of `params`, in a group or not, or the name among `plain`, that is most similar to
/// `name`.
const fn likeliest(
    params: &'static [Param],
    name: &str,
    plain: &'static [&'static str],
) -> Option<&'static str> {
    /// Percent of the letters that have to be the same.
    const ALIKE: usize = 50;
    let (mut best, mut likeness, mut at) = (None, ALIKE, 0);
    while at < params.len() + plain.len() {
        let candidate = if at >= params.len() {
            Some(plain[at - params.len()])
        } else {
            match params[at].kind {
                ParamKind::Group(members, _) => likeliest(members, name, &[]),
                ParamKind::Value(_) => Some(params[at].name),
                ParamKind::Body(_) => None,
            }
        };
        if let Some(candidate) = candidate {
            let alike = likeness_of(candidate, name);
            if alike > likeness {
                (best, likeness) = (Some(candidate), alike);
            }
        }
        at += 1;
    }
    best
}

/// Percent of the letters that two names share at their beginnings and ends. `strsim` has no `const fn`.
const fn likeness_of(left: &str, right: &str) -> usize {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let (shorter, longer) =
        if left.len() < right.len() { (left.len(), right.len()) } else { (right.len(), left.len()) };
    let (mut start, mut end) = (0, 0);
    while start < shorter && left[start] == right[start] {
        start += 1;
    }
    while start + end < shorter && left[left.len() - 1 - end] == right[right.len() - 1 - end] {
        end += 1;
    }
    match ((start + end) * 100).checked_div(longer) {
        Some(percent) => percent,
        None => 0,
    }
}

const fn find(params: &'static [Param], name: &str) -> Option<&'static Param> {
    let mut at = 0;
    while at < params.len() {
        let found = match params[at].kind {
            ParamKind::Group(members, _) => find(members, name),
            ParamKind::Value(_) if same(params[at].name, name) => Some(&params[at]),
            ParamKind::Value(_) | ParamKind::Body(_) => None,
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
