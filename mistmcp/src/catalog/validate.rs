//! Validation of the catalog at start: [`Clashes`].

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::panic::Location;

use super::{Category, Entry};
use crate::Run;
use crate::prompt::Prompt;
use crate::suggestion::did_you_mean;
use crate::view::View;

/// Errors in the declarations of a catalog, one per line.
#[derive(Debug, PartialEq, Eq)]
pub struct Clashes(Vec<String>);

impl fmt::Display for Clashes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Clashes {}

pub(super) fn check(
    categories: &[&'static Category],
    entries: &[Entry],
    prompts: &[&'static Prompt],
    views: &[&'static View],
) -> Result<(), Clashes> {
    let mut clashes = Vec::new();
    clashes.extend(twice("category", categories.iter().map(|category| (category.name, category.location))));
    clashes.extend(twice("tool", entries.iter().map(|entry| (entry.tool().name, entry.tool().location))));
    let declared: HashSet<_> = categories.iter().map(|category| category.name).collect();
    for tool in entries.iter().map(Entry::tool) {
        if !declared.contains(tool.category) {
            let declare = || format!("; declare it: `mistmcp::category! {{ /// … {} }}`", tool.category);
            clashes.push(format!(
                "{}: tool `{}` is in category `{}`, which no `category!` declares{}",
                tool.location,
                tool.name,
                tool.category,
                meant(tool.category, declared.iter().copied(), declare)
            ));
        }
    }
    for entry in entries {
        let mut seen = HashSet::new();
        for param in entry.params().iter().filter(|param| !seen.insert(param.name)) {
            clashes.push(format!(
                "{}: tool `{}` has two parameters `{}`, one of them from a group",
                entry.tool().location,
                entry.tool().name,
                param.name
            ));
        }
    }
    for entry in entries {
        let Run::Endpoint(endpoint) = &entry.tool().run else { continue };
        let (tool, location) = (entry.tool().name, entry.tool().location);
        for name in endpoint.of_item() {
            if endpoint.optional_hole().is_none() {
                clashes.push(format!(
                    "{location}: tool `{tool}` has `item_takes`, and its path ends with no optional id; remove it"
                ));
            } else if !entry.takes(name) {
                let names = || entry.params().iter().map(|param| param.name);
                let there = || "; remove it".to_owned();
                clashes.push(format!(
                    "{location}: `item_takes` of tool `{tool}` names `{name}`, which is no parameter{}",
                    meant(name, names(), there)
                ));
            }
        }
    }
    clashes.extend(entries.iter().flat_map(wrong_defaults));
    clashes.extend(twice("view", views.iter().map(|view| (view.name, view.location))));
    for tool in entries.iter().map(Entry::tool) {
        let Some(view) = tool.view else { continue };
        let names = || views.iter().map(|view| view.name);
        if !names().any(|name| name == view) {
            let there = || format!("; the views are {}", names().collect::<Vec<_>>().join(", "));
            clashes.push(format!(
                "{}: tool `{}` has the view `{view}`, which no `view!` declares{}",
                tool.location,
                tool.name,
                meant(view, names(), there)
            ));
        }
    }
    clashes.extend(twice("prompt", prompts.iter().map(|prompt| (prompt.name, prompt.location))));
    let tools: HashSet<_> = entries.iter().map(|entry| entry.tool().name).collect();
    for prompt in prompts {
        clashes.extend(nowhere(prompt, &tools));
    }
    if clashes.is_empty() { Ok(()) } else { Err(Clashes(clashes)) }
}

/// Defaults that the parameters of a tool do not take.
fn wrong_defaults(entry: &Entry) -> Vec<String> {
    let wrong = entry.params().iter().filter_map(|param| {
        let default = param.default?;
        let mismatch = (param.reader()?.read)(&default.into()).err()?;
        let tool = entry.tool();
        Some(format!(
            "{}: tool `{}` has the default `{default}` for `{}`, which takes {mismatch}",
            tool.location, tool.name, param.name
        ))
    });
    wrong.collect()
}

/// Unknown names in a prompt.
fn nowhere(prompt: &Prompt, tools: &HashSet<&str>) -> Vec<String> {
    let Prompt { name, location, .. } = prompt;
    let steps = prompt.steps.iter().filter(|step| !tools.contains(step.tool));
    let mut clashes: Vec<_> = steps
        .map(|step| {
            let remedy = meant(step.tool, tools.iter().copied(), || "; remove the step".to_owned());
            format!("{location}: prompt `{name}` has a step with `{}`, which is no tool{remedy}", step.tool)
        })
        .collect();
    let mut rest = prompt.task.to_owned();
    for argument in prompt.arguments {
        let hole = format!("{{{}}}", argument.name);
        if !rest.contains(&hole) {
            clashes.push(format!("{location}: the task of prompt `{name}` lacks `{hole}`, its argument"));
        }
        rest = rest.replace(&hole, "");
    }
    if rest.contains('{') {
        clashes.push(format!("{location}: the task of prompt `{name}` has a hole without an argument"));
    }
    clashes
}

/// The end of a message about an unknown name.
fn meant<'a>(
    written: &str,
    candidates: impl Iterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    let mut candidates: Vec<_> = candidates.collect();
    candidates.sort_unstable();
    did_you_mean(written, candidates).unwrap_or_else(otherwise)
}

fn twice<'a>(kind: &str, named: impl Iterator<Item = (&'a str, &'static Location<'static>)>) -> Vec<String> {
    let mut first = HashMap::new();
    let mut clashes = Vec::new();
    for (name, location) in named {
        if let Some(first) = first.insert(name, location) {
            clashes.push(format!("{location}: {kind} `{name}` is there already, at {first}"));
        }
    }
    clashes
}

