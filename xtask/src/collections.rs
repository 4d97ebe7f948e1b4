//! The collections of the demo cloud, and the paths that are answered from each, for `docs/demo.md`.

use std::collections::BTreeMap;
use std::fmt::Write;

use mistmcp_demo::DemoCloud;

/// How many paths of a collection are shown.
const SHOWN: usize = 3;

/// A row for each collection.
pub(crate) fn table() -> String {
    let mut paths = BTreeMap::<_, Vec<_>>::new();
    for name in DemoCloud::collections() {
        paths.entry(name).or_default();
    }
    for (path, collection) in DemoCloud::answered_from() {
        paths.entry(collection).or_default().push(path.trim_start_matches("/api/v1"));
    }
    let mut table = "| collection | answers |\n|---|---|\n".to_owned();
    for (name, paths) in paths {
        let mut shown = paths.iter().take(SHOWN).map(|path| format!("`{path}`")).collect::<Vec<_>>();
        if paths.len() > SHOWN {
            shown.push(format!("{} more", paths.len() - SHOWN));
        }
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{name}` | {} |", shown.join(", "));
    }
    table
}
