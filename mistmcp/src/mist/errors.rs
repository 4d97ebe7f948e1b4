//! Error messages for failed Mist requests: what was wrong, in Mist's own words where there are any, and the next
//! step.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::rate_limit::{Exhausted, ExhaustedBy};
use super::request::Owner;
use super::validation_limiter::ValidationLimited;
use crate::Error;
use crate::call::Stage;
use crate::error::{self, ErrorKind};
use crate::text::shortened;
use crate::text::visible;

/// Error for an HTTP status that another token would not change, of a request about objects of `owner`.
pub(super) fn for_status(status: StatusCode, body: &str, owner: Owner) -> Error {
    let (kind, advice) = match status {
        StatusCode::UNAUTHORIZED => return for_refused(1, body),
        StatusCode::FORBIDDEN => {
            let what = match owner {
                Owner::Msp => "MSP (managed service provider)",
                Owner::Org => "organization",
                Owner::Site => "organization or site",
            };
            return Error::new(ErrorKind::Permission, format!("The API token may not see this {what}."))
                .hint(
                    [("getSelf", " `getSelf` lists what it can see.")],
                    " Name one that it may see.",
                )
                .append(mist_message(body));
        }
        StatusCode::NOT_FOUND => {
            let place = match owner {
                Owner::Msp => ("getSelf", "the MSP with `getSelf`, another object"),
                Owner::Org => ("getSelf", "the organization with `getSelf`, another object"),
                Owner::Site => ("searchOrgSites", "a site with `searchOrgSites`, another object"),
            };
            return Error::new(
                ErrorKind::Missing,
                "Mist has no object with this id at this place. Look it up first: ",
            )
            .hint([place], "each object")
            .append(" with the tool that lists its kind.")
            .append(mist_message(body));
        }
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => (ErrorKind::Network, PROXY_PASSWORD.to_owned()),
        StatusCode::REQUEST_TIMEOUT => (
            ErrorKind::Cloud,
            "Mist gave up waiting for the request (status 408). Try again once; if it stays, the network has to be checked."
                .to_owned(),
        ),
        status if status.is_server_error() => (
            ErrorKind::Cloud,
            format!(
                "Mist failed with status {}. Try again later, or ask for less; if it stays, it is a fault in Mist's cloud.",
                status.as_u16()
            ),
        ),
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::SEE_OTHER
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => (
            ErrorKind::Cloud,
            "Mist answered with a redirect to another host, or to none, which is not followed, so that the token \
             stays with Mist. Do not try again: the cloud's host may be wrong and has to be checked."
                .to_owned(),
        ),
        status if !status.is_client_error() => (
            ErrorKind::Cloud,
            format!(
                "Mist answered with status {}, and such an answer cannot be read. Try again once; if it stays, a proxy \
                 may stand between and has to be checked.",
                status.as_u16()
            ),
        ),
        status => (
            ErrorKind::Request,
            format!(
                "Mist refused the request (status {}). Correct the parameter that it names; do not repeat the \
                 call unchanged.",
                status.as_u16()
            ),
        ),
    };
    Error::new(kind, advice + &mist_message(body))
}

/// Error when Mist accepts none of the `tokens`.
pub(super) fn for_refused(tokens: usize, body: &str) -> Error {
    let advice = match tokens {
        0 | 1 => "Mist does not accept the API token: it is wrong, expired, or for another cloud. \
                  Do not try again: a valid token has to be set."
            .to_owned(),
        several => format!(
            "Mist accepts none of the {several} API tokens: they are wrong, expired, or for another cloud. \
             Do not try again: a valid token has to be set."
        ),
    };
    Error::new(ErrorKind::Token, advice + &mist_message(body))
}

/// Error when the calls of the hour are used up.
pub(super) fn for_rate_limit(used_up: &Exhausted, body: &str) -> Error {
    let until = used_up.until.strftime("%H:%M:%S UTC");
    let whole = used_up.wait.as_secs() + u64::from(used_up.wait.subsec_nanos() > 0);
    let wait = seconds(whole.max(1));
    let what = match used_up.by {
        ExhaustedBy::Mist => "Mist's limit of calls an hour is reached.".to_owned(),
        ExhaustedBy::Count(limit) => {
            format!("The API token's calls of this hour, {limit}, are used up but for a small reserve.")
        }
    };
    let words = format!("{what} Call nothing for the next {wait}, until {until}; do not loop.");
    let error = Error::new(ErrorKind::RateLimit, words);
    let error = match used_up.by {
        ExhaustedBy::Mist => error,
        ExhaustedBy::Count(_) => {
            error.hint([("getSelfApiUsage", " `getSelfApiUsage` tells what Mist has counted.")], "")
        }
    };
    error.append(mist_message(body))
}

/// Error when an address has sent too many requests with tokens that Mist has not accepted.
pub(super) fn for_validation_limit(limited: ValidationLimited) -> Error {
    let ValidationLimited { per_minute, wait } = limited;
    Error::new(
        ErrorKind::RateLimit,
        format!(
            "Mist has not accepted this API token yet, and is asked with such tokens {per_minute} times a minute for \
             one address (--new-tokens-per-minute). Call again in {}; do not loop.",
            seconds(wait.as_secs() + 1)
        ),
    )
}

/// `1 second`, `30 seconds`.
fn seconds(number: u64) -> String {
    let more = if number == 1 { "" } else { "s" };
    format!("{number} second{more}")
}

