//! Plan of an installation: entry, token file and checks.

use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use secrecy::SecretString;

use super::InstallFlags;
use super::client::{Client, HeaderValue, Http};
use super::entry::{self, ClientEntry, TokenFrom, Variables};
use super::environment;
use super::location::{Location, System};
use super::secret::Secret;
use super::token::{TokenFile, readers};
use crate::cli::configuration::{self, TOKEN, no_cloud};
use crate::cli::env_file::{Environment, exposed};
use crate::cli::flags::{Flags, Transport};
use crate::cli::origin::{Given, Origin};
use crate::cli::shell::Shell;
use crate::cli::{audit_log, shutdown, tool_limit};
use crate::mist::{Cloud, Tokens};

/// Plan of an installation.
pub(super) struct Plan {
    pub(super) entry: ClientEntry,
    /// The file of the token, where the entry has one of this program's.
    pub(super) token_file: Option<TokenFile>,
    /// What goes into it.
    pub(super) token: Option<SecretString>,
    /// Where one gets a token.
    portal: String,
    /// Whether the token is in no file of the entry, so that a check needs it in the environment.
    needs_variable: bool,
    pub(super) notes: Vec<String>,
}

impl Plan {
    pub(super) fn make(
        client: &Client,
        flags: &Flags,
        install: &InstallFlags,
        environment: &Environment,
        location: &Location<'_>,
    ) -> anyhow::Result<Self> {
        // Errors that would stop the server are reported now.
        let settings = configuration::settings(flags, flags.mode)?;
        let too_many = tool_limit::exceeded(&settings).filter(|_| tool_limit::CLIENTS.contains(&client.name));
        let too_many = too_many.map(|exceeded| format!("warning: {exceeded}. {}.", tool_limit::REMEDY));
        configuration::org_id(flags)?;
        let clouds = configuration::clouds(flags)?;
        let cloud = configuration::cloud(flags, &clouds)?;
        let portal = cloud.as_ref().map_or_else(|| "https://manage.mist.com/".to_owned(), Cloud::portal);
        let given = resolved(flags, cloud.as_ref());
        if let Some(url) = &install.url {
            let url = entry::address(url, &given)?;
            let mut secrets = Vec::new();
            secrets.extend(flags.http.client_token.is_some().then_some(Secret::Client));
            secrets.extend((!install.no_token && !has_account(flags)).then_some(Secret::Token));
            let entry = ClientEntry::http(client, &install.name, &url, &secrets)?;
            let mut notes = notes_of_http(client, &url, &secrets);
            notes.extend(too_many);
            return Ok(Self { entry, token_file: None, token: None, portal, needs_variable: false, notes });
        }
        if flags.transport == Transport::Http {
            bail!(
                "a client starts the server over stdio: leave --transport http out, or name a server with --url"
            );
        }
        if cloud.is_none() && !has_account(flags) {
            bail!(no_cloud(&clouds));
        }
        let mut of_accounts = match configuration::account_source(flags, environment)? {
            Some(source) => source.variables()?,
            None => Vec::new(),
        };
        // The server reads a named file itself.
        of_accounts.retain(|name| environment.named_path().is_none() || environment.of_file(name).is_none());
        let program = std::env::current_exe().context("this program does not know where it is")?;
        let program = program.to_str().context("the path of this program is no Unicode")?;
        let mut notes = notes_of_program(program);
        notes.extend(too_many);
        let own_file = environment.named_path();
        // The server reads the named file itself.
        let in_named_file = |given: &Given| own_file.is_some() && given.origin == Origin::File;
        let given: Vec<_> = given.into_iter().filter(|given| !in_named_file(given)).collect();
        let needs_token = !install.no_token && !has_account(flags);
        let (mut token_file, mut token) = (None, None);
        let from = match own_file {
            Some(path) => {
                configuration::tokens(environment)?;
                if needs_token && environment.of_file(TOKEN).is_none() {
                    notes.push(format!("note: {} has no {TOKEN}; add a line {TOKEN}=…", path.display()));
                }
                if let Some(mode) = exposed(path).filter(|_| environment.of_file(TOKEN).is_some()) {
                    notes.push(format!(
                        "warning: {0} holds a token, and others on this machine may read it (mode {mode:03o}): chmod 600 \
                         '{0}'",
                        path.display()
                    ));
                }
                TokenFrom::File(path)
            }
            None if !needs_token => TokenFrom::Elsewhere,
            None if client.asks_for_secrets => {
                notes.push(format!(
                    "{} asks for the token when it first starts the server, and keeps it.",
                    client.title
                ));
                TokenFrom::Client
            }
            None => {
                configuration::tokens(environment)?;
                token = environment.get(TOKEN).map(SecretString::from);
                let host = cloud.as_ref().map(Cloud::address).unwrap_or_default();
                let file = TokenFile::read(location.token_file(&install.name, &host))?;
                TokenFrom::File(token_file.insert(file).path())
            }
        };
        let mut variables = Variables::default();
        if install.no_token
            && !has_account(flags)
            && own_file.and_then(|_| environment.of_file(TOKEN)).is_none()
        {
            variables.passed.push(TOKEN.to_owned());
        }
        variables.passed.extend(of_accounts);
        if !variables.passed.is_empty() {
            notes.push(environment::note_of_tokens(client, &variables.passed, has_account(flags)));
        }
        if !flags.demo {
            configuration::network(environment)?;
            let file = match from {
                TokenFrom::File(path) => Some(path),
                _ => None,
            };
            let (set, more) = environment::of_network(client, file)?;
            variables.set = set;
            notes.extend(more);
        }
        let needs_variable = !has_account(flags) && !matches!(from, TokenFrom::File(_));
        let entry = ClientEntry::stdio(client, &install.name, program, &given, from, &variables)?;
        Ok(Self { entry, token_file, token, portal, needs_variable, notes })
    }

