//! Changes laid over the demo network as data: [`Overlay`]. Incidents are overlays with a question and an answer.

mod error;
mod fill;
mod mirrors;
mod names;
mod parse;
mod patch;
mod rows;
mod select;
mod strict;

use std::sync::Arc;

use serde_json::Value;

pub use error::OverlayError;
pub(crate) use parse::{Action, Addition, Change, OverlayChange, read};

use crate::{
    categories,
    engine::{self, Answer, Collection, HoleValues, Holes, Route, Row},
    incident::Incident,
    world::{self, World},
};

/// How many rows an overlay may add to the demo network.
const MOST_ADDED: usize = 10_000;

/// Changes of the demo network, checked against it: see `docs/demo.md` for their form.
#[derive(Clone, Debug, Default)]
pub struct Overlay(Arc<Content>);

#[derive(Debug, Default)]
struct Content {
    changes: Vec<OverlayChange>,
    population: Population,
}

/// How much of the demo network there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Population {
    #[default]
    All,
    /// The sites, and nothing at them.
    Sites,
    /// The organization alone.
    Nothing,
}

impl Overlay {
    /// The changes of some incidents, in their order.
    ///
    /// # Errors
    /// Something that a change names is not there: a collection, a thing, a field, a path, or a row.
    pub fn of(incidents: &[Incident]) -> Result<Overlay, OverlayError> {
        let mut changes = Vec::new();
        let untouched = World::new(world::now(), &Overlay::default());
        for change in incidents.iter().flat_map(|incident| &incident.changes) {
            changes.extend(
                parse::mist_edge_is_down(change, &names::Names(&untouched))
                    .unwrap_or_else(|| vec![change.clone()]),
            );
        }
        let added = changes.iter().map(OverlayChange::added).sum::<usize>();
        if added > MOST_ADDED {
            return Err(OverlayError::new(format!(
                "the overlay adds {added} rows; at most {MOST_ADDED} are possible"
            )));
        }
        let overlay = Overlay(Arc::new(Content { changes, population: Population::All }));
        overlay.check()?;
        Ok(overlay)
    }

    /// An organization without a site.
    pub fn empty_organization() -> Overlay {
        Overlay(Arc::new(Content { changes: Vec::new(), population: Population::Nothing }))
    }

    /// The sites of the demo network without a device, a client, or anything that happened.
    pub fn sites_without_devices() -> Overlay {
        Overlay(Arc::new(Content { changes: Vec::new(), population: Population::Sites }))
    }

    /// Whether a collection has no rows because the things are not there that it is of.
    pub(crate) fn leaves_out(&self, collection: &Collection) -> bool {
        match self.0.population {
            Population::All => false,
            Population::Sites => !categories::OF_SITES.contains(&collection.name),
            Population::Nothing => true,
        }
    }

    pub(crate) fn population(&self) -> Population {
        self.0.population
    }

    /// The devices that are down, by name, MAC address or id, each with the seconds since.
    pub(crate) fn offline(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.changes.iter().filter_map(|laid| match &laid.change {
            Change::Offline { device, seconds } => Some((device.as_str(), *seconds)),
            _ => None,
        })
    }

    /// Lays the changes of a collection over its rows.
    pub(crate) fn lay(&self, world: &World, collection: &Collection, rows: &mut Vec<Row>) {
        for error in self.try_lay(world, collection, rows) {
            // The changes were checked, so that only a row that depends on the time of day can be missing.
            tracing::warn!(%error, "a change does not fit the demo network");
        }
        for mirror in mirrors::of(collection).filter(|mirror| self.changes(mirror.name)) {
            let before = mirror.made(world);
            let mut after = before.clone();
            // Its errors are told where its own rows are asked for.
            drop(self.try_lay(world, mirror, &mut after));
            mirrors::agree(collection, mirror, rows, &before, &after);
        }
    }

    /// Whether rows of a collection are changed.
    fn changes(&self, name: &str) -> bool {
        let mut changes = self.0.changes.iter().map(|laid| &laid.change);
        changes.any(|change| matches!(change, Change::Rows { collection, .. } if *collection == name))
    }

    fn try_lay(&self, world: &World, collection: &Collection, rows: &mut Vec<Row>) -> Vec<OverlayError> {
        let mut errors = Vec::new();
        for laid in &self.0.changes {
            let Change::Rows { collection: name, selection, action } = &laid.change else { continue };
            if *name != collection.name {
                continue;
            }
            if let Err(problem) = rows::change(world, collection, rows, selection, action, &laid.place) {
                errors.push(laid.error(problem));
            }
        }
        errors
    }

    /// Lays the changes of a path over the answer of its endpoint.
    pub(crate) fn lay_over_answer(&self, world: &World, route: &Route, holes: &Holes, answer: &mut Answer) {
        let patches = self.0.changes.iter().filter_map(|laid| match &laid.change {
            Change::Answer { path, holes: wanted, patch } if *path == route.path => Some((wanted, patch)),
            _ => None,
        });
        let names = names::Names(world);
        for (wanted, patch) in patches {
            let matches = wanted.iter().all(|(hole, wanted)| {
                let written = holes.iter().find(|(name, _)| name == hole);
                written.is_some_and(|(_, written)| names.means(wanted, written))
            });
            if !matches {
                continue;
            }
            if let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) {
                patch::lay(&mut value, patch, &names);
                answer.body = value.to_string().into_bytes();
            }
        }
    }

    /// Holds every change against the network that it is laid over.
    fn check(&self) -> Result<(), OverlayError> {
        let world = World::new(world::now(), self);
        let names = names::Names(&world);
        for laid in &self.0.changes {
            match &laid.change {
                Change::Offline { device, .. } => drop(names.device(device).map_err(|it| laid.error(it))?),
                Change::Answer { holes, .. } => {
                    for (hole, wanted) in holes {
                        names.known(hole, wanted).map_err(|it| laid.error(it))?;
                    }
                }
                Change::Rows { .. } => {}
            }
        }
        for collection in categories::collections().into_iter().filter(|it| self.changes(it.name)) {
            let mut rows = collection.made(&world);
            if let Some(error) = self.try_lay(&world, collection, &mut rows).into_iter().next() {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// The collection of a name.
fn collection(name: &str) -> Result<&'static Collection, String> {
    categories::collection(name).ok_or_else(|| {
        let names = categories::collections().into_iter().map(|collection| collection.name);
        format!("there is no collection \"{name}\"{}", names::remedy(name, names))
    })
}

/// The error for a built-in incident that is not there.
pub(crate) fn unknown_incident<'n>(
    name: &str,
    names: impl IntoIterator<Item = &'n str> + Clone,
) -> OverlayError {
    OverlayError::new(format!("there is no built-in incident \"{name}\"{}", names::remedy(name, names)))
}

/// The route that a path means, and the values that it has in place of holes: those of `/api/v1/sites/Sydney Store/setting`.
fn route(path: &str) -> Result<(&'static Route, HoleValues), String> {
    if let Some(found) = engine::matching(categories::routes(), path) {
        return Ok(found);
    }
    let paths = categories::routes().map(|route| route.path);
    Err(format!("the demo cloud does not answer the path \"{path}\"{}", names::did_you_mean(path, paths)))
}
