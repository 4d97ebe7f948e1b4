//! Rows that did not come: what an answer says of them, and how to get them.

use serde_json::json;

use super::*;

#[test]
fn a_truncated_answer_reports_it_and_has_no_next() {
    let source = Source {
        repairs: Repairs { replaced: 2, truncated: true, ..Repairs::default() },
        ..Source::default()
    };
    let value = json!({ "results": [1, 2], "next": "/api/v1/x?search_after=7" });
    let value = render_from(source, value, &RequestFacts::test(&["search_after", "limit"], json!({})));
    assert_eq!((&value["incomplete"], value.get("next")), (&json!(true), None));
    let note = value["note"].as_str().unwrap();
    assert!(note.contains("2 places") && note.contains("broke off") && note.contains("`limit`"), "{note}");
}

#[test]
fn a_merged_page_that_lacks_rows_of_an_account_is_incomplete() {
    let missing = || Some("The rows of the account `b` are missing: Mist failed.".to_owned());
    for (rows, has_next, missing) in [
        (json!([1, 2]), false, missing()),
        (json!([1, 2]), true, missing()),
        (json!([]), false, missing()),
        (json!([]), true, missing()),
        (json!([1, 2]), false, None),
        (json!([]), true, None),
    ] {
        let merged = MergedPage { number: 1, limit: 2, has_next, is_full: false, missing: missing.clone() };
        let source = Source { merged: Some(Box::new(merged)), ..Source::default() };
        let facts = RequestFacts::test(&["page", "limit"], json!({}));
        let value = render_from(source, json!({ "results": rows, "total": 2 }), &facts);
        assert_eq!(value.get("incomplete").is_some(), missing.is_some(), "{value}");
        assert_eq!(value.get("next").is_some(), has_next, "{value}");
        let note = value.get("note").and_then(|note| note.as_str()).unwrap_or_default();
        assert!(note.contains(missing.as_deref().unwrap_or_default()), "{value}");
    }
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
        let page = of(json!([1, 2]), source).into_rows(false, facts).unwrap();
        let words = [page.broken, page.missing].into_iter().flatten().collect::<String>();
        assert!(words.contains(wanted), "{words}");
        assert!(!words.contains("`limit`") && !words.contains("do not ask"), "{words}");
    }
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
