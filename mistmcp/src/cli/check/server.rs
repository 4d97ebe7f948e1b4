//! Readiness check of a server over HTTP.

use std::net::IpAddr;
use std::time::Duration;

use http::StatusCode;
use http::header::HOST;
use reqwest::Url;
use serde_json::Value;

use super::report::{Finding, Report};
use crate::cli::flags::Flags;
use crate::error::causes;
use crate::host::is_loopback;
use crate::http::Allowed;
use crate::quote;

/// Timeout of the check.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Checks whether a server over HTTP is ready: the one at `url`, or the one that these flags and variables would start,
/// of which `url` may be a path. It sends no secrets.
pub(super) async fn check(report: &mut Report, flags: &Flags, url: Option<&str>) {
    report.add(match address(flags, url) {
        Ok(url) => request(flags, url).await,
        Err(problem) => Finding::failed("server", problem).remedy("Write --server http://127.0.0.1:8000"),
    });
}

fn address(flags: &Flags, url: Option<&str>) -> Result<Url, String> {
    let own = || {
        let scheme = if flags.http.tls_cert.is_some() { "https" } else { "http" };
        let host = match flags.http.host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if address.is_unspecified() => "127.0.0.1".to_owned(),
            Ok(IpAddr::V6(address)) => format!("[{address}]"),
            _ => flags.http.host.clone(),
        };
        format!("{scheme}://{host}:{}", flags.http.port)
    };
    let text = match url {
        None => own(),
        Some(path) if path.starts_with('/') => own() + path,
        Some(url) => url.to_owned(),
    };
    let mut url = Url::parse(&text).map_err(|error| format!("{} is no URL: {error}", quote::host(&text)))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address of a server holds no user name and no password: leave them out".to_owned());
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{} is no URL of a server over HTTP", quote::host(&text)));
    }
    // The endpoint of MCP implies its server.
    if matches!(url.path(), "/" | "/mcp") {
        url.set_path("/readyz");
        url.set_query(None);
    }
    Ok(url)
}

async fn request(flags: &Flags, url: Url) -> Finding {
    let loopback = url.host().is_some_and(|host| is_loopback(&host));
    let mut builder = reqwest::Client::builder().timeout(TIMEOUT.min(Duration::from_secs(flags.timeout)));
    if loopback {
        // The certificate is for the public name and not for this machine's.
        builder = builder.no_proxy().tls_danger_accept_invalid_certs(true);
    }
    let asked = async {
        let mut request = builder.build()?.get(url.clone());
        if loopback {
            request = request.header(HOST, "localhost");
        }
        let response = request.send().await?;
        Ok::<_, reqwest::Error>((response.status(), response.text().await?))
    };
    match asked.await {
        Ok((status, body)) if status.is_success() => Finding::ok("server", summary(&url, status, &body)),
        Ok((status, body)) => Finding::failed("server", summary(&url, status, &body)).remedy(
            if status == StatusCode::FORBIDDEN {
                "Ask by a name that it is known by, or allow this one with --allow-host"
            } else {
                "Look at its log"
            },
        ),
        Err(error) => {
            let cause = causes(&error).last().map(ToString::to_string).unwrap_or_default();
            Finding::failed("server", format!("{url} does not answer: {cause}")).remedy(remedy(&url, &error))
        }
    }
}

/// What to do where there is no answer. A server that speaks the other scheme answers, but not in HTTP.
fn remedy(url: &Url, error: &reqwest::Error) -> String {
    let is_other_scheme = if url.scheme() == "http" {
        error.is_request() && !error.is_connect() && !error.is_timeout()
    } else {
        causes(error).any(|cause| cause.to_string().contains("InvalidContentType"))
    };
    if is_other_scheme && let Some(host) = Allowed::host_of(url) {
        let (other, has) = if url.scheme() == "http" { ("https", "has TLS") } else { ("http", "has no TLS") };
        return format!("If the server {has}, name its address: --server {other}://{host}{}", url.path());
    }
    format!("Start it with {} --transport http, or name its address: --server URL", crate::identity::name())
}

fn summary(url: &Url, status: StatusCode, body: &str) -> String {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let clouds = answer.get("clouds").and_then(Value::as_object).into_iter().flatten();
    let words = clouds.map(|(name, how)| format!("{name}: {}", how.as_str().unwrap_or_default()));
    let words = std::iter::once(format!("{url} answers {}", status.as_u16())).chain(words);
    words.collect::<Vec<_>>().join("; ")
}
