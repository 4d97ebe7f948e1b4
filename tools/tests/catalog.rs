//! What holds for every tool.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

use std::collections::{BTreeSet, HashSet};
use std::fs;

use mistmcp::serde_json::{Map, Value};
use mistmcp::{Catalog, Entry, Run};
// Without a mention the linker drops the crate, and its tools with it.
use mistmcp_tools as _;

/// What clients put before a name: `mcp__mistmcp__` is the longest that is common.
const PREFIX: &str = "mcp__mistmcp__";

fn catalog() -> Catalog {
    Catalog::gather().unwrap()
}

fn properties(entry: &Entry) -> &Map<String, Value> {
    entry.definition().input_schema["properties"].as_object().unwrap()
}

#[test]
fn every_tool_and_category_is_linked_in() {
    let catalog = catalog();
    let names: BTreeSet<_> = catalog.entries().iter().map(|entry| entry.tool().name.to_owned()).collect();
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots")).unwrap();
    let written: BTreeSet<_> =
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names, written, "run `cargo xtask generate`");
    for category in catalog.categories() {
        let has_tools = catalog.entries().iter().any(|entry| entry.tool().category == category.name);
        assert!(has_tools, "{} is empty", category.name);
    }
}

#[test]
fn names_are_unique_in_any_letter_case_and_fit_with_a_clients_prefix() {
    let mut seen = HashSet::new();
    for entry in catalog().entries() {
        let name = entry.tool().name;
        assert!(seen.insert(name.to_ascii_lowercase()), "{name} is there twice");
        assert!(PREFIX.len() + name.len() <= 64, "{name} is too long");
    }
}

#[test]
fn every_tool_and_every_parameter_is_described() {
    let catalog = catalog();
    for category in catalog.categories() {
        assert!(category.description.len() > 10, "{}", category.name);
    }
    for entry in catalog.entries() {
        let name = entry.tool().name;
        let description = entry.definition().description.as_deref().unwrap_or_default();
        assert!(description.len() > 10 && description.ends_with('.'), "{name}: {description}");
        assert!(!description.contains("???"), "{name}: {description}");
        for (parameter, property) in properties(entry) {
            let words = property["description"].as_str().unwrap_or_default();
            assert!(words.len() > 1 && !words.contains("???"), "{name}: {parameter}: {words}");
        }
    }
}

#[test]
fn a_person_reads_sentences_and_a_model_complete_phrases() {
    // What means nothing without the code beside it.
    let bare = [
        "columns",
        "until",
        "by",
        "or name",
        "one",
        "next",
        "if several",
        "rows",
        "buckets",
        "kind",
        "several",
    ];
    for entry in catalog().entries() {
        let name = entry.tool().name;
        for (parameter, property) in properties(entry) {
            let brief = property["description"].as_str().unwrap();
            let whole = entry.description_of(parameter);
            assert!(
                whole.ends_with(['.', '…']) && whole.len() + 1 >= brief.len(),
                "{name}: {parameter}: {whole}"
            );
            for words in [brief, whole] {
                let words = words.trim_end_matches('.').trim_matches('`').to_lowercase();
                assert!(!bare.contains(&words.as_str()), "{name}: {parameter}: {words}");
                let is_example = words.starts_with(['-', '*']) || words.parse::<f64>().is_ok();
                assert!(!is_example, "{name}: {parameter}: {words} is an example alone");
            }
            assert!(!whole.starts_with('`'), "{name}: {parameter}: {whole}");
        }
    }
}

#[test]
fn every_tool_with_pages_picks_fields_and_no_count_does() {
    for entry in catalog().entries() {
        let (name, properties) = (entry.tool().name, properties(entry));
        let pages = ["page", "search_after"].iter().any(|page| properties.contains_key(*page));
        let count = name.starts_with("count");
        // That of an SLE's impact is Mist's own, and an enum; that of one device is Mist's own as well.
        let of_mist = !pages && entry.in_query().contains(&"fields");
        let picks = properties.get("fields").is_some_and(|fields| fields.get("enum").is_none()) && !of_mist;
        // A list without pages may be long as well.
        assert!(if count { !picks } else { picks || !pages }, "{name}");
    }
}

