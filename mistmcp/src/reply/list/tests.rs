//! Lists in one shape, and where `next` leads.

mod cut;
mod missing;
mod secrets;

use serde_json::json;

use super::*;
use crate::mist::{PageFields, Repairs};
use crate::reply::{Body, Content, Format, Reply, Rules};

const RULES: Rules = Rules { max_bytes: 4_000, format: Format::Json, show_secrets: false };

fn render(value: Value, page: Option<Page>, takes: &[&'static str], given: Value) -> (Value, Option<u64>) {
    let page = page.map(PageFields::from).unwrap_or_default();
    let source = Source { page, ..Source::default() };
    let rendered = of(value, source).render(&RULES, &RequestFacts::test(takes, given)).unwrap();
    let fewer = rendered.ask_again_with.as_ref().and_then(|fewer| fewer["limit"].as_u64());
    (serde_json::from_str(&text_of(rendered.content)).unwrap(), fewer)
}

fn of(value: Value, source: Source) -> Reply {
    Reply::of(Body::Data { value, source })
}

fn text_of(content: Content) -> String {
    let Content::Text(text) = content else { panic!("no text") };
    assert!(text.len() <= RULES.max_bytes, "{} bytes", text.len());
    text
}

/// The answer of a source, to a call as of these facts.
fn render_from(source: Source, value: Value, facts: &RequestFacts) -> Value {
    serde_json::from_str(&text_of(of(value, source).render(&RULES, facts).unwrap().content)).unwrap()
}

fn shape(value: Value, page: Option<Page>, takes: &[&'static str]) -> Value {
    render(value, page, takes, json!({})).0
}

fn rows(count: usize) -> Vec<Value> {
    (0..count).map(|number| json!({ "id": number, "name": "x".repeat(60) })).collect()
}

#[test]
fn every_form_of_a_list_becomes_one_shape() {
    let page = Some(Page { number: 1, limit: 2, total: Some(3) });
    assert_eq!(
        shape(json!([1, 2]), page, &["page", "limit"]),
        json!({ "total": 3, "next": { "page": 2 }, "results": [1, 2] })
    );
    let searched = json!({ "results": [1], "total": 9, "limit": 1, "start": 5, "end": 6, "next": "/api/v1/x?search_after=%5B1%5D" });
    assert_eq!(
        shape(searched, None, &["search_after", "limit"]),
        json!({ "total": 9, "next": { "search_after": "[1]" }, "start": 5, "end": 6, "results": [1] })
    );
    let counted =
        json!({ "distinct": "type", "results": [{ "count": 2, "type": "ap" }], "total": 1, "limit": 100 });
    assert_eq!(
        shape(counted, None, &["limit"]),
        json!({ "total": 1, "distinct": "type", "results": [{ "count": 2, "type": "ap" }] })
    );
    let impacted = json!({ "total_count": 1, "metric": "coverage", "start": 5, "aps": [{ "ap_mac": "aa" }] });
    assert_eq!(
        shape(impacted, None, &[]),
        json!({ "total": 1, "metric": "coverage", "start": 5, "results": [{ "ap_mac": "aa" }] })
    );
    assert_eq!(shape(json!([]), None, &[]), json!({ "results": [] }));
    let other = shape(json!({ "a": 1, "list": [1] }), None, &[]);
    assert_eq!((&other["results"], other["note"].is_string()), (&json!([{ "a": 1, "list": [1] }]), true));
}

#[test]
fn an_object_that_is_paged_by_number_has_a_next_too() {
    let object = json!({ "results": [1, 2], "start": 5, "limit": 2 });
    assert_eq!(
        shape(object, None, &["page", "limit"]),
        json!({ "next": { "page": 2 }, "start": 5, "results": [1, 2] })
    );
}

#[test]
fn a_next_that_the_tool_lacks_a_parameter_for_is_a_cursor() {
    let counts = json!({ "results": [1], "next": "/api/v1/x?page=2" });
    assert_eq!(shape(counts, None, &["limit"]), json!({ "next": { "cursor": "page=2" }, "results": [1] }));
    let page = Some(Page { number: 1, limit: 1, total: Some(3) });
    assert_eq!(
        shape(json!([1]), page, &[]),
        json!({ "total": 3, "next": { "cursor": "page=2" }, "results": [1] })
    );
}

#[test]
fn a_next_that_cannot_be_followed_states_that_there_is_more() {
    for next in [json!("https://evil.example/api/v1/x?token=a"), json!("/admin?token=a"), json!(7)] {
        let value = shape(json!({ "results": [1], "next": next }), None, &["start", "limit", "ssid"]);
        let note = value["note"].as_str().unwrap();
        assert!(note.contains("more rows") && note.contains("smaller window"), "{note}");
        assert_eq!((value.get("next"), &value["results"]), (None, &json!([1])));
    }
    let value = shape(json!({ "results": [], "next": "/api/v1/x?token=a" }), None, &["limit"]);
    assert!(value["note"].as_str().unwrap().contains("empty"), "{value}");
    assert_eq!(value.get("next"), None);
}

#[test]
fn a_next_page_has_the_window_of_this_one_also_after_a_cut() {
    let takes = ["start", "end", "duration", "search_after", "page", "limit"];
    let searched = json!({ "results": [1], "start": 1_000_000_005, "end": 1_000_000_009, "next": "/api/v1/x?search_after=7" });
    let (value, _) = render(searched, None, &takes, json!({ "duration": "1d" }));
    assert_eq!(
        value["next"],
        json!({ "search_after": "7", "start": 1_000_000_005, "end": 1_000_000_009, "duration": "" })
    );
    let long = json!({ "results": rows(100), "start": 1_000_000_005, "end": 1_000_000_009, "limit": 100 });
    let (value, _) = render(long.clone(), None, &takes, json!({}));
    assert_eq!(
        (&value["next"]["start"], &value["next"]["end"]),
        (&json!(1_000_000_005), &json!(1_000_000_009))
    );
    assert!(value["next"]["page"].is_u64(), "{value}");
    // The endpoint has no default window, and the call has none.
    let (value, _) = render(long, None, &["start", "end", "page", "limit"], json!({}));
    assert_eq!((value["next"].get("start"), value["next"].get("end")), (None, None));
    assert!(value["next"]["page"].is_u64(), "{value}");
}

#[test]
fn a_cursor_is_not_mixed_with_page_numbers() {
    let value = json!({ "results": rows(100), "limit": 100, "next": "/api/v1/x?token=b" });
    let (value, again) = render(value, None, &["page", "limit"], json!({ "cursor": "token=a" }));
    assert!(again.is_some() && value["next"].get("page").is_none(), "{value}");
}

#[test]
fn the_window_of_a_list_is_that_of_the_answer_or_of_the_call() {
    let takes = ["start", "end", "duration"];
    let window = |value, given| render(value, None, &takes, given).0;
    assert_eq!(window(json!([1]), json!({}))["window_default"], json!({ "duration": "1d" }));
    assert_eq!(window(json!([1]), json!({ "start": "-7d" }))["window_asked"], json!({ "start": "-7d" }));
    let given_window = json!({ "results": [], "start": 5, "end": 6 });
    assert_eq!(
        window(given_window, json!({ "start": "-7d" })),
        json!({ "start": 5, "end": 6, "results": [] })
    );
}

#[test]
fn a_position_in_the_answer_is_a_next_until_all_rows_came() {
    let takes = ["search_after", "limit", "start", "end"];
    let of = |count: usize, position: Value| json!({ "results": vec![1; count], "total": 27, "limit": 10, "start": 1_000_000_005, "end": 1_000_000_009, "search_after": position });
    let next = |value: Value, given: Value| {
        let (value, _) = render(value, None, &takes, given);
        assert_eq!(value.get("search_after"), None, "{value}");
        assert_eq!(value.get("note"), None, "{value}");
        value.get("next").cloned()
    };
    assert_eq!(next(of(10, json!("abc,def")), json!({})), Some(json!({ "search_after": "abc,def" })));
    assert_eq!(
        next(of(10, json!("g,h")), json!({ "search_after": "abc,def", "start": "-1d" })),
        Some(json!({ "search_after": "g,h", "start": 1_000_000_005, "end": 1_000_000_009 }))
    );
    assert_eq!(next(of(27, json!("z")), json!({})), None);
    assert_eq!(next(of(0, json!("z")), json!({ "search_after": "y" })), None);
    assert_eq!(next(of(7, json!(null)), json!({ "search_after": "y" })), None);
}

#[test]
fn a_link_in_the_header_leads_on_where_nothing_counts_the_rows() {
    let of = |value: Value, link: &str, total: Option<u64>, takes: &[&'static str]| {
        let page = PageFields::of(|name| total.filter(|_| name == "total"));
        let source = Source { page, next_link: Some(link.to_owned()), ..Source::default() };
        let facts = RequestFacts::test(takes, json!({})).taking_a_cursor(false);
        render_from(source, value, &facts)
    };
    let next = "/api/v1/x?limit=100&page=2";
    assert_eq!(of(json!([1, 2, 3]), next, None, &["page", "limit"])["next"], json!({ "page": 2 }));
    for (link, takes) in
        [(next, &["site_id"][..]), ("https://elsewhere.example/x?page=2", &["page", "limit"])]
    {
        let value = of(json!([1, 2, 3]), link, None, takes);
        assert_eq!((&value["incomplete"], value.get("next")), (&json!(true), None), "{value}");
    }
    for (value, total) in [(json!([1, 2, 3]), Some(3)), (json!({ "results": [1], "total": 1 }), None)] {
        let value = of(value, next, total, &["page", "limit"]);
        assert_eq!((value.get("incomplete"), value.get("next")), (None, None), "{value}");
    }
}

#[test]
fn a_position_is_not_mixed_with_page_numbers() {
    let takes = ["search_after", "page", "limit"];
    let last = json!({ "results": [1], "total": 3, "limit": 2 });
    let (value, _) = render(last, None, &takes, json!({ "search_after": "2", "limit": 2 }));
    assert_eq!(value.get("next"), None, "{value}");
    let first = json!({ "results": [1, 2], "total": 3, "limit": 2, "next": "/api/v1/x?search_after=2" });
    let (value, _) = render(first, None, &takes, json!({ "limit": 2 }));
    assert_eq!(value["next"], json!({ "search_after": "2" }));
}

#[test]
fn a_list_without_a_page_parameter_is_paged_by_cursor_to_its_end() {
    let mut given = json!({});
    let mut seen = Vec::new();
    for number in 1..=5 {
        // Some answers do not say which page they are.
        let headers = PageFields::of(|name| match name {
            "page" if number % 2 == 0 => Some(number),
            "limit" => Some(1),
            "total" => Some(5),
            _ => None,
        });
        let source = Source { page: headers, ..Source::default() };
        let value = render_from(source, json!([number]), &RequestFacts::test(&["site_id"], given));
        assert_eq!((value.get("incomplete"), &value["total"]), (None, &json!(5)), "{value}");
        seen.push(value["results"][0].clone());
        given = value.get("next").cloned().unwrap_or_default();
    }
    assert_eq!((seen, given), (vec![json!(1), json!(2), json!(3), json!(4), json!(5)], json!(null)));
}

#[test]
fn a_next_that_leads_to_the_same_page_is_left_out_and_said() {
    let takes = ["search_after", "page", "limit", "start"];
    for (link, given, takes) in [
        ("/api/v1/x?search_after=SAME", json!({ "search_after": "SAME" }), &takes[..]),
        ("/api/v1/x?page=2", json!({ "page": "2" }), &takes[..]),
        ("/api/v1/x?token=a%2Fb", json!({ "cursor": "token=a%2Fb" }), &["limit", "ssid"]),
        ("/api/v1/x?page=7", json!({ "cursor": "page=7" }), &["limit", "ssid"]),
    ] {
        let (value, _) = render(json!({ "results": [1], "next": link }), None, takes, given);
        assert_eq!((value.get("next"), &value["incomplete"]), (None, &json!(true)), "{link}: {value}");
        assert!(value["note"].as_str().unwrap().contains("this page again"), "{value}");
    }
    let other = json!({ "results": [1], "next": "/api/v1/x?search_after=OTHER" });
    let (value, _) = render(other, None, &takes, json!({ "search_after": "SAME" }));
    assert_eq!((&value["next"], value.get("note")), (&json!({ "search_after": "OTHER" }), None));
}
