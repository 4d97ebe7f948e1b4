//! Restrictions on a `.env` file that was found in the working folder and not named. It may be
//! untrusted, so only variables that cannot widen trust are accepted: the token together with its
//! cloud, how tools are loaded, and limits below the defaults.

use std::collections::{BTreeMap, HashMap};

use clap::{Arg, Command};

use super::grammar::{Content, Unreadable};
use crate::catalog::Catalog;
use crate::cli::configuration::{MAX_RESULT_BYTES, TOKEN, WITHOUT_FLAG};
use crate::cli::flags::{EarlyFlags, has_own_prefix, meant};
use crate::mist::{Clouds, Tokens};
use crate::quote;
use crate::text::shortened;

const CLOUD: &str = "MIST_HOST";
const MODE: &str = "MISTMCP_TOOL_LOADING_MODE";
const CATEGORIES: &str = "MISTMCP_TOOL_CATEGORIES";
const FORMAT: &str = "MISTMCP_FORMAT";

/// Accepted up to their defaults.
const LIMITS: [&str; 8] = [
    "MISTMCP_TIMEOUT",
    "MISTMCP_RETRY_WAIT",
    "MISTMCP_RATE_LIMIT",
    "MISTMCP_MAX_RESULT_BYTES",
    "MISTMCP_MAX_RESPONSE_BYTES",
    "MISTMCP_MAX_SESSIONS",
    "MISTMCP_MAX_SESSIONS_PER_TOKEN",
    "MISTMCP_SESSION_IDLE",
];

/// Maximum number of names and lines in one message: a hostile file may have any number.
const MAX_NAMED: usize = 16;

/// Accepted variables of the file, and a message about the others with names but never values.
pub(super) fn restrict(
    content: &Content,
    command: &Command,
    early: &EarlyFlags,
) -> (HashMap<String, String>, Option<String>) {
    let filled = content.variables.iter().filter(|(_, value)| !value.is_empty());
    let variables: BTreeMap<&str, &str> =
        filled.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let file = File { variables, command, early };
    let mut accepted = HashMap::new();
    let mut left = Vec::new();
    if let Some(refusal) = file.pair(&mut accepted) {
        left.push(refusal);
    }
    let mut unknown = Vec::new();
    for (name, value) in &file.variables {
        match file.judge(name, value, unknown.len() < MAX_NAMED) {
            Verdict::Taken => {
                accepted.insert((*name).to_owned(), (*value).to_owned());
            }
            Verdict::Left(reason) => left.push(format!("{name}{reason}")),
            Verdict::Unknown(remark) => unknown.push(format!("{}{remark}", shortened(name, 60))),
            Verdict::NotConcerned => {}
        }
    }
    let warnings = [file.variables_warning(left, unknown), file.lines_warning(&content.unreadable)];
    let warnings: Vec<_> = warnings.into_iter().flatten().collect();
    (accepted, (!warnings.is_empty()).then(|| warnings.join("; ")))
}

struct File<'a> {
    /// Those with a value; of several of one name, the last.
    variables: BTreeMap<&'a str, &'a str>,
    command: &'a Command,
    early: &'a EarlyFlags,
}

enum Verdict {
    Taken,
    /// Left out, with a reason in brackets or none.
    Left(String),
    /// Like the names of this program and none of them, with a remark in brackets or none.
    Unknown(String),
    /// Of another program, set elsewhere, or half of the pair.
    NotConcerned,
}

