//! URL templates for spans: an endpoint's path without ids.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use http::Method;

use crate::endpoint::{Endpoint, Segment};

/// Endpoints of all linked tools, by number of segments.
static ENDPOINTS: OnceLock<Endpoints> = OnceLock::new();

/// Segments that lookups use, whichever tools are linked.
const LOOKUP_SEGMENTS: [&str; 9] =
    ["api", "v1", "self", "usage", "const", "orgs", "sites", "devices", "inventory"];

struct Endpoints {
    routes: HashMap<usize, Vec<(&'static Method, Vec<Segment>)>>,
    words: HashSet<&'static str>,
    /// The name of the placeholder after a literal segment.
    holes: HashMap<&'static str, &'static str>,
}

/// Registers the endpoints; only the first call counts.
pub(super) fn know(endpoints: impl IntoIterator<Item = &'static Endpoint>) {
    ENDPOINTS.get_or_init(|| Endpoints::of(endpoints));
}

/// The template of a URL's path.
pub(super) fn template(method: &Method, address: &str) -> String {
    let path = address.find("/api/").map_or("", |begin| &address[begin + 1..]);
    let path = path.split('?').next().unwrap_or_default();
    ENDPOINTS.get_or_init(Endpoints::of_lookups).template(method, &path.split('/').collect::<Vec<_>>())
}

impl Endpoints {
    fn of(all: impl IntoIterator<Item = &'static Endpoint>) -> Self {
        let mut endpoints = Self::of_lookups();
        for endpoint in all {
            endpoints.add(&endpoint.method, endpoint.segments().collect());
        }
        endpoints
    }

    fn of_lookups() -> Self {
        Self { routes: HashMap::new(), words: HashSet::from(LOOKUP_SEGMENTS), holes: HashMap::new() }
    }

    fn add(&mut self, method: &'static Method, segments: Vec<Segment>) {
        self.words.extend(segments.iter().filter_map(|segment| match segment {
            Segment::Text(text) => Some(*text),
            Segment::Hole { .. } => None,
        }));
        for pair in segments.windows(2) {
            if let [Segment::Text(word), Segment::Hole { name, .. }] = pair {
                self.holes.entry(word).or_insert(name);
            }
        }
        if let Some((Segment::Hole { optional: true, .. }, list)) = segments.split_last() {
            self.routes.entry(list.len()).or_default().push((method, list.to_vec()));
        }
        self.routes.entry(segments.len()).or_default().push((method, segments));
    }

    fn template(&self, method: &Method, path: &[&str]) -> String {
        let routes = self.routes.get(&path.len()).map(Vec::as_slice).unwrap_or_default();
        let fitting = routes.iter().filter(|(of, route)| *of == method && fits(route, path));
        let texts =
            |route: &[Segment]| route.iter().filter(|segment| matches!(segment, Segment::Text(_))).count();
        let best = fitting.max_by_key(|(_, route)| texts(route)).map(|(_, route)| route);
        let mut template = String::new();
        for (place, word) in path.iter().enumerate() {
            template.push('/');
            match best.map(|route| route[place]) {
                Some(Segment::Text(text)) => template.push_str(text),
                Some(Segment::Hole { name, .. }) => template.extend(["{", name, "}"]),
                None if self.words.contains(word) => template.push_str(word),
                None => {
                    let before = place.checked_sub(1).and_then(|before| self.holes.get(path[before]));
                    template.extend(["{", before.copied().unwrap_or("id"), "}"]);
                }
            }
        }
        template
    }
}

fn fits(route: &[Segment], path: &[&str]) -> bool {
    route.iter().zip(path).all(|(segment, word)| match segment {
        Segment::Text(text) => text == word,
        Segment::Hole { .. } => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint;

    static DEVICES: Endpoint = Endpoint::get("/api/v1/sites/{site_id}/devices/{device_id?}");
    static EVENTS: Endpoint = Endpoint::get("/api/v1/sites/{site_id}/devices/events");

    fn endpoints() -> Endpoints {
        let mut endpoints = Endpoints::of_lookups();
        for endpoint in [&DEVICES, &EVENTS] {
            endpoints.add(&endpoint.method, endpoint.segments().collect());
        }
        endpoints
    }

    #[test]
    fn holes_have_their_names_and_words_of_the_path_come_first() {
        for (path, wanted) in [
            ("api/v1/sites/4ac1/devices", "/api/v1/sites/{site_id}/devices"),
            ("api/v1/sites/4ac1/devices/77", "/api/v1/sites/{site_id}/devices/{device_id}"),
            ("api/v1/sites/4ac1/devices/events", "/api/v1/sites/{site_id}/devices/events"),
        ] {
            assert_eq!(endpoints().template(&Method::GET, &path.split('/').collect::<Vec<_>>()), wanted);
        }
    }

    #[test]
    fn an_unknown_path_shows_only_literal_segments() {
        for (path, wanted) in [
            ("api/v1/orgs/Leeds/sites", "/api/v1/orgs/{id}/sites"),
            ("api/v1/sites/Leeds/inventory", "/api/v1/sites/{site_id}/inventory"),
            ("api/v1/wlans/guest/secret", "/api/v1/{id}/{id}/{id}"),
            ("", "/{id}"),
        ] {
            assert_eq!(endpoints().template(&Method::GET, &path.split('/').collect::<Vec<_>>()), wanted);
        }
        let changed = endpoints().template(&Method::PUT, &["api", "v1", "sites", "4ac1", "devices"]);
        assert_eq!(changed, "/api/v1/sites/{site_id}/devices");
    }

    #[test]
    fn a_query_and_what_stands_before_the_api_are_left_out() {
        let url = "https://user:secret@api.mist.com/api/v1/self?token=secret";
        assert_eq!(template(&Method::GET, url), "/api/v1/self");
    }
}
