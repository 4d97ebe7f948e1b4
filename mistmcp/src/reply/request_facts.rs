//! Properties of a tool call that the rendering of its reply depends on ([`RequestFacts`]).

use serde_json::{Map, Value, json};

use super::source::OFFSET;
use crate::mist::CURSOR;
use crate::mist::api::paging::{FORM, SEARCH_AFTER, SELECTING};
use crate::param::Param;
use crate::text::shortened;
use crate::{Arg, Arguments, Fields, Time};

/// The window that a call has chosen, as an answer that does not tell it shows it.
pub(super) const WINDOW_ASKED: &str = "window_asked";

/// The expected shape of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A list.
    List,
    /// One object of a list, selected by id.
    One,
    /// Determined by the answer.
    #[default]
    Anything,
}

/// What the answer is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ReplyUse {
    /// For a client, which chooses the page and its size.
    #[default]
    Client,
    /// For a query, which fetches all pages for a table.
    #[cfg(feature = "query")]
    Query,
}

/// Properties of a call that rendering depends on.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestFacts {
    takes: Vec<&'static str>,
    /// The default window, if the call gives none.
    duration: Option<&'static str>,
    given: Map<String, Value>,
    /// The fields to keep of each row; `None` for all.
    pub(crate) fields: Option<Fields>,
    /// Whether secrets in the rows are shown.
    pub(super) show_secrets: bool,
    /// Whether the tool has a `fields` parameter.
    pub(super) takes_fields: bool,
    pub(super) expected: Expected,
    /// Whether the tool accepts a cursor without having a parameter for it.
    pub(super) takes_cursor: bool,
    /// Arguments used in place of those of the call.
    pub(super) instead: Map<String, Value>,
    pub(super) reply_use: ReplyUse,
}

impl RequestFacts {
    /// From `arguments` that were parsed as `params`.
    pub(crate) fn of(params: &[&'static Param], arguments: &Arguments, expected: Expected) -> Self {
        let picking = params.iter().find(|param| param.picks_fields());
        let fields =
            picking.and_then(|param| (param.reader()?.fields)(arguments.parsed(param.name)?).cloned());
        let arguments = arguments.values();
        let known = ["start", "end", "duration", "limit", "page", SEARCH_AFTER, CURSOR];
        let given = known.iter().filter_map(|name| Some(((*name).to_owned(), arguments.get(*name)?.clone())));
        Self {
            takes: params.iter().map(|param| param.name).collect(),
            duration: params.iter().find(|param| param.name == "duration").and_then(|param| param.default),
            given: given.filter(|(_, value)| !String::is_absent(value)).collect(),
            fields: fields.filter(|fields: &Fields| !fields.names().is_empty()),
            show_secrets: false,
            takes_fields: picking.is_some(),
            expected,
            takes_cursor: false,
            instead: Map::new(),
            reply_use: ReplyUse::Client,
        }
    }

    /// Sets whether the tool accepts a cursor without having a parameter for it.
    pub(crate) fn taking_a_cursor(self, takes_cursor: bool) -> Self {
        Self { takes_cursor, ..self }
    }

    /// Sets whether secrets in the rows are shown.
    pub(crate) fn showing_secrets(self, show_secrets: bool) -> Self {
        Self { show_secrets, ..self }
    }

    /// The value of a window or page parameter in the call.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        self.given.get(name)
    }

    /// Whether the call gave this exact time.
    pub(super) fn is_given_as(&self, name: &str, epoch: i64) -> bool {
        let given = self.given(name).and_then(|value| Time::read(value).ok());
        given.is_some_and(|time| time.epoch(i64::MIN) == Some(epoch))
    }

