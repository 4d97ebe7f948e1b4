//! The `Accept` header: [`Accept`], the media types that a client accepts.

use http::{HeaderMap, header};

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

/// A media range with its weight.
struct Range<'a> {
    essence: &'a str,
    weight: f32,
}

impl Accept {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let values = values.collect::<Vec<_>>().join(",").to_ascii_lowercase();
        let ranges: Vec<_> = values.split(',').filter_map(Range::parse).collect();
        if ranges.is_empty() {
            return Self { json: true, events: Events::Wildcard };
        }
        let events = match weight(&ranges, EVENTS) {
            Some((_, weight)) if weight <= 0.0 => Events::No,
            Some((range, _)) if range.starts_with("text/") => Events::Named,
            Some(_) => Events::Wildcard,
            None => Events::No,
        };
        Self { json: weight(&ranges, JSON).is_some_and(|(_, weight)| weight > 0.0), events }
    }
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().filter(|essence| !essence.is_empty())?;
        // Java sends `*` for anything.
        let essence = if essence == "*" { "*/*" } else { essence };
        let weight = parts.find_map(|part| part.strip_prefix("q")?.trim_start().strip_prefix('='));
        // An invalid weight is ignored.
        let weight = weight.and_then(|weight| weight.trim().parse().ok()).unwrap_or(1.0);
        Some(Self { essence, weight })
    }
}

/// The most specific range that matches a media type, and its weight.
fn weight<'a>(ranges: &[Range<'a>], media_type: &str) -> Option<(&'a str, f32)> {
    let group = media_type.split_once('/').map_or(media_type, |(group, _)| group);
    let specificity = |essence: &str| match essence.strip_suffix("/*") {
        Some("*") => Some(0),
        Some(other) if other == group => Some(1),
        _ if essence == media_type => Some(2),
        _ => None,
    };
    let matching = ranges.iter().filter_map(|range| Some((specificity(range.essence)?, range)));
    matching.max_by_key(|(specificity, _)| *specificity).map(|(_, range)| (range.essence, range.weight))
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
