//! Server over HTTP.

mod credentials;
mod limits;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use rmcp::handler::server::ServerHandler;
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use super::configuration::{Configuration, REDIS_KEY, REDIS_PASSWORD};
use super::env_file::{Environment, exposed};
use super::flags::{Flags, HttpFlags};
use super::{accounts, audit_log, demo, oauth, output};
use crate::Server;
use crate::http::{self, Allowed, AllowedHost, AllowedOrigin, Credentials, OAuthSettings, SessionLimits};
use crate::identity::identity;
use crate::key::Key;
use crate::placeholder::placeholder;
use crate::quote;
use crate::redis::Location;
pub(super) use credentials::OwnTokens;
use credentials::credentials;

/// What follows the address of a server whose clients have to name a cloud.
const NEEDS_CLOUD: &str = "?cloud=HOST, where HOST is your Mist cloud, such as api.eu.mist.com";

/// Serves many clients over HTTP.
pub(super) async fn serve<H: ServerHandler>(
    configuration: Configuration,
    all_flags: &Flags,
    environment: &Environment,
    handler: impl Fn(Server) -> H + Send + Sync + 'static,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let flags = &all_flags.http;
    let Some(ip) = stop.run_until_cancelled(address(&flags.host)).await else { return Ok(()) };
    let address = SocketAddr::new(ip?, flags.port);
    let oauth = oauth::settings(flags, configuration.accounts.is_some(), configuration.demo.is_some())?;
    let credentials = match &oauth {
        Some(_) => Credentials {
            client_token: None,
            shared: configuration.tokens.clone().filter(|_| configuration.demo.is_some()),
        },
        None => {
            let tokens = OwnTokens {
                tokens: configuration.tokens.as_ref(),
                cloud: configuration.cloud.as_ref(),
                is_demo: configuration.demo.is_some(),
            };
            credentials(&tokens, flags, address)?
        }
    };
    let of_accounts = configuration.accounts.iter().flat_map(|accounts| accounts::warnings(&accounts.all()));
    let allowed = allowed(flags)?;
    for warning in of_accounts.chain(warnings(flags, environment, address, oauth.as_ref(), &allowed)) {
        output::error(&format!("warning: {warning}."));
    }
    let tls = flags.tls_cert.clone().zip(flags.tls_key.clone());
    let cloud_of_demo = configuration.demo;
    let redis = redis(flags, environment)?;
    let key = match &redis {
        Some(location) => location.key().clone(),
        None => Key::random(),
    };
    let audit = audit_log::open(all_flags, key)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let needs_cloud = configuration.cloud.is_none() && configuration.accounts.is_none();
    let http = http::Configuration {
        address,
        settings: configuration.settings,
        pool: configuration.pool,
        credentials,
        oauth,
        accounts: configuration.accounts,
        clouds: configuration.clouds,
        cloud: configuration.cloud,
        org_id: configuration.org_id,
        demo: cloud_of_demo.is_some(),
        questions: if cloud_of_demo.is_some() { demo::questions() } else { Vec::new() },
        allowed: allowed.clone(),
        tls,
        limits: SessionLimits {
            total: flags.max_sessions as usize,
            per_token: flags.max_sessions_per_token as usize,
            idle: Duration::from_secs(flags.session_idle),
        },
        admission: limits::admission(flags)?,
        audit: audit.clone(),
        redis,
    };
    let log_address = |address: SocketAddr| {
        let cloud = if needs_cloud { NEEDS_CLOUD } else { "" };
        let place = served_place(address, &allowed);
        let page = place.as_ref().map(|place| format!("web page: {scheme}://{place}/; ")).unwrap_or_default();
        let place = place.unwrap_or_else(|| address.to_string());
        output::error(&format!(
            "{} {} listens; {page}MCP is at {scheme}://{place}/mcp{cloud}",
            identity().name,
            identity().version
        ));
    };
    let served = http::serve(http, handler, stop, log_address).await;
    drop(cloud_of_demo);
    if let Some(audit) = audit {
        audit.close().await;
    }
    served.map_err(|error| stopped(error, address))
}

/// Why the server ended, with the flag to change where it could not listen.
fn stopped(error: anyhow::Error, address: SocketAddr) -> anyhow::Error {
    let kind = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let words = match kind {
        Some(io::ErrorKind::AddrInUse) => format!(
            "port {} is in use by another program: choose another with --port (or MISTMCP_PORT), or 0 for a free one",
            address.port()
        ),
        Some(io::ErrorKind::AddrNotAvailable) => format!(
            "this machine does not have the address {}: choose one of its own with --host (or MISTMCP_HOST)",
            address.ip()
        ),
        Some(io::ErrorKind::PermissionDenied) => format!(
            "port {} needs rights that this user does not have: choose one above 1023 with --port (or MISTMCP_PORT)",
            address.port()
        ),
        _ => return error.context("the server stopped"),
    };
    error.context(words)
}

