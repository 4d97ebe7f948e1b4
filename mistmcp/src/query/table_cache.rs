//! Tables of the last minutes ([`get`], [`keep`]), so that a second query over them costs no requests.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde_json::{Map, Value};

use super::arguments::TableSource;
use super::table::Table;
use crate::call::TableScope;

const TTL: Duration = Duration::from_mins(5);
/// Bytes of all tables that are kept.
const MOST_BYTES: u64 = 192 << 20;

static TABLES: LazyLock<Cache<TableKey, Arc<Table>>> = LazyLock::new(|| {
    Cache::builder()
        .max_capacity(MOST_BYTES)
        .weigher(|_: &TableKey, table: &Arc<Table>| u32::try_from(table.bytes).unwrap_or(u32::MAX))
        .eviction_policy(EvictionPolicy::lru())
        .time_to_live(TTL)
        .build()
});

/// Whose rows of which tool with which arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TableKey {
    scope: TableScope,
    tool: String,
    arguments: String,
}

impl TableKey {
    pub(super) fn new(scope: &TableScope, source: &TableSource) -> Self {
        let mut arguments: Vec<_> = source.arguments.iter().collect();
        arguments.sort_by_key(|(name, _)| *name);
        let arguments: Map<String, Value> =
            arguments.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Self {
            scope: scope.clone(),
            tool: source.tool.trim().to_owned(),
            arguments: Value::Object(arguments).to_string(),
        }
    }
}

/// A table that is known.
pub(super) fn get(key: &TableKey) -> Option<Arc<Table>> {
    TABLES.get(key)
}

/// Drops a table, because its rows were asked for again.
pub(super) fn remove(key: &TableKey) {
    TABLES.invalidate(key);
}

/// Keeps a table for some minutes.
pub(super) fn keep(key: TableKey, table: &Arc<Table>) {
    TABLES.insert(key, Arc::clone(table));
    // Without this, the memory of an idle server would come back with its next query only.
    tokio::spawn(async {
        tokio::time::sleep(TTL + Duration::from_secs(1)).await;
        TABLES.run_pending_tasks();
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(session: Option<u64>, arguments: &Value) -> TableKey {
        let source =
            TableSource { tool: "listSites".to_owned(), arguments: arguments.as_object().unwrap().clone() };
        TableKey::new(&TableScope { session, owner: [7; 32] }, &source)
    }

    #[test]
    fn a_key_does_not_depend_on_the_order_of_arguments_but_on_the_session() {
        let (one, other) = (json!({ "a": 1, "b": 2 }), json!({ "b": 2, "a": 1 }));
        assert_eq!(key(None, &one), key(None, &other));
        assert_ne!(key(None, &one), key(Some(1), &one));
        assert_ne!(key(Some(2), &one), key(Some(1), &one));
        assert_ne!(key(None, &one), key(None, &json!({ "a": 1 })));
    }
}
