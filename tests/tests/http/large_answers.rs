//! Concurrent answers of many megabytes, and tokens in truncated answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mistmcp_tests::{Answer, HttpClient, HttpResponse, Lifecycle, soon};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::fixture::{ALICE, Fixture, site, site_path};

const ORG: &str = "9f2c1e50-8c4b-4f0e-a1d7-0123456789ab";

/// Rows of a few hundred bytes each.
fn rows(count: usize) -> Vec<Value> {
    let row = |number| json!({ "id": number, "name": format!("row-{number}"), "text": "x".repeat(300), "deep": { "a": [number] } });
    (0..count).map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_large_answers_are_read_and_other_calls_are_served() {
    const COUNT: usize = 20_000;
    let fixture = Fixture::start("--timeout 300").await;
    let process = fixture.server.id();
    let body = Value::from(rows(COUNT)).to_string();
    assert!(body.len() > 6 << 20);
    for number in 0..8 {
        fixture.upstream.answers(
            &format!("{}/devices", site_path(number)),
            [Answer::new("application/json", body.clone())],
        );
    }
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    let mut calls = JoinSet::new();
    for number in 0..8 {
        let alice = alice.clone();
        calls.spawn(async move { alice.call("listSiteDevices", site(number)).await });
    }
    let mut livez = 0;
    while !calls.is_empty() {
        let probe = HttpClient::new(&fixture.server, "").to(&fixture.server.url("/livez"));
        assert_eq!(HttpResponse::of(probe.request(Method::GET)).await.status, 200);
        livez += 1;
        while let Some(call) = calls.try_join_next() {
            let answer: Value = serde_json::from_str(&call.unwrap()).unwrap();
            let (kept, left_out) =
                (answer["results"].as_array().unwrap().len(), answer["left_out"].as_u64().unwrap());
            assert!(kept > 50 && kept as u64 + left_out == COUNT as u64, "{kept} {left_out}");
            assert_eq!(answer["results"][7]["name"], "row-7");
        }
    }
    assert!(livez > 0);
    fixture.assert_serving(process).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_of_a_large_answer_are_picked_from_all_of_its_rows() {
    const COUNT: usize = 4_000;
    let fixture = Fixture::start("--timeout 300").await;
    let list = json!({ "results": rows(COUNT), "total": COUNT, "limit": COUNT });
    fixture.upstream.json(&format!("/api/v1/orgs/{ORG}/alarms/search"), &list);
    let alice = fixture.alice(&format!("?mode=all&org_id={ORG}")).lifecycle(Lifecycle::Stateless);
    let answer = alice.call("searchOrgAlarms", json!({ "fields": "id,nam" })).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let results = answer["results"].as_array().unwrap();
    assert_eq!((results.len(), &results[COUNT - 1]), (COUNT, &json!({ "id": COUNT - 1 })));
    assert_eq!(answer["unknown_fields"], json!(["nam"]));
    assert_eq!(answer["known_fields"][0], "name");
}

#[tokio::test]
async fn large_answers_that_are_no_list_or_no_json_are_handled_like_small_ones() {
    let fixture = Fixture::start("--timeout 300").await;
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    let object = json!({ "name": "Berlin", "big": { "rows": rows(4_000) } });
    fixture.upstream.json(&site_path(1), &object);
    let answer: Value = serde_json::from_str(&alice.call("getSiteInfo", site(1)).await).unwrap();
    assert_eq!(answer["name"], "Berlin");
    assert!(answer.to_string().contains("`big"), "{answer}");
    for (text, wanted) in [
        (format!("{{\"a\": {}", "[1,".repeat(600_000)), "deeper than 127 levels"),
        (format!("{{\"a\": \"{}\", b}}", "x".repeat(1_800_000)), "not JSON"),
    ] {
        fixture.upstream.answers(&site_path(2), [Answer::new("application/json", text)]);
        let message = alice.refusal("getSiteInfo", site(2)).await;
        assert!(message.contains(wanted), "{message}");
    }
    // Enough values to take gigabytes.
    let dense = format!("{{\"a\": {{\"b\": [{}1]}}}}", "{},".repeat(3_000_000));
    fixture.upstream.answers(&site_path(3), [Answer::new("application/json", dense)]);
    let message = alice.refusal("getSiteInfo", site(3)).await;
    assert!(message.contains("Ask for less"), "{message}");
}

#[tokio::test]
async fn tokens_are_masked_in_every_encoding_before_truncation() {
    let fixture = Fixture::start("--max-result-bytes 2000").await;
    let alice = fixture.alice("?mode=all").lifecycle(Lifecycle::Stateless);
    let hexadecimal = ALICE.bytes().fold(String::new(), |digits, byte| format!("{digits}{byte:02X}"));
    let spellings = [
        ALICE.to_owned(),
        ALICE.to_uppercase(),
        ALICE.replace('-', "%2D"),
        ALICE.replace('-', "%2d").to_lowercase(),
        hexadecimal,
        STANDARD.encode(ALICE),
        STANDARD.encode(format!("Token {ALICE}")),
        STANDARD.encode(format!("x{ALICE} and more")),
    ];
    for (number, spelling) in spellings.iter().enumerate() {
        // The remainder must not be a prefix of the token either, wherever the cut is.
        for before in [0, 1_700, 1_800, 1_850, 1_900, 1_925, 1_940, 1_950, 1_960, 1_980] {
            let text = format!("{}{spelling} {}", "y ".repeat(before / 2), "z ".repeat(4_000));
            fixture.upstream.json(&site_path(number), &json!({ "text": text }));
            let answer = alice.call("getSiteInfo", site(number)).await;
            // In base64, a character or two at the edges contain bits of the token.
            let begins = &spelling[4..10];
            assert!(!answer.contains(begins), "{spelling} behind {before}: {answer}");
        }
    }
}

#[tokio::test]
async fn tokens_are_masked_in_the_name_and_media_type_of_a_file() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice(&format!("?mode=all&org_id={ORG}")).lifecycle(Lifecycle::Stateless);
    for (number, spelling) in
        [ALICE.to_owned(), ALICE.to_uppercase(), STANDARD.encode(ALICE)].into_iter().enumerate()
    {
        let file = Answer::new(&format!("image/{spelling}"), vec![1, 2, 3])
            .header("content-disposition", &format!("attachment; filename=\"{spelling}.png\""));
        fixture.upstream.answers(&site_path(number), [file]);
        let response = soon("a file", alice.try_call("getSiteInfo", site(number))).await;
        assert!(response.body.contains("[token]") || response.body.contains("%5Btoken%5D"), "{response:?}");
        let response = response.body.to_lowercase();
        assert!(!response.contains(&spelling.to_lowercase()[..10]), "{response}");
    }
}
