//! Routes: paths with the form of their responses ([`Route`]).

use serde_json::Value;

use super::{Answer, ApiError, Call, Collection, search::Envelope};

/// The values of a path's holes, in order.
pub(crate) type Holes = Vec<(&'static str, String)>;

/// What stands in place of some of a path's holes, by their names.
pub(crate) type HoleValues = Vec<(String, String)>;

/// One path, and how it is answered.
#[derive(Debug)]
pub(crate) struct Route {
    /// The path with its holes: `/api/v1/sites/{site_id}/devices/{device_id}`. A hole that names a field
    /// of the rows narrows them to that value.
    pub(crate) path: &'static str,
    pub(crate) form: ResponseShape,
    /// Parameters as they are taken when the caller leaves them out.
    pub(crate) defaults: &'static [(&'static str, &'static str)],
    /// Parameters that a call is refused without.
    pub(crate) required: &'static [&'static str],
    /// What refuses a call beforehand. What it lets pass in the last hole may have no rows.
    pub(crate) check: Option<Check>,
    /// What rows have only where a call asks for it in `fields`.
    pub(crate) parts: &'static [Part],
}

/// A field of the gateways among the rows: the rows of a collection that have the gateway's MAC address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) field: &'static str,
    pub(crate) rows: &'static Collection,
}

/// Refuses a call, or does not.
pub(crate) type Check = fn(&Call<'_>) -> Result<(), ApiError>;

/// The shapes of Mist's answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ResponseShape {
    /// All rows, as a bare array.
    List(&'static Collection),
    /// A page of rows, as a bare array.
    Pages(&'static Collection),
    /// Rows in an envelope.
    Search(&'static Collection, Envelope),
    /// How many there are of each value of one of these fields.
    Count(&'static Collection, &'static str),
    /// The row whose field, named here, is what the last hole says.
    One(&'static Collection, &'static str),
    /// The object that a function makes.
    Whole(fn(&Call<'_>) -> Value),
    /// The result of a function of the call.
    Made(fn(&Call<'_>) -> Result<Answer, ApiError>),
}

impl Route {
    const fn new(path: &'static str, form: ResponseShape) -> Route {
        Route { path, form, defaults: &[], required: &[], check: None, parts: &[] }
    }

    pub(crate) const fn list(path: &'static str, rows: &'static Collection) -> Route {
        Route::new(path, ResponseShape::List(rows))
    }

    pub(crate) const fn pages(path: &'static str, rows: &'static Collection) -> Route {
        Route::new(path, ResponseShape::Pages(rows))
    }

    pub(crate) const fn search(path: &'static str, rows: &'static Collection) -> Route {
        Route::new(path, ResponseShape::Search(rows, Envelope::Next))
    }

    pub(crate) const fn paged_search(path: &'static str, rows: &'static Collection) -> Route {
        Route::new(path, ResponseShape::Search(rows, Envelope::Page))
    }

    pub(crate) const fn paged_search_with_total(path: &'static str, rows: &'static Collection) -> Route {
        Route::new(path, ResponseShape::Search(rows, Envelope::PageWithTotal))
    }

    pub(crate) const fn paged_search_without_total(path: &'static str, rows: &'static Collection) -> Route {
        Route::new(path, ResponseShape::Search(rows, Envelope::PageUnsaid))
    }

    /// A search whose envelope has these fields beside its rows.
    pub(crate) const fn search_with(
        path: &'static str,
        rows: &'static Collection,
        envelope: &'static [&'static str],
    ) -> Route {
        Route::new(path, ResponseShape::Search(rows, Envelope::Fields(envelope)))
    }

    pub(crate) const fn count(
        path: &'static str,
        rows: &'static Collection,
        distinct: &'static str,
    ) -> Route {
        Route::new(path, ResponseShape::Count(rows, distinct))
    }

    /// One row, found by its `id`.
    pub(crate) const fn one(path: &'static str, rows: &'static Collection) -> Route {
        Route::new(path, ResponseShape::One(rows, "id"))
    }

    pub(crate) const fn one_by(path: &'static str, rows: &'static Collection, field: &'static str) -> Route {
        Route::new(path, ResponseShape::One(rows, field))
    }

    pub(crate) const fn whole(path: &'static str, make: fn(&Call<'_>) -> Value) -> Route {
        Route::new(path, ResponseShape::Whole(make))
    }

    pub(crate) const fn made(path: &'static str, make: fn(&Call<'_>) -> Result<Answer, ApiError>) -> Route {
        Route::new(path, ResponseShape::Made(make))
    }

    /// The same route, taking parameters to be these where the caller leaves them out.
    pub(crate) const fn with_defaults(mut self, defaults: &'static [(&'static str, &'static str)]) -> Route {
        self.defaults = defaults;
        self
    }

    /// The same route, refusing calls without these parameters.
    pub(crate) const fn requiring(mut self, required: &'static [&'static str]) -> Route {
        self.required = required;
        self
    }

    /// The same route, with a check of its calls.
    pub(crate) const fn checking(mut self, check: Check) -> Route {
        self.check = Some(check);
        self
    }

    /// The same route, with what its rows have only where a call asks for it.
    pub(crate) const fn with_parts(mut self, parts: &'static [Part]) -> Route {
        self.parts = parts;
        self
    }

    fn holes(&self, path: &str) -> Option<Holes> {
        let (mut pattern, mut path) = (self.path.split('/'), path.split('/'));
        let mut holes = Holes::new();
        loop {
            match (pattern.next(), path.next()) {
                (None, None) => return Some(holes),
                (Some(wanted), Some(came)) => {
                    match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                        Some(name) => holes.push((name, came.to_owned())),
                        None if wanted == came => {}
                        None => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}

/// The route of a path and its holes; where several fit, the one that spells out more.
pub(crate) fn find(
    routes: impl Iterator<Item = &'static Route>,
    path: &str,
) -> Option<(&'static Route, Holes)> {
    let fitting = routes.filter_map(|route| route.holes(path).map(|holes| (route, holes)));
    fitting.min_by_key(|(_, holes)| holes.len())
}

/// The route that a path with holes or with values in their place means, and those values by the names of the holes.
pub(crate) fn matching(
    routes: impl Iterator<Item = &'static Route>,
    path: &str,
) -> Option<(&'static Route, HoleValues)> {
    let hole = |part: &str| part.strip_prefix('{').and_then(|name| name.strip_suffix('}')).map(str::to_owned);
    let values = |route: &'static Route| {
        let (mut pattern, mut path) = (route.path.split('/'), path.split('/'));
        let mut values = Vec::new();
        loop {
            match (pattern.next(), path.next()) {
                (None, None) => return Some((route, values)),
                (Some(wanted), Some(came)) if wanted == came => {}
                (Some(wanted), Some(came)) => {
                    let name = hole(wanted)?;
                    if hole(came).is_none() {
                        values.push((name, came.to_owned()));
                    }
                }
                _ => return None,
            }
        }
    };
    routes.filter_map(values).min_by_key(|(_, values)| values.len())
}
