//! Fixed time window for all pages of a list ([`fixed`]).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::page;
use super::request_facts::RequestFacts;
use crate::{Arg, RelativeDuration, Time};

/// The arguments that give the next page the same window. They are complete in addition to the arguments of the first
/// page, too: a later page was asked for with what an earlier `next` added, and repeats it. A window that ends now or is relative to now would move
/// between two calls, so that rows are lost or repeated. Empty if the window is absolute already, and where the call has
/// no window and the endpoint no default one: what Mist answers as `start` and `end` there limits no rows, and rows would
/// be lost with it.
pub(super) fn fixed(
    about: &Map<String, Value>,
    date: Option<Timestamp>,
    facts: &RequestFacts,
) -> Map<String, Value> {
    if !facts.takes("start") || !facts.takes("end") {
        return Map::new();
    }
    let changed = changed(about, date, facts);
    if page::is_first(facts) {
        return changed;
    }
    let given = ["start", "end", "duration"].iter().filter_map(|name| Some((*name, facts.given(name)?)));
    let mut all: Map<_, _> = given.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    all.extend(changed);
    if facts.takes("duration") && all.contains_key("start") && all.contains_key("end") {
        all.entry("duration").or_insert_with(|| "".into());
    }
    all
}

/// What differs from the window of the call.
fn changed(about: &Map<String, Value>, date: Option<Timestamp>, facts: &RequestFacts) -> Map<String, Value> {
    let mut fixed = Map::new();
    let now = || date.unwrap_or_else(Timestamp::now).as_second();
    let given = |name: &str| Time::read(facts.given(name)?).ok();
    let given_duration = facts.given("duration").and_then(|value| RelativeDuration::read(value).ok());
    let is_given = ["start", "end", "duration"].iter().any(|name| facts.given(name).is_some());
    // The default window moves, too.
    let default = facts
        .default_duration()
        .filter(|_| !is_given)
        .and_then(|text| RelativeDuration::read(&text.into()).ok());
    if !is_given && default.is_none() {
        return fixed;
    }
    let duration = given_duration.as_ref().or(default.as_ref());
    let has_start =
        facts.given("start").is_some() || given_duration.is_some() || facts.default_duration().is_some();
    let (start, end) = match (seconds(about, "start"), seconds(about, "end")) {
        (Some(start), Some(end)) if start <= end && has_start => (Some(start), Some(end)),
        _ => {
            let start = given("start").and_then(|time| time.epoch(now()));
            let end = given("end").and_then(|time| time.epoch(now()));
            match (start, end, duration) {
                (None, None, Some(duration)) => {
                    let end = now();
                    (duration.seconds().and_then(|length| end.checked_sub(length)), Some(end))
                }
                (Some(start), None, None) => (Some(start), Some(now())),
                // A duration is relative to the given end.
                (start, end, _) => {
                    let mut put = |name: &str, epoch: Option<i64>| {
                        if let Some(epoch) = epoch.filter(|epoch| !facts.is_given_as(name, *epoch)) {
                            fixed.insert(name.into(), json!(epoch));
                        }
                    };
                    put("start", start);
                    put("end", end);
                    return fixed;
                }
            }
        }
    };
    let (Some(start), Some(end)) = (start, end) else { return fixed };
    if !facts.is_given_as("start", start) || !facts.is_given_as("end", end) || given_duration.is_some() {
        fixed.insert("start".into(), json!(start));
        fixed.insert("end".into(), json!(end));
    }
    if given_duration.is_some() {
        // An empty string omits a parameter.
        fixed.insert("duration".into(), "".into());
    }
    fixed
}

