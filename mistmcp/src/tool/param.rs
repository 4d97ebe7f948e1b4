use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::argument::{Arg, Arguments, BodyReader, Lookup, Presence, ValueReader};

/// One parameter of a tool, or a group of them, as a constant.
#[derive(Clone, Copy)]
pub struct Param {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) default: Option<&'static str>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Value(&'static ValueReader),
    Body(&'static BodyReader),
    Group(&'static [Param]),
}

/// Parameters that several tools share, taken by a tool with `#[flatten]`. Derive it.
pub trait ParamGroup: Sized {
    /// The parameters, in the order in which clients see them.
    const PARAMS: &'static [Param];

    /// Reads the group out of a call's arguments.
    fn read(arguments: &mut Arguments) -> crate::Result<Self>;
}

impl Param {
    /// A parameter whose type brings its own description. One of another type does not compile.
    pub const fn of<T: Arg>(name: &'static str) -> Self {
        assert!(
            !T::DESCRIPTION.is_empty(),
            "this parameter has no description, and its type brings none: write a `///` above it"
        );
        Self::described::<T>(name, T::DESCRIPTION)
    }

    /// A parameter with a description of its own.
    pub const fn described<T: Arg>(name: &'static str, description: &'static str) -> Self {
        Self { name, description, default: None, kind: Kind::Value(T::READER) }
    }

    /// The JSON body of a request.
    pub const fn body<T: JsonSchema + Serialize + DeserializeOwned>(
        name: &'static str,
        description: &'static str,
    ) -> Self {
        Self { name, description, default: None, kind: Kind::Body(BodyReader::of::<T>()) }
    }

    /// All parameters of a group.
    pub const fn group<T: ParamGroup>() -> Self {
        Self { name: "", description: "", default: None, kind: Kind::Group(T::PARAMS) }
    }

    /// Tells what Mist takes when the parameter is left out.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// Asserts that a hole of the path is always filled.
    #[must_use]
    pub const fn fills_hole(self) -> Self {
        assert!(
            !matches!(self.presence(), Some(Presence::Optional)),
            "this parameter may be left out, but the path needs it: remove the `Option`, or write `{{name?}}` in the path"
        );
        self
    }

    /// Asserts that what fills `{name?}` may be left out.
    #[must_use]
    pub const fn fills_optional_hole(self) -> Self {
        assert!(
            matches!(self.presence(), Some(Presence::Optional)),
            "the path says that this parameter may be left out: make it an `Option`, or remove the `?` from the path"
        );
        self
    }

    const fn presence(&self) -> Option<Presence> {
        match self.kind {
            Kind::Value(reader) => Some(reader.presence),
            Kind::Body(_) | Kind::Group(_) => None,
        }
    }

    pub(crate) fn lookup(&self) -> Option<Lookup> {
        match self.kind {
            Kind::Value(reader) => reader.lookup,
            Kind::Body(_) | Kind::Group(_) => None,
        }
    }

    /// Whether a call has to name it.
    pub(crate) fn required(&self) -> bool {
        match self.kind {
            Kind::Value(reader) => reader.presence == Presence::Required,
            Kind::Body(_) => true,
            Kind::Group(_) => false,
        }
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Param").field(&self.name).finish()
    }
}

/// The parameters with every group taken apart.
pub(crate) fn flattened(params: &'static [Param]) -> Vec<&'static Param> {
    let mut flat = Vec::with_capacity(params.len());
    for param in params {
        match param.kind {
            Kind::Group(members) => flat.extend(flattened(members)),
            Kind::Value(_) | Kind::Body(_) => flat.push(param),
        }
    }
    flat
}

/// Asserts at compile time that one of `groups` has a parameter `name`.
pub const fn assert_filled(groups: &[&[Param]], name: &str, mistake: &str) {
    assert!(any_has(groups, name), "{}", mistake);
}

const fn any_has(groups: &[&[Param]], name: &str) -> bool {
    let mut at = 0;
    while at < groups.len() {
        if has(groups[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn has(params: &[Param], name: &str) -> bool {
    let mut at = 0;
    while at < params.len() {
        let found = match params[at].kind {
            Kind::Group(members) => has(members, name),
            Kind::Value(_) | Kind::Body(_) => same(params[at].name, name),
        };
        if found {
            return true;
        }
        at += 1;
    }
    false
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
