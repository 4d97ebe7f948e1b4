//! Lists that are cut, or fetched again with fewer rows, since they are longer than an answer may be.

use serde_json::json;

use super::*;

#[test]
fn a_long_list_with_a_cursor_is_refetched_with_fewer_rows() {
    let value = json!({ "results": rows(100), "next": "/api/v1/x?token=a" });
    let (value, again) = render(value, None, &["limit"], json!({}));
    let kept = value["results"].as_array().unwrap().len() as u64;
    assert_eq!((again, &value["next"]), (Some(kept), &json!({ "limit": kept })));
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
fn a_page_by_cursor_that_is_cut_goes_on_with_the_first_row_left_out() {
    let page = Some(Page { number: 3, limit: 100, total: Some(1_000) });
    let (value, again) =
        render(Value::Array(rows(100)), page, &["limit"], json!({ "cursor": "page=3", "limit": 100 }));
    let kept = value["results"].as_array().unwrap().len() as u64;
    let number: u64 =
        value["next"]["cursor"].as_str().unwrap().strip_prefix("page=").unwrap().parse().unwrap();
    assert_eq!((again, (number - 1) * value["next"]["limit"].as_u64().unwrap()), (None, 200 + kept));
}