impl File<'_> {
    /// Puts token and cloud into `variables`, together or not at all: the file's cloud never gets a token from elsewhere, nor
    /// the file's token another cloud. Returns a warning if they are ignored.
    fn pair(&self, variables: &mut HashMap<String, String>) -> Option<String> {
        let here = [TOKEN, CLOUD].map(|name| self.variables.get(name).copied());
        let elsewhere = [TOKEN, CLOUD].map(|name| self.is_set_elsewhere(name));
        let names = match here {
            [None, None] => return None,
            [Some(_), None] => TOKEN.to_owned(),
            [None, Some(_)] => CLOUD.to_owned(),
            [Some(_), Some(_)] => format!("{TOKEN} and {CLOUD}"),
        };
        let reason = match (here, elsewhere) {
            (_, [true, true]) => return None,
            _ if self.early.installs() => return Some(names),
            (_, [true, false] | [false, true]) => {
                "one of token and cloud is set elsewhere, and they are not mixed".to_owned()
            }
            _ if self.early.serves_http() => "over HTTP, clients bring tokens of their own".to_owned(),
            ([Some(_), None], _) => format!("it is taken with {CLOUD} beside it alone"),
            ([Some(token), Some(cloud)], _) => match (Tokens::parse(token), Clouds::default().find(cloud)) {
                (Ok(_), Ok(cloud)) => {
                    // Without the organization, which the address of a portal may name.
                    let cloud = cloud.address();
                    variables.insert(TOKEN.to_owned(), token.to_owned());
                    variables.insert(CLOUD.to_owned(), cloud);
                    return None;
                }
                (_, Err(_)) => "the cloud is none of Mist's own".to_owned(),
                (Err(problem), _) => problem,
            },
            _ => format!("it is taken with {TOKEN} beside it alone"),
        };
        Some(format!("{names} ({reason})"))
    }

    /// Suggestions take time, and are omitted for a name that is only counted.
    fn judge(&self, name: &str, value: &str, is_told: bool) -> Verdict {
        if matches!(name, TOKEN | CLOUD) || self.is_set_elsewhere(name) {
            return Verdict::NotConcerned;
        }
        let Some(arg) = self.arg(name) else {
            return match name {
                _ if WITHOUT_FLAG.contains(&name) => Verdict::Left(String::new()),
                _ if !has_own_prefix(name) => Verdict::NotConcerned,
                _ if !is_told => Verdict::Unknown(String::new()),
                _ => match meant(self.command, name) {
                    Some(meant) if self.is_set_elsewhere(meant) => Verdict::NotConcerned,
                    Some(meant) => Verdict::Unknown(format!(" (unknown; did you mean {meant}?)")),
                    None => Verdict::Unknown(" (unknown)".to_owned()),
                },
            };
        };
        let is_limit = LIMITS.contains(&name);
        if self.early.installs() || !(is_limit || matches!(name, MODE | CATEGORIES | FORMAT)) {
            return Verdict::Left(String::new());
        }
        if !is_value(arg, value) || (name == CATEGORIES && !are_categories(arg, value)) {
            return Verdict::Left(format!(" ({} is no value of it)", quote::word(value)));
        }
        if is_limit && !is_below_default(arg, value) {
            return Verdict::Left(" (above the default)".to_owned());
        }
        if name == MODE && value.trim().eq_ignore_ascii_case("custom") && !self.has_categories() {
            return Verdict::Left(format!(" (custom mode needs {CATEGORIES})"));
        }
        Verdict::Taken
    }

    fn arg(&self, name: &str) -> Option<&Arg> {
        self.command.get_arguments().find(|arg| arg.get_env().is_some_and(|variable| variable == name))
    }

    fn is_set_elsewhere(&self, name: &str) -> bool {
        match self.arg(name) {
            Some(arg) => self.early.sets(arg.get_id().as_str()),
            None => std::env::var_os(name).is_some_and(|value| !value.is_empty()),
        }
    }

    fn has_categories(&self) -> bool {
        let Some(arg) = self.arg(CATEGORIES) else { return false };
        let here = self.variables.get(CATEGORIES).is_some_and(|value| are_categories(arg, value));
        here || !arg.get_default_values().is_empty() || self.is_set_elsewhere(CATEGORIES)
    }

    /// All variables of this program's, and the first of those that look like them.
    fn variables_warning(&self, left: Vec<String>, unknown: Vec<String>) -> Option<String> {
        let count = left.len() + unknown.len();
        let more = unknown.len().saturating_sub(MAX_NAMED);
        let mut names: Vec<_> = left.into_iter().chain(unknown.into_iter().take(MAX_NAMED)).collect();
        if more > 0 {
            names.push(format!("and {more} more"));
        }
        let what = if self.early.installs() { "`install` takes nothing from it" } else { "it may not set" };
        (count > 0).then(|| {
            let names = names.join(", ");
            format!("{what}: {names}; set them as flags or variables, or name the file: --env-file .env")
        })
    }

    fn lines_warning(&self, unreadable: &[Unreadable]) -> Option<String> {
        let own = |line: &&Unreadable| self.own_variable_in(&line.text).is_some();
        let own_lines = unreadable.iter().filter(own).take(MAX_NAMED / 4);
        let mut warnings: Vec<_> = own_lines
            .filter_map(|line| {
                Some(format!(
                    "line {} ({}) is skipped: {}",
                    line.line,
                    self.own_variable_in(&line.text)?,
                    line.mistake
                ))
            })
            .collect();
        let first = unreadable
            .iter()
            .find(|line| self.own_variable_in(&line.text).is_none())
            .or(unreadable.get(MAX_NAMED / 4));
        let others = unreadable.len() - warnings.len();
        if let Some(first) = first.filter(|_| others > 0) {
            let lines = if others == 1 { "line is" } else { "lines are" };
            warnings.push(format!(
                "{others} {lines} skipped, being no `NAME=value`, from line {} on",
                first.line
            ));
        }
        (!warnings.is_empty()).then(|| warnings.join("; "))
    }

    /// A variable of this program's that the line mentions.
    fn own_variable_in(&self, text: &str) -> Option<&str> {
        let flags = self.command.get_arguments().filter_map(|arg| arg.get_env()?.to_str());
        let words = || text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
        flags.chain(WITHOUT_FLAG).find(|name| words().any(|word| word == *name))
    }
}

/// Whether the flag takes the value.
fn is_value(arg: &Arg, value: &str) -> bool {
    let Some(flag) = arg.get_long() else { return false };
    let command = Command::new("value").no_binary_name(true).arg(arg.clone().env(None::<&str>));
    command.try_get_matches_from([format!("--{flag}={value}")]).is_ok()
}

/// Whether all are categories, and among those that the program has by default where it has any.
fn are_categories(arg: &Arg, value: &str) -> bool {
    let Ok(catalog) = Catalog::gather() else { return false };
    let names = |text: &str| -> Vec<String> {
        text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let bounds: Vec<_> =
        arg.get_default_values().iter().flat_map(|text| names(&text.to_string_lossy())).collect();
    let names = names(value);
    let is_within = |name: &String| bounds.is_empty() || bounds.contains(name);
    !names.is_empty() && names.iter().all(|name| catalog.category(name).is_some() && is_within(name))
}

fn is_below_default(arg: &Arg, value: &str) -> bool {
    let default = match arg.get_default_values().first() {
        Some(default) => default.to_str().and_then(|text| text.parse().ok()),
        None => Some(u64::from(MAX_RESULT_BYTES)),
    };
    let value = value.trim().parse::<u64>().ok();
    value.zip(default).is_some_and(|(value, default)| value <= default)
}
