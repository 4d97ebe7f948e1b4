//! The address of a request: encoding of its path, query and cursor.

use std::fmt;

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use url::form_urlencoded::Serializer;

use super::{Cloud, Request, is_no_segment, no_segment};
use crate::error::ErrorKind;
use crate::text::shortened;
use crate::{Error, Result};

/// Characters that are percent-encoded in a segment: all but RFC 3986's unreserved ones.
const OUTSIDE_A_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Request {
    /// The full address, as a URL.
    pub(crate) fn url(&self, cloud: &Cloud) -> Result<Url> {
        let impossible = |error: &dyn fmt::Display| {
            let message =
                format!("No address can be made of this: {error}. Give shorter or other arguments.");
            Error::new(ErrorKind::Arguments, message)
        };
        let url = Url::parse(&self.address(cloud)?).map_err(|error| impossible(&error))?;
        // The HTTP client refuses an invalid `Uri`, such as one of more than 65,534 bytes, only when it sends it.
        Uri::try_from(url.as_str()).map_err(|error| impossible(&error))?;
        Ok(url)
    }

    /// The full address. Segments are percent-encoded, so that `../`, `?` or `#` in a value stay in their segment.
    pub(in crate::mist) fn address(&self, cloud: &Cloud) -> Result<String> {
        if let Some(path) = &self.unfit {
            return Err(Error::advice(format!(
                "The tool asks for \"{}\", which is more than a path. Tell its author: values belong into \
                 `Request::segment`, which encodes them, and what stands behind a `?` into `Request::query`.",
                shortened(path, 200)
            )));
        }
        let mut address = String::from(cloud.base().as_str().trim_end_matches('/'));
        for segment in &self.segments {
            if is_no_segment(segment) {
                return Err(no_segment(&format!("\"{segment}\"")));
            }
            address.push('/');
            address.extend(utf8_percent_encode(segment, OUTSIDE_A_SEGMENT));
        }
        if !self.query.is_empty() {
            address.push('?');
            let start = address.len();
            address = Serializer::for_suffix(address, start).extend_pairs(&self.query).finish();
        }
        if let Some(cursor) = &self.cursor {
            address.push(if self.query.is_empty() { '?' } else { '&' });
            address.push_str(cursor.as_str());
        }
        Ok(address)
    }
}

