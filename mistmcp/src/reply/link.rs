//! Parser of Mist's `next` link ([`Link`]).

use percent_encoding::percent_decode_str;
use reqwest::Url;
use serde_json::{Map, Value, json};

use super::request_facts::RequestFacts;
use crate::mist::api::paging::{REPEATED, SEARCH_AFTER};
use crate::mist::api::paths;
use crate::mist::{CURSOR, Cursor};

/// The target of an answer's `next`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Link {
    /// There is no next page.
    Missing,
    /// The arguments to merge into those of the call.
    To(Map<String, Value>),
    /// There is a next page, but the tool has no arguments for it.
    Unusable,
}

impl Link {
    /// Parses a link. It is never requested as it is: only its query is used, and only if it points to the API of
    /// the host that answered. Parameters that the tool does not have become a cursor.
    pub(super) fn read(next: Option<&Value>, host: Option<&Url>, facts: &RequestFacts) -> Self {
        match next {
            None | Some(Value::Null | Value::Bool(false)) => Self::Missing,
            Some(Value::String(text)) if text.trim().is_empty() => Self::Missing,
            Some(Value::String(text)) => match query(text.trim(), host) {
                Some(query) => Self::to(&query, facts).map_or(Self::Unusable, Self::To),
                None => Self::Unusable,
            },
            Some(_) => Self::Unusable,
        }
    }

    /// Parses the position of the next page, which some searches answer as a field and not in a link.
    pub(super) fn of_position(position: &Value, facts: &RequestFacts) -> Self {
        let position = match position {
            Value::Null | Value::Bool(false) => return Self::Missing,
            Value::String(text) if text.trim().is_empty() => return Self::Missing,
            Value::Array(parts) if parts.is_empty() => return Self::Missing,
            Value::String(text) => text.clone(),
            Value::Array(_) | Value::Number(_) => position.to_string(),
            Value::Bool(true) | Value::Object(_) => return Self::Unusable,
        };
        let is_same =
            |given: &Value| given.as_str().map_or_else(|| given.to_string(), str::to_owned) == position;
        if facts.given(SEARCH_AFTER).is_some_and(is_same) {
            return Self::Missing;
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair(SEARCH_AFTER, &position)
            .finish();
        Self::to(&query, facts).map_or(Self::Unusable, Self::To)
    }

    fn to(query: &str, facts: &RequestFacts) -> Option<Map<String, Value>> {
        let mut arguments = Map::new();
        let mut cursor = Vec::new();
        let mut leads_on = false;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name);
            match (facts.takes(&name), name.as_str()) {
                (true, SEARCH_AFTER) => {
                    arguments.insert(name, decoded(value).into());
                }
                (true, "page") => {
                    let page = decoded(value).parse::<u64>().ok()?;
                    arguments.insert(name, json!(page));
                }
                // The call has it already.
                (true, _) => {}
                (false, name) => {
                    leads_on |= !REPEATED.contains(&name);
                    cursor.push(pair);
                }
            }
        }
        if leads_on {
            let cursor = cursor.join("&");
            if !facts.takes_cursor || Cursor::read(&cursor).is_err() {
                return None;
            }
            arguments.insert(CURSOR.into(), cursor.into());
        }
        (!arguments.is_empty()).then_some(arguments)
    }
}

/// The query of a link, still percent-encoded.
fn query(link: &str, host: Option<&Url>) -> Option<String> {
    // A relative link needs a base to be parsed as a URL.
    let nowhere = Url::parse("https://localhost/").ok()?;
    let host = host.unwrap_or(&nowhere);
    let link = host.join(link).ok()?;
    let is_api = link.origin() == host.origin()
        && link.username().is_empty()
        && link.password().is_none()
        && link.path().starts_with(paths::PREFIX);
    is_api.then(|| link.query().map(str::to_owned)).flatten()
}

