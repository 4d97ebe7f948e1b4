//! Coverage check: each GET of Mist's OpenAPI document is a tool, or has a line with a reason in `left_out.tsv`.

use std::collections::{BTreeMap, BTreeSet};

use mistmcp::{Catalog, Entry, Method, Run};

use crate::document::Document;

/// The list: operationId, path and reason of a GET, with tabs between them.
pub(crate) const UNCOVERED: &str = include_str!("../left_out.tsv");

/// The tools whose endpoints Mist's document does not have, and these endpoints.
pub(crate) const UNDOCUMENTED: [(&str, &str); 2] = [
    ("listMarvisActionKinds", "/api/v1/labs/suggestions_schema"),
    ("listOrgMarvisActions", "/api/v1/labs/orgs/{org_id}/suggestion"),
];

/// The coverage problems, a line each: endpoints that are missing, listed twice, or listed and a tool.
pub(crate) fn problems(
    catalog: &Catalog,
    document: &Document,
    uncovered: &str,
    undocumented: &[(&str, &str)],
) -> Vec<String> {
    let tools: BTreeMap<String, &str> = catalog
        .entries()
        .iter()
        .flat_map(|entry| paths(entry).into_iter().map(|path| (path, entry.tool().name)))
        .collect();
    let gets: BTreeMap<&str, &str> = document.gets().collect();
    let mut found = Vec::new();
    let mut listed = BTreeSet::new();
    for line in uncovered.lines().filter(|line| !line.is_empty()) {
        let [operation, path, reason] = line.split('\t').collect::<Vec<_>>()[..] else {
            found.push(format!(
                "left_out.tsv: no operationId, path and reason with tabs between them: {line}"
            ));
            continue;
        };
        if reason.trim().is_empty() {
            found.push(format!("left_out.tsv: {operation} has no reason"));
        }
        if !listed.insert(path) {
            found.push(format!("left_out.tsv: {path} is there twice"));
        }
        match gets.get(path) {
            None => found.push(format!("left_out.tsv: Mist has no GET {path} ({operation})")),
            Some(documented) if *documented != operation => found.push(format!(
                "left_out.tsv: GET {path} is {documented} in Mist's document, and not {operation}"
            )),
            Some(_) => {}
        }
        if let Some(tool) = tools.get(path) {
            found.push(format!("left_out.tsv: {operation} is a tool, `{tool}`: take it from the list"));
        }
    }
    for (path, operation) in &gets {
        if !tools.contains_key(*path) && !listed.contains(path) {
            found.push(format!(
                "GET {path} ({operation}) is no tool: add one, or a line with the reason to xtask/left_out.tsv"
            ));
        }
    }
    for (tool, path) in undocumented {
        if catalog.find(tool).is_none() {
            found.push(format!("there is no tool `{tool}`, which the list of undocumented endpoints names"));
        }
        if gets.contains_key(path) {
            found
                .push(format!("Mist's document has GET {path} now: make `{tool}` an endpoint as all others"));
        }
    }
    found
}

/// The number of GETs that are listed as no tools.
pub(crate) fn count() -> usize {
    UNCOVERED.lines().filter(|line| !line.is_empty()).count()
}

/// The paths of the GETs behind a tool: of its list, and of the item where it has both.
fn paths(entry: &Entry) -> Vec<String> {
    match &entry.tool().run {
        Run::Endpoint(endpoint) if endpoint.method == Method::GET => match endpoint.path.rsplit_once('/') {
            Some((list, hole)) if hole.ends_with("?}") => {
                vec![list.to_owned(), endpoint.path.replace("?}", "}")]
            }
            _ => vec![endpoint.path.to_owned()],
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    fn document(paths: &[(&str, &str)]) -> Document {
        let paths = paths.iter().map(|(path, operation)| {
            (
                (*path).to_owned(),
                json!({ "get": { "operationId": operation }, "post": { "operationId": "x" } }),
            )
        });
        Document::of(json!({ "paths": paths.collect::<mistmcp::serde_json::Map<_, _>>() }))
    }

    fn problems_of(paths: &[(&str, &str)], uncovered: &str, undocumented: &[(&str, &str)]) -> Vec<String> {
        problems(&Catalog::gather().unwrap(), &document(paths), uncovered, undocumented)
    }

    #[test]
    fn a_get_that_is_a_tool_or_listed_is_accounted_for() {
        let paths = [
            ("/api/v1/self", "getSelf"),
            ("/api/v1/orgs/{org_id}/networks", "listOrgNetworks"),
            ("/api/v1/orgs/{org_id}/networks/{network_id}", "getOrgNetwork"),
            ("/api/v1/self/send", "sendSelf"),
        ];
        assert_eq!(problems_of(&paths, "sendSelf\t/api/v1/self/send\tsends a mail\n", &[]), [""; 0]);
    }

    #[test]
    fn each_unaccounted_endpoint_is_a_problem() {
        let known = [("/api/v1/self", "getSelf"), ("/api/v1/self/send", "sendSelf")];
        for (paths, uncovered, undocumented, wanted) in [
            (&known[..], "", &[][..], "GET /api/v1/self/send (sendSelf) is no tool"),
            (&known[..1], "sendSelf\t/api/v1/self/send\tsends\n", &[], "Mist has no GET /api/v1/self/send"),
            (&known[..1], "getSelf\t/api/v1/self\tno\n", &[], "getSelf is a tool, `getSelf`"),
            (&known, "sendMe\t/api/v1/self/send\tsends\n", &[], "is sendSelf in Mist's document"),
            (&known, "sendSelf\t/api/v1/self/send\t \n", &[], "sendSelf has no reason"),
            (
                &known,
                "sendSelf\t/api/v1/self/send\ta\nsendSelf\t/api/v1/self/send\tb\n",
                &[],
                "is there twice",
            ),
            (&known[..1], "sendSelf /api/v1/self/send\n", &[], "with tabs between"),
            (&known[..1], "", &[("noSuchTool", "/api/v1/labs/x")], "there is no tool `noSuchTool`"),
            (&known[..1], "", &[("getSelf", "/api/v1/self")], "Mist's document has GET /api/v1/self now"),
        ] {
            let found = problems_of(paths, uncovered, undocumented);
            assert!(found.len() == 1 && found[0].contains(wanted), "{wanted}: {found:?}");
        }
    }
}
