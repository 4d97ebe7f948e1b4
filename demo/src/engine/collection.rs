//! Collections of rows: [`Collection`].

use std::ops::{Deref, DerefMut, Index};

use serde_json::{Map, Value};

use crate::world::World;

/// One object of a collection. A field whose name starts with [`HIDDEN`] can be filtered, counted and
/// sorted by, but is not shown: Mist filters by more than it answers. By index, a field that is not there is null, as of a
/// [`Value`]: a row of an overlay may lack any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row(pub(crate) Map<String, Value>);

pub(crate) const HIDDEN: char = '~';

impl Deref for Row {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Row {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Index<&str> for Row {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }
}

impl From<Row> for Value {
    fn from(row: Row) -> Value {
        Value::Object(row.0)
    }
}

/// All rows of one kind, made from the world when they are first asked for.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) name: &'static str,
    pub(crate) rows: fn(&World) -> Vec<Value>,
    /// Whether rows happen at a `timestamp`, so that a time window applies and the newest comes first.
    pub(crate) timed: bool,
    /// Whether rows are things that were last seen at a time, so that a time window applies where one is asked for.
    pub(crate) seen: bool,
    /// Whether an empty organization has these rows as well.
    for_all: bool,
}

impl Collection {
    /// Things that are: a time window does not touch them.
    pub(crate) const fn of(name: &'static str, rows: fn(&World) -> Vec<Value>) -> Collection {
        Collection { name, rows, timed: false, seen: false, for_all: false }
    }

    /// Things that are, each last seen at a time.
    pub(crate) const fn seen(name: &'static str, rows: fn(&World) -> Vec<Value>) -> Collection {
        Collection { name, rows, timed: false, seen: true, for_all: false }
    }

    /// Things that happened, each at its `timestamp`.
    pub(crate) const fn timed(name: &'static str, rows: fn(&World) -> Vec<Value>) -> Collection {
        Collection { name, rows, timed: true, seen: false, for_all: false }
    }

    /// Things that are the same for every organization, an empty one too.
    pub(crate) const fn for_all(mut self) -> Collection {
        self.for_all = true;
        self
    }

    /// The rows as an overlay left them.
    pub(crate) fn build(&self, world: &World) -> Vec<Row> {
        let mut rows = self.made(world);
        world.overlay.lay(world, self, &mut rows);
        if self.timed {
            rows.sort_by(|one, other| timestamp(other).total_cmp(&timestamp(one)));
        }
        rows
    }

    /// Makes the rows.
    pub(crate) fn made(&self, world: &World) -> Vec<Row> {
        if !self.for_all && world.overlay.leaves_out(self) {
            return Vec::new();
        }
        let objects = (self.rows)(world).into_iter().filter_map(|row| match row {
            Value::Object(row) => Some(Row(row)),
            _ => None,
        });
        objects.collect()
    }
}

/// A field by its name, shown or hidden.
pub(crate) fn field<'r>(row: &'r Row, name: &str) -> Option<&'r Value> {
    row.get(name).or_else(|| row.get(&format!("{HIDDEN}{name}")))
}

/// When a row happened.
pub(crate) fn timestamp(row: &Row) -> f64 {
    field(row, "timestamp").and_then(Value::as_f64).unwrap_or_default()
}

/// When the thing of a row was last seen.
pub(crate) fn last_seen(row: &Row) -> Option<f64> {
    ["last_seen", "timestamp", "modified_time"].iter().find_map(|name| field(row, name)?.as_f64())
}

/// A row as the caller sees it.
pub(crate) fn shown(row: &Row) -> Value {
    let fields = row.iter().filter(|(name, _)| !name.starts_with(HIDDEN));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_a_row_lacks_is_null_by_index() {
        let row = Row(Map::from_iter([("id".to_owned(), 5.into())]));
        assert_eq!((&row["id"], &row["site_id"]), (&5.into(), &Value::Null));
    }
}
