//! The descriptor of a parameter: [`Param`].

use std::fmt;

use serde_json::{Map, Value};

use crate::argument::{Arg, Arguments, BodyReader, Lookup, Presence, QueryValue, RequestBody, ValueReader};

/// One parameter of a tool, or a group of them, as a constant.
#[derive(Clone, Copy)]
pub struct Param {
    pub(crate) name: &'static str,
    /// For people: help, errors, documentation.
    pub(crate) description: &'static str,
    /// For the model, which pays for each word of a tool list.
    pub(crate) brief: &'static str,
    pub(crate) default: Option<&'static str>,
    pub(crate) kind: ParamKind,
}

#[derive(Clone, Copy)]
pub(crate) enum ParamKind {
    Value(&'static ValueReader),
    Body(&'static BodyReader),
    /// Its parameters, and how they depend on one another.
    Group(&'static [Param], fn() -> Map<String, Value>),
}

/// Parameters that several tools share, taken by a tool with `#[flatten]`. Derive it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no group of parameters",
    label = "not a group",
    note = "a single parameter: remove `#[flatten]`",
    note = "a struct of parameters: derive `mistmcp::ParamGroup` for it, and take it without `Option`"
)]
pub trait ParamGroup: Sized {
    /// The parameters, in the order in which clients see them.
    const PARAMS: &'static [Param];

    /// Dependencies among the parameters, as JSON Schema keywords of the tool's schema: `allOf`, `if`, `$defs`. They inform
    /// clients; [`Self::read`] validates the arguments of a call.
    fn rules() -> Map<String, Value> {
        Map::new()
    }

    /// Reads the group out of a call's arguments.
    fn read(arguments: &mut Arguments) -> crate::Result<Self>;
}

impl Arguments {
    /// Takes a group out.
    ///
    /// # Errors
    /// As [`take`](Self::take), of its first member that cannot be read.
    pub fn group<T: ParamGroup>(&mut self) -> crate::Result<T> {
        T::read(self)
    }
}

impl Param {
    /// A parameter with the description of its type; the macros check that the type has one.
    pub const fn of<T: Arg>(name: &'static str) -> Self {
        Self::described::<T>(name, T::DESCRIPTION).brief(T::BRIEF)
    }

    /// A parameter with a description of its own.
    pub const fn described<T: Arg>(name: &'static str, description: &'static str) -> Self {
        Self { name, description, brief: description, default: None, kind: ParamKind::Value(T::READER) }
    }

    /// The JSON body of a request.
    pub const fn body<T: RequestBody>(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            brief: description,
            default: None,
            kind: ParamKind::Body(BodyReader::of::<T>()),
        }
    }

    /// All parameters of a group.
    pub const fn group<T: ParamGroup>() -> Self {
        Self {
            name: "",
            description: "",
            brief: "",
            default: None,
            kind: ParamKind::Group(T::PARAMS, T::rules),
        }
    }

    /// Sets a shorter description for the model.
    #[must_use]
    pub const fn brief(mut self, brief: &'static str) -> Self {
        self.brief = brief;
        self
    }

    /// Sets the default that Mist uses if the parameter is left out.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    pub(crate) const fn presence(&self) -> Option<Presence> {
        match self.kind {
            ParamKind::Value(reader) => Some(reader.presence),
            ParamKind::Body(_) | ParamKind::Group(..) => None,
        }
    }

    pub(crate) fn lookup(&self) -> Option<Lookup> {
        match self.kind {
            ParamKind::Value(reader) => reader.lookup,
            ParamKind::Body(_) | ParamKind::Group(..) => None,
        }
    }

    /// Whether its value names the fields that the answer keeps.
    pub(crate) fn picks_fields(&self) -> bool {
        matches!(self.kind, ParamKind::Value(reader) if reader.picks_fields)
    }

    /// Its value in a path or a query, if it is given.
    pub(crate) fn wire(&self, arguments: &Arguments) -> Option<QueryValue> {
        Some((self.reader()?.wire)(arguments.parsed(self.name)?))
    }

    /// How its values are read.
    pub(crate) fn reader(&self) -> Option<&'static ValueReader> {
        match self.kind {
            ParamKind::Value(reader) => Some(reader),
            ParamKind::Body(_) | ParamKind::Group(..) => None,
        }
    }

    /// Whether a call has to name it.
    pub(crate) fn required(&self) -> bool {
        match self.kind {
            ParamKind::Value(reader) => reader.presence == Presence::Required,
            ParamKind::Body(_) => true,
            ParamKind::Group(..) => false,
        }
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Param").field(&self.name).finish()
    }
}

/// The rules of every group.
pub(crate) fn rules(params: &'static [Param]) -> Map<String, Value> {
    let mut all = Map::new();
    for param in params {
        if let ParamKind::Group(members, own) = param.kind {
            all.extend(rules(members));
            all.extend(own());
        }
    }
    all
}

/// The parameters with every group taken apart.
pub(crate) fn flattened(params: &'static [Param]) -> Vec<&'static Param> {
    let mut flat = Vec::with_capacity(params.len());
    for param in params {
        match param.kind {
            ParamKind::Group(members, _) => flat.extend(flattened(members)),
            ParamKind::Value(_) | ParamKind::Body(_) => flat.push(param),
        }
    }
    flat
}