/// The settings with which the server would not start, each with its remedy; what it would warn of, where its address and hosts
/// are right; and what it has of OAuth.
pub(super) async fn problems_and_warnings(
    all_flags: &Flags,
    environment: &Environment,
    own: &OwnTokens<'_>,
) -> (Vec<anyhow::Error>, Vec<String>, Option<OAuthSettings>) {
    let flags = &all_flags.http;
    let mut problems = Vec::new();
    let address = address(&flags.host).await.map(|address| SocketAddr::new(address, flags.port));
    let allowed = allowed(flags);
    let has_accounts = all_flags.accounts.as_deref().is_some_and(|path| !path.as_os_str().is_empty());
    let oauth = oauth::settings(flags, has_accounts, own.is_demo);
    let credentials = match (&oauth, &address) {
        (Ok(None), Ok(address)) => credentials(own, flags, *address).map(drop),
        _ => Ok(()),
    };
    let oauth = oauth.map_err(|problem| problems.push(problem)).ok().flatten();
    let warnings = match (&address, &allowed) {
        (Ok(address), Ok(allowed)) => {
            warnings(flags, environment, *address, oauth.as_ref(), allowed).collect()
        }
        _ => Vec::new(),
    };
    let others = [
        address.map(drop),
        credentials,
        redis(flags, environment).map(drop),
        allowed.map(drop),
        limits::admission(flags).map(drop),
        match flags.tls_cert.as_deref().zip(flags.tls_key.as_deref()) {
            Some((certificate, key)) => http::load_tls(certificate, key).await.map(drop).map_err(Into::into),
            None => Ok(()),
        },
    ];
    problems.extend(others.into_iter().filter_map(Result::err));
    (problems, warnings, oauth)
}

/// A warning if clients that use the URL of `--oauth-audience` would be refused.
fn unserved_audience(oauth: &OAuthSettings, allowed: &Allowed) -> Option<String> {
    let host = oauth.resource.host_str().filter(|_| !allowed.serves(&oauth.resource))?;
    let with_port = Allowed::host_of(&oauth.resource)?;
    Some(format!(
        "requests to the host of --oauth-audience, {with_port}, are refused with 403 unless a proxy before the server changes \
         their `Host`: allow it by --allow-host {host} (or MISTMCP_ALLOW_HOST)"
    ))
}

/// What the settings have that is risky or without effect.
fn warnings(
    flags: &HttpFlags,
    environment: &Environment,
    address: SocketAddr,
    oauth: Option<&OAuthSettings>,
    allowed: &Allowed,
) -> impl Iterator<Item = String> {
    let has_no_tls = flags.tls_cert.is_none() && !address.ip().is_loopback();
    let unencrypted = has_no_tls.then(|| {
        format!(
            "{address} is reached from beyond this machine, and without --tls-cert tokens cross the network in the \
             clear, unless a proxy before it speaks TLS"
        )
    });
    // Its group may read a key, as Debian's `ssl-cert` does.
    let key = flags.tls_key.as_deref();
    let exposed_key = key.and_then(|key| Some((key, exposed(key).filter(|mode| mode & 0o027 != 0)?)));
    let exposed_key = exposed_key.map(|(key, mode)| {
        format!(
            "{} holds the private key of this server, and others on this machine can read or change it (mode {mode:03o}): \
             chmod 600 it",
            key.display()
        )
    });
    let has_redis = flags.redis.as_ref().is_some_and(|url| !url.expose_secret().trim().is_empty());
    let unused_key = (!has_redis && environment.get(REDIS_KEY).is_some())
        .then(|| format!("{REDIS_KEY} is not used without --redis (or MISTMCP_REDIS_URL)"));
    let of_audience = oauth.and_then(|oauth| unserved_audience(oauth, allowed));
    let unserved = served_place(address, allowed).is_none().then(|| {
        format!(
            "requests to {} are refused with 403: name the host that clients use by --allow-host (or MISTMCP_ALLOW_HOST)",
            address.ip()
        )
    });
    let of_place = unencrypted.into_iter().chain(unserved).chain(exposed_key);
    of_place.chain(limits::warnings(flags)).chain(of_audience).chain(unused_key)
}

/// The Redis that replicas share, where there is one.
fn redis(flags: &HttpFlags, environment: &Environment) -> anyhow::Result<Option<Location>> {
    let Some(url) = flags.redis.as_ref().filter(|url| !url.expose_secret().trim().is_empty()) else {
        return Ok(None);
    };
    let [key, password] =
        [REDIS_KEY, REDIS_PASSWORD].map(|name| environment.get(name).map(SecretString::from));
    for (name, secret) in [(REDIS_KEY, &key), (REDIS_PASSWORD, &password)] {
        if secret.as_ref().is_some_and(|secret| placeholder(secret.expose_secret()).is_some()) {
            bail!("{name} is a placeholder: put the secret itself there");
        }
    }
    let timeout = Duration::from_millis(flags.redis_timeout);
    Ok(Some(Location::parse(url, password.as_ref(), &flags.redis_prefix, key.as_ref(), timeout)?))
}