    /// The default window, if the call gives none.
    pub(super) fn default_duration(&self) -> Option<&'static str> {
        self.duration
    }

    pub(super) fn takes(&self, name: &str) -> bool {
        self.takes.contains(&name)
    }

    /// Whether the client chooses the page.
    pub(super) fn is_for_client(&self) -> bool {
        self.reply_use == ReplyUse::Client
    }

    /// Whether the client chooses the size of a page.
    pub(super) fn takes_limit(&self) -> bool {
        self.takes("limit") && self.is_for_client()
    }

    /// A number among the call's arguments.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        number(&self.given, name)
    }

    /// The number of the page that the call asks for, in its own parameter or in a cursor such as `page=2`.
    pub(super) fn asked_page(&self) -> Option<u64> {
        if self.takes("page") {
            return self.number("page");
        }
        let pairs = self.given(CURSOR)?.as_str()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == "page").find_map(|(_, page)| page.parse().ok())
    }

    /// Whether these arguments of a next page select the page that the call itself asks for.
    pub(super) fn asks_for(&self, next: &Map<String, Value>) -> bool {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut selecting = SELECTING.iter().filter_map(|name| Some((*name, next.get(*name)?))).peekable();
        selecting.peek().is_some()
            && selecting.all(|(name, value)| self.given(name).is_some_and(|given| text(given) == text(value)))
    }

    /// The window of an answer that does not contain it: from the arguments of the call, or else the default.
    pub(super) fn window(&self) -> Option<(String, Value)> {
        let given = ["start", "end", "duration"].iter().filter_map(|name| self.given.get_key_value(*name));
        let given: Map<_, _> = given.map(|(name, value)| (name.clone(), value.clone())).collect();
        match self.duration {
            _ if !given.is_empty() => Some((WINDOW_ASKED.to_owned(), given.into())),
            Some(duration) => Some(("window_default".to_owned(), json!({ "duration": duration }))),
            None => None,
        }
    }

    /// Hint how to get rows that were truncated.
    pub(super) fn ways_to_rows(&self, next: bool) -> String {
        self.ways(next, self.takes_fields && self.fields.is_none())
    }

    /// Hint how to get rows that Mist did not answer: fewer fields of each bring no more of them.
    pub(super) fn ways_to_other_rows(&self) -> String {
        self.ways(false, false)
    }

    fn ways(&self, next: bool, fields: bool) -> String {
        if self.takes(OFFSET) {
            let way = "select fewer columns, or filter and count in `sql`";
            return if next { format!("follow `next`, or {way}") } else { way.to_owned() };
        }
        let has_window = ["start", "end", "duration"].iter().any(|name| self.takes(name));
        let ways = [
            (next, "follow `next`"),
            (fields, "name the `fields` that you need"),
            (has_window, "take a smaller window"),
            (self.takes.iter().any(|name| !FORM.contains(name)), "narrow by a filter"),
        ];
        let ways: Vec<_> = ways.into_iter().filter(|(there, _)| *there).map(|(_, way)| way).collect();
        if ways.is_empty() { "the Mist portal shows them".to_owned() } else { ways.join(", or ") }
    }

    /// Hint how to get truncated parts of an object.
    pub(super) fn ways_to_parts(&self, parts: &[String]) -> String {
        let names: Vec<_> = parts.iter().map(|part| format!("`{part}`")).collect();
        let names = shortened(&names.join(", "), 200);
        let way = match (&self.fields, self.takes_fields) {
            (None, true) if parts.is_empty() => "name the `fields` that you need",
            (Some(_), _) if parts.is_empty() => "name fewer `fields`, or what is inside them",
            (None, true) => "name them or what is inside them in `fields`",
            (Some(_), _) => "name what is inside them in `fields`",
            (None, false) if self.takes(OFFSET) => {
                "select shorter parts (`substr`), or fewer columns or rows in `sql`"
            }
            (None, false) if self.takes("duration") => "take a smaller window",
            (None, false) => "the Mist portal shows the rest",
        };
        if parts.is_empty() {
            return format!("Too long, and so cut; {way}.");
        }
        format!("Too long, and so cut inside: {names}; {way}.")
    }
}

/// A number in a map, also if it is a string.
pub(super) fn number(map: &Map<String, Value>, key: &str) -> Option<u64> {
    let value = map.get(key)?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
impl RequestFacts {
    /// A call of a tool that accepts the parameters in `takes`, with the arguments in `given`.
    pub(super) fn test(takes: &[&'static str], given: Value) -> Self {
        let Value::Object(given) = given else { panic!("arguments are an object: {given}") };
        let fields = given.get("fields").map(|fields| Fields::read(fields).unwrap());
        let duration = takes.contains(&"duration").then_some("1d");
        Self {
            takes: takes.to_vec(),
            duration,
            given,
            fields,
            show_secrets: false,
            takes_fields: takes.contains(&"fields"),
            expected: Expected::List,
            takes_cursor: true,
            instead: Map::new(),
            reply_use: ReplyUse::Client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_about_cut_parts_names_them_or_none() {
        for given in [json!({}), json!({ "fields": ["a"] })] {
            for takes in [&["fields"][..], &["duration"], &["offset"], &[]] {
                let facts = RequestFacts::test(takes, given.clone());
                let none = facts.ways_to_parts(&[]);
                assert!(none.starts_with("Too long, and so cut; ") && !none.contains("them in"), "{none}");
                let some = facts.ways_to_parts(&["a.b".to_owned()]);
                assert!(some.starts_with("Too long, and so cut inside: `a.b`; "), "{some}");
            }
        }
    }

    #[test]
    fn the_window_is_that_of_the_call_or_the_default() {
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