    /// The last note: how to check that the server works.
    pub(super) fn check(&self) -> String {
        let command = self.entry.check_command(Shell::of_this_system());
        let with =
            if self.needs_variable { format!(", with {TOKEN} set to the token") } else { String::new() };
        format!("To check it{with}: {command}")
    }

    /// Whether the file of the token does not hold it yet.
    pub(super) fn lacks_token(&self, file: &TokenFile) -> bool {
        self.token.as_ref().map_or(!file.has_token(), |token| !file.contains(token))
    }

    /// What happens to the file of the token, and which other clients read it; nothing where the entry has none of this
    /// program's.
    pub(super) fn token_words(&self, location: &Location<'_>, settings: &Path) -> Option<String> {
        let file = self.token_file.as_ref()?;
        let path = file.path().display();
        let readers = readers(file.path(), location, settings);
        let shared = match &*readers {
            [] => String::new(),
            readers => format!(
                " {} reads this file too; to keep two tokens apart, give one of the entries another name with --name.",
                readers.join(", ")
            ),
        };
        let what = match (&self.token, file.has_token()) {
            (Some(_), true) if self.lacks_token(file) => "The token is replaced in",
            (Some(_), false) => "The token goes into",
            (None, false) => "Put the token into",
            (Some(_), true) => return None,
            (None, true) => {
                return Some(format!(
                    "The token that is in {path} already is used.{shared} To replace it, run this again with {TOKEN} set to \
                     the new one.\n"
                ));
            }
        };
        let closed = match System::CURRENT {
            System::Windows => "in your profile, which other users cannot open",
            _ => "which you alone may read",
        };
        Some(format!("{what} {path}, {closed}.{shared}\n"))
    }

    /// What `--print` leaves to do, since it makes no file.
    pub(super) fn token_note_of_print(&self) -> Option<String> {
        let file = self.token_file.as_ref().filter(|file| !file.has_token())?;
        Some(format!(
            "note: the entry needs {0}, which --print does not make: write a line {TOKEN}=… with the token into it, and keep \
             it to yourself (chmod 600 '{0}'). Without --print, it is made.",
            file.path().display()
        ))
    }

