use serde_json::{Map, Value, json};

use crate::mist::CURSOR;
use crate::param::Param;
use crate::text::shortened;
use crate::{Arg, Fields, Time};

/// What the answer to a call is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A list.
    List,
    /// One object of a list, asked for by its id.
    One,
    /// Whatever it looks like.
    #[default]
    Anything,
}

/// What a call asked for, as far as the form of its answer depends on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestFacts {
    takes: Vec<&'static str>,
    /// How long the window is where the call names none.
    duration: Option<&'static str>,
    given: Map<String, Value>,
    /// What to keep of each row, where that is not everything.
    pub(crate) fields: Option<Fields>,
    /// The tool has a parameter for that.
    pub(super) takes_fields: bool,
    pub(super) expected: Expected,
    /// The tool takes back a cursor that it has no parameter for.
    pub(super) takes_cursor: bool,
    /// Arguments that were used in place of the call's own.
    pub(super) instead: Map<String, Value>,
}

impl RequestFacts {
    /// `arguments` have been checked against `params`.
    pub(crate) fn of(params: &[&'static Param], arguments: &Map<String, Value>, expected: Expected) -> Self {
        let picking = params.iter().find(|param| param.picks_fields());
        let fields = picking.and_then(|param| Fields::read(arguments.get(param.name)?).ok());
        let known = ["start", "end", "duration", "limit", "page", CURSOR];
        let given = known.iter().filter_map(|name| Some(((*name).to_owned(), arguments.get(*name)?.clone())));
        Self {
            takes: params.iter().map(|param| param.name).collect(),
            duration: params.iter().find(|param| param.name == "duration").and_then(|param| param.default),
            given: given.filter(|(_, value)| !String::is_absent(value)).collect(),
            fields: fields.filter(|fields| !fields.names().is_empty()),
            takes_fields: picking.is_some(),
            expected,
            takes_cursor: false,
            instead: Map::new(),
        }
    }

    /// The same, of a tool that takes back a cursor that it has no parameter for, or does not.
    pub(crate) fn taking_a_cursor(self, takes_cursor: bool) -> Self {
        Self { takes_cursor, ..self }
    }

    /// What the call gave for a parameter of the window or the page.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        self.given.get(name)
    }

    /// Whether the call gave this very moment.
    pub(super) fn is_given_as(&self, name: &str, epoch: i64) -> bool {
        let given = self.given(name).and_then(|value| Time::read(value).ok());
        given.is_some_and(|time| time.epoch(i64::MIN) == Some(epoch))
    }

    /// How long the window is where the call names none.
    pub(super) fn default_duration(&self) -> Option<&'static str> {
        self.duration
    }

    pub(super) fn takes(&self, name: &str) -> bool {
        self.takes.contains(&name)
    }

    /// A number that the call gave.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        number(&self.given, name)
    }

    /// The window that the answer covers where Mist does not say: what the call asked for, or else what holds when
    /// nothing is asked for.
    pub(super) fn window(&self) -> Option<(String, Value)> {
        let given = ["start", "end", "duration"].iter().filter_map(|name| self.given.get_key_value(*name));
        let given: Map<_, _> = given.map(|(name, value)| (name.clone(), value.clone())).collect();
        match self.duration {
            _ if !given.is_empty() => Some(("window_asked".to_owned(), given.into())),
            Some(duration) => Some(("window_default".to_owned(), json!({ "duration": duration }))),
            None => None,
        }
    }

    /// How to get the rows that a cut left out.
    pub(super) fn ways_to_rows(&self, next: bool) -> String {
        let has_window = ["start", "end", "duration"].iter().any(|name| self.takes(name));
        let ways = [
            (next, "follow `next`"),
            (self.takes_fields && self.fields.is_none(), "name the `fields` that you need"),
            (has_window, "take a smaller window"),
            (self.takes.iter().any(|name| !FORM.contains(name)), "narrow by a filter"),
        ];
        let ways: Vec<_> = ways.into_iter().filter(|(there, _)| *there).map(|(_, way)| way).collect();
        if ways.is_empty() { "the Mist portal shows them".to_owned() } else { ways.join(", or ") }
    }

    /// How to get what was left out of one object.
    pub(super) fn ways_to_parts(&self, parts: &[String]) -> String {
        let parts: Vec<_> = parts.iter().map(|part| format!("`{part}`")).collect();
        let parts = shortened(&parts.join(", "), 200);
        let way = match (&self.fields, self.takes_fields) {
            (None, true) => "name them or what is inside them in `fields`",
            (Some(_), _) => "name what is inside them in `fields`",
            (None, false) if self.takes("duration") => "take a smaller window",
            (None, false) => "the Mist portal shows the rest",
        };
        format!("Too long, and so cut inside: {parts}; {way}.")
    }
}

/// Parameters that say where to look and in what form, but not for what.
const FORM: [&str; 10] =
    ["org_id", "site_id", "fields", "start", "end", "duration", "limit", "page", "search_after", "sort"];

/// A number of a map, also where it is written as text.
pub(super) fn number(map: &Map<String, Value>, key: &str) -> Option<u64> {
    let value = map.get(key)?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
impl RequestFacts {
    /// A call of a tool that takes the parameters in `takes`, with the arguments in `given`.
    pub(super) fn test(takes: &[&'static str], given: Value) -> Self {
        let Value::Object(given) = given else { panic!("arguments are an object: {given}") };
        let fields = given.get("fields").map(|fields| Fields::read(fields).unwrap());
        let duration = takes.contains(&"duration").then_some("1d");
        Self {
            takes: takes.to_vec(),
            duration,
            given,
            fields,
            takes_fields: takes.contains(&"fields"),
            expected: Expected::List,
            takes_cursor: true,
            instead: Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_what_was_asked_or_else_the_default() {
        let window = |takes: &[&'static str], given| RequestFacts::test(takes, given).window();
        let all = ["start", "end", "duration"];
        assert_eq!(window(&all, json!({})), Some(("window_default".to_owned(), json!({ "duration": "1d" }))));
        assert_eq!(
            window(&all, json!({ "start": "-7d", "limit": 5 })),
            Some(("window_asked".to_owned(), json!({ "start": "-7d" })))
        );
        assert_eq!(window(&["start"], json!({})), None);
    }
}