#[cfg(test)]
mod tests {
    use super::super::Catalog;
    use super::*;
    use crate::prompt::{PromptArgument, Step};
    use crate::{Endpoint, Hints, Param, Tool};

    static SITES: Category = Category {
        name: "sites",
        description: "Sites.",
        extended: false,
        listed: false,
        location: Location::caller(),
    };
    static SITES_AGAIN: Category = Category {
        name: "sites",
        description: "Sites.",
        extended: false,
        listed: false,
        location: Location::caller(),
    };

    const fn tool(name: &'static str, category: &'static str, params: &'static [Param]) -> Tool {
        tool_of(name, category, params, Endpoint::get("/api/v1/self"))
    }

    const fn tool_of(
        name: &'static str,
        category: &'static str,
        params: &'static [Param],
        endpoint: Endpoint,
    ) -> Tool {
        Tool {
            name,
            description: "Reads.",
            category,
            questions: &[],
            essential: false,
            view: None,
            hints: Hints::READ,
            params,
            run: Run::Endpoint(endpoint),
            location: Location::caller(),
        }
    }

    const fn shown(name: &'static str, view: &'static str) -> Tool {
        let mut tool = tool(name, "sites", &[]);
        tool.view = Some(view);
        tool
    }

    static ONE: Tool = tool("getOne", "sites", &[]);
    static ONE_AGAIN: Tool = tool("getOne", "sites", &[]);
    static LOST: Tool = tool("getLost", "nowhere", &[]);
    static MISTYPED: Tool = tool("getMistyped", "siets", &[]);
    static DOUBLED: Tool = tool(
        "getDoubled",
        "sites",
        &[Param::described::<String>("name", "A name."), Param::described::<String>("name", "A name.")],
    );

    const fn prompt(task: &'static str, steps: &'static [Step]) -> Prompt {
        const SITE: &[PromptArgument] = &[PromptArgument::required("site", "Its name.")];
        Prompt {
            name: "ask",
            title: "Ask",
            description: "Asks.",
            arguments: SITE,
            task,
            steps,
            answer: "",
            location: Location::caller(),
        }
    }

    static ASK: Prompt = prompt("What is at {site}?", &[Step { tool: "getOne", why: "one" }]);
    static ASK_AGAIN: Prompt = prompt("What is at {place}?", &[Step { tool: "getNone", why: "none" }]);
    static STRAY: Prompt = Prompt { name: "stray", ..prompt("{site}", &[Step { tool: "wander", why: "" }]) };

    #[test]
    fn valid_declarations_are_collected_in_order() {
        let catalog = Catalog::of(vec![&SITES], vec![&ONE], vec![&ASK]).unwrap();
        assert_eq!(catalog.find("getOne").unwrap().tool().name, "getOne");
        assert!(catalog.find("getone").is_none());
    }

    #[test]
    fn an_unknown_name_is_reported_with_a_suggestion_or_a_remedy() {
        let tools = vec![&ONE, &LOST, &MISTYPED];
        let clashes = Catalog::of(vec![&SITES], tools, vec![&ASK_AGAIN, &STRAY]).unwrap_err().to_string();
        for (wanted, remedy) in [
            ("category `siets`, which no `category!` declares", "; did you mean \"sites\"?"),
            ("category `nowhere`, which no", " declares; declare it: `mistmcp::category! { /// … nowhere }`"),
            ("a step with `getNone`, which is no tool", "; did you mean \"getOne\"?"),
            ("a step with `wander`, which is no tool", "; remove the step"),
        ] {
            let line = clashes.lines().find(|line| line.contains(wanted)).unwrap();
            assert!(line.contains("validate.rs:") && line.ends_with(remedy), "{line}");
        }
    }

