//! Coverage check: each GET of Mist's OpenAPI document is a tool, or has a line with a reason in `left_out.tsv`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use mistmcp::{Catalog, Entry, Method, Run};
use mistmcp_demo::ORG_ID;

use crate::answers::paths_asked_by;
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
    let asked = catalog.entries().iter();
    let asked = asked.flat_map(|entry| paths(entry).into_iter().map(|path| (path, entry.tool().name)));
    let (tools, mut found) = by_path(asked);
    let gets: BTreeMap<&str, &str> = document.gets().collect();
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
        if let Some(other) = tools.get(*path).filter(|other| *other != tool) {
            found.push(format!("`{other}` asks {path} too: only `{tool}` should"));
        }
        if gets.contains_key(path) {
            found
                .push(format!("Mist's document has GET {path} now: make `{tool}` an endpoint as all others"));
        }
    }
    found
}

/// The tool of each path, and a problem for each path that two tools ask.
fn by_path<'a>(asked: impl Iterator<Item = (String, &'a str)>) -> (BTreeMap<String, &'a str>, Vec<String>) {
    let (mut tools, mut problems) = (BTreeMap::new(), Vec::new());
    for (path, tool) in asked {
        if let Some(other) = tools.insert(path.clone(), tool) {
            problems.push(format!("`{other}` and `{tool}` both ask GET {path}: keep one of them"));
        }
    }
    (tools, problems)
}

/// The tools of undocumented endpoints that do not ask them. They have bodies, so that they are called over the demo cloud.
pub(crate) fn unasked(catalog: &Catalog, undocumented: &[(&str, &str)]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (tool, path) in undocumented.iter().filter(|(tool, _)| catalog.find(tool).is_some()) {
        let asked = paths_asked_by(tool)?;
        if !asked.contains(&path.replace("{org_id}", ORG_ID)) {
            found.push(format!("`{tool}` does not ask {path}, but {}", asked.join(", ")));
        }
    }
    Ok(found)
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
    fn two_tools_do_not_ask_one_path() {
        let paths = ["/a", "/b", "/a"].map(str::to_owned).into_iter();
        let (tools, problems) = by_path(paths.zip(["listA", "listB", "getA"]));
        assert_eq!(tools.len(), 2);
        assert_eq!(problems, ["`listA` and `getA` both ask GET /a: keep one of them"]);
    }

    #[test]
    fn a_tool_of_an_undocumented_endpoint_asks_it_and_no_other_tool_does() {
        let catalog = Catalog::gather().unwrap();
        assert_eq!(unasked(&catalog, &UNDOCUMENTED).unwrap(), [""; 0]);
        let found = unasked(&catalog, &[("listMarvisActionKinds", "/api/v1/labs/other")]).unwrap();
        assert!(found.len() == 1 && found[0].contains("/api/v1/labs/suggestions_schema"), "{found:?}");
        let found = problems_of(&[], "", &[("listMarvisActionKinds", "/api/v1/const/countries")]);
        assert!(
            found.iter().any(|problem| problem.contains("asks /api/v1/const/countries too")),
            "{found:?}"
        );
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
