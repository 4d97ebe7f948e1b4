//! Calls as command lines of this program ([`of_call`]).

use serde_json::{Map, Value};

use crate::cli::flags::{CallFlags, Flags};
use crate::cli::origin::{Given, Origin};
use crate::cli::shell::Shell;
use crate::identity;

/// Flags of the cloud and its tokens, of the limits of its calls, and of their record.
const NETWORK: [&str; 11] = [
    "accounts",
    "allow-cloud",
    "audit-log",
    "audit-log-required",
    "cloud",
    "env-file",
    "max-response-bytes",
    "org-id",
    "rate-limit",
    "retry-wait",
    "timeout",
];

/// The flags of this run without which a call would ask another network, or ask in another way: those of the demo network, and
/// those of [`NETWORK`] that the command line has.
pub(super) fn network_flags(flags: &Flags) -> Vec<String> {
    let mut shown = Vec::new();
    if flags.demo {
        shown.push("--demo".to_owned());
    }
    for incident in &flags.demo_incident {
        shown.extend(["--demo-incident".to_owned(), incident.clone()]);
    }
    for overlay in &flags.demo_overlay {
        shown.extend(["--demo-overlay".to_owned(), overlay.to_string_lossy().into_owned()]);
    }
    shown.extend(on_command_line(flags, &NETWORK));
    shown
}

/// The flags of a call that choose the form of its output. Those that became arguments stand there.
pub(super) fn form_flags(flags: &Flags, asked: &CallFlags) -> Vec<String> {
    let switches = [(asked.table, "--table"), (asked.csv, "--csv")];
    let switches = switches.iter().filter(|(is_on, _)| *is_on).map(|(_, flag)| (*flag).to_owned());
    switches.chain(on_command_line(flags, &["format", "show-secrets"])).collect()
}

/// Those of the flags `names` that the command line has, with their values.
fn on_command_line(flags: &Flags, names: &[&str]) -> Vec<String> {
    let is_one = |given: &&Given| given.origin == Origin::Flag && names.contains(&given.flag.as_str());
    let words = |given: &Given| {
        let value = given.switch.is_none().then(|| given.values.join(","));
        [Some(format!("--{}", given.flag)), value].into_iter().flatten()
    };
    flags.given.iter().filter(is_one).flat_map(words).collect()
}

/// The command line that calls a tool with arguments.
pub(super) fn of_call(tool: &str, arguments: &Map<String, Value>, flags: &[String], shell: Shell) -> String {
    let pairs = arguments.iter().map(|(name, value)| pairs(name, value)).collect::<Option<Vec<_>>>();
    let pairs =
        pairs.map(|pairs| pairs.concat()).filter(|pairs| pairs.iter().all(|pair| shell.can_quote(pair)));
    let words =
        pairs.unwrap_or_else(|| vec!["--json".to_owned(), shell.json(&Value::Object(arguments.clone()))]);
    let own = [identity::name(), "call", tool].map(str::to_owned);
    shell.line(&[&own, &words[..], flags].concat())
}

/// An argument as `name=value`, for a list once for each item. None if a pair would be read as something else.
fn pairs(name: &str, value: &Value) -> Option<Vec<String>> {
    let pair = |value: &Value| match value {
        Value::String(text) if !text.trim_start().starts_with('{') && !text.contains(char::is_control) => {
            Some(format!("{name}={text}"))
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(format!("{name}={value}")),
        _ => None,
    };
    match value {
        _ if name.is_empty() || name.contains('=') => None,
        // A list of one item would be read as the item.
        Value::Array(items) if items.len() > 1 => items.iter().map(pair).collect(),
        value => Some(vec![pair(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::arguments;
    use super::*;
    use crate::cli::shell::tests::words_on_windows;

    /// The words that a POSIX shell reads.
    fn words(line: &str) -> Vec<String> {
        let shell = std::process::Command::new("sh").arg("-c").arg(format!("printf '%s\\0' {line}")).output();
        let text = String::from_utf8(shell.unwrap().stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    fn line(arguments: &Value) -> String {
        of_call("searchOrgAlarms", arguments.as_object().unwrap(), &[], Shell::Posix)
    }

    #[test]
    fn a_shell_and_this_program_read_the_arguments_of_the_call() {
        for arguments in [
            json!({}),
            json!({ "site_id": "c50037a7-178f-4890-b13a-6e506db8f944", "limit": "5" }),
            json!({ "site_id": "Head Office", "type": "a,b", "sort": "-timestamp", "port_id": "ge-0/0/3" }),
            json!({ "name": "it's $HOME `id` \"x\" \\ * ? ; & | > <", "text": "名前 é" }),
            json!({ "types": ["a b", "c"], "filter": { "a": "it's" } }),
        ] {
            let line = line(&arguments);
            let words = words(&line);
            assert_eq!(words[1..3], ["call", "searchOrgAlarms"], "{line}");
            let read = arguments::of_pairs(&words[3..]).unwrap();
            assert_eq!(Value::Object(read), arguments, "{line}");
        }
    }

    #[test]
    fn both_shells_of_windows_and_this_program_read_the_arguments_of_the_call() {
        for arguments in [
            json!({}),
            json!({ "site_id": "Head Office", "type": "a,b", "sort": "-timestamp", "port_id": "ge-0/0/3" }),
            json!({ "name": "it's & | > < ^ ; (x)", "text": "名前 é", "limit": "5" }),
            json!({ "name": "100% of $HOME `id` \"x\" \\", "path": "C:\\", "lines": "a\nb" }),
            json!({ "types": ["a b", "c"], "filter": { "a": "it's" } }),
        ] {
            let line = of_call("searchOrgAlarms", arguments.as_object().unwrap(), &[], Shell::Windows);
            let words = words_on_windows(&line);
            assert_eq!(words[1..3], ["call", "searchOrgAlarms"], "{line}");
            let read = match words.get(3).map(String::as_str) {
                Some("--json") => serde_json::from_str(&words[4]).unwrap(),
                _ => Value::Object(arguments::of_pairs(&words[3..]).unwrap()),
            };
            assert_eq!(read, arguments, "{line}");
        }
    }

    #[test]
    fn what_pairs_cannot_say_is_json() {
        for arguments in [
            json!({ "a": ["one"] }),
            json!({ "a": [] }),
            json!({ "a": "{\"b\": 1}" }),
            json!({ "a": null, "b": 1 }),
            json!({ "a": "two\nlines" }),
            json!({ "a=b": 1 }),
        ] {
            let words = words(&line(&arguments));
            assert_eq!(words[3], "--json", "{words:?}");
            assert_eq!(serde_json::from_str::<Value>(&words[4]).unwrap(), arguments);
        }
    }

    #[test]
    fn numbers_and_truth_values_are_pairs() {
        let line = line(&json!({ "limit": 5, "resolve": false }));
        assert!(line.ends_with(" call searchOrgAlarms limit=5 resolve=false"), "{line}");
    }

    #[test]
    fn the_flags_of_the_network_stand_at_the_end() {
        let flags = ["--demo", "--demo-overlay", "my file.json"].map(str::to_owned);
        let line = of_call("getSelf", &Map::new(), &flags, Shell::Posix);
        assert!(line.ends_with(" call getSelf --demo --demo-overlay 'my file.json'"), "{line}");
    }
}