    #[test]
    fn a_default_that_a_parameter_does_not_take_is_reported() {
        static WRONG: Tool = tool(
            "getWrong",
            "sites",
            &[
                Param::described::<Option<u32>>("limit", "Rows.").default("abc"),
                Param::described::<Option<f64>>("height", "Meters.").default("1e400"),
                Param::described::<crate::RelativeDuration>("duration", "How long.").default("0d"),
                Param::described::<Option<bool>>("up", "Up.").default("false"),
                Param::described::<Option<u32>>("band", "Band.").default("24"),
            ],
        );
        let clashes = Catalog::of(vec![&SITES], vec![&WRONG], vec![]).unwrap_err().to_string();
        let lines: Vec<_> = clashes.lines().collect();
        assert_eq!(lines.len(), 3, "{clashes}");
        for (line, wanted) in
            lines.iter().zip(["`abc` for `limit`", "`1e400` for `height`", "`0d` for `duration`"])
        {
            assert!(line.contains("validate.rs:") && line.contains(wanted), "{line}");
        }
    }

    #[test]
    fn an_unknown_view_is_reported_with_a_suggestion_or_the_views() {
        static SHOWN: Tool = shown("showOne", "topology");
        static MISSHOWN: Tool = shown("showTwo", "topolgy");
        static UNSHOWN: Tool = shown("showThree", "xyzzy");
        let clashes =
            Catalog::of(vec![&SITES], vec![&SHOWN, &MISSHOWN, &UNSHOWN], vec![]).unwrap_err().to_string();
        assert_eq!(clashes.lines().count(), 2, "{clashes}");
        for (wanted, remedy) in [
            (
                "tool `showTwo` has the view `topolgy`, which no `view!` declares",
                "; did you mean \"topology\"?",
            ),
            ("tool `showThree` has the view `xyzzy`", "; the views are client-timeline, "),
        ] {
            let line = clashes.lines().find(|line| line.contains(wanted)).unwrap();
            assert!(line.contains("validate.rs:") && line.contains(remedy), "{line}");
        }
    }

    #[test]
    fn parameters_of_an_item_that_are_not_there_are_reported() {
        const fn of(path: &'static str, params: &'static [Param], names: &'static str) -> Tool {
            tool_of("listOnes", "sites", params, Endpoint::get(path).item_takes(names))
        }
        const PARAMS: &[Param] = &[
            Param::described::<Option<String>>("one_id", "Id."),
            Param::described::<Option<String>>("wired", "Wired."),
        ];
        static FITTING: Tool = of("/api/v1/ones/{one_id?}", PARAMS, "wired");
        static MISTYPED: Tool = of("/api/v1/ones/{one_id?}", PARAMS, "wierd");
        static WHOLE: Tool = of("/api/v1/ones", PARAMS, "wired");
        assert!(Catalog::of(vec![&SITES], vec![&FITTING], vec![]).is_ok());
        for (tool, words) in [
            (&MISTYPED, "names `wierd`, which is no parameter; did you mean \"wired\"?"),
            (&WHOLE, "its path ends with no optional id"),
        ] {
            let clashes = Catalog::of(vec![&SITES], vec![tool], vec![]).unwrap_err().to_string();
            assert!(clashes.contains(words), "{clashes}");
        }
    }

    #[test]
    fn every_clash_is_reported_with_its_locations() {
        let tools = vec![&ONE, &ONE_AGAIN, &LOST, &DOUBLED];
        let prompts = vec![&ASK, &ASK_AGAIN];
        let clashes = Catalog::of(vec![&SITES, &SITES_AGAIN], tools, prompts).unwrap_err().to_string();
        let lines: Vec<_> = clashes.lines().collect();
        assert_eq!(lines.len(), 8, "{clashes}");
        for line in &lines {
            assert!(line.contains("validate.rs:"), "{line}");
        }
        for wanted in [
            "category `sites` is there already",
            "tool `getOne` is there already",
            "category `nowhere`, which no `category!` declares",
            "two parameters `name`",
            "prompt `ask` is there already",
            "a step with `getNone`, which is no tool",
            "lacks `{site}`, its argument",
            "a hole without an argument",
        ] {
            assert!(clashes.contains(wanted), "{clashes}");
        }
    }
}
