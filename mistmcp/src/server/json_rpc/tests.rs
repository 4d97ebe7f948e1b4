use super::*;

fn rejection_of(text: &str) -> (i32, Value, String) {
    let invalid = read(text.as_bytes()).expect_err(text);
    (invalid.code.0, invalid.id, invalid.message)
}

fn call(params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#)
}

#[test]
fn a_valid_message_is_unchanged() {
    for text in [
        &*call(r#"{"name":"getSelf","arguments":{}}"#),
        &*call(r#"{"name":"getSelf","arguments":{"a":"\ud83d\ude00 \\ud83d"}}"#),
        r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":{}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","id":3,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"no"}}"#,
    ] {
        let message = read(text.as_bytes()).unwrap();
        assert!(message.is_unchanged(), "{text}");
        assert_eq!(message.into_value(), serde_json::from_str::<Value>(text).unwrap());
    }
}

#[test]
fn of_members_with_the_same_name_the_last_one_is_read() {
    let named = call(r#"{"name":"getSelf"}"#);
    for text in [
        call(r#"{"name":"getSites","name":"getSelf"}"#),
        call(r#"{"_meta":{"progressToken":1},"_meta":null,"name":"getSelf"}"#),
        call(r#"{"arguments":{"a":1},"name":"getSelf","arguments":null}"#),
        named.replace(r#""id":7"#, r#""id":3,"id":7"#),
        named.replace(r#""params""#, r#""params":{"name":"getSites"},"params""#),
    ] {
        let (body, _) = read(text.as_bytes()).unwrap().into_text(Bytes::from(text.clone()));
        let (body, named): (Value, Value) =
            (serde_json::from_slice(&body).unwrap(), serde_json::from_str(&named).unwrap());
        assert_eq!(body, named, "{text}");
        assert!(!read(text.as_bytes()).unwrap().is_unchanged(), "{text}");
    }
}

#[test]
fn other_spellings_of_an_empty_object_are_accepted() {
    for empty in ["[]", "\"\"", "null", "\" \""] {
        let text = call(&format!(r#"{{"name":"getSelf","arguments":{empty},"_meta":{empty}}}"#));
        let message = read(text.as_bytes()).unwrap();
        assert!(!message.is_unchanged());
        assert_eq!(message.into_value()["params"], json!({ "name": "getSelf" }), "{empty}");
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{empty}}}"#);
        assert_eq!(read(text.as_bytes()).unwrap().into_value()["params"], json!({}), "{empty}");
    }
}

#[test]
fn a_wrong_envelope_is_an_invalid_request() {
    for (text, id) in [
        ("[]", Value::Null),
        ("3", Value::Null),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, json!(1)),
        (r#"{"id":1,"method":"ping"}"#, json!(1)),
        (r#"{"jsonrpc":"2.0","id":"x"}"#, json!("x")),
        (r#"{"jsonrpc":"2.0","id":16,"params":{}}"#, json!(16)),
        (r#"{"id":1}"#, Value::Null),
        (r#"{"id":1,"result":{}}"#, Value::Null),
        (r#"{"jsonrpc":"1.0","id":1,"error":{"code":1,"message":"no"}}"#, Value::Null),
        (r#"{"jsonrpc":"2.0","id":1,"method":["ping"]}"#, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, Value::Null),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, Value::Null),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, json!(1)),
    ] {
        let (code, found, message) = rejection_of(text);
        assert_eq!((code, found), (-32600, id), "{text}: {message}");
    }
}

#[test]
fn each_request_of_a_batch_is_rejected_by_its_id() {
    let ping = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    for (batch, ids) in [
        (vec![ping("1")], json!([1])),
        (vec![ping("1"), notification.to_owned(), ping("\"b\"")], json!([1, "b"])),
        (vec![ping("1.5"), "3".to_owned(), ping("2")], json!([2])),
        (vec![ping("1.0"), ping("-7.0"), ping("2")], json!([1, -7, 2])),
        (vec![r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned(), ping("3")], json!([3])),
    ] {
        let text = format!("[{}]", batch.join(","));
        let invalid = read(text.as_bytes()).unwrap_err();
        let answer = invalid.to_json();
        let answered: Vec<_> = answer.as_array().unwrap().iter().map(|error| error["id"].clone()).collect();
        assert_eq!(json!(answered), ids, "{text}");
        assert!(
            answer[0]["error"]["message"].as_str().unwrap().contains("each message by itself"),
            "{answer}"
        );
        assert!(!invalid.is_notification, "{text}");
    }
    assert!(read(format!("[{notification}]").as_bytes()).unwrap_err().is_notification);
    let empty = read(b"[]").unwrap_err();
    assert!(empty.to_json()["id"].is_null() && !empty.is_notification);
}

#[test]
fn an_id_beyond_64_bits_is_rejected_with_the_id_and_the_range() {
    for id in
        ["9223372036854775808", "18446744073709551615", "-9223372036854775809", "1000000000000000000000"]
    {
        let (code, found, message) =
            rejection_of(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#));
        let id: Value = serde_json::from_str(id).unwrap();
        assert_eq!((code, &found), (-32600, &id), "{message}");
        assert!(message.contains("2^63-1"), "{message}");
    }
}

#[test]
fn invalid_params_are_rejected_with_the_id_and_the_reason() {
    for (params, wanted) in [
        ("{}", "`name`"),
        (r#"{"name":5}"#, "`params.name`"),
        (r#"{"name":null}"#, "`params.name`"),
        (r#"{"name":"getSelf","arguments":[1]}"#, "`params.arguments`"),
        (r#"{"name":"getSelf","arguments":"{}"}"#, "`params.arguments`"),
        (r#"{"name":"getSelf","arguments":7}"#, "`params.arguments`"),
        (r#"{"name":"getSelf","_meta":7}"#, "`params._meta`"),
        ("[1]", "`params`"),
        ("\"getSelf\"", "`params`"),
        ("[]", "`name`"),
    ] {
        let (code, id, message) = rejection_of(&call(params));
        assert_eq!((code, id), (-32602, json!(7)), "{params}: {message}");
        assert!(message.contains(wanted), "{params}: {message}");
    }
    for method in ["prompts/get", "resources/read", "completion/complete", "logging/setLevel", "initialize"] {
        for params in ["", r#","params":null"#, r#","params":{}"#, r#","params":[]"#] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}"{params}}}"#);
            assert_eq!(rejection_of(&text).0, -32602, "{text}");
        }
    }
}

#[test]
fn params_of_an_unknown_method_are_not_validated() {
    for params in ["5", "\"x\"", "[1]", "[]", "null", "{}"] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/nope","params":{params}}}"#);
        assert_eq!(read(text.as_bytes()).unwrap().into_value()["params"], json!({}), "{params}");
    }
}

#[test]
fn the_error_of_a_method_that_is_its_name_alone_gets_a_sentence() {
    let not_found = i64::from(ErrorCode::METHOD_NOT_FOUND.0);
    for method in ["ping", "tasks/get", "resources/subscribe"] {
        let words = explain(not_found, method).unwrap();
        assert!(words.starts_with(&format!("There is no method `{method}`. ")), "{words}");
    }
    assert_eq!(explain(not_found, "There is no x/y here."), None);
    assert_eq!(explain(i64::from(ErrorCode::INVALID_PARAMS.0), "tasks/get"), None);
}

#[test]
fn errors_contain_no_rust_type_names() {
    for (reference, argument) in [
        ("\"x\"", "{}"),
        ("null", "{}"),
        ("5", "{}"),
        (r#"{"type":"ref/prompt","name":"a"}"#, "\"\""),
        (r#"{"type":"ref/prompt","name":"a"}"#, "7"),
    ] {
        let text = format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{{"ref":{reference},"argument":{argument}}}}}"#
        );
        let (code, _, message) = rejection_of(&text);
        assert!(code == -32602 && message.contains("expected an object"), "{message}");
    }
}

#[test]
fn invalid_json_is_a_parse_error_with_the_id_if_one_is_found() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    for (text, id) in [
        ("hello".to_owned(), Value::Null),
        (String::new(), Value::Null),
        (call("{\"name\":"), Value::Null),
        (call(&format!(r#"{{"name":"getSelf","arguments":{{"a":{deep}}}}}"#)), json!(7)),
    ] {
        let (code, found, message) = rejection_of(&text);
        assert_eq!((code, found), (-32700, id), "{text}: {message}");
        assert_eq!(message.contains("nested"), text.contains(&deep), "{message}");
    }
    let levels = |count: usize| call(&format!("{{\"name\":{}{}}}", "[".repeat(count), "]".repeat(count)));
    assert!(rejection_of(&levels(125)).2.contains("`params.name`"));
    assert!(rejection_of(&levels(126)).2.contains("127 levels"));
    let invalid = read(b"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"pi\xffng\"}").unwrap_err();
    assert_eq!((invalid.code.0, invalid.id), (-32700, json!(4)));
}

#[test]
fn a_number_out_of_range_is_an_error_of_its_parameter() {
    let request = |member: &str| format!(r#"{{"jsonrpc":"2.0","id":7,"method":"ping",{member}}}"#);
    for (text, code, path) in [
        (call(r#"{"name":"getSelf","arguments":{"a":1e999}}"#), -32602, "`params.arguments.a`"),
        (call(r#"{"name":"getSelf","arguments":{"a":[{"b":-1e400}]}}"#), -32602, "`params.arguments.a[0].b`"),
        (request(r#""x":1e400"#), -32600, "`x`"),
        (request(r#""paramsX":1e400"#), -32600, "`paramsX`"),
        (request(r#""params":1e400"#), -32602, "`params`"),
        (request(r#""params":[1e400]"#), -32602, "`params[0]`"),
        (request(r#""params":{"a\u001b[2J\u202eb":1e400}"#), -32602, "`params.a<U+001B>[2J<U+202E>b`"),
    ] {
        let (found, id, message) = rejection_of(&text);
        assert_eq!((found, id), (code, json!(7)), "{text}: {message}");
        assert!(message.contains(path) && message.contains("too large"), "{message}");
    }
    let notification = br#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1e400}}"#;
    assert!(read(notification).unwrap_err().is_notification);
    assert!(read(call(r#"{"name":"getSelf","arguments":{"a":1e308}}"#).as_bytes()).is_ok());
}

#[test]
fn a_lone_surrogate_becomes_the_replacement_character() {
    for (sent, read_as) in [
        (r"\ud83d", "\u{fffd}"),
        (r"\ude00", "\u{fffd}"),
        (r"a\ud83dz", "a\u{fffd}z"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
        (r"\ud83d\n", "\u{fffd}\n"),
        (r"\\\uD83D", "\\\u{fffd}"),
    ] {
        let text = call(&format!(r#"{{"name":"getSelf","arguments":{{"a":"{sent}"}}}}"#));
        let value = read(text.as_bytes()).unwrap().into_value();
        assert_eq!(value["params"]["arguments"]["a"], read_as, "{sent}");
    }
}

#[test]
fn a_byte_order_mark_is_dropped_and_utf_16_is_rejected() {
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let marked = [b"\xef\xbb\xbf", ping.as_bytes()].concat();
    let message = read(&marked).unwrap();
    assert!(message.method() == Some("ping") && !message.is_unchanged());
    let utf_16 = || ping.encode_utf16().chain([0x20]);
    for bytes in [
        utf_16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        utf_16().flat_map(u16::to_be_bytes).collect(),
        [0xfeff].into_iter().chain(utf_16()).flat_map(u16::to_le_bytes).collect(),
        [0xfeff].into_iter().chain(utf_16()).flat_map(u16::to_be_bytes).collect(),
    ] {
        let invalid = read(&bytes).unwrap_err();
        assert!(invalid.code.0 == -32700 && invalid.message.contains("UTF-8"), "{}", invalid.message);
    }
}

#[test]
fn unusual_but_unambiguous_envelopes_are_accepted() {
    let whole = read(br#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#).unwrap();
    assert_eq!(whole.id(), json!(1));
    let nulls = br#"{"jsonrpc":"2.0","id":null,"method":"notifications/initialized","error":null}"#;
    assert_eq!(read(nulls).unwrap().id(), Value::Null);
    let answer = read(br#"{"jsonrpc":"2.0","id":1,"result":{},"error":null}"#).unwrap().into_value();
    assert!(answer.get("error").is_none());
}

#[test]
fn params_of_removed_methods_are_left_to_rmcp() {
    for method in ["initialize", "logging/setLevel", "resources/subscribe"] {
        let meta = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#;
        let params = format!(r#"{{"_meta":{meta}}}"#);
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        assert!(read(text.as_bytes()).is_ok(), "{method}");
    }
}

#[test]
fn capabilities_as_empty_arrays_are_accepted() {
    let params = r#"{"protocolVersion":"2025-06-18","capabilities":{"roots":[],"sampling":"","elicitation":{"form":[]}},"clientInfo":{"name":"php","version":"1"}}"#;
    let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{params}}}"#);
    let capabilities = read(text.as_bytes()).unwrap().into_value()["params"]["capabilities"].clone();
    assert_eq!(capabilities, json!({ "roots": {}, "sampling": {}, "elicitation": { "form": {} } }));
}

#[test]
fn a_message_with_too_many_values_is_rejected_before_it_is_parsed() {
    let deep = "[".repeat(100) + &"]".repeat(100);
    let lists = |count: usize| format!("[{}]", vec![deep.as_str(); count].join(","));
    let numbers = format!("[{}]", vec!["1"; MAX_VALUES].join(","));
    let members: Vec<_> = (0..MAX_VALUES).map(|number| format!("\"{number}\":0")).collect();
    let objects = format!("{{{}}}", members.join(","));
    for values in [&lists(5_100), &lists(210), &numbers, &objects] {
        for text in [
            call(&format!(r#"{{"name":"getSelf","_meta":{{"x":{values}}}}}"#)),
            call(&format!(r#"{{"name":"getSelf","arguments":{{"x":{values}}}}}"#)),
            format!(r#"{{"id":7,"jsonrpc":"2.0","method":"tools/nope","params":{values}}}"#),
        ] {
            let (code, id, message) = rejection_of(&text);
            assert_eq!((code, id), (-32600, json!(7)));
            assert!(message.contains("20000 JSON values"), "{message}");
        }
        for text in [
            values.clone(),
            format!(r#"{{"jsonrpc":"2.0","id":{values},"method":"ping"}}"#),
            // The id of a response is that of another request.
            format!(r#"{{"jsonrpc":"2.0","result":{{"action":"accept","content":{values}}}}}"#),
        ] {
            let (code, id, _) = rejection_of(&text);
            assert_eq!((code, id), (-32600, Value::Null));
        }
    }
    assert!(read(call(&format!(r#"{{"name":"a","arguments":{{"x":{}}}}}"#, lists(190))).as_bytes()).is_ok());
}

#[test]
fn unused_members_of_meta_are_dropped() {
    let params = r#"{"name":"a","_meta":{"progressToken":1,"traceparent":"00-a","io.modelcontextprotocol/x":{},"x":[[]]}}"#;
    let message = read(call(params).as_bytes()).unwrap();
    assert!(!message.is_unchanged());
    let meta = message.into_value()["params"]["_meta"].clone();
    assert_eq!(meta, json!({ "progressToken": 1, "traceparent": "00-a", "io.modelcontextprotocol/x": {} }));
}

#[test]
fn the_parameters_that_are_kept_with_a_session_are_small() {
    let initialize = |client: &str, capabilities: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"initialize","params":{{"protocolVersion":"2025-11-25","capabilities":{capabilities},"clientInfo":{client}}}}}"#
        )
    };
    let (long, client) = ("x".repeat(100_000), r#"{"name":"a","version":"1"}"#);
    for text in [
        initialize(&format!(r#"{{"name":"{long}","version":"1"}}"#), "{}"),
        initialize(client, &format!(r#"{{"experimental":{{"a":{{"b":"{long}"}}}}}}"#)),
        initialize(client, &format!(r#"{{"extensions":{{"a":{{"b":[{}0]}}}}}}"#, "[1],".repeat(200))),
    ] {
        let (code, id, message) = rejection_of(&text);
        assert_eq!((code, id), (-32602, json!(7)), "{message}");
        assert!(message.contains("`clientInfo`"), "{message}");
    }
    let icons = format!(r#"{{"name":"a","version":"1","icons":[{{"src":"data:{long}"}}]}}"#);
    let value = read(initialize(&icons, "{}").as_bytes()).unwrap().into_value();
    assert_eq!(value["params"]["clientInfo"], json!({ "name": "a", "version": "1" }));
}
