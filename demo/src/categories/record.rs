//! Common fields of configured objects.

use serde_json::{Map, Value};

use crate::world::{ORG_ID, World, uuid};

/// When the organization began.
pub(super) fn created(world: &World) -> i64 {
    world.ago(820 * 86_400)
}

/// The id of a configured object.
pub(super) fn id(kind: &str, name: &str) -> String {
    uuid(&format!("{kind} {name}"))
}

/// A configured object of the organization: its id, name and times, and then `more`.
pub(super) fn record(world: &World, kind: &str, name: &str, more: Value) -> Value {
    let mut record = Map::new();
    record.insert("id".to_owned(), id(kind, name).into());
    record.insert("name".to_owned(), name.into());
    record.insert("org_id".to_owned(), ORG_ID.into());
    record.insert("created_time".to_owned(), created(world).into());
    record.insert("modified_time".to_owned(), world.ago(40 * 86_400).into());
    with(Value::Object(record), more)
}

/// An object with the fields of another laid over it.
pub(super) fn with(object: Value, more: Value) -> Value {
    match (object, more) {
        (Value::Object(mut object), Value::Object(more)) => {
            object.extend(more);
            Value::Object(object)
        }
        (object, _) => object,
    }
}
