//! Builder of requests to the Mist API ([`Request`]).

mod address;

use http::Method;
use serde_json::Value;

use super::{Cloud, Cursor};
use crate::argument::{Arg, Id, QueryValue};
use crate::endpoint::{Endpoint, Segment};
use crate::error::ErrorKind;
use crate::{Error, Result};

/// A request to Mist. Path segments and query values are kept apart until the URL is built, so that the arguments
/// of a model are always data.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub(crate) method: Method,
    segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
    /// Pagination cursor, appended to the query without encoding.
    pub(crate) cursor: Option<Cursor>,
    /// The path given to the constructor, if it is more than a path.
    unfit: Option<String>,
}

/// A query value: an [`Arg`], a text or a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a parameter of a query",
    note = "take a text, a number, `bool`, a type that `mistmcp` has, such as `Id` or `Time`, or an `Option` of one"
)]
pub trait IntoQuery {
    /// Encodes the value for the query.
    fn into_query(self) -> QueryValue;
}

#[diagnostic::do_not_recommend]
impl<T: Arg> IntoQuery for T {
    fn into_query(self) -> QueryValue {
        self.wire()
    }
}

macro_rules! into_query {
    ($($type:ty),*) => {$(
        impl IntoQuery for $type {
            fn into_query(self) -> QueryValue {
                QueryValue::Text(self.to_string())
            }
        }
    )*};
}
into_query!(&str, &String, i32, u64, usize);

/// Whose objects a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Msp,
    /// An organization, and no site of it.
    Org,
    /// A site, or anything else.
    Site,
}

impl Request {
    /// A GET of `path`, such as `/api/v1/self`. Values belong in [`segment`](Self::segment) and
    /// [`query`](Self::query).
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// A request with another method. A path that contains a query, a placeholder or a percent sign is refused when the request is
    /// sent: a model's input must not become part of the path unencoded.
    pub fn new(method: Method, path: &str) -> Self {
        let segments = path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        let unfit = path.contains(['?', '#', '{', '}', '%']).then(|| path.to_owned());
        Self { method, segments, query: Vec::new(), body: None, cursor: None, unfit }
    }

    /// Adds a path segment, which is percent-encoded.
    #[must_use]
    pub fn segment(mut self, value: impl Into<String>) -> Self {
        self.segments.push(value.into());
        self
    }

    /// Adds a query parameter: `.query("type", "all").query("limit", 1000)`. `None` adds nothing.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl IntoQuery) -> Self {
        self.add(name, value.into_query());
        self
    }

    /// Adds a JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn add(&mut self, name: &str, wire: QueryValue) {
        match wire {
            QueryValue::Nothing => {}
            QueryValue::Text(value) => self.query.push((name.to_owned(), value)),
            QueryValue::List(values) => {
                self.query.extend(values.into_iter().map(|value| (name.to_owned(), value)));
            }
        }
    }

    /// Whether it only reads, and may be retried.
    pub(super) fn is_get(&self) -> bool {
        self.method == Method::GET
    }

    /// Whose objects it is about.
    pub(super) fn owner(&self) -> Owner {
        let kind = self.segments.get(2).map(String::as_str);
        let mut pairs = self.segments.windows(2);
        let is_of_site = pairs.any(|pair| pair[0] == "sites" && Id::parse(&pair[1]).is_some());
        let names_site = is_of_site || self.query.iter().any(|(name, _)| name == "site_id");
        match kind {
            Some("msps") => Owner::Msp,
            Some("orgs") if !names_site => Owner::Org,
            _ => Owner::Site,
        }
    }

    pub(super) fn is_for_self(&self) -> bool {
        self.is_get_of(&["api", "v1", "self"])
    }

    /// Whether it is about the token itself.
    pub(super) fn is_about_token(&self) -> bool {
        matches!(self.segments.as_slice(), [_, _, kind, ..] if kind == "self")
    }

    pub(super) fn segments(&self) -> &[String] {
        &self.segments
    }

    pub(super) fn is_for_usage(&self) -> bool {
        self.is_get_of(&["api", "v1", "self", "usage"])
    }

    /// Whether it reads constants, which are the same for everyone and seldom change.
    pub(super) fn is_for_constants(&self) -> bool {
        self.is_get()
            && matches!(self.segments.as_slice(), [api, v1, constants, _, ..]
                if api == "api" && v1 == "v1" && constants == "const")
    }

    fn is_get_of(&self, path: &[&str]) -> bool {
        self.is_get() && self.segments == path
    }

    /// Builds the request of an endpoint: path values fill their placeholders, the others go into the query.
    pub(crate) fn to_endpoint(endpoint: &Endpoint, values: Vec<(&'static str, QueryValue)>) -> Result<Self> {
        let mut request = Self::new(endpoint.method.clone(), "");
        for segment in endpoint.segments() {
            match segment {
                Segment::Text(text) => request.segments.push(text.to_owned()),
                Segment::Hole { name, optional } => {
                    let value = values.iter().find(|(given, _)| *given == name).map(|(_, value)| value);
                    match value {
                        Some(QueryValue::Text(text)) if is_no_segment(text) => {
                            return Err(no_segment(&format!("`{name}` is \"{text}\", which")));
                        }
                        Some(QueryValue::Text(text)) => request.segments.push(text.clone()),
                        _ if optional => {}
                        _ => return Err(unfilled(name)),
                    }
                }
            }
        }
        for (name, value) in values.into_iter().filter(|(name, _)| !endpoint.has_hole(name)) {
            request.add(name, value);
        }
        Ok(request)
    }
}

/// Whether a text cannot be a segment of a path: URL libraries normalize these, encoded or not.
fn is_no_segment(text: &str) -> bool {
    matches!(text, "" | "." | "..")
}

/// Error for a value that is no segment of a path.
fn no_segment(what: &str) -> Error {
    Error::new(ErrorKind::Arguments, format!("{what} cannot stand in a path: an id or a name is wanted."))
}

fn unfilled(name: &str) -> Error {
    Error::new(ErrorKind::Arguments, format!("`{name}` is missing, and the path needs it."))
}
