//! Warnings of unknown variables that resemble this program's. A misspelled variable that should
//! restrict the tools or hold the token would be ignored silently. Only names are shown.

use crate::cli::configuration::{TOKEN, WITHOUT_FLAG};
use crate::cli::env_file::Environment;
use crate::cli::origin::{Given, Origin};
use crate::mist::{CERTIFICATE_FOLDERS, CERTIFICATES, EXCEPTION_VARIABLES, PROXY_VARIABLES};
use crate::suggestion::alike;

/// How the variables of this program begin that no other has.
const PREFIX: &str = "MISTMCP_";
/// How variables of other programs for Mist begin.
const BEGINNINGS: [&str; 4] = ["JUNIPER", "MIST", "juniper", "mist"];
const CLOUD: &str = "MIST_HOST";
const ORGANIZATION: &str = "MISTMCP_ORG_ID";

/// A warning for each, in order.
pub(super) fn warnings(command: &clap::Command, given: &[Given], environment: &Environment) -> Vec<String> {
    let known = known(command);
    let is_known = |name: &String| known.contains(&name.as_str());
    let mut warnings: Vec<_> = environment
        .names(PREFIX)
        .into_iter()
        .filter(|name| !is_known(name))
        .map(|name| {
            let remedy = match meant(command, &name) {
                Some(meant) => format!("did you mean {meant}?"),
                None => format!("`{} --help` tells those there are", crate::identity::name()),
            };
            format!("{name} is no variable of this program, and changes nothing; {remedy}")
        })
        .collect();
    let is_set = |meant: &str| {
        environment.origin(meant).is_some()
            || given.iter().any(|given| given.variable.as_deref() == Some(meant))
    };
    for beginning in BEGINNINGS {
        let names = environment.names(beginning).into_iter();
        for name in names.filter(|name| !is_known(name) && !name.starts_with(PREFIX)) {
            if let Some(meant) = meant_by(&name).filter(|meant| !is_set(meant)) {
                warnings.push(format!(
                    "{name} is no variable of this program, and changes nothing; did you mean {meant}?"
                ));
            }
        }
    }
    warnings.extend(unused_of_network(environment));
    warnings
}

/// Whether a name that is none of this program's looks like one.
pub(in crate::cli) fn has_own_prefix(name: &str) -> bool {
    let is_near = BEGINNINGS.iter().any(|beginning| name.starts_with(beginning));
    name.starts_with(PREFIX) || (is_near && meant_by(name).is_some())
}

/// The variable that was probably meant by a name that looks like one of this program's.
pub(in crate::cli) fn meant<'a>(command: &'a clap::Command, name: &str) -> Option<&'a str> {
    let known = known(command);
    // What all begin with makes none of them likely.
    let alike = alike(own_part(name), known.iter().copied().map(own_part)).next();
    let alike = alike.filter(|_| name.starts_with(PREFIX));
    alike
        .and_then(|alike| known.into_iter().find(|known| own_part(known) == alike))
        .or_else(|| meant_by(name))
}

fn known(command: &clap::Command) -> Vec<&str> {
    let flags = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str());
    flags.chain(WITHOUT_FLAG).collect()
}

/// A warning for each variable of the network in a file that does not set it: in one that was only found none is used, and
/// the folder of certificates is read by the TLS library, in the environment alone.
fn unused_of_network(environment: &Environment) -> Vec<String> {
    let Some(path) = environment.path() else { return Vec::new() };
    let is_named = environment.named_path().is_some();
    let names =
        PROXY_VARIABLES.into_iter().chain(EXCEPTION_VARIABLES).chain([CERTIFICATES, CERTIFICATE_FOLDERS]);
    let in_file = |name: &str| {
        environment.names_of_file().any(|other| other == name)
            && environment.origin(name) != Some(Origin::Variable)
    };
    let unused = names.filter(|name| (!is_named || *name == CERTIFICATE_FOLDERS) && in_file(name));
    let warning = |name: &str| {
        let path = path.display();
        if name == CERTIFICATE_FOLDERS {
            format!("{name} in {path} is not used: set {CERTIFICATES} there, or {name} in the environment")
        } else {
            format!(
                "{name} in {path} is not used, since that file was only found: name it with --env-file (or MIST_ENV_FILE), or \
                 set {name} in the environment"
            )
        }
    };
    unused.map(warning).collect()
}

/// What other programs call one of this program's variables, by the parts of its name.
fn meant_by(name: &str) -> Option<&'static str> {
    const WHOSE: [&str; 4] = ["MIST", "JUNIPER", "MISTAPI", "MISTMCP"];
    const OF_TOKEN: [&str; 12] = [
        "API",
        "ACCESS",
        "AUTH",
        "BEARER",
        "TOKEN",
        "TOKENS",
        "KEY",
        "KEYS",
        "APITOKEN",
        "APITOKENS",
        "APIKEY",
        "USER",
    ];
    const OF_CLOUD: [&str; 12] = [
        "API", "BASE", "URL", "URI", "HOST", "HOSTNAME", "CLOUD", "REGION", "ENDPOINT", "SERVER", "DOMAIN",
        "BASEURL",
    ];
    const OF_ORGANIZATION: [&str; 7] =
        ["ORG", "ORGID", "ORGANIZATION", "ORGANISATION", "ID", "UUID", "DEFAULT"];
    let upper = name.to_ascii_uppercase();
    let parts: Vec<_> = upper.split('_').filter(|part| !part.is_empty() && !WHOSE.contains(part)).collect();
    let all_of = |words: &[&str]| parts.iter().all(|part| words.contains(part));
    let any_of = |words: &[&str]| parts.iter().any(|part| words.contains(part));
    if all_of(&OF_TOKEN) && any_of(&["TOKEN", "TOKENS", "KEY", "KEYS", "APITOKEN", "APITOKENS", "APIKEY"]) {
        Some(TOKEN)
    } else if all_of(&OF_CLOUD) && any_of(&OF_CLOUD[1..]) {
        Some(CLOUD)
    } else if all_of(&OF_ORGANIZATION) && any_of(&OF_ORGANIZATION[..4]) {
        Some(ORGANIZATION)
    } else {
        None
    }
}

/// The name of a variable without the prefix.
fn own_part(name: &str) -> &str {
    name.strip_prefix(PREFIX).or_else(|| name.strip_prefix("MIST_")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_programs_names_are_known_by_their_parts() {
        for (names, wanted) in [
            (
                &[
                    "MIST_API_TOKEN",
                    "MIST_API_KEY",
                    "MIST_TOKEN",
                    "MIST_APIKEY",
                    "mist_apitoken",
                    "MIST_ACCESS_TOKEN",
                ][..],
                Some(TOKEN),
            ),
            (
                &["MIST_BASE_URL", "MIST_API_HOST", "MIST_URL", "MIST_CLOUD", "JUNIPER_MIST_REGION"],
                Some(CLOUD),
            ),
            (&["MIST_ORG_ID", "MIST_ORG", "MIST_ORGID", "MIST_DEFAULT_ORG"], Some(ORGANIZATION)),
            (
                &[
                    "MIST_USER",
                    "MIST_API",
                    "MIST",
                    "MIST_SITE_ID",
                    "MIST_ID",
                    "MISTRAL_API_KEY",
                    "MIST_API_VERSION",
                ],
                None,
            ),
        ] {
            for name in names {
                assert_eq!(meant_by(name), wanted, "{name}");
            }
        }
    }
}