/// A time in Mist's answer: seconds since 1970, sometimes with a fraction.
fn seconds(about: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = about.get(name)?;
    let is_number =
        value.is_number() || value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok());
    is_number.then(|| Time::read(value).ok()?.epoch(0)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKES: [&str; 3] = ["start", "end", "duration"];

    fn fixed_at(about: &Value, given: Value) -> Value {
        let date = Timestamp::from_second(1_001_000_000).unwrap();
        fixed(about.as_object().unwrap(), Some(date), &RequestFacts::test(&TAKES, given)).into()
    }

    #[test]
    fn the_next_page_has_the_window_of_the_answer() {
        let about = json!({ "start": 1_000_000_500, "end": 1_000_000_900.75 });
        assert_eq!(fixed_at(&about, json!({})), json!({ "start": 1_000_000_500, "end": 1_000_000_900 }));
        assert_eq!(
            fixed_at(&about, json!({ "start": "-1d", "end": "now" })),
            json!({ "start": 1_000_000_500, "end": 1_000_000_900 })
        );
        assert_eq!(
            fixed_at(&about, json!({ "duration": "1d" })),
            json!({ "start": 1_000_000_500, "end": 1_000_000_900, "duration": "" })
        );
        assert_eq!(fixed_at(&about, json!({ "start": "1000000500", "end": 1_000_000_900 })), json!({}));
    }

    #[test]
    fn without_a_window_in_the_answer_it_is_relative_to_the_date_header() {
        let none = json!({});
        assert_eq!(fixed_at(&none, json!({})), json!({ "start": 1_000_913_600, "end": 1_001_000_000 }));
        assert_eq!(
            fixed_at(&none, json!({ "duration": "1d" })),
            json!({ "start": 1_000_913_600, "end": 1_001_000_000, "duration": "" })
        );
        assert_eq!(
            fixed_at(&none, json!({ "start": "-1h" })),
            json!({ "start": 1_000_996_400, "end": 1_001_000_000 })
        );
        assert_eq!(
            fixed_at(&none, json!({ "start": 1_000_000_005 })),
            json!({ "start": 1_000_000_005, "end": 1_001_000_000 })
        );
        assert_eq!(
            fixed_at(&none, json!({ "start": "-2h", "end": "-1h" })),
            json!({ "start": 1_000_992_800, "end": 1_000_996_400 })
        );
        assert_eq!(fixed_at(&none, json!({ "start": 1_000_000_005, "end": 1_000_000_006 })), json!({}));
        assert_eq!(
            fixed_at(&none, json!({ "start": "-1h", "duration": "10m" })),
            json!({ "start": 1_000_996_400 })
        );
        assert_eq!(
            fixed_at(&none, json!({ "end": "now", "duration": "10m" })),
            json!({ "end": 1_001_000_000 })
        );
        let unreadable = json!({ "start": "x", "end": [] });
        assert_eq!(fixed_at(&unreadable, json!({})), json!({ "start": 1_000_913_600, "end": 1_001_000_000 }));
        assert_eq!(fixed_at(&unreadable, json!({ "start": 1_000_000_005, "end": 1_000_000_006 })), json!({}));
    }

    #[test]
    fn a_window_that_neither_the_call_nor_the_endpoint_has_is_not_fixed() {
        let about = json!({ "start": 1_000_000_500, "end": 1_000_000_900 });
        let fixed = |given| {
            let facts = RequestFacts::test(&["start", "end"], given);
            Value::from(fixed(about.as_object().unwrap(), None, &facts))
        };
        assert_eq!(fixed(json!({})), json!({}));
        assert_eq!(fixed(json!({ "limit": 2 })), json!({}));
        // What the call has of a window is fixed.
        assert_eq!(fixed(json!({ "start": "-1d" })), json!({ "start": 1_000_000_500, "end": 1_000_000_900 }));
        assert_eq!(fixed(json!({ "end": 1_000_000_900 })), json!({}));
        let ends_now = fixed(json!({ "end": "now" }));
        assert!(ends_now.get("start").is_none() && ends_now["end"].is_i64(), "{ends_now}");
    }

    #[test]
    fn a_later_page_repeats_the_window_for_a_call_with_the_first_arguments() {
        let later = |mut given: Value| {
            given["search_after"] = "x".into();
            fixed_at(&json!({ "start": 1_000_000_500, "end": 1_000_000_900 }), given)
        };
        let whole = json!({ "start": 1_000_000_500, "end": 1_000_000_900, "duration": "" });
        assert_eq!(later(json!({ "start": 1_000_000_500, "end": 1_000_000_900 })), whole);
        assert_eq!(later(json!({ "duration": "6h" })), whole);
        assert_eq!(later(json!({})), json!({ "start": 1_000_000_500, "end": 1_000_000_900, "duration": "" }));
        // A duration that is relative to the given end stays.
        let date = Timestamp::from_second(1_001_000_000).unwrap();
        let given = json!({ "end": 1_000_000_900, "duration": "10m", "cursor": "page=2" });
        let facts = RequestFacts::test(&TAKES, given);
        let fixed = fixed(&Map::new(), Some(date), &facts);
        assert_eq!(Value::from(fixed), json!({ "end": 1_000_000_900, "duration": "10m" }));
        let facts = RequestFacts::test(
            &["start", "end"],
            json!({ "start": 1_000_000_005, "end": 1_000_000_006, "page": 2 }),
        );
        assert_eq!(
            Value::from(super::fixed(&Map::new(), Some(date), &facts)),
            json!({ "start": 1_000_000_005, "end": 1_000_000_006 })
        );
    }

    #[test]
    fn a_tool_without_window_parameters_gets_none() {
        let about = json!({ "start": 1_000_000_005, "end": 1_000_000_006 });
        let facts = RequestFacts::test(&["duration"], json!({ "duration": "1d" }));
        assert_eq!(fixed(about.as_object().unwrap(), None, &facts), Map::new());
    }
}
