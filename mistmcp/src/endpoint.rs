//! A method and a path of Mist's API: [`Endpoint`].

pub use http::Method;

/// A method and a path of Mist's API, whose holes are filled with parameters.
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path, as Mist's documentation writes it: `/api/v1/sites/{site_id}/devices/{device_id?}`.
    pub path: &'static str,
    /// What it answers, where that does not follow from the tool's name and parameters.
    pub answers: Option<Answers>,
    /// The parameters that are sent with the optional id too, with commas between them. The others are of the list alone.
    pub item_takes: &'static str,
}

/// What an endpoint answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Rows. An answer without a body, or `null`, is a list without rows.
    List,
    /// One object, or something else that is no list.
    Object,
}

impl Endpoint {
    const fn new(method: Method, path: &'static str) -> Self {
        Self { method, path, answers: None, item_takes: "" }
    }

    /// Reads.
    pub const fn get(path: &'static str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates, or starts something.
    pub const fn post(path: &'static str) -> Self {
        Self::new(Method::POST, path)
    }

    /// Replaces.
    pub const fn put(path: &'static str) -> Self {
        Self::new(Method::PUT, path)
    }

    /// Removes.
    pub const fn delete(path: &'static str) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// The same endpoint, with what it answers.
    #[must_use]
    pub const fn answers(mut self, answers: Answers) -> Self {
        self.answers = Some(answers);
        self
    }

    /// The same endpoint, with the parameters that are sent with its optional id too: `start, end`.
    #[must_use]
    pub const fn item_takes(mut self, names: &'static str) -> Self {
        self.item_takes = names;
        self
    }

    /// The parameters that are sent with the optional id too.
    pub(crate) fn of_item(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.item_takes.split(',').map(str::trim).filter(|name| !name.is_empty())
    }

    /// The hole of an optional id.
    pub(crate) fn optional_hole(&self) -> Option<&'static str> {
        self.segments().find_map(|segment| match segment {
            Segment::Hole { name, optional: true } => Some(name),
            _ => None,
        })
    }

    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment> + use<> {
        segments(self.path)
    }

    /// Whether `name` goes into the path.
    pub(crate) fn has_hole(&self, name: &str) -> bool {
        self.segments().any(|segment| matches!(segment, Segment::Hole { name: hole, .. } if hole == name))
    }
}

/// One part of a path between two slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Text(&'static str),
    Hole { name: &'static str, optional: bool },
}

fn segments(path: &'static str) -> impl Iterator<Item = Segment> {
    path.split('/').filter(|segment| !segment.is_empty()).map(|segment| {
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None => Segment::Text(segment),
            Some(hole) => match hole.strip_suffix('?') {
                Some(name) => Segment::Hole { name, optional: true },
                None => Segment::Hole { name: hole, optional: false },
            },
        }
    })
}
