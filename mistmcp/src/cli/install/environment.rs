//! The environment that an entry gives the server: where the token comes from without this program's file, and the proxy and the
//! certificates of the shell that the installation runs in, which desktop clients do not have.

use std::net::IpAddr;
use std::path::Path;

use super::client::{Client, Environment};
use crate::mist::{CERTIFICATE_FOLDERS, CERTIFICATES, EXCEPTION_VARIABLES, PROXY_VARIABLES, has_credentials};
use crate::quote;

/// What has to be done for tokens in these variables of the client's environment to reach the server. They are those of an
/// accounts file, or the one that `--no-token` leaves to the environment.
pub(super) fn note_of_tokens(client: &Client, names: &[String], are_of_accounts: bool) -> String {
    let (title, names) = (client.title, names.join(", "));
    match client.environment {
        Environment::Text(_) | Environment::List(_) => format!(
            "{title} takes the token from {names} in its own environment: set it there before {title} is started."
        ),
        Environment::Inherited => {
            format!("{title} passes its own environment on: set {names} there, and start {title} from there.")
        }
        Environment::Cleared => {
            let remedy = if are_of_accounts {
                "name a file with the token by `token_file` in the accounts file, or a file with these variables by --env-file"
            } else {
                "leave --no-token out, which keeps the token in a file that you alone may read, or name a file with --env-file"
            };
            format!(
                "warning: {title} passes none of its own variables on, so that the server will not find {names} and will not \
                 start: {remedy}."
            )
        }
    }
}

/// Whether a value has the form of its variable, so that no misplaced token gets into the entry. Invalid proxies have been
/// refused before.
fn may_be_written(name: &str, value: &str) -> bool {
    let is_exception = |text: &str| {
        let host = text.split('/').next().unwrap_or_default().trim_start_matches(['*', '.']);
        host.is_empty() || quote::is_host(host) || quote::is_bare_host(host) || host.parse::<IpAddr>().is_ok()
    };
    if EXCEPTION_VARIABLES.contains(&name) {
        value.split([',', ' ']).all(is_exception)
    } else {
        PROXY_VARIABLES.contains(&name) || quote::path(Path::new(value)).starts_with('`')
    }
}

/// Variables with their values, and notes about those that are omitted.
type Carried = (Vec<(String, String)>, Vec<String>);

/// The network variables for the entry. A proxy with a user name or a password is a secret and is omitted: a note names the
/// place for it, which is `file` if the server is started with one.
pub(super) fn of_network(client: &Client, file: Option<&Path>) -> anyhow::Result<Carried> {
    let (mut set, mut notes) = (Vec::new(), Vec::new());
    let names =
        PROXY_VARIABLES.into_iter().chain(EXCEPTION_VARIABLES).chain([CERTIFICATES, CERTIFICATE_FOLDERS]);
    for name in names {
        // On Windows both spellings are one variable.
        if cfg!(windows) && name.starts_with(|first: char| first.is_ascii_lowercase()) {
            continue;
        }
        let Some(value) = std::env::var(name).ok().filter(|value| !value.trim().is_empty()) else { continue };
        if PROXY_VARIABLES.contains(&name) && has_credentials(&value) {
            let location = match file {
                Some(file) => format!("add a line {name}=… to {}, which the server reads", file.display()),
                None => format!("set it in the environment of {}", client.title),
            };
            notes.push(format!(
                "{name} holds a user name or a password and is not put into the entry: {location}."
            ));
        } else if !may_be_written(name, &value) {
            notes.push(format!(
                "{name} is {}: it is not put into the entry, since it has not the form that {name} takes.",
                quote::described(&value)
            ));
        } else if name.starts_with("SSL_") {
            let path = std::path::absolute(&value)?;
            set.push((name.to_owned(), path.to_string_lossy().into_owned()));
        } else {
            set.push((name.to_owned(), value));
        }
    }
    Ok((set, notes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_the_form_of_its_variable_is_written() {
        for (name, value) in [
            ("NO_PROXY", "localhost,127.0.0.1,.corp.example, *.lan,10.0.0.0/8,::1,intranet"),
            ("no_proxy", "*"),
            ("SSL_CERT_FILE", "/etc/roots.pem"),
            ("SSL_CERT_DIR", "certs/corporate-roots"),
        ] {
            assert!(may_be_written(name, value), "{name}={value}");
        }
        for token in
            ["s3cr3t-0f-7he-7es7s-Q9zXw4Lm", "https://ada:s3cret@proxy.example", "Zk3v9QpLr7TtYyUuIiOo"]
        {
            for name in ["NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
                assert!(!may_be_written(name, token), "{name}={token}");
            }
        }
    }
}
