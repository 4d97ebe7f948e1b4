use serde_json::json;

use super::*;
use crate::mist::{PageFields, Repairs};
use crate::reply::{Body, Content, Format, Reply, Rules};

const RULES: Rules = Rules { max_bytes: 4_000, format: Format::Json, show_secrets: false };

fn render(value: Value, page: Option<Page>, takes: &[&'static str], given: Value) -> (Value, Option<u64>) {
    let page = page.map(PageFields::from).unwrap_or_default();
    let source = Source { page, ..Source::default() };
    let reply = Reply::of(Body::Data { value, source });
    let rendered = reply.render(&RULES, &RequestFacts::test(takes, given)).unwrap();
    let Content::Text(text) = rendered.content else { panic!("no text") };
    assert!(text.len() <= RULES.max_bytes, "{} bytes", text.len());
    let fewer = rendered.ask_again_with.and_then(|fewer| fewer["limit"].as_u64());
    (serde_json::from_str(&text).unwrap(), fewer)
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
    let searched = json!({ "results": [1], "start": 5, "end": 9, "next": "/api/v1/x?search_after=7" });
    let (value, _) = render(searched, None, &takes, json!({ "duration": "1d" }));
    assert_eq!(value["next"], json!({ "search_after": "7", "start": 5, "end": 9, "duration": "" }));
    let long = json!({ "results": rows(100), "start": 5, "end": 9, "limit": 100 });
    let (value, _) = render(long.clone(), None, &takes, json!({}));
    assert_eq!((&value["next"]["start"], &value["next"]["end"]), (&json!(5), &json!(9)));
    assert!(value["next"]["page"].is_u64(), "{value}");
    // The endpoint has no default window, and the call has none.
    let (value, _) = render(long, None, &["start", "end", "page", "limit"], json!({}));
    assert_eq!((value["next"].get("start"), value["next"].get("end")), (None, None));
    assert!(value["next"]["page"].is_u64(), "{value}");
}

#[test]
fn a_long_list_with_a_cursor_is_refetched_with_fewer_rows() {
    let value = json!({ "results": rows(100), "next": "/api/v1/x?token=a" });
    let (value, again) = render(value, None, &["limit"], json!({}));
    let kept = value["results"].as_array().unwrap().len() as u64;
    assert_eq!((again, &value["next"]), (Some(kept), &json!({ "limit": kept })));
}

#[test]
fn a_cursor_is_not_mixed_with_page_numbers() {
    let value = json!({ "results": rows(100), "limit": 100, "next": "/api/v1/x?token=b" });
    let (value, again) = render(value, None, &["page", "limit"], json!({ "cursor": "token=a" }));
    assert!(again.is_some() && value["next"].get("page").is_none(), "{value}");
}

#[test]
fn a_truncated_answer_reports_it_and_has_no_next() {
    let source = Source {
        repairs: Repairs { replaced: 2, truncated: true, ..Repairs::default() },
        ..Source::default()
    };
    let value = json!({ "results": [1, 2], "next": "/api/v1/x?search_after=7" });
    let reply = Reply::of(Body::Data { value, source });
    let content =
        reply.render(&RULES, &RequestFacts::test(&["search_after", "limit"], json!({}))).unwrap().content;
    let Content::Text(text) = content else { panic!("no text") };
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&value["incomplete"], value.get("next")), (&json!(true), None));
    let note = value["note"].as_str().unwrap();
    assert!(note.contains("2 places") && note.contains("broke off") && note.contains("`limit`"), "{note}");
}

