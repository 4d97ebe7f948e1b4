//! The entry of this server in the settings of a client: [`ClientEntry`].

use std::path::Path;

use anyhow::{Context, bail};
use reqwest::Url;
use serde_json::{Map, Value, json};

use super::client::{Client, Environment, HeaderValue, Http, VARIABLE};
use super::existing::ADDRESSES;
use super::secret::{HEADER, Secret};
use crate::argument::Id;
use crate::cli::flags::NO_FILE;
use crate::cli::origin::{Given, Origin};
use crate::cli::shell::Shell;
use crate::quote;

/// The entry of this server in a client's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientEntry {
    /// Its name among the servers.
    pub(super) name: String,
    pub(super) server: Map<String, Value>,
    /// Inputs that the client asks its user for, if it supports that.
    pub(super) inputs: Vec<Value>,
}

/// Source of the token of a server that a client starts.
#[derive(Clone, Copy, Debug)]
pub(super) enum TokenFrom<'a> {
    /// A file of variables.
    File(&'a Path),
    /// The client, which asks for it.
    Client,
    /// Elsewhere: no token is needed, or the environment has it.
    Elsewhere,
}

/// The environment of a server that a client starts.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    /// Names and values.
    pub(super) set: Vec<(String, String)>,
    /// The variables with tokens that the client passes on from its own environment.
    pub(super) passed: Vec<String>,
}

impl ClientEntry {
    /// A server that the client starts: this program with the settings that were given.
    pub(super) fn stdio(
        client: &Client,
        name: &str,
        program: &str,
        given: &[Given],
        from: TokenFrom<'_>,
        variables: &Variables,
    ) -> anyhow::Result<Self> {
        let mut server = Map::new();
        if client.says_stdio {
            server.insert("type".into(), "stdio".into());
        }
        server.insert("command".into(), program.into());
        // As arguments, neither can be overridden by a variable or by a `.env` in the client's
        // working folder.
        let mut arguments = vec!["--transport".to_owned(), "stdio".to_owned()];
        arguments.extend(self::arguments(given));
        let file = match from {
            TokenFrom::File(path) => {
                path.to_str().context("the path of the file of variables is no Unicode")?
            }
            TokenFrom::Client | TokenFrom::Elsewhere => NO_FILE,
        };
        arguments.extend(["--env-file".to_owned(), file.to_owned()]);
        server.insert("args".into(), arguments.into());
        let set = variables.set.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        let mut env: Map<_, _> = set.collect();
        let mut inputs = Vec::new();
        if let TokenFrom::Client = from {
            env.insert(VARIABLE.into(), Secret::Token.reference_to_input(name).into());
            inputs.push(Secret::Token.input(name));
        }
        match client.environment {
            Environment::Text(text) => {
                let reference = |name: &String| (name.clone(), text.replace(VARIABLE, name).into());
                env.extend(variables.passed.iter().map(reference));
            }
            Environment::List(list) if !variables.passed.is_empty() => {
                server.insert(list.into(), json!(variables.passed));
            }
            _ => {}
        }
        if !env.is_empty() {
            server.insert("env".into(), env.into());
        }
        Ok(Self { name: name.to_owned(), server, inputs })
    }

    /// A server that runs already, at `url`, which takes these secrets.
    pub(super) fn http(client: &Client, name: &str, url: &Url, secrets: &[Secret]) -> anyhow::Result<Self> {
        let (key, kind, token) = match client.http {
            Http::At { key, kind, token } => (key, kind, token),
            Http::Elsewhere(remedy) => bail!(remedy),
        };
        let mut server = Map::new();
        if let Some(kind) = kind {
            server.insert("type".into(), kind.into());
        }
        server.insert(key.into(), url.as_str().into());
        let (mut headers, mut inputs) = (Map::new(), Vec::new());
        for secret in secrets {
            let value = match token {
                HeaderValue::Text(text) => text.replace(VARIABLE, secret.variable()),
                HeaderValue::VariableTable(table) => {
                    match secret {
                        Secret::Token => server.insert(table.into(), json!({ HEADER: VARIABLE })),
                        Secret::Client => {
                            server.insert("bearer_token_env_var".into(), secret.variable().into())
                        }
                    };
                    continue;
                }
                HeaderValue::Asked => {
                    inputs.push(secret.input(name));
                    secret.reference_to_input(name)
                }
                HeaderValue::InTheClear => continue,
            };
            headers.insert(secret.header().into(), format!("{}{value}", secret.scheme()).into());
        }
        if !headers.is_empty() {
            server.insert("headers".into(), headers.into());
        }
        Ok(Self { name: name.to_owned(), server, inputs })
    }
}

