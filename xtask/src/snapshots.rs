//! One file a tool: what clients see of it, to be reviewed like code.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use mistmcp::{Catalog, serde_json};

pub(crate) fn files(catalog: &Catalog) -> Result<BTreeMap<PathBuf, String>> {
    catalog
        .entries()
        .iter()
        .map(|entry| {
            let path = format!("tools/snapshots/{}.json", entry.tool().name);
            let content = serde_json::to_string_pretty(entry.definition())?;
            Ok((path.into(), content + "\n"))
        })
        .collect()
}
