//! Where the tools differ from Mist's document.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use mistmcp::serde_json::Value;
use mistmcp::{Catalog, Entry, Run};

use crate::document::{Document, Parameter};
use crate::uncovered_endpoints;

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn print(catalog: &Catalog, path: &Path) -> Result<ExitCode> {
    let document = Document::read(path)?;
    let differences: Vec<_> =
        catalog.entries().iter().flat_map(|entry| differences(entry, &document)).collect();
    let mut problems = uncovered_endpoints::problems(
        catalog,
        &document,
        uncovered_endpoints::UNCOVERED,
        &uncovered_endpoints::UNDOCUMENTED,
    );
    problems.extend(uncovered_endpoints::unasked(catalog, &uncovered_endpoints::UNDOCUMENTED)?);
    for line in differences.iter().chain(&problems) {
        println!("{line}");
    }
    println!(
        "{} tools, {} GETs left out, Mist's document {}: {} differences, {} unaccounted",
        catalog.entries().len(),
        uncovered_endpoints::count(),
        document.version(),
        differences.len(),
        problems.len()
    );
    Ok(if differences.is_empty() && problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What differs between a tool and the operation behind it, a line each.
pub(crate) fn differences(entry: &Entry, document: &Document) -> Vec<String> {
    let tool = entry.tool();
    let Run::Endpoint(endpoint) = &tool.run else { return Vec::new() };
    let method = endpoint.method.as_str().to_ascii_lowercase();
    let (list, one) = match endpoint.path.rsplit_once('/') {
        Some((list, hole)) if hole.ends_with("?}") => {
            (list.to_owned(), Some(endpoint.path.replace("?}", "}")))
        }
        _ => (endpoint.path.to_owned(), None),
    };
    let Some(wanted) = document.parameters(&list, &method) else {
        return vec![format!("{}: Mist has no {} {list}", tool.name, endpoint.method)];
    };
    let mut found: Vec<_> = misnamed(tool.name, document.operation(&list, &method)).into_iter().collect();
    let mut wanted = wanted;
    if let Some(one) = &one {
        match document.parameters(one, &method) {
            None => found.push(format!("{}: Mist has no {} {one}", tool.name, endpoint.method)),
            // A parameter that both take is that of the list. The id is optional here.
            Some(of_one) => {
                let own = of_one.into_iter().filter(|(_, parameter)| parameter.place != "path");
                let own: Vec<_> = own.filter(|(name, _)| !wanted.contains_key(name)).collect();
                wanted.extend(own);
            }
        }
    }
    if let Some(is_list) = document.answers_list(&list, &method)
        && is_list != entry.answers_list()
        && tool.name != ONE_AS_A_LIST
    {
        let (ours, mists) = if is_list { ("an object", "a list") } else { ("a list", "an object") };
        found.push(format!("{}: answers {ours}, and {mists} in Mist's document", tool.name));
    }
    let optional_id =
        one.as_deref().and_then(|path| path.rsplit_once("/{")).map(|(_, id)| id.trim_end_matches('}'));
    let schema = &entry.definition().input_schema;
    let empty = mistmcp::serde_json::Map::new();
    let ours = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    for (name, parameter) in &wanted {
        match ours.get(name) {
            None => found.push(format!("{}: lacks `{name}`", tool.name)),
            Some(property) => {
                let required = schema
                    .get("required")
                    .and_then(Value::as_array)
                    .is_some_and(|required| required.iter().any(|other| other == name));
                let hole = endpoint.path.contains(&format!("{{{name}}}"));
                let mut problems = compare(name, property, required, hole, parameter);
                if (tool.name, name.as_str()) == WITHOUT_DEFAULT {
                    problems.retain(|problem| !problem.contains("when left out"));
                }
                found
                    .extend(problems.into_iter().map(|problem| format!("{}: `{name}` {problem}", tool.name)));
            }
        }
    }
    // The server picks fields itself, and takes Mist's links to the next page apart.
    let own = |name: &str| ["fields", "cursor"].contains(&name) || Some(name) == optional_id;
    for name in ours.keys().filter(|name| !wanted.contains_key(*name) && !own(name)) {
        found.push(format!("{}: has `{name}`, which Mist does not", tool.name));
    }
    found
}

/// Whether a tool has another name than its operation: the operationId of the list, its first letter in lower case.
fn misnamed(tool: &str, operation: Option<&str>) -> Option<String> {
    let operation = operation?;
    let mut letters = operation.chars();
    let usual: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    let is_kept = OTHER_NAMES.contains(&(tool, operation));
    (tool != usual && !is_kept)
        .then(|| format!("{tool}: is {operation} in Mist's document, so that its name is `{usual}`"))
}

/// Tools that keep a name which clients know, and their operationIds.
const OTHER_NAMES: [(&str, &str); 10] = [
    ("GetOrgLicenseAsyncClaimStatus", "GetOrgLicenseAsyncClaimStatus"),
    ("GetSiteDeviceHaClusterNode", "GetSiteDeviceHaClusterNode"),
    ("ListSiteWxRulesDerived", "ListSiteWxRulesDerived"),
    ("countOrgClientFingerprints", "countSiteClientFingerprints"),
    ("searchOrgClientFingerprints", "searchSiteClientFingerprints"),
    ("listSiteApTemplateDerived", "listSiteApTemplatesDerived"),
    ("listSiteGatewayTemplateDerived", "listSiteGatewayTemplatesDerived"),
    ("listSiteNetworkTemplateDerived", "listSiteNetworkTemplatesDerived"),
    ("listSiteRfTemplateDerived", "listSiteRfTemplatesDerived"),
    ("listSiteWlanDerived", "listSiteWlansDerived"),
];

/// It answers one recording, though Mist's document says a list of them.
const ONE_AS_A_LIST: &str = "getSiteRfdiagRecording";
/// Without it Mist answers the devices of all sites too, though its document says that `true` is taken.
const WITHOUT_DEFAULT: (&str, &str) = ("getOrgInventory", "unassigned");

fn compare(name: &str, property: &Value, required: bool, hole: bool, parameter: &Parameter) -> Vec<String> {
    let mut problems = Vec::new();
    if (parameter.place == "path") != hole {
        problems.push(format!("goes into the {} in Mist's document", parameter.place));
    }
    // The server finds the organization or MSP where none is named.
    if required != parameter.required && name != "org_id" && name != "msp_id" {
        problems.push(format!(
            "is {} in Mist's document",
            if parameter.required { "required" } else { "optional" }
        ));
    }
    let kind = property["type"].as_str();
    // Several numbers with commas between them are a text, whatever the document says of their type.
    let is_list = parameter.several && kind == Some("string");
    if parameter.kind.is_some() && kind != parameter.kind.as_deref() && !is_list {
        problems.push(format!("is of type {:?}, and {:?} in Mist's document", kind, parameter.kind));
    }
    let mut values: Option<Vec<String>> = property["enum"]
        .as_array()
        .map(|values| values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let mut wanted = parameter.values.clone();
    let mut described = parameter.described.clone();
    for list in [&mut values, &mut wanted, &mut described].into_iter().flatten() {
        list.sort();
    }
    if values != wanted && (wanted.is_some() || values != described) {
        problems.push(format!("takes {values:?}, and {wanted:?} in Mist's document"));
    }
    let default = property.get("default");
    if default != parameter.default.as_ref()
        && parameter.default.as_ref().is_some_and(|default| *default != "")
    {
        problems
            .push(format!("is {default:?} when left out, and {:?} in Mist's document", parameter.default));
    }
    problems
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::{Map, json};

    use super::*;

    fn query(name: &str, kind: &str) -> Value {
        json!({ "name": name, "in": "query", "schema": { "type": kind } })
    }

    fn document(paths: &[(&str, &str, &[Value])]) -> Document {
        let paths = paths.iter().map(|(path, operation, parameters)| {
            let holes = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
            let holes = holes.map(|name| {
                json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
            });
            let parameters: Vec<_> = holes.chain(parameters.iter().cloned()).collect();
            ((*path).to_owned(), json!({ "get": { "operationId": operation, "parameters": parameters } }))
        });
        Document::of(json!({ "paths": paths.collect::<Map<_, _>>() }))
    }

    #[test]
    fn a_tool_has_the_name_of_its_operation_with_a_small_first_letter() {
        for (tool, operation, is_right) in [
            ("getSelf", "getSelf", true),
            ("getOrgTicketAttachment", "GetOrgTicketAttachment", true),
            ("GetOrgTicketAttachment", "GetOrgTicketAttachment", false),
            ("ListSiteWxRulesDerived", "ListSiteWxRulesDerived", true),
            ("listSiteWlanDerived", "listSiteWlansDerived", true),
            ("listSiteWlanDerived", "listSiteWlanDetails", false),
            ("getMe", "getSelf", false),
        ] {
            assert_eq!(misnamed(tool, Some(operation)).is_none(), is_right, "{tool} {operation}");
        }
    }

    #[test]
    fn parameters_of_the_item_of_a_pair_are_compared_too() {
        const LIST: &str = "/api/v1/orgs/{org_id}/mxedges/upgrade";
        const ONE: &str = "/api/v1/orgs/{org_id}/mxedges/upgrade/{upgrade_id}";
        let catalog = Catalog::gather().unwrap();
        let entry = catalog.find("listOrgMxEdgeUpgrades").unwrap();
        let of = |parameters: &[Value]| {
            let list = (LIST, "listOrgMxEdgeUpgrades", &[][..]);
            differences(entry, &document(&[list, (ONE, "getOrgMxEdgeUpgrade", parameters)]))
        };
        assert_eq!(of(&[]), [""; 0]);
        assert_eq!(of(&[query("detail", "boolean")]), ["listOrgMxEdgeUpgrades: lacks `detail`"]);
        let other = document(&[(LIST, "listOrgEdges", &[]), (ONE, "getOrgMxEdgeUpgrade", &[])]);
        let found = differences(entry, &other);
        assert!(found.len() == 1 && found[0].contains("`listOrgEdges`"), "{found:?}");
    }
}
