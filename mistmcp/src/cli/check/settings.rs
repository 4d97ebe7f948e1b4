//! Check of the settings, with their origins.

use std::path::Path;

use super::report::{Finding, Report};
use crate::catalog::{Category, Entry};
use crate::cli::configuration::{self, TOKEN};
use crate::cli::env_file::{Environment, exposed};
use crate::cli::flags::{Flags, NO_FILE};
use crate::cli::origin::Given;
use crate::cli::tool_limit;
use crate::identity::identity;
use crate::quote;
use crate::session::Mode;

/// Checks the settings: their values, their origins, and the resulting number of tools.
pub(super) fn check(report: &mut Report, flags: &Flags, environment: &Environment) {
    report.add(Finding::ok("program", format!("{} {}", identity().name, identity().version)));
    report.add(match environment.path() {
        None if flags.env_file.as_deref().is_some_and(|path| path.as_os_str() == NO_FILE) => {
            Finding::ok("env file", format!("none, as --env-file {NO_FILE} says"))
        }
        None => Finding::ok("env file", "none: no --env-file is named, and this folder has no .env to read"),
        Some(path) => match exposed(path) {
            Some(mode) if environment.of_file(TOKEN).is_some() => Finding::warning(
                "env file",
                format!(
                    "{} holds a token, and others on this machine can read it (mode {mode:03o})",
                    path.display()
                ),
            )
            .remedy(format!("Keep it to yourself: chmod 600 '{}'", path.display())),
            _ => Finding::ok("env file", path.display().to_string()),
        },
    });
    if let Some(ignored) = environment.ignored() {
        report.add(Finding::warning("env file", ignored));
    }
    // The cloud has a line of its own.
    let summary =
        flags.given.iter().filter(|given| given.flag != "cloud").map(|given| words(given, environment));
    let summary: Vec<_> = summary.collect();
    let summary =
        if summary.is_empty() { "all as they are by default".to_owned() } else { summary.join("; ") };
    report.add(Finding::ok("settings", summary));
    for unknown in &flags.unknown_variables {
        report.add(Finding::warning("settings", unknown));
    }
    report.add(tools(flags));
}

fn words(given: &Given, environment: &Environment) -> String {
    let value = match given.switch {
        Some(true) => String::new(),
        Some(false) => " false".to_owned(),
        None => {
            format!(" {}", given.values.iter().map(|value| shown(given, value)).collect::<Vec<_>>().join(","))
        }
    };
    format!("{}{} {}", given.by(), value.trim_end(), given.origin.words(environment))
}

/// A value that may be shown. A misplaced secret is not.
fn shown(given: &Given, value: &str) -> String {
    let quoted = match given.flag.as_str() {
        // Its file has been read.
        "env-file" => return value.to_owned(),
        "org-id" => quote::id(value),
        "tools" | "without-tools" => quote::pattern(value),
        "oauth-issuer" | "oauth-audience" => quote::url(value),
        "cloud" | "allow-cloud" | "host" | "allow-host" | "allow-origin" => quote::host(value),
        "tls-cert" | "tls-key" | "accounts" | "audit-log" | "demo-overlay" => quote::path(Path::new(value)),
        "trusted-proxy" if quote::is_network(value) => return value.to_owned(),
        "oauth-scope" | "oauth-groups-claim" | "redis-prefix" => quote::words(value),
        _ => quote::word(value),
    };
    match quoted.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(value) => value.to_owned(),
        None => format!("({quoted})"),
    }
}

fn tools(flags: &Flags) -> Finding {
    let settings = match configuration::settings(flags, flags.mode) {
        Ok(settings) => settings,
        Err(error) => return Finding::failed("tools", format!("{error:#}")),
    };
    let (extended, usual): (Vec<_>, Vec<_>) = settings.categories().partition(|category| category.extended);
    let of = |name| settings.tools().filter(|entry| entry.tool().category == name).count();
    let counted = |categories: &[&Category]| {
        let tools: usize = categories.iter().map(|category| of(category.name)).sum();
        format!("{tools} in {}", categories.len())
    };
    let counts = if extended.is_empty() {
        format!("{} categories", counted(&usual))
    } else {
        format!("{} categories, {} extended ones", counted(&usual), counted(&extended))
    };
    let loaded = match flags.mode {
        Mode::Managed => "managed mode: a client sees a few, which find and call the others".to_owned(),
        Mode::All if extended.is_empty() || !flags.categories.is_empty() => {
            "a client sees them all".to_owned()
        }
        Mode::All => "a client sees all but the extended ones".to_owned(),
        Mode::Custom => {
            let essential = settings.tools().map(Entry::tool).filter(|tool| tool.essential);
            let essential: Vec<_> = essential.map(|tool| tool.name).collect();
            match essential.as_slice() {
                [] => "a client sees them".to_owned(),
                names => format!("a client sees them, and {}", names.join(", ")),
            }
        }
    };
    let names: Vec<_> = settings.categories().map(|category| category.name).collect();
    let bounds = if flags.categories.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    let words = format!("{counts}{bounds}; {loaded}");
    match tool_limit::exceeded(&settings) {
        Some(exceeded) => {
            Finding::warning("tools", format!("{words}; {exceeded}")).remedy(tool_limit::REMEDY)
        }
        None => Finding::ok("tools", words),
    }
}