    /// Writes the token that is known, or asks for it; or leaves a place for it, and says so.
    pub(super) fn write_token(
        &self,
        file: &TokenFile,
        install: &InstallFlags,
    ) -> anyhow::Result<Option<String>> {
        if let Some(token) = &self.token {
            file.write(Some(token))?;
            return Ok(None);
        }
        if !install.yes && io::stdin().is_terminal() {
            // From here on, no signal ends the program by itself and leaves the terminal without echo. Ctrl-C is read as a key:
            // rpassword restores the echo, and returns `Interrupted`.
            shutdown::on_signal()?;
            let text = rpassword::prompt_password(format!(
                "API token, made at {} (nothing is shown; Enter leaves it out): ",
                self.portal
            ))
            .context("without a token nothing was changed; MIST_APITOKEN is taken as well")?;
            if !text.trim().is_empty() {
                Tokens::parse(&text).map_err(|problem| anyhow!("{problem}; nothing was changed"))?;
                file.write(Some(&text.trim().into()))?;
                return Ok(None);
            }
        }
        file.write(None)?;
        Ok(Some(format!(
            "The token is still missing: make one at {} and write it behind {TOKEN}= in {}.",
            self.portal,
            file.path().display()
        )))
    }
}

/// Whether the server has an account without a token of its own variable: the demo's, or those of a file.
fn has_account(flags: &Flags) -> bool {
    flags.demo || flags.accounts.is_some()
}

/// What was given, with the cloud's own address in place of a portal's, and with the organization that the latter names.
fn resolved(flags: &Flags, cloud: Option<&Cloud>) -> Vec<Given> {
    let mut given = flags.given.clone();
    // A client starts the server in another folder.
    let is_path = |given: &&mut Given| match given.flag.as_str() {
        "accounts" => true,
        "audit-log" => given.values != [audit_log::STDERR],
        _ => false,
    };
    for value in given.iter_mut().filter(is_path).flat_map(|given| &mut given.values) {
        if let Ok(path) = std::path::absolute(&*value) {
            *value = path.to_string_lossy().into_owned();
        }
    }
    let Some((cloud, of_cloud)) = cloud.zip(given.iter_mut().find(|given| given.flag == "cloud")) else {
        return given;
    };
    of_cloud.values = vec![cloud.address()];
    let org_id = configuration::org_id_of_cloud(flags).filter(|_| flags.org_id.is_none());
    let of_org = org_id.map(|id| Given {
        flag: "org-id".to_owned(),
        variable: None,
        values: vec![id],
        ..of_cloud.clone()
    });
    given.extend(of_org);
    given
}

fn notes_of_program(program: &str) -> Vec<String> {
    let parts: Vec<_> = Path::new(program).components().map(std::path::Component::as_os_str).collect();
    let is_build =
        parts.windows(2).any(|pair| pair[0] == "target" && (pair[1] == "debug" || pair[1] == "release"));
    if is_build {
        vec![format!(
            "note: the client will start {program}, which the next build replaces and `cargo clean` deletes; `cargo \
             install --path tools` puts it where it stays."
        )]
    } else {
        Vec::new()
    }
}

fn notes_of_http(client: &Client, url: &reqwest::Url, secrets: &[Secret]) -> Vec<String> {
    let mut notes = Vec::new();
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !loopback {
        notes.push("warning: over plain http the token crosses the network in the clear.".to_owned());
    }
    let Http::At { token, .. } = client.http else { return notes };
    for secret in secrets {
        let (title, what, variable) = (client.title, secret.words(), secret.variable());
        notes.push(match token {
            HeaderValue::Text(_) | HeaderValue::VariableTable(_) => {
                format!("{title} takes {what} from {variable} in its environment: set it there.")
            }
            HeaderValue::Asked => {
                format!("{title} asks for {what} when it first starts the server, and keeps it.")
            }
            HeaderValue::InTheClear => format!(
                "{title} has no place for secrets in headers. If the server wants {what}, add \"headers\": {{ \"{}\": \
                 \"{}…\" }} by hand, or leave --url out.",
                secret.header(),
                secret.scheme()
            ),
        });
    }
    if secrets.contains(&Secret::Token) {
        notes.push(
            "A server with a token of its own, or one where people sign in, needs none: --no-token."
                .to_owned(),
        );
    }
    if !secrets.contains(&Secret::Client) {
        notes.push(format!(
            "If the server wants a client token, run this with {} set, and the entry sends it.",
            Secret::Client.variable()
        ));
    }
    notes
}
