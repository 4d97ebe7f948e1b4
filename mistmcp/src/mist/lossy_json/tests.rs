use proptest::prelude::*;
use serde_json::json;

use super::*;

fn replaced(count: usize) -> Repairs {
    Repairs { replaced: count, ..Repairs::default() }
}

#[test]
fn invalid_characters_are_replaced_and_the_rest_is_kept() {
    for (body, wanted) in [
        (&br#"[{"a":"x\ud83dy"},{"b":1}]"#[..], json!([{ "a": "x\u{fffd}y" }, { "b": 1 }])),
        (br#"[{"a":"\udc00"},{"b":1}]"#, json!([{ "a": "\u{fffd}" }, { "b": 1 }])),
        (br#"[{"a":"\ud83d\u0041"},{"b":1}]"#, json!([{ "a": "\u{fffd}A" }, { "b": 1 }])),
        (b"[{\"a\":\"x\x01y\"},{\"b\":1}]", json!([{ "a": "x\u{fffd}y" }, { "b": 1 }])),
        (b"[{\"a\":\"x\ny\"},{\"b\":1}]", json!([{ "a": "x\ny" }, { "b": 1 }])),
        (b"[{\"a\":\"Z\xfcrich\"},{\"b\":1}]", json!([{ "a": "Z\u{fffd}rich" }, { "b": 1 }])),
        (b"[{\"a\":\"\xe4\"},{\"b\":1}]", json!([{ "a": "\u{fffd}" }, { "b": 1 }])),
        (br#"[{"a":NaN},{"b":1}]"#, json!([{ "a": null }, { "b": 1 }])),
        (br#"[{"a":-Infinity},{"b":1}]"#, json!([{ "a": null }, { "b": 1 }])),
        (br#"[{"a":1e999},{"b":1}]"#, json!([{ "a": "1e999" }, { "b": 1 }])),
        (br#"[{"a":007},{"b":1}]"#, json!([{ "a": "007" }, { "b": 1 }])),
        (br#"[{"a":"C:\Users"},{"b":1}]"#, json!([{ "a": "C:\\Users" }, { "b": 1 }])),
        (b"[{\"a\":\x0c1},{\"b\":1}]", json!([{ "a": 1 }, { "b": 1 }])),
        (br#"[{"a":"\u12"},{"b":1}]"#, json!([{ "a": "\\u12" }, { "b": 1 }])),
        (br#"{"results":[{"\ud83d":1}]}"#, json!({ "results": [{ "\u{fffd}": 1 }] })),
    ] {
        let text = String::from_utf8_lossy(body);
        assert_eq!(parse(body), Some((wanted, replaced(1))), "{text}");
    }
    assert_eq!(parse(br#"["\ud83d\ude00"]"#), Some((json!(["\u{1f600}"]), replaced(0))));
}

#[test]
fn what_stands_behind_the_end_is_dropped_and_further_data_is_not() {
    for rest in ["x", "}", "]", "\n;", ",", "\"", "</body>", " null", "\u{fffd}\0"] {
        for (body, value) in [
            (r#"[{"a":1},{"a":2}]"#, json!([{ "a": 1 }, { "a": 2 }])),
            (r#"{"results":[{"a":1}],"total":1}"#, json!({ "results": [{ "a": 1 }], "total": 1 })),
            (r#"{"name":"[x}"}"#, json!({ "name": "[x}" })),
        ] {
            assert_eq!(parse(format!("{body}{rest}").as_bytes()), Some((value, replaced(1))), "{body}{rest}");
        }
    }
    for several in ["{\"a\":1}\n{\"a\":2}", "[1][2]", "{}x[1]"] {
        assert_eq!(parse(several.as_bytes()), None, "{several}");
    }
}

#[test]
fn a_truncated_list_keeps_its_complete_rows() {
    for (body, wanted) in [
        (r#"[{"a":1},{"a":2},{"a":"#, json!([{ "a": 1 }, { "a": 2 }])),
        (r#"[{"a":[1,{"b":2}]},{"a":[1,{"#, json!([{ "a": [1, { "b": 2 }] }])),
        (r#"[{"a":1},{"a":"x]"#, json!([{ "a": 1 }])),
        ("[1,2,3", json!([1, 2])),
        ("[", json!([])),
        (r#"{"total":9,"results":[{"a":1},{"a""#, json!({ "total": 9, "results": [{ "a": 1 }] })),
        (r#"{"results":[{"a":1}],"total":9,"ne"#, json!({ "results": [{ "a": 1 }], "total": 9 })),
        (r#"{"results":[{"a":1}],"total":"#, json!({ "results": [{ "a": 1 }] })),
    ] {
        let truncated = Repairs { truncated: true, ..Repairs::default() };
        assert_eq!(parse(body.as_bytes()), Some((wanted, truncated)), "{body}");
    }
}

#[test]
fn an_invalid_row_is_dropped_and_the_others_are_kept() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    for row in [
        r#"{"a":undefined}"#,
        r#"{"a":None}"#,
        "{'a':1}",
        r#"{"a":1,}"#,
        r#"{"a":}"#,
        r#"{"a" 1}"#,
        "{a:1}",
        r#"{"a":0x1F}"#,
        "{\"a\":1}\0",
        "1 2",
        &deep,
    ] {
        let dropped = Repairs { dropped: 1, ..Repairs::default() };
        for (body, wanted) in [
            (format!("[{row},1,2]"), json!([1, 2])),
            (format!("[1,{row},2]"), json!([1, 2])),
            (format!("[1,2, {row} ]"), json!([1, 2])),
            (
                format!(r#"{{"total":3,"results":[1,{row},2],"limit":3}}"#),
                json!({ "total": 3, "results": [1, 2], "limit": 3 }),
            ),
        ] {
            assert_eq!(parse(body.as_bytes()), Some((wanted, dropped)), "{body}");
        }
        let broken_off = Repairs { truncated: true, ..dropped };
        let body = format!("[1,{row},2,{{");
        assert_eq!(parse(body.as_bytes()), Some((json!([1, 2]), broken_off)), "{body}");
        for body in [format!("[{row}]"), format!("[{row},{{"), format!(r#"{{"results":[{row}]}}"#)] {
            assert_eq!(parse(body.as_bytes()), None, "{body}");
        }
        let body = format!(r#"{{"results":[1,{row}],"a":[{row}]}}"#);
        assert_eq!(parse(body.as_bytes()), None, "{body}");
    }
    for body in ["[1,2,]", "[1,,2]", "[,1,2]"] {
        assert_eq!(parse(body.as_bytes()), Some((json!([1, 2]), replaced(1))), "{body}");
    }
    let body = "[".repeat(10_000_000);
    assert_eq!(parse(body.as_bytes()), None);
}

#[test]
fn truncated_non_lists_and_non_json_are_refused() {
    for body in [
        r#"{"requests":1,"#,
        r#"{"a":[1,2"#,
        "<html>",
        "text",
        "",
        "[1 2]",
        r#"{"a" 1}"#,
        "[,]",
        "[\x0c!]",
        "[\x0b]",
        "[\u{a0}1]",
    ] {
        assert_eq!(parse(body.as_bytes()), None, "{body}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_parsed_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&body);
    }

    #[test]
    fn any_truncation_or_broken_byte_of_a_list_leaves_rows(
        cut in 0_usize..400,
        place in 0_usize..400,
        byte in any::<u8>(),
    ) {
        let rows: Vec<_> = (0..20).map(|row| json!({ "id": row, "text": "\u{fc}\"\\\u{1f600}" })).collect();
        let whole = json!(rows).to_string().into_bytes();
        let mut body = whole[..cut.clamp(1, whole.len())].to_vec();
        let (read, _) = parse(&body).unwrap();
        prop_assert!(rows.starts_with(read.as_array().unwrap()));
        if let Some(target) = body.get_mut(place) {
            *target = byte;
        }
        let _ = parse(&body);
    }
}
