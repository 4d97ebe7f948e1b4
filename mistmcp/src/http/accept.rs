//! The `Accept` header: [`Accept`], the media types that a client accepts; and the
//! weights of its values.

use http::{HeaderMap, HeaderName, header};

/// The `Accept` header that rmcp requires of every client.
pub(super) const BOTH: &str = "application/json, text/event-stream";

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// The media types that a client accepts, from its `Accept` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accept {
    pub(super) json: bool,
    pub(super) events: Events,
}

/// Whether a client accepts `text/event-stream`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Events {
    No,
    /// Only through `*/*`, or because there is no `Accept` header. Most of these clients can read JSON alone.
    Wildcard,
    Named,
}

/// A media range in lower case, with its weight.
struct Range {
    essence: String,
    weight: f32,
}

impl Accept {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let ranges: Vec<_> = weighted(headers, header::ACCEPT).filter_map(Range::parse).collect();
        if ranges.is_empty() {
            return Self { json: true, events: Events::Wildcard };
        }
        let events = match best(&ranges, EVENTS) {
            None => Events::No,
            Some(range) if range.weight <= 0.0 => Events::No,
            Some(range) if range.essence.starts_with("text/") => Events::Named,
            Some(_) => Events::Wildcard,
        };
        Self { json: best(&ranges, JSON).is_some_and(|range| range.weight > 0.0), events }
    }
}

/// The values of a header such as `Accept`, each with the text of its weight, `q`.
pub(super) fn weighted(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = (&str, Option<&str>)> {
    let lines = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|value| {
        let mut parts = value.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('='));
        (essence, weight.map(str::trim))
    })
}

impl Range {
    fn parse((essence, weight): (&str, Option<&str>)) -> Option<Self> {
        // Java sends `*` for anything.
        let essence = if essence == "*" { "*/*".to_owned() } else { essence.to_ascii_lowercase() };
        // An invalid weight is ignored.
        let weight = weight.and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
        (!essence.is_empty()).then_some(Self { essence, weight })
    }
}

/// The most specific range that matches a media type.
fn best<'a>(ranges: &'a [Range], media_type: &str) -> Option<&'a Range> {
    let group = media_type.split_once('/').map_or(media_type, |(group, _)| group);
    let specificity = |essence: &str| match essence.strip_suffix("/*") {
        Some("*") => Some(0),
        Some(other) if other == group => Some(1),
        _ if essence == media_type => Some(2),
        _ => None,
    };
    let matching = ranges.iter().filter_map(|range| Some((specificity(&range.essence)?, range)));
    matching.max_by_key(|(specificity, _)| *specificity).map(|(_, range)| range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_headers_are_parsed_in_any_spelling() {
        use Events::{Named, No, Wildcard};
        for (values, json, events) in [
            (&[][..], true, Wildcard),
            (&[""], true, Wildcard),
            (&["*/*"], true, Wildcard),
            (&["*"], true, Wildcard),
            (&["text/html, image/gif, *; q=.2, */*; q=.2"], true, Wildcard),
            (&["application/*"], true, No),
            (&["application/json"], true, No),
            (&["Application/JSON;charset=utf-8"], true, No),
            (&["text/event-stream"], false, Named),
            (&["text/*"], false, Named),
            (&["application/json, text/event-stream"], true, Named),
            (&["application/json", "TEXT/Event-Stream"], true, Named),
            (&["application/json;q=0.5,text/event-stream;q=0.9"], true, Named),
            (&["*/*, text/event-stream;q=0"], true, No),
            (&["application/json; q=0, */*"], false, Wildcard),
            (&["application/json;q=0.000, text/event-stream"], false, Named),
            (&["application/json;q=high"], true, No),
            (&["text/html"], false, No),
            (&["text/plain, image/*"], false, No),
            (&["*/*;q=0"], false, No),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::ACCEPT, value.parse().unwrap());
            }
            assert_eq!(Accept::of(&headers), Accept { json, events }, "{values:?}");
        }
    }
}