/// Method and path for logs and errors. The query may contain secrets.
impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ", self.method)?;
        self.segments
            .iter()
            .try_for_each(|segment| write!(formatter, "/{}", utf8_percent_encode(segment, OUTSIDE_A_SEGMENT)))
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::super::Cursor;
    use super::*;
    use crate::Clouds;
    use crate::argument::QueryValue;
    use crate::endpoint::{Endpoint, Segment};

    fn url(request: &Request) -> Result<String> {
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        request.url(&cloud).map(String::from)
    }

    #[test]
    fn any_text_stays_within_its_segment() {
        for (value, encoded) in [
            ("../../self", "..%2F..%2Fself"),
            ("a?b", "a%3Fb"),
            ("a#b", "a%23b"),
            ("a\nb", "a%0Ab"),
            ("größe", "gr%C3%B6%C3%9Fe"),
            ("50%", "50%25"),
            ("%2e%2e", "%252e%252e"),
            ("a\\b", "a%5Cb"),
        ] {
            let request = Request::get("/api/v1/sites").segment(value).segment("stats");
            assert_eq!(
                url(&request),
                Ok(format!("https://api.mist.com/api/v1/sites/{encoded}/stats")),
                "{value}"
            );
        }
    }

    #[test]
    fn dot_segments_are_refused() {
        for value in ["..", ".", ""] {
            assert!(url(&Request::get("/api/v1/sites").segment(value)).is_err(), "{value}");
        }
    }

    #[test]
    fn a_parameter_that_cannot_stand_in_a_path_is_named() {
        let endpoint = Endpoint::get("/api/v1/orgs/{org_id}/insights/{metric}");
        for value in ["..", "."] {
            let values = vec![
                ("org_id", QueryValue::Text("o".to_owned())),
                ("metric", QueryValue::Text(value.to_owned())),
            ];
            let error = Request::to_endpoint(&endpoint, values).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`metric` is \"{value}\"")), "{error}");
        }
    }

    #[test]
    fn a_query_decodes_back_to_what_was_put_in() {
        let values = ["a&b=c", "ü+ %", "x\ny", "#", ""];
        let request = values
            .iter()
            .fold(Request::get("/api/v1/self"), |request, value| request.query("q", (*value).to_owned()));
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        let url = request.url(&cloud).unwrap();
        let decoded: Vec<_> = url.query_pairs().map(|(_, value)| value.into_owned()).collect();
        assert_eq!(decoded, values);
    }

    #[test]
    fn an_address_that_is_too_long_is_refused_before_it_is_sent() {
        let error = url(&Request::get("/api/v1/sites").segment("y".repeat(70_000))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Arguments);
        assert!(error.to_string().len() < 200, "{error}");
    }

    #[test]
    fn a_path_with_a_query_or_a_placeholder_is_refused_with_the_remedy() {
        for path in
            ["/api/v1/sites?up=false", "/api/v1/sites/{site_id}", "/api/v1/self#x", "/api/v1/?a=1&b=2"]
        {
            let error = url(&Request::get(path).segment("x")).unwrap_err().to_string();
            assert!(error.contains(path) && error.contains("`Request::query`"), "{error}");
        }
        assert!(url(&Request::get("/api/v1/sites").segment("a?b{c}#d")).is_ok());
    }

    #[test]
    fn a_query_takes_texts_and_numbers_as_they_are() {
        let request = Request::get("/api/v1/sites").query("type", "all").query("limit", 1000);
        let request = request.query("page", 2_u64).query("up", false).query("count", vec![1_u32].len());
        let request = request.query("none", None::<String>).query("some", Some("x".to_owned()));
        let wanted = "https://api.mist.com/api/v1/sites?type=all&limit=1000&page=2&up=false&count=1&some=x";
        assert_eq!(url(&request), Ok(wanted.to_owned()));
    }

    #[test]
    fn a_request_is_named_as_it_is_sent() {
        let request = Request::get("/api/v1/sites").segment("a?b\nc\u{202e}").query("secret", "x".to_owned());
        assert_eq!(request.to_string(), "GET /api/v1/sites/a%3Fb%0Ac%E2%80%AE");
    }

    #[test]
    fn a_cursor_is_sent_as_it_stands() {
        let mut request = Request::get("/api/v1/self");
        request.cursor = Some(Cursor::read("token=a%2Fb%3D+%2525").unwrap());
        assert_eq!(url(&request).unwrap(), "https://api.mist.com/api/v1/self?token=a%2Fb%3D+%2525");
        let request = request.query("limit", 5_u32);
        assert_eq!(url(&request).unwrap(), "https://api.mist.com/api/v1/self?limit=5&token=a%2Fb%3D+%2525");
    }

    const ENDPOINTS: [Endpoint; 4] = [
        Endpoint::get("/api/v1/self"),
        Endpoint::get("/api/v1/sites/{site_id}/stats/{thing}/now"),
        Endpoint::get("/api/v1/orgs/{org_id}/networks/{network_id?}"),
        Endpoint::get("/api/v1/{a}/{b}/{c}/{d?}"),
    ];
    const QUERIES: [&str; 4] = ["limit", "search_after", "a b&c=d", "größe[]"];

    fn query_values() -> impl Strategy<Value = QueryValue> {
        prop_oneof![
            Just(QueryValue::Nothing),
            any::<String>().prop_map(QueryValue::Text),
            vec(any::<String>(), 0..4).prop_map(QueryValue::List),
        ]
    }

    /// The segments of a path, each decoded on its own.
    fn decoded(path: &str) -> Vec<String> {
        let parts = path.trim_start_matches('/').split('/');
        parts.map(|part| percent_decode_str(part).decode_utf8().unwrap().into_owned()).collect()
    }

    proptest! {
        #[test]
        fn the_url_decodes_back_to_any_arguments(
            endpoint in 0..ENDPOINTS.len(),
            holes in vec(prop_oneof![4 => any::<String>(), 1 => "[./%\\\\?#]{0,3}"], 4),
            last in any::<bool>(),
            queries in vec((0..QUERIES.len(), query_values()), 0..6),
        ) {
            let endpoint = &ENDPOINTS[endpoint];
            let mut wanted_path = Vec::new();
            let mut values = Vec::new();
            let mut holes = holes.into_iter();
            for segment in endpoint.segments() {
                match segment {
                    Segment::Text(text) => wanted_path.push(text.to_owned()),
                    Segment::Hole { optional: true, .. } if !last => {}
                    Segment::Hole { name, .. } => {
                        let value = holes.next().unwrap();
                        values.push((name, QueryValue::Text(value.clone())));
                        wanted_path.push(value);
                    }
                }
            }
            let mut wanted_query = Vec::new();
            for (name, wire) in queries {
                let name = QUERIES[name];
                match &wire {
                    QueryValue::Nothing => {}
                    QueryValue::Text(text) => wanted_query.push((name.to_owned(), text.clone())),
                    QueryValue::List(texts) => {
                        wanted_query.extend(texts.iter().map(|text| (name.to_owned(), text.clone())));
                    }
                }
                values.push((name, wire));
            }
            let cloud = Clouds::default().find("api.mist.com").unwrap();
            let url = Request::to_endpoint(endpoint, values).and_then(|request| request.url(&cloud));
            if wanted_path.iter().any(|part| matches!(part.as_str(), "" | "." | "..")) {
                prop_assert!(url.is_err());
            } else {
                let url = url.unwrap();
                prop_assert_eq!(url.origin(), cloud.base().origin());
                prop_assert_eq!(decoded(url.path()), wanted_path);
                prop_assert_eq!(url.query_pairs().into_owned().collect::<Vec<_>>(), wanted_query);
                prop_assert_eq!(url.fragment(), None);
            }
        }
    }
}
