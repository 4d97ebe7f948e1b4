//! Credentials of a server over HTTP, as the flags have them: [`credentials`].

use std::net::SocketAddr;

use anyhow::bail;
use secrecy::{ExposeSecret, SecretString};

use super::filled;
use crate::cli::configuration::{TOKEN, no_token};
use crate::cli::flags::HttpFlags;
use crate::http::Credentials;
use crate::known_tokens;
use crate::mist::{Cloud, Tokens};
use crate::placeholder::{placeholder, problem};

/// Minimum length of a secret.
const SHORTEST: usize = 16;

/// The operator's own tokens.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct OwnTokens<'a> {
    pub(in crate::cli) tokens: Option<&'a Tokens>,
    pub(in crate::cli) cloud: Option<&'a Cloud>,
    pub(in crate::cli) is_demo: bool,
}

/// Whose tokens clients use, and the secret that they have to send.
///
/// # Errors
/// A secret is none, or the operator's tokens would be for everybody.
pub(super) fn credentials(
    own: &OwnTokens<'_>,
    flags: &HttpFlags,
    address: SocketAddr,
) -> anyhow::Result<Credentials> {
    let client_token = flags.client_token.as_ref().map(client_token).transpose()?;
    if own.is_demo {
        return Ok(Credentials { client_token, shared: own.tokens.cloned() });
    }
    if !flags.shared_token {
        return Ok(Credentials { client_token, shared: None });
    }
    if client_token.is_none() && !address.ip().is_loopback() {
        bail!(
            "--shared-token on {address} would let everybody who reaches it use your token: set MISTMCP_CLIENT_TOKEN \
             to a secret that clients have to send, or listen on 127.0.0.1"
        );
    }
    let is_proxied = filled(&flags.allow_host).chain(filled(&flags.trusted_proxy)).next().is_some();
    if client_token.is_none() && is_proxied {
        bail!(
            "--shared-token behind a proxy (--allow-host, --trusted-proxy) would let everybody who reaches the proxy use \
             your token: set MISTMCP_CLIENT_TOKEN to a secret that clients have to send"
        );
    }
    if client_token.is_none() && filled(&flags.allow_origin).any(|origin| origin == "*") {
        bail!(
            "--shared-token with --allow-origin=* would let every web page that a user of this machine opens use your \
             token: set MISTMCP_CLIENT_TOKEN to a secret that clients have to send, or name the origins of your pages"
        );
    }
    let Some(cloud) = own.cloud else {
        bail!("--shared-token needs --cloud (or MIST_HOST): your token is sent to that cloud alone");
    };
    let Some(tokens) = own.tokens.cloned() else {
        bail!("--shared-token shares {TOKEN}: {}", no_token(cloud));
    };
    Ok(Credentials { client_token, shared: Some(tokens) })
}

/// The secret that every client has to send, without white space around it.
fn client_token(secret: &SecretString) -> anyhow::Result<SecretString> {
    let text = secret.expose_secret().trim();
    if placeholder(text).is_some() {
        bail!(
            "--client-token (or MISTMCP_CLIENT_TOKEN) is a placeholder: put a secret there, of your own making"
        );
    }
    if let Some(problem) = problem(text) {
        bail!("--client-token (or MISTMCP_CLIENT_TOKEN): {problem}");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        bail!(
            "--client-token (or MISTMCP_CLIENT_TOKEN) has a line break, a control or a non-ASCII character in it, which \
             clients cannot send in a header"
        );
    }
    if text.len() < SHORTEST {
        bail!(
            "--client-token (or MISTMCP_CLIENT_TOKEN) is shorter than {SHORTEST} characters, which can be guessed"
        );
    }
    known_tokens::set(known_tokens::Origin::ClientToken, [text]);
    Ok(text.into())
}
