//! Query parameters of the MCP endpoint URL: [`Query`].

use url::form_urlencoded;

use super::rejection::Rejection;
use crate::argument::Id;
use crate::quote;
use crate::session::Mode;
use crate::suggestion::remedy;

const PARAMETERS: [&str; 5] = ["cloud", "mode", "categories", "org_id", "debug"];

/// The query parameters of `/mcp`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) cloud: Option<String>,
    pub(super) mode: Option<Mode>,
    pub(super) categories: Vec<String>,
    pub(super) org_id: Option<String>,
    pub(super) debug: bool,
}

impl Query {
    /// Parses a query string. Names and values are case-insensitive, and spaces around commas are ignored.
    pub(super) fn parse(text: &str) -> Result<Self, Rejection> {
        let mut query = Self::default();
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            let Some(known) = PARAMETERS.into_iter().find(|known| *known == name) else {
                let remedy = remedy(&name, PARAMETERS);
                return Err(Rejection::request(format!(
                    "The URL has a parameter that there is not, {}{remedy}",
                    quote::word(&name)
                )));
            };
            if value.is_empty() {
                continue;
            }
            if known == "categories" {
                query.categories.extend(value.split(',').map(|name| name.trim().to_owned()));
                continue;
            }
            if seen.contains(&known) {
                return Err(Rejection::request(format!(
                    "The URL has `{known}` twice, so which is meant cannot be told."
                )));
            }
            seen.push(known);
            match known {
                "cloud" => query.cloud = Some(value.to_owned()),
                "mode" => query.mode = Some(mode(value)?),
                "org_id" => query.org_id = Some(org_id(value)?),
                _ => query.debug = flag(value)?,
            }
        }
        Ok(query)
    }
}

fn mode(value: &str) -> Result<Mode, Rejection> {
    let mode = Mode::ALL.into_iter().find(|mode| mode.name().eq_ignore_ascii_case(value));
    mode.ok_or_else(|| {
        let remedy = remedy(value, Mode::ALL.map(Mode::name));
        Rejection::request(format!("`mode` is {}, which is none{remedy}", quote::word(value)))
    })
}

fn org_id(value: &str) -> Result<String, Rejection> {
    let id = Id::parse(value).map(|id| id.as_str().to_owned());
    id.ok_or_else(|| Rejection::request(format!("`org_id` is no UUID, but {}.", quote::described(value))))
}

fn flag(value: &str) -> Result<bool, Rejection> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => {
            Err(Rejection::request(format!("`debug` is {}; it takes `true` or `false`.", quote::word(value))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_parsed_whatever_its_case_and_spacing() {
        let query = Query::parse(
            "Cloud=API.eu.mist.com&MODE=Custom&categories=sites%20%2C+orgs&categories=x&debug=TRUE&",
        );
        let query = query.unwrap();
        assert_eq!(query.cloud.as_deref(), Some("API.eu.mist.com"));
        assert_eq!((query.mode, query.debug), (Some(Mode::Custom), true));
        assert_eq!(query.categories, ["sites", "orgs", "x"]);
        assert_eq!(Query::parse("").unwrap(), Query::default());
        assert_eq!(Query::parse("mode=&cloud=").unwrap(), Query::default());
    }

    #[test]
    fn a_token_in_the_wrong_parameter_is_not_repeated() {
        for name in ["org_id", "mode", "debug", "s3cr3t-0f-7he-7es7s-Q9zXw4Lm"] {
            let rejection = Query::parse(&format!("{name}=s3cr3t-0f-7he-7es7s-Q9zXw4Lm")).unwrap_err();
            assert!(!format!("{rejection:?}").contains("s3cr3t"), "{rejection:?}");
        }
    }

    #[test]
    fn an_invalid_parameter_is_rejected_with_the_valid_ones() {
        for (text, wanted) in [
            ("token=abc", "there are cloud, mode"),
            ("catagories=x", "did you mean \"categories\"?"),
            ("mode=everything", "there are managed, all, custom"),
            ("org_id=acme", "no UUID"),
            ("debug=maybe", "`true` or `false`"),
            ("cloud=a&cloud=b", "twice"),
        ] {
            let rejection = format!("{:?}", Query::parse(text).unwrap_err());
            assert!(rejection.replace("\\\"", "\"").contains(wanted), "{text}: {rejection}");
        }
    }
}
