//! The environment that an entry gives the server: where the token comes from without this program's file, and the proxy and the
//! certificates of the shell that the installation runs in, which desktop clients do not have.

use std::path::Path;

use super::client::{Client, Environment};
use crate::cli::configuration::TOKEN;
use crate::mist::{CERTIFICATES, EXCEPTION_VARIABLES, PROXY_VARIABLES, holds_user};

/// What has to be done for the client's own token to reach the server.
pub(super) fn note_of_token(client: &Client) -> String {
    let title = client.title;
    match client.environment {
        Environment::Text(_) | Environment::List(_) => format!(
            "{title} takes the token from {TOKEN} in its own environment: set it there before {title} is started."
        ),
        Environment::Inherited => {
            format!("{title} passes its own environment on: set {TOKEN} there, and start {title} from there.")
        }
        Environment::Cleared => format!(
            "warning: {title} passes none of its own variables on, so that the server will not find {TOKEN}: leave \
             --no-token out, which keeps the token in a file that you alone may read, or name a file with --env-file."
        ),
    }
}

/// Variables and their values, and what has to be said of those that are left out.
type Carried = (Vec<(String, String)>, Vec<String>);

/// The variables of the network for the entry. A proxy with a user name or a password is a secret, which no entry holds: a
/// note says where it goes, which is `file` if the server is started with one.
pub(super) fn of_network(client: &Client, file: Option<&Path>) -> anyhow::Result<Carried> {
    let (mut set, mut notes) = (Vec::new(), Vec::new());
    let names = PROXY_VARIABLES.into_iter().chain(EXCEPTION_VARIABLES).chain([CERTIFICATES, "SSL_CERT_DIR"]);
    for name in names {
        // On Windows both spellings are one variable.
        if cfg!(windows) && name.starts_with(|first: char| first.is_ascii_lowercase()) {
            continue;
        }
        let Some(value) = std::env::var(name).ok().filter(|value| !value.trim().is_empty()) else { continue };
        if PROXY_VARIABLES.contains(&name) && holds_user(&value) {
            let place = match file {
                Some(file) => format!("add a line {name}=… to {}, which the server reads", file.display()),
                None => format!("set it in the environment of {}", client.title),
            };
            notes.push(format!(
                "{name} holds a user name or a password and is not put into the entry: {place}."
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