/// The host and port by which clients find a server at this address, and are not refused for their `Host`: the loopback
/// address itself, the first allowed host, or `localhost`. `None` if there is none.
fn served_place(address: SocketAddr, allowed: &Allowed) -> Option<String> {
    let of_host = |host: &AllowedHost| match host {
        AllowedHost::Any => None,
        // The port of another server, a proxy, may have another scheme.
        AllowedHost::Named { host, port } => {
            let is_own = port.is_none_or(|port| port == address.port());
            is_own.then(|| format!("{host}:{}", address.port()))
        }
    };
    match address.ip() {
        ip if ip.is_loopback() => Some(address.to_string()),
        ip => {
            let local = || ip.is_unspecified().then(|| format!("localhost:{}", address.port()));
            let any = || allowed.hosts.contains(&AllowedHost::Any).then(|| address.to_string());
            allowed.hosts.iter().find_map(of_host).or_else(local).or_else(any)
        }
    }
}

/// An address or a host name.
async fn address(host: &str) -> anyhow::Result<IpAddr> {
    let host = host.trim();
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return Ok(address);
    }
    // A DNS resolver must not learn a misplaced token.
    if !(quote::is_host(host) || quote::is_bare_host(host)) {
        bail!(
            "--host (or MISTMCP_HOST) is {}, which is no address to listen on: write one of this machine's, such as \
             127.0.0.1, or 0.0.0.0 for all",
            quote::described(host)
        );
    }
    let mut found = tokio::net::lookup_host((host, 0)).await.with_context(|| {
        format!("--host (or MISTMCP_HOST) is {}, which is no address of this machine", quote::host(host))
    })?;
    found
        .next()
        .map(|found| found.ip())
        .with_context(|| format!("--host (or MISTMCP_HOST) is {}, which has no address", quote::host(host)))
}

fn allowed(flags: &HttpFlags) -> anyhow::Result<Allowed> {
    let host = |text: &str| {
        check_wildcard(text, "--allow-host (or MISTMCP_ALLOW_HOST)", "host")?;
        AllowedHost::parse(text).with_context(|| {
            format!(
                "--allow-host (or MISTMCP_ALLOW_HOST) is {}, which is no host: write `mist.example.com`, with \
                 `:8443` for one port alone",
                quote::host(text)
            )
        })
    };
    let origin = |text: &str| {
        check_wildcard(text, "--allow-origin (or MISTMCP_ALLOW_ORIGIN)", "origin")?;
        AllowedOrigin::parse(text).with_context(|| {
            format!(
                "--allow-origin (or MISTMCP_ALLOW_ORIGIN) is {}, which is no origin: write \
                 `https://chat.example.com`",
                quote::host(text)
            )
        })
    };
    Ok(Allowed {
        hosts: filled(&flags.allow_host).map(host).collect::<anyhow::Result<_>>()?,
        origins: filled(&flags.allow_origin).map(origin).collect::<anyhow::Result<_>>()?,
    })
}

/// Refuses a wildcard for a part of a name, which would match nothing.
fn check_wildcard(text: &str, setting: &str, what: &str) -> anyhow::Result<()> {
    if text != "*" && text.contains('*') {
        bail!(
            "{setting} has `*` inside a name, which matches nothing: write each {what} by itself, or `*` alone for any"
        );
    }
    Ok(())
}

fn filled(texts: &[String]) -> impl Iterator<Item = &str> {
    texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_start_names_a_place_that_is_served() {
        for (address, hosts, place) in [
            ("127.0.0.1:8000", &["mist.example.com"][..], Some("127.0.0.1:8000")),
            ("127.0.0.2:8000", &[], Some("127.0.0.2:8000")),
            ("[::1]:8000", &[], Some("[::1]:8000")),
            ("0.0.0.0:8000", &[], Some("localhost:8000")),
            ("[::]:8000", &["*"], Some("localhost:8000")),
            ("0.0.0.0:8000", &["*", "mist.example.com", "other.example.com"], Some("mist.example.com:8000")),
            ("[::]:8000", &["mist.example.com:443"], Some("localhost:8000")),
            ("10.1.2.3:8000", &["[fd00::1]"], Some("[fd00::1]:8000")),
            ("10.1.2.3:8000", &["*"], Some("10.1.2.3:8000")),
            ("10.1.2.3:8000", &[], None),
        ] {
            let hosts = hosts.iter().map(|host| AllowedHost::parse(host).unwrap()).collect();
            let allowed = Allowed { hosts, origins: Vec::new() };
            let found = served_place(address.parse().unwrap(), &allowed);
            assert_eq!(found.as_deref(), place, "{address} {allowed:?}");
            if let Some(place) = found {
                assert!(allowed.serves(&format!("http://{place}/").parse().unwrap()), "{place} {allowed:?}");
            }
        }
    }
}