#[test]
fn a_page_of_a_table_has_no_advice_on_the_size_or_number_of_pages() {
    let repairs = Repairs { truncated: true, ..Repairs::default() };
    let first = Page { number: 1, limit: 2, total: Some(9) };
    for (source, takes, given, wanted) in [
        (Source { repairs, ..Source::default() }, &["limit"][..], json!({ "limit": 2 }), "broke off"),
        (
            Source { page: first.into(), ..Source::default() },
            &["page", "limit"],
            json!({ "limit": 2, "page": 3 }),
            "page 1 in place of page 3",
        ),
        (Source::default(), &["limit"], json!({ "limit": 2 }), "may be more rows"),
        (
            Source { page: first.into(), ..Source::default() },
            &["limit"],
            json!({ "limit": 2 }),
            "There are 9 rows",
        ),
    ] {
        let facts = RequestFacts::test(takes, given).taking_a_cursor(false);
        let page = Reply::of(Body::Data { value: json!([1, 2]), source }).into_rows(false, facts).unwrap();
        let words = [page.broken, page.missing].into_iter().flatten().collect::<String>();
        assert!(words.contains(wanted), "{words}");
        assert!(!words.contains("`limit`") && !words.contains("do not ask"), "{words}");
    }
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
fn a_long_page_is_cut_between_rows_and_next_goes_on_with_the_first_left_out() {
    let page = Some(Page { number: 3, limit: 100, total: Some(1_000) });
    let value = shape(Value::Array(rows(100)), page, &["page", "limit", "fields"]);
    let kept = value["results"].as_array().unwrap().len() as u64;
    let next = &value["next"];
    assert_eq!(value["left_out"], json!(100 - kept));
    assert_eq!((next["page"].as_u64().unwrap() - 1) * next["limit"].as_u64().unwrap(), 200 + kept);
    let note = value["note"].as_str().unwrap();
    assert!(note.contains("follow `next`") && note.contains("`fields`"), "{note}");
}

#[test]
fn a_long_search_is_refetched_with_fewer_rows() {
    let value = json!({ "results": rows(100), "next": "/api/v1/x?search_after=%5B100%5D" });
    let (value, again) = render(value, None, &["search_after", "limit"], json!({}));
    let kept = value["results"].as_array().unwrap().len() as u64;
    assert_eq!(again, Some(kept));
    assert_eq!(value["next"], json!({ "limit": kept }));
}

#[test]
fn fields_are_kept_before_the_cut_so_that_more_rows_fit() {
    let takes = ["fields"];
    let (whole, _) = render(Value::Array(rows(100)), None, &takes, json!({}));
    let (picked, _) = render(Value::Array(rows(100)), None, &takes, json!({ "fields": "id,nam" }));
    assert!(whole["results"].as_array().unwrap().len() < 100);
    assert_eq!(picked["results"].as_array().unwrap().len(), 100);
    assert_eq!(picked["results"][7], json!({ "id": 7 }));
    assert_eq!(picked["unknown_fields"], json!(["nam"]));
    assert_eq!(picked["known_fields"][0], "name");
}

#[test]
fn a_single_row_that_is_too_long_is_cut_inside_and_next_follows_it() {
    let value = json!({ "results": [{ "id": 1, "big": vec!["y".repeat(90); 100] }], "next": "/api/v1/x?search_after=7" });
    let (value, again) = render(value, None, &["search_after", "limit", "fields"], json!({ "limit": 1 }));
    assert_eq!((&value["results"][0]["id"], again), (&json!(1), None));
    assert_eq!(value["next"], json!({ "search_after": "7" }));
    let note = value["note"].as_str().unwrap();
    assert!(note.contains("`big`") && note.contains("`fields`"), "{note}");
}

#[test]
fn the_other_fields_of_an_empty_list_are_cut() {
    let value = json!({ "results": [], "total": [5e-324], "rt": vec!["2026-11-22T20:00:00Z"; 400] });
    let (value, _) = render(value, None, &[], json!({}));
    assert_eq!(value["results"], json!([]));
    assert!(value["rt"].as_array().unwrap().len() < 100);
}

#[test]
fn other_fields_are_cut_if_they_leave_no_room_for_rows() {
    let value = json!({ "results": rows(10), "rt": vec!["2026-11-22T20:00:00Z"; 400] });
    let (value, _) = render(value, None, &[], json!({}));
    assert_eq!(value["results"].as_array().unwrap().len(), 10);
    assert!(value["rt"].as_array().unwrap().len() < 100);
}

#[test]
fn what_a_tool_says_of_its_rows_comes_before_what_is_said_of_the_answer() {
    let own = "These are alarms in their place.";
    let long = json!([{ "id": 1, "big": vec!["y".repeat(90); 100] }]);
    for (rows, words) in [
        (rows(100).into(), "rows left out"),
        (long, "`big`"),
        (json!([1]), "27 rows"),
        (json!([]), "none of them"),
    ] {
        let value = json!({ "note": own, "results": rows, "total": 27 });
        let (value, _) = render(value, None, &["limit"], json!({}));
        let note = value["note"].as_str().unwrap();
        assert!(note.starts_with(own) && note.contains(words), "{words}: {note}");
    }
    let whole = json!({ "note": own, "results": [1] });
    assert_eq!(shape(whole.clone(), None, &[]), whole);
}

#[test]
fn a_list_with_a_limit_alone_says_that_there_is_more_and_how_to_get_it() {
    let takes = ["start", "limit", "type", "fields"];
    let note = |value: Value, takes: &[&'static str], given: Value| {
        render(value, None, takes, given).0.get("note").map(|note| note.as_str().unwrap().to_owned())
    };
    let of =
        |count: usize, total: usize| json!({ "results": vec![1; count], "total": total, "limit": count });
    let text = note(of(2, 37), &takes, json!({ "limit": 2 })).unwrap();
    for words in ["37 rows", "2 of them", "`limit` to 37", "smaller window", "a filter"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let text = note(of(100, 4_000), &["limit", "mac"], json!({})).unwrap();
    assert!(text.contains("`limit` to 1000") && !text.contains("window"), "{text}");
    let text = note(of(50, 4_000), &["limit", "mac"], json!({ "limit": "5000" })).unwrap();
    assert!(!text.contains("`limit` to") && text.contains("a filter"), "{text}");
    // Fewer fields bring no more rows, and what to count by is no filter.
    let text = note(of(1_000, 4_000), &["limit", "mac", "fields"], json!({ "limit": 1_000 })).unwrap();
    assert!(text.contains("a filter") && !text.contains("`fields`"), "{text}");
    let text = note(of(2, 37), &["org_id", "distinct", "limit"], json!({ "limit": 2 })).unwrap();
    assert!(text.contains("`limit` to 37") && !text.contains("filter"), "{text}");
    // All rows, a list with pages, a page by cursor, and a count with all of its buckets.
    assert_eq!(note(of(2, 2), &takes, json!({})), None);
    assert_eq!(note(of(2, 9), &["limit", "page"], json!({ "limit": 2 })), None);
    assert_eq!(note(of(2, 9), &["limit", "search_after"], json!({ "search_after": "a" })), None);
    assert_eq!(note(of(2, 9), &takes, json!({ "limit": 2, "cursor": "page=5" })), None);
    let count = json!({ "distinct": "type", "results": [{ "type": "ap", "count": 9 }], "total": 9 });
    assert_eq!(note(count, &takes, json!({})), None);
}

#[test]
fn a_position_in_the_answer_is_a_next_until_all_rows_came() {
    let takes = ["search_after", "limit", "start", "end"];
    let of = |count: usize, position: Value| json!({ "results": vec![1; count], "total": 27, "limit": 10, "start": 5, "end": 9, "search_after": position });
    let next = |value: Value, given: Value| {
        let (value, _) = render(value, None, &takes, given);
        assert_eq!(value.get("search_after"), None, "{value}");
        assert_eq!(value.get("note"), None, "{value}");
        value.get("next").cloned()
    };
    assert_eq!(next(of(10, json!("abc,def")), json!({})), Some(json!({ "search_after": "abc,def" })));
    assert_eq!(
        next(of(10, json!("g,h")), json!({ "search_after": "abc,def", "start": "-1d" })),
        Some(json!({ "search_after": "g,h", "start": 5, "end": 9 }))
    );
    assert_eq!(next(of(27, json!("z")), json!({})), None);
    assert_eq!(next(of(0, json!("z")), json!({ "search_after": "y" })), None);
    assert_eq!(next(of(7, json!(null)), json!({ "search_after": "y" })), None);
}

#[test]
fn a_total_above_the_rows_without_a_next_is_incomplete() {
    let of = |count: usize| json!({ "results": vec![1; count], "total": 27 });
    for takes in [&["search_after", "limit"][..], &["limit"], &["site_id"], &["page", "limit", "fields"]] {
        // A page that is not full, and whose limit is above the total.
        let mut value = of(10);
        value["limit"] = json!(100);
        let (value, _) = render(value, None, takes, json!({ "limit": 100 }));
        let note = value["note"].as_str().unwrap_or_else(|| panic!("{takes:?}: {value}"));
        assert!(note.contains("27 rows") && note.contains("10 of them"), "{takes:?}: {note}");
        assert_eq!((&value["incomplete"], value.get("next")), (&json!(true), None), "{takes:?}");
        let (value, _) = render(of(27), None, takes, json!({}));
        assert_eq!((value.get("note"), value.get("incomplete")), (None, None), "{takes:?}");
    }
}

#[test]
fn rows_that_are_counted_and_did_not_come_are_missing_whatever_stands_in_their_place() {
    for answer in [
        json!({ "results": [], "total": 5 }),
        json!({ "results": null, "total": 5 }),
        json!({ "results": {}, "total": 5, "limit": 100 }),
        json!({ "total": 5 }),
        json!({ "total_count": 5, "aps": null }),
    ] {
        let value = shape(answer.clone(), None, &["limit"]);
        assert_eq!((&value["incomplete"], &value["results"]), (&json!(true), &json!([])), "{answer}");
        assert_eq!(value["note"], "Mist counts 5 rows, but its answer has none of them.", "{answer}");
    }
}

#[test]
fn a_link_in_the_header_leads_on_where_nothing_counts_the_rows() {
    let of = |value: Value, link: &str, total: Option<u64>, takes: &[&'static str]| {
        let page = PageFields::of(|name| total.filter(|_| name == "total"));
        let source = Source { page, next_link: Some(link.to_owned()), ..Source::default() };
        let reply = Reply::of(Body::Data { value, source });
        let facts = RequestFacts::test(takes, json!({})).taking_a_cursor(false);
        let Content::Text(text) = reply.render(&RULES, &facts).unwrap().content else { panic!("no text") };
        serde_json::from_str::<Value>(&text).unwrap()
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
fn a_link_whose_signature_is_hidden_is_said_not_to_work() {
    let link = "https://b.s3.amazonaws.com/a.pcap?X-Amz-Date=1&X-Amz-Signature=9f3c";
    let takes = ["page", "limit", "fields"];
    for value in [json!([{ "id": 1, "pcap_url": link }]), json!({ "content_url": link })] {
        let (shown, _) = render(value, None, &takes, json!({}));
        let note = shown["note"].as_str().unwrap_or_else(|| panic!("{shown}"));
        assert!(note.contains("links do not work") && note.contains("portal"), "{note}");
        assert!(!shown.to_string().contains("9f3c") && shown.get("incomplete").is_none(), "{shown}");
    }
    let rows = json!([{ "id": 1, "pcap_url": link }]);
    assert_eq!(render(rows, None, &takes, json!({ "fields": "id" })).0.get("note"), None);
    let plain = json!([{ "id": 1, "url": "https://a.b/c?x=1" }]);
    assert_eq!(render(plain, None, &takes, json!({})).0.get("note"), None);
    // A single link is of no window.
    let reply = Reply::of(Body::Data { value: json!({ "content_url": link }), source: Source::default() });
    let mut facts = RequestFacts::test(&["start", "end", "duration"], json!({}));
    facts.expected = Expected::One;
    let Content::Text(single) = reply.render(&RULES, &facts).unwrap().content else { panic!("no text") };
    assert!(!single.contains("window_default"), "{single}");
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
        let reply = Reply::of(Body::Data { value: json!([number]), source });
        let content = reply.render(&RULES, &RequestFacts::test(&["site_id"], given)).unwrap().content;
        let Content::Text(text) = content else { panic!("no text") };
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((value.get("incomplete"), &value["total"]), (None, &json!(5)), "{value}");
        seen.push(value["results"][0].clone());
        given = value.get("next").cloned().unwrap_or_default();
    }
    assert_eq!((seen, given), (vec![json!(1), json!(2), json!(3), json!(4), json!(5)], json!(null)));
}

#[test]
fn a_page_by_cursor_that_is_cut_goes_on_with_the_first_row_left_out() {
    let page = Some(Page { number: 3, limit: 100, total: Some(1_000) });
    let (value, again) =
        render(Value::Array(rows(100)), page, &["limit"], json!({ "cursor": "page=3", "limit": 100 }));
    let kept = value["results"].as_array().unwrap().len() as u64;
    let number: u64 =
        value["next"]["cursor"].as_str().unwrap().strip_prefix("page=").unwrap().parse().unwrap();
    assert_eq!((again, (number - 1) * value["next"]["limit"].as_u64().unwrap()), (None, 200 + kept));
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

#[test]
fn another_page_than_the_one_asked_for_is_said_and_has_no_next() {
    let page = |number| Some(Page { number, limit: 2, total: Some(100) });
    for (takes, given) in
        [(&["page", "limit"][..], json!({ "page": 2 })), (&[], json!({ "cursor": "page=2" }))]
    {
        let (value, _) = render(json!([1, 2]), page(1), takes, given.clone());
        assert_eq!((value.get("next"), &value["incomplete"]), (None, &json!(true)), "{value}");
        assert!(value["note"].as_str().unwrap().contains("page 1 in place of page 2"), "{value}");
        let (value, _) = render(json!([1, 2]), page(2), takes, given);
        assert!(value.get("next").is_some() && value.get("incomplete").is_none(), "{value}");
    }
}

#[test]
fn rows_that_are_counted_and_did_not_come_are_said() {
    let absent = json!({ "results": [], "total": 50, "limit": 100 });
    for takes in [&["search_after", "limit"][..], &["page", "limit"], &["site_id"]] {
        let (value, _) = render(absent.clone(), None, takes, json!({}));
        assert_eq!(value["incomplete"], true, "{value}");
        assert!(value["note"].as_str().unwrap().contains("Mist counts 50 rows"), "{value}");
    }
    let beyond = Some(Page { number: 9, limit: 10, total: Some(50) });
    for (takes, given) in
        [(&["page", "limit"][..], json!({ "page": 9 })), (&[], json!({ "cursor": "page=9" }))]
    {
        let (value, _) = render(json!([]), beyond, takes, given);
        let note = value["note"].as_str().unwrap_or_else(|| panic!("{value}"));
        assert!(
            note.contains("no page 9") && note.contains("50 rows") && note.contains("last page is 5"),
            "{note}"
        );
        assert_eq!((value.get("incomplete"), value.get("next")), (None, None), "{value}");
    }
    // Pages that the list has.
    for number in [2, 5] {
        let within = Some(Page { number, limit: 10, total: Some(50) });
        let (value, _) = render(json!([]), within, &["page", "limit"], json!({ "page": number }));
        assert_eq!(value["incomplete"], true, "{value}");
        assert!(value["note"].as_str().unwrap().contains("Mist counts 50 rows"), "{value}");
    }
    // The end of a search, and a list without rows.
    let (value, _) = render(absent, None, &["search_after"], json!({ "search_after": "a" }));
    assert_eq!(value.get("note"), None, "{value}");
    let (value, _) =
        render(json!({ "results": [], "total": 0 }), None, &["page", "limit"], json!({ "page": 2 }));
    assert_eq!(value.get("note"), None, "{value}");
}

#[cfg(feature = "query")]
#[test]
fn empty_fields_are_named_without_secrets() {
    let row = json!({ "tokens": { "hunter2": {} }, "https://bob:hunter2@h/": null, "name": "" });
    for show_secrets in [false, true] {
        let facts = RequestFacts::test(&[], json!({}));
        let page =
            List::read(json!([row]), &Source::default(), &facts).unwrap().into_page(show_secrets, &facts);
        let names = page.empty_fields.join(" ");
        assert_eq!(names.contains("hunter2"), show_secrets, "{names}");
        assert!(names.contains("name") && names.contains("tokens."), "{names}");
    }
}

#[test]
fn a_secret_is_hidden_also_if_what_tells_of_it_is_not_among_the_fields() {
    const SECRET: &str = "hunter2hunter";
    for (row, fields) in [
        (json!({ "name": "psk_guest", "value": SECRET }), "value"),
        (json!({ "value": SECRET, "key": "RADIUS_KEY" }), "value"),
        (json!({ "vars": [{ "name": "psk_guest", "value": SECRET }] }), "vars.value"),
        (json!({ "deep": { "vars": [{ "key": "wifi_pw", "value": SECRET }] } }), "deep.vars.value"),
        (json!({ "field": "passphrase", "old": "hunter2old", "new": SECRET }), "old,new"),
        (json!({ "type": "psk", "before": SECRET, "after": "hunter2after" }), "before,after"),
        (
            json!({ "loc": ["body", "psk"], "input": SECRET, "msg": format!("'{SECRET}' is too short") }),
            "msg",
        ),
        (json!({ "key": SECRET, "created_time": 17 }), "key"),
    ] {
        for show_secrets in [false, true] {
            let mut texts = Vec::new();
            // Rows beyond the first, whose names are reported, too.
            for (value, format) in [
                (row.clone(), Format::Json),
                (json!(vec![row.clone(); 30]), Format::Json),
                (json!(vec![row.clone(); 30]), Format::Toon),
            ] {
                let mut facts = RequestFacts::test(&["fields"], json!({ "fields": fields }));
                let rules = Rules { format, show_secrets, ..RULES };
                facts.expected = if value.is_array() { Expected::List } else { Expected::One };
                let reply = Reply::of(Body::Data { value, source: Source::default() });
                let Content::Text(text) = reply.render(&rules, &facts).unwrap().content else {
                    panic!("no text")
                };
                texts.push(text);
            }
            #[cfg(feature = "query")]
            {
                let facts = RequestFacts::test(&["fields"], json!({ "fields": fields }));
                let page = List::read(json!([row]), &Source::default(), &facts).unwrap();
                texts.push(json!(page.into_page(show_secrets, &facts).rows).to_string());
            }
            for text in texts {
                assert_eq!(text.contains("hunter2"), show_secrets, "{fields}: {text}");
                assert_eq!(text.contains("[hidden]"), !show_secrets, "{fields}: {text}");
                assert!(!text.contains("created_time") && !text.contains("passphrase"), "{fields}: {text}");
            }
        }
    }
}