/// Error when no answer, or only a part of one, was received.
pub(super) fn for_network(error: &reqwest::Error) -> Error {
    let causes = causes(error);
    let has = |words: &str| causes.iter().any(|cause| cause.contains(words));
    // The last cause is the specific one: "connection refused", "certificate expired".
    let cause = causes.last().map_or("", String::as_str);
    if error.is_redirect() {
        let words = "Mist redirects the request too often. Do not try again: the cloud's host may be wrong, or \
                     a proxy may stand between, which has to be checked.";
        return Error::new(ErrorKind::Cloud, words);
    }
    if has(LONG_HEAD) {
        let words = "Mist's answer has longer headers than are read. Do not try again: a proxy may stand between, \
                     which has to be checked.";
        return Error::new(ErrorKind::Cloud, words);
    }
    if is_lasting(error) {
        let message = if has(CERTIFICATE) {
            format!(
                "Mist's certificate is not trusted here ({cause}). Do not try again: a proxy or a firewall \
                 that inspects TLS signs with a root certificate of its own, which has to be trusted on this machine or \
                 be in a PEM file that SSL_CERT_FILE names. If a certificate is expired or not valid yet, look at the clock."
            )
        } else if has(PROXY_REFUSES) {
            format!(
                "The proxy does not connect to Mist ({cause}). Do not try again: Mist's host has to be allowed \
                 there, or HTTPS_PROXY or NO_PROXY to be set otherwise."
            )
        } else {
            PROXY_PASSWORD.to_owned()
        };
        return Error::new(ErrorKind::Network, message);
    }
    if has("error connecting to socks proxy") || has("tunnel error") {
        let words = "The proxy on the way to Mist could not be used";
        let remedy = "Try again once; if it stays, HTTPS_PROXY (or ALL_PROXY) has to be checked.";
        return Error::new(ErrorKind::Network, format!("{words} ({cause}). {remedy}"));
    }
    let (kind, what) = if error.is_connect() {
        (ErrorKind::Network, "could not be reached")
    } else if error.is_timeout() {
        (ErrorKind::Deadline, "did not answer in time")
    } else {
        (ErrorKind::Network, "broke off while answering")
    };
    Error::new(
        kind,
        format!("Mist {what} ({cause}). Try again once; if it stays, the network has to be checked."),
    )
}

const LONG_HEAD: &str = "message head is too large";
const CERTIFICATE: &str = "invalid peer certificate";
const PROXY_REFUSES: &str = "tunnel error: unsuccessful";
const PROXY_PASSWORD: &str = "A proxy between this server and Mist wants a user name and a password (status 407). Do not try \
                              again: they have to be set in HTTPS_PROXY.";

/// Whether retrying cannot help: an untrusted certificate, a proxy that refuses, redirects in a circle, or headers that
/// are too long.
pub(super) fn is_lasting(error: &reqwest::Error) -> bool {
    let lasting = [
        CERTIFICATE,
        LONG_HEAD,
        PROXY_REFUSES,
        "tunnel error: proxy authorization required",
        "server does not support user/pass authentication",
        "credentials not accepted",
    ];
    error.is_redirect() || causes(error).iter().any(|cause| lasting.iter().any(|words| cause.contains(words)))
}

/// The error and its chain of causes, the root cause last.
pub(super) fn causes(error: &reqwest::Error) -> Vec<String> {
    error::causes(error).map(ToString::to_string).collect()
}

/// Error when the whole call took too long, by what it spent its time on at the end.
pub(crate) fn for_deadline(limit: Duration, stage: Stage) -> Error {
    let limit = seconds(limit.as_secs());
    let words = match stage {
        Stage::Mist => format!(
            "Mist took longer than the {limit} that a call may take. Ask for less: a smaller window, a \
             filter, a lower `limit`."
        ),
        Stage::Queue => format!(
            "The query waited for other queries until the {limit} that a call may take had passed. Run one query \
             after the other, and try this one again in a minute."
        ),
        Stage::Statement => format!(
            "The SQL was still running when the {limit} that a call may take had passed. Give each JOIN its \
             condition, and filter or group before joining. Tables that were fetched completely are kept for five \
             minutes, so that the next query over them begins at once."
        ),
        Stage::Answer => format!(
            "Mist has answered, and the answer took too long to process: the {limit} that a call may take had \
             passed. Ask for less: a smaller window, a filter, a lower `limit`."
        ),
    };
    Error::new(ErrorKind::Deadline, words)
}

/// Error when the answer exceeds the size limit.
pub(super) fn for_size(limit: usize) -> Error {
    Error::new(
        ErrorKind::Size,
        format!(
            "Mist's answer is larger than the {limit} bytes that are read. Ask for less: a lower `limit`, a \
             smaller window, a filter."
        ),
    )
}

/// What the body of the answer adds: Mist's message, or that a proxy sent the page.
fn mist_message(body: &str) -> String {
    if body.trim_start().starts_with('<') {
        return " The answer is an HTML page, which Mist does not send: a proxy or a firewall may stand between."
            .to_owned();
    }
    match words(body) {
        words if words.is_empty() => words,
        words if words.ends_with(['.', '!', '?', '\u{2026}']) => format!(" Mist says: {words}"),
        words => format!(" Mist says: {words}."),
    }
}

/// Mist's own message: its `detail`, or else the body, truncated.
fn words(body: &str) -> String {
    const LONGEST: usize = 600;
    const READ: usize = 16 * 1024;
    let text = body[..body.floor_char_boundary(READ)].trim();
    let words = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => match object.get("detail") {
            Some(Value::String(detail)) => detail.clone(),
            Some(detail) => detail.to_string(),
            None if object.is_empty() => String::new(),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    };
    // On one line and with invisible characters escaped before truncation, so that the limit counts visible
    // characters.
    let words: Vec<_> = words.split_whitespace().collect();
    shortened(&visible(&words.join(" ")), LONGEST)
}

#[cfg(test)]
mod tests;