/// A part of a query, form-decoded.
fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(link: impl Into<Value>, takes: &[&'static str]) -> Link {
        let host = Url::parse("https://api.mist.com/api/v1/sites/x/insights/rogues?limit=2").unwrap();
        Link::read(Some(&link.into()), Some(&host), &RequestFacts::test(takes, json!({})))
    }

    fn to(arguments: Value) -> Link {
        let Value::Object(arguments) = arguments else { panic!("no object: {arguments}") };
        Link::To(arguments)
    }

    #[test]
    fn a_search_after_is_decoded_once() {
        let link = "/api/v1/orgs/x/events/search?limit=10&search_after=%5B1%2C%22a%2525%22%5D";
        assert_eq!(read(link, &["search_after", "limit"]), to(json!({ "search_after": "[1,\"a%25\"]" })));
    }

    #[test]
    fn parameters_that_the_tool_lacks_are_kept_as_a_cursor() {
        for name in ["token", "after", "cursor", "page", "search_after", "offset", "next_key"] {
            let link = format!("/api/v1/sites/x/insights/rogues?limit=2&{name}=a%2Fb%3D%3D%2525+c&start=1");
            let cursor = format!("{name}=a%2Fb%3D%3D%2525+c");
            assert_eq!(read(link, &["limit", "start"]), to(json!({ "cursor": cursor })), "{name}");
        }
        assert_eq!(read("/api/v1/x?a=1&b=2&limit=5", &[]), to(json!({ "cursor": "a=1&b=2&limit=5" })));
        assert_eq!(read("?token=x", &[]), to(json!({ "cursor": "token=x" })));
        assert_eq!(
            read("/api/v1/x?page=3&token=x", &["page"]),
            to(json!({ "page": 3, "cursor": "token=x" }))
        );
    }

    #[test]
    fn a_position_is_followed_in_any_form_but_not_to_itself() {
        let read = |position: Value, takes: &[&'static str], given| {
            Link::of_position(&position, &RequestFacts::test(takes, given))
        };
        let takes = ["search_after", "limit"];
        assert_eq!(read(json!("abc,def"), &takes, json!({})), to(json!({ "search_after": "abc,def" })));
        assert_eq!(read(json!("a+b&c%d ü"), &takes, json!({})), to(json!({ "search_after": "a+b&c%d ü" })));
        assert_eq!(read(json!([7, "a"]), &takes, json!({})), to(json!({ "search_after": "[7,\"a\"]" })));
        assert_eq!(read(json!("a,b"), &["limit"], json!({})), to(json!({ "cursor": "search_after=a%2Cb" })));
        for last in [json!(null), json!(""), json!([]), json!(false)] {
            assert_eq!(read(last.clone(), &takes, json!({})), Link::Missing, "{last}");
        }
        assert_eq!(read(json!("a,b"), &takes, json!({ "search_after": "a,b" })), Link::Missing);
        assert_eq!(read(json!({ "a": 1 }), &takes, json!({})), Link::Unusable);
    }

    #[test]
    fn a_link_to_another_host_or_out_of_the_api_is_not_used() {
        for link in [
            "https://evil.example/api/v1/x?token=a",
            "//evil.example/api/v1/x?token=a",
            "http://api.mist.com/api/v1/x?token=a",
            "https://api.mist.com:8443/api/v1/x?token=a",
            "https://me@api.mist.com/api/v1/x?token=a",
            "https://api.mist.com.evil.example/api/v1/x?token=a",
            "/admin?token=a",
            "/api/v2/x?token=a",
            "/api/v1/../../admin?token=a",
            "/api/v1/%2e%2e/%2e%2e/admin?token=a",
            "\\\\evil.example/api/v1/x?token=a",
            "javascript:alert(1)",
            "WzE2LCAiYSJd",
            "/api/v1/x",
        ] {
            assert_eq!(read(link, &["limit"]), Link::Unusable, "{link}");
        }
        assert_eq!(read("https://api.mist.com/api/v1/x?token=a", &[]), to(json!({ "cursor": "token=a" })));
    }

    #[test]
    fn an_unknown_form_of_next_is_unusable() {
        for next in [json!(2), json!(true), json!({ "token": "a" }), json!(["a"])] {
            assert_eq!(read(next.clone(), &["page"]), Link::Unusable, "{next}");
        }
        for nothing in [json!(null), json!(""), json!(" "), json!(false)] {
            assert_eq!(read(nothing.clone(), &["page"]), Link::Missing, "{nothing}");
        }
        assert_eq!(read("/api/v1/x?limit=10&start=5", &["page", "limit"]), Link::Unusable);
        assert_eq!(read("/api/v1/x?limit=10", &[]), Link::Unusable);
        assert_eq!(read("/api/v1/x?page=second", &["page"]), Link::Unusable);
    }
}