impl ClientEntry {
    /// The command that checks what this server would find, for a shell: with the same settings and the same token.
    pub(super) fn check_command(&self, shell: Shell) -> String {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let Some(program) = self.server.get("command").and_then(text) else {
            let address = ADDRESSES.iter().find_map(|key| self.server.get(*key));
            let address = address.and_then(text).unwrap_or_default();
            let address = address.split('?').next().unwrap_or_default();
            return shell.line(&[crate::identity::name(), "check", "--server", address]);
        };
        let mut words = vec![program, "check".to_owned()];
        let mut arguments =
            self.server.get("args").and_then(Value::as_array).into_iter().flatten().filter_map(text);
        while let Some(argument) = arguments.next() {
            // Flags of the server alone, each with a value.
            if matches!(argument.as_str(), "--transport" | "--log-format") {
                arguments.next();
            } else {
                words.push(argument);
            }
        }
        shell.line(&words)
    }

    /// The file of variables that the server is started with.
    pub(super) fn env_file(&self) -> Option<&Path> {
        let arguments = self.server.get("args").and_then(Value::as_array).into_iter().flatten();
        arguments.skip_while(|argument| *argument != "--env-file").nth(1)?.as_str().map(Path::new)
    }
}

/// The settings as arguments of a server that a client starts.
fn arguments(given: &[Given]) -> Vec<String> {
    let mut arguments = Vec::new();
    for given in given
        .iter()
        .filter(|given| !given.of_http && !matches!(given.flag.as_str(), "transport" | "env-file"))
    {
        match given.switch {
            Some(false) => {}
            Some(true) => arguments.push(format!("--{}", given.flag)),
            // The client starts the server in a folder of its own.
            None if given.flag == "demo-overlay" => {
                let paths =
                    given.values.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.into()));
                arguments
                    .extend(paths.flat_map(|path| ["--demo-overlay".to_owned(), path.display().to_string()]));
            }
            None => arguments.extend([format!("--{}", given.flag), given.values.join(",")]),
        }
    }
    arguments
}

/// The address of a server, with what was given of a client's own choices in its query.
pub(super) fn address(text: &str, given: &[Given]) -> anyhow::Result<Url> {
    let wanted = || {
        let what = quote::host(text);
        format!("--url is {what}, which is no address of a server: write http://127.0.0.1:8000/mcp")
    };
    let mut url = Url::parse(text.trim()).with_context(wanted)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        bail!(wanted());
    }
    if !url.username().is_empty() || url.password().is_some() {
        bail!("--url must not hold a password: it would stand in the client's settings in the clear");
    }
    check_query(&url)?;
    if url.path() == "/" {
        url.set_path("/mcp");
    }
    for given in given {
        let value = match given.flag.as_str() {
            "cloud" | "mode" | "categories" | "org-id" => given.values.join(","),
            "debug" if given.switch == Some(true) => "true".to_owned(),
            _ if given.origin == Origin::Flag
                && !matches!(given.flag.as_str(), "demo" | "env-file" | "client-token") =>
            {
                bail!(
                    "--{} is set where the server is started: with --url only --cloud, --mode, --categories, --org-id and \
                 --debug can be chosen",
                    given.flag
                )
            }
            _ => continue,
        };
        let name = given.flag.replace('-', "_");
        if !url.query_pairs().any(|(other, _)| other == name) {
            let before = url.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&"));
            url.set_query(Some(&format!("{}{name}={value}", before.unwrap_or_default())));
        }
    }
    Ok(url)
}

