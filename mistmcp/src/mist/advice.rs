//! What a model is told when Mist does not answer as hoped: what was wrong, in Mist's own words where it has any,
//! and what to do next.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::Error;
use crate::error::{ErrorKind, shortened};

/// An answer that is no success.
pub(super) fn for_status(status: StatusCode, body: &str) -> Error {
    let words = words(body);
    let said = if words.is_empty() { String::new() } else { format!(" Mist says: {words}") };
    let (kind, advice) = match status {
        StatusCode::UNAUTHORIZED => (
            ErrorKind::Token,
            "Mist does not accept the API token: it is wrong, expired, or for another cloud. \
             Do not try again; tell the user."
                .to_owned(),
        ),
        StatusCode::FORBIDDEN => (
            ErrorKind::Permission,
            "The API token may not see this organization or site. `getSelf` lists what it can see."
                .to_owned(),
        ),
        StatusCode::NOT_FOUND => (
            ErrorKind::Missing,
            "Mist does not know this id here. Look it up first: a site with `searchOrgSites`, \
             another object with the tool that lists its kind."
                .to_owned(),
        ),
        status if status.is_server_error() => (
            ErrorKind::Cloud,
            format!(
                "Mist failed with status {}. Try again later, or ask for less; if it stays, tell the user.",
                status.as_u16()
            ),
        ),
        status if status.is_redirection() => (
            ErrorKind::Cloud,
            "Mist answered with a redirect to another host, which is not followed, so that the token stays \
             with Mist. Tell the user that the cloud's host may be wrong."
                .to_owned(),
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
    Error::new(kind, advice + &said)
}

/// The hour's calls are used up.
pub(super) fn for_rate_limit(wait: Duration) -> Error {
    Error::new(
        ErrorKind::RateLimit,
        format!(
            "Mist's limit of calls an hour is reached. Call nothing for the next {} seconds; do not loop.",
            wait.as_secs().max(1)
        ),
    )
}

/// Nothing, or not all of it, came back.
pub(super) fn for_network(error: &reqwest::Error) -> Error {
    let (kind, what) = if error.is_timeout() {
        (ErrorKind::Deadline, "did not answer in time")
    } else if error.is_connect() {
        (ErrorKind::Network, "could not be reached")
    } else {
        (ErrorKind::Network, "broke off while answering")
    };
    // The last cause is the one that says something: "connection refused", "certificate expired".
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Error::new(
        kind,
        format!("Mist {what} ({cause}). Try again once; if it stays, tell the user to check the network."),
    )
}

/// The whole call took too long.
pub(crate) fn for_deadline(limit: Duration) -> Error {
    Error::new(
        ErrorKind::Deadline,
        format!(
            "Mist took longer than the {} seconds that a call may take. Ask for less: a smaller window, a \
             filter, a lower `limit`.",
            limit.as_secs()
        ),
    )
}

/// More came back than is read.
pub(super) fn for_size(limit: usize) -> Error {
    Error::new(
        ErrorKind::Size,
        format!(
            "Mist's answer is larger than the {limit} bytes that are read. Ask for less: a lower `limit`, a \
             smaller window, a filter."
        ),
    )
}

/// Mist's own words: its `detail`, or what else is in the body, cut to a sane length.
fn words(body: &str) -> String {
    const LONGEST: usize = 600;
    const READ: usize = 16 * 1024;
    let text = body[..body.floor_char_boundary(READ)].trim();
    if text.starts_with('<') {
        return String::new();
    }
    let words = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => match object.get("detail") {
            Some(Value::String(detail)) => detail.clone(),
            Some(detail) => detail.to_string(),
            None if object.is_empty() => String::new(),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    };
    shortened(&words, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(status: u16, body: &str) -> String {
        for_status(StatusCode::from_u16(status).unwrap(), body).to_string()
    }

    #[test]
    fn mists_own_words_are_kept() {
        assert!(advice(400, r#"{"detail":"bad duration"}"#).ends_with("Mist says: bad duration"));
        assert!(advice(404, r#"{"id":"unknown"}"#).contains(r#"{"id":"unknown"}"#));
        assert!(advice(400, r#"{"detail":{"name":["required"]}}"#).contains(r#"{"name":["required"]}"#));
        assert!(advice(400, "plain words").contains("plain words"));
    }

    #[test]
    fn a_page_of_a_proxy_is_not_repeated() {
        let advice = advice(502, "<html><body>Bad Gateway</body></html>");
        assert!(!advice.contains("html") && advice.contains("502"), "{advice}");
    }

    #[test]
    fn every_status_names_a_next_step_and_stays_short() {
        let long = "x".repeat(100_000);
        for status in [300, 302, 400, 401, 403, 404, 405, 409, 413, 418, 429, 500, 502, 503, 504] {
            for body in ["", "{}", "null", "<html>", long.as_str(), "\u{0}\u{1}"] {
                let advice = advice(status, body);
                assert!((20..1_500).contains(&advice.len()), "{status}: {advice}");
            }
        }
    }
}