#[test]
fn two_tools_are_never_described_alike() {
    let mut seen = HashSet::new();
    for entry in catalog().entries() {
        let description = entry.tool().description;
        assert!(
            seen.insert(description),
            "{} is described as another tool is: {description}",
            entry.tool().name
        );
    }
}

#[test]
fn schemas_are_plain() {
    fn check(name: &str, schema: &Value) {
        match schema {
            Value::Object(object) => {
                for (key, value) in object {
                    let known = [
                        "type",
                        "description",
                        "enum",
                        "default",
                        "items",
                        "pattern",
                        "properties",
                        "required",
                    ];
                    assert!(known.contains(&key.as_str()), "{name}: {key}");
                    match key.as_str() {
                        "properties" => {
                            for value in value.as_object().unwrap().values() {
                                check(name, value);
                            }
                        }
                        "type" => assert!(value.is_string(), "{name}: a union of types"),
                        "items" => check(name, value),
                        _ => {}
                    }
                }
            }
            other => panic!("{name}: {other} is no schema"),
        }
    }
    for entry in catalog().entries() {
        check(entry.tool().name, &Value::Object((*entry.definition().input_schema).clone()));
    }
}

#[test]
fn a_default_is_one_of_the_values() {
    for entry in catalog().entries() {
        for (parameter, property) in properties(entry) {
            if let (Some(values), Some(default)) = (property["enum"].as_array(), property.get("default")) {
                assert!(values.contains(default), "{}: {parameter}: {default}", entry.tool().name);
            }
        }
    }
}

#[test]
fn every_tool_only_reads() {
    for entry in catalog().entries() {
        let Run::Endpoint(endpoint) = &entry.tool().run else { continue };
        assert_eq!(endpoint.method, mistmcp::Method::GET, "{}", entry.tool().name);
        assert!(entry.tool().hints.read_only, "{}", entry.tool().name);
    }
}

#[test]
fn a_tool_that_a_description_names_is_there() {
    let catalog = catalog();
    let texts = catalog.entries().iter().flat_map(|entry| {
        let words = properties(entry).values().filter_map(|property| property["description"].as_str());
        words.chain([entry.tool().description]).map(|text| (entry.tool().name, text)).collect::<Vec<_>>()
    });
    for (name, text) in texts {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        let tools = words.filter(|word| {
            ["list", "get", "search", "count"].iter().any(|verb| {
                word.strip_prefix(verb)
                    .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_uppercase()))
            })
        });
        for tool in tools {
            assert!(
                catalog.find(tool).is_some() || text.contains("no tool here"),
                "{name} names {tool}: {text}"
            );
        }
    }
}

#[test]
fn every_tool_has_questions_and_only_twins_share_them() {
    // A tool and its twin of another scope differ in these words alone, and in the plural.
    let family = |name: &str| {
        let mut family = name.to_lowercase();
        for word in ["org", "site", "all", "derived", "s"] {
            family = family.replace(word, "");
        }
        family
    };
    let mut counts = std::collections::BTreeMap::new();
    let mut owners = std::collections::BTreeMap::new();
    for (name, question) in mistmcp::__private::registered_questions() {
        *counts.entry(name).or_insert(0) += 1;
        let owner = owners.entry(question.to_lowercase()).or_insert(name);
        assert_eq!(family(owner), family(name), "{owner} and {name} share: {question}");
    }
    // A new tool is found without questions, only less well. A few may wait for theirs.
    let mut without = Vec::new();
    for entry in catalog().entries() {
        let tool = entry.tool();
        match counts.get(tool.name).copied().unwrap_or(0) + tool.questions.len() {
            0 => without.push(tool.name),
            count => {
                assert!(count >= 12, "{} has {count} questions; write 12 into tools/questions", tool.name);
            }
        }
    }
    assert!(without.len() <= 5, "write questions for these into tools/questions: {without:?}");
}

#[test]
fn every_question_is_of_a_tool_and_short_and_stands_once() {
    let rules = mistmcp::Rules { max_bytes: 60_000, format: mistmcp::Format::Json, show_secrets: false };
    let settings = mistmcp::Settings::new(catalog(), mistmcp::Mode::All, &[], rules).unwrap();
    let problems = mistmcp::__private::question_problems(&settings);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