/// Checks that the address holds what a server takes from it, and nothing that may be a secret.
fn check_query(url: &Url) -> anyhow::Result<()> {
    const REMEDY: &str = "it would stand in the client's settings in the clear. A client sends its token in the header \
                          X-Authorization, and what a server takes from its URL is cloud, mode, categories, org_id and debug";
    if url.fragment().is_some() {
        bail!("--url must not hold a `#` and what is behind it, which no server gets: {REMEDY}");
    }
    for (name, value) in url.query_pairs() {
        let is_taken = match name.to_ascii_lowercase().as_str() {
            "cloud" => quote::host(&value).starts_with('`') || quote::is_word(&value),
            "org_id" => value.is_empty() || Id::parse(&value).is_some(),
            "mode" | "debug" => quote::is_word(&value),
            "categories" => value.split(',').all(quote::is_word),
            _ => bail!("--url must not hold {}: {REMEDY}", quote::word(&name)),
        };
        if !is_taken {
            bail!(
                "--url must not hold {} as {}: {REMEDY}",
                quote::described(&value),
                name.to_ascii_lowercase()
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(flag: &str, values: &[&str], switch: Option<bool>) -> Given {
        Given {
            flag: flag.to_owned(),
            variable: None,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            switch,
            of_http: flag == "port",
            origin: Origin::Flag,
        }
    }

    #[test]
    fn settings_become_arguments_and_those_of_http_do_not() {
        let given = [
            given("mode", &["custom"], None),
            given("categories", &["sites", "orgs"], None),
            given("demo", &[], Some(true)),
            given("debug", &[], Some(false)),
            given("port", &["1"], None),
            given("env-file", &["x"], None),
        ];
        assert_eq!(arguments(&given), ["--mode", "custom", "--categories", "sites,orgs", "--demo"]);
    }

    #[test]
    fn the_command_that_checks_a_server_is_for_a_shell() {
        let client = Client::named("cursor").unwrap();
        let given = [given("categories", &["sites", "orgs"], None)];
        let command = |program, file, shell| {
            let from = TokenFrom::File(Path::new(file));
            let entry = ClientEntry::stdio(client, "mist", program, &given, from, &Variables::default());
            entry.unwrap().check_command(shell)
        };
        assert_eq!(
            command("/opt/my tools/mistmcp", "/home/ada/it's.env", Shell::Posix),
            r"'/opt/my tools/mistmcp' check --categories sites,orgs --env-file '/home/ada/it'\''s.env'"
        );
        assert_eq!(
            command(r"C:\Program Files\mistmcp.exe", r"C:\Users\Ada L\mist.env", Shell::Windows),
            r#"C:\"Program Files\mistmcp.exe" check --categories "sites,orgs" --env-file "C:\Users\Ada L\mist.env""#
        );
        let url = Url::parse("http://127.0.0.1:8000/mcp?cloud=x").unwrap();
        let server = ClientEntry::http(client, "mist", &url, &[]).unwrap();
        for shell in [Shell::Posix, Shell::Windows] {
            let command = server.check_command(shell);
            assert!(command.ends_with(" check --server http://127.0.0.1:8000/mcp"), "{command}");
        }
    }

    #[test]
    fn a_clients_choices_stand_in_the_address_once() {
        let given =
            [given("cloud", &["api.eu.mist.com"], None), given("categories", &["sites", "orgs"], None)];
        let url = |text| address(text, &given).unwrap().to_string();
        let wanted = "http://127.0.0.1:8000/mcp?cloud=api.eu.mist.com&categories=sites,orgs";
        assert_eq!(url("http://127.0.0.1:8000"), wanted);
        assert_eq!(url("http://h/mcp?cloud=x"), "http://h/mcp?cloud=x&categories=sites,orgs");
    }

    #[test]
    fn an_address_with_what_may_be_a_secret_is_refused_and_not_repeated() {
        for query in [
            "?token=Zk3v9QpLr7TtYyUu",
            "?cloud=api.eu.mist.com&apitoken=Zk3v9QpLr7TtYyUu",
            "?key=Zk3v9QpLr7TtYyUu",
            "?Zk3v9QpLr7TtYyUu",
            "?org_id=Zk3v9QpLr7TtYyUu",
            "?cloud=Zk3v9QpLr7TtYyUu",
            "?categories=sites,Zk3v9QpLr7TtYyUu",
            "#token=Zk3v9QpLr7TtYyUu",
        ] {
            let refused = address(&format!("https://h/mcp{query}"), &[]).unwrap_err().to_string();
            assert!(refused.contains("X-Authorization") && !refused.contains("Zk3v"), "{query}: {refused}");
        }
        for query in [
            "?cloud=api.eu.mist.com&org_id=11111111-1111-4111-8111-111111111111",
            "?cloud=https://mist.corp.example:8443",
            "?Mode=all&debug=true&categories=sites, orgs&org_id=",
            "",
        ] {
            assert!(address(&format!("https://h/mcp{query}"), &[]).is_ok(), "{query}");
        }
    }

    #[test]
    fn an_invalid_server_address_is_refused() {
        for text in ["127.0.0.1:8000", "file:///etc", "http://u:p@h/mcp", ""] {
            assert!(address(text, &[]).is_err(), "{text}");
        }
        let timeout = address("http://h", &[given("timeout", &["3"], None)]).unwrap_err().to_string();
        assert!(timeout.contains("--timeout") && timeout.contains("--mode"), "{timeout}");
    }
}
