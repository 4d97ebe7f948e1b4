//! Secrets in rows, with what tells that they are secrets or without it.

use serde_json::json;

use super::*;

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
    let mut facts = RequestFacts::test(&["start", "end", "duration"], json!({}));
    facts.expected = Expected::One;
    let single = render_from(Source::default(), json!({ "content_url": link }), &facts);
    assert_eq!(single.get("window_default"), None, "{single}");
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
                texts.push(text_of(of(value, Source::default()).render(&rules, &facts).unwrap().content));
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
