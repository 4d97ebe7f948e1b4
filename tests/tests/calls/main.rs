//! What a tool's body can do besides calling Mist: answer with more than data, tell how it goes, and ask the client;
//! the same in both eras, whether the client waits for an answer or calls again with it.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    deprecated,
    reason = "a test fails by panicking; logging goes from MCP"
)]

mod client;
mod telling;
mod tools;

use std::time::Duration;

use mistmcp_tests::{Lifecycle, text};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ClientCapabilities, ContentBlock, ElicitResult,
    ElicitationAction, InputRequiredResult, ResourceContents,
};
use rmcp::service::ServiceError;
use serde_json::{Value, json};

use client::{Client, LIMIT, Person, filled};

#[tokio::test]
async fn a_tool_asks_and_goes_on_with_the_answer() {
    for lifecycle in Lifecycle::BOTH {
        let person = Person::answering([
            filled(json!({ "name": "Ada", "age": 36 })),
            filled(json!({ "name": "Bob" })),
        ]);
        let client = Client::of(person.clone(), lifecycle).await;
        let result = client.call("twoPeople").await.unwrap();
        assert_eq!(text(&result), "Ada Some(36), Bob None", "{lifecycle:?}");
        assert_eq!(*person.asked.lock().unwrap(), ["first", "second after Ada Some(36)"], "{lifecycle:?}");
    }
}

#[tokio::test]
async fn who_declines_or_closes_a_form_has_answered() {
    for lifecycle in Lifecycle::BOTH {
        let no = [ElicitationAction::Decline, ElicitationAction::Cancel].map(ElicitResult::new);
        let client = Client::of(Person::answering(no), lifecycle).await;
        assert_eq!(text(&client.call("twoPeople").await.unwrap()), "declined, closed", "{lifecycle:?}");
    }
}

#[tokio::test]
async fn several_requests_are_sent_at_once() {
    for lifecycle in Lifecycle::BOTH {
        let client = Client::of(Person::answering([filled(json!({ "name": "Ada" }))]), lifecycle).await;
        let result = client.call("everybody").await.unwrap();
        assert_eq!(text(&result), "Ada None, 7 tokens, file:///a file:///b", "{lifecycle:?}");
    }
    let client = Client::of(Person::answering([]), Lifecycle::Stateless).await;
    let asked = asked(client.0.call_tool_once(CallToolRequestParams::new("everybody")).await.unwrap());
    assert_eq!(asked.input_requests.unwrap().into_keys().collect::<Vec<_>>(), ["name", "roots", "words"]);
}

fn asked(response: CallToolResponse) -> InputRequiredResult {
    match response {
        CallToolResponse::InputRequired(asked) => asked,
        other => panic!("a question is wanted: {other:?}"),
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_form_is_requested_again() {
    let client = Client::of(Person::answering([]), Lifecycle::Stateless).await;
    for wrong in
        [json!(1), json!({ "action": "accept" }), json!({ "action": "accept", "content": { "name": 1 } })]
    {
        let params = CallToolRequestParams::new("twoPeople");
        let params = params.with_input_responses([("first".to_owned(), wrong)].into());
        let asked = asked(client.0.call_tool_once(params).await.unwrap());
        assert_eq!(asked.input_requests.unwrap().into_keys().collect::<Vec<_>>(), ["first"]);
    }
}

#[tokio::test]
async fn a_state_that_was_changed_is_refused() {
    let client = Client::of(Person::answering([]), Lifecycle::Stateless).await;
    let round = |answer: &str, state: Option<String>| {
        let answer = (answer.to_owned(), json!({ "action": "accept", "content": { "name": "Ada" } }));
        let mut params = CallToolRequestParams::new("twoPeople").with_input_responses([answer].into());
        params.request_state = state;
        client.0.call_tool_once(params)
    };
    let state = asked(round("first", None).await.unwrap()).request_state.unwrap();
    let Ok(CallToolResponse::Complete(result)) = round("second", Some(state.clone())).await else {
        panic!("with both answers there is nothing left to ask");
    };
    assert_eq!(text(&result), "Ada None, Ada None");
    let refused = round("second", Some(format!("{state}A"))).await;
    let Err(ServiceError::McpError(error)) = refused else { panic!("{refused:?}") };
    assert!(error.code.0 == -32602 && error.message.contains("`requestState`"), "{error:?}");
}

#[tokio::test]
async fn a_client_without_the_capability_gets_an_error_that_names_it() {
    let person = Person { capabilities: ClientCapabilities::default(), ..Person::answering([]) };
    let client = Client::of(person.clone(), Lifecycle::Legacy).await;
    let result = client.call("twoPeople").await.unwrap();
    assert!(result.is_error == Some(true) && text(&result).contains("`elicitation`"), "{result:?}");

    let client = Client::of(person, Lifecycle::Stateless).await;
    let refused = client.call("twoPeople").await;
    let Err(ServiceError::McpError(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error.code.0, -32021);
    assert_eq!(error.data.unwrap()["requiredCapabilities"], json!({ "elicitation": {} }));
}

#[tokio::test]
async fn a_tool_knows_which_requests_a_client_supports() {
    for lifecycle in Lifecycle::BOTH {
        let client = Client::of(Person::answering([]), lifecycle).await;
        assert_eq!(text(&client.call("hasModel").await.unwrap()), "true", "{lifecycle:?}");
        let capabilities = ClientCapabilities::builder().enable_elicitation().build();
        let client = Client::of(Person { capabilities, ..Person::default() }, lifecycle).await;
        assert_eq!(text(&client.call("hasModel").await.unwrap()), "false", "{lifecycle:?}");
    }
}

#[tokio::test]
async fn the_time_in_which_somebody_thinks_is_not_the_calls() {
    let person = Person { thinks: LIMIT * 3 / 2, ..Person::answering([filled(json!({ "name": "Ada" }))]) };
    let client = Client::of(person, Lifecycle::Legacy).await;
    assert_eq!(text(&client.call_with("patient", json!({ "work": 1 })).await.unwrap()), "Ada None");
    let quick = Person::answering([filled(json!({ "name": "Ada" }))]);
    let client = Client::of(quick, Lifecycle::Legacy).await;
    let work = u64::try_from((LIMIT + Duration::from_mins(1)).as_millis()).unwrap();
    let result = client.call_with("patient", json!({ "work": work })).await.unwrap();
    assert_eq!(result.is_error, Some(true), "{result:?}");
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_no_end_of_the_session() {
    let client = Client::of(Person::answering([]), Lifecycle::Legacy).await;
    let result = client.call("twoPeople").await.unwrap();
    assert!(result.is_error == Some(true) && text(&result).contains("nobody is there"), "{result:?}");
    assert_eq!(text(&client.call("hasModel").await.unwrap()), "true");
}

#[tokio::test]
async fn each_kind_of_block_reaches_the_client() {
    for lifecycle in Lifecycle::BOTH {
        let client = Client::of(Person::default(), lifecycle).await;
        let result = client.call("blocks").await.unwrap();
        let [
            ContentBlock::Text(words),
            ContentBlock::Image(image),
            ContentBlock::Audio(audio),
            ContentBlock::Resource(file),
        ] = result.content.as_slice()
        else {
            panic!("{result:?}")
        };
        assert_eq!(words.text, "words");
        assert_eq!((image.data.as_str(), image.mime_type.as_str()), ("iVBORw==", "image/png"));
        assert_eq!((audio.data.as_str(), audio.mime_type.as_str()), ("UklGRg==", "audio/wav"));
        let ResourceContents::TextResourceContents { uri, text, .. } = &file.resource else {
            panic!("{file:?}")
        };
        assert_eq!((uri.as_str(), text.as_str()), ("mistmcp:///notes.txt", "notes"));
    }
}

#[tokio::test]
async fn the_rules_of_a_group_stand_in_the_tools_schema() {
    let client = Client::of(Person::default(), Lifecycle::Stateless).await;
    let tools = client.0.list_all_tools().await.unwrap();
    let tool = tools.into_iter().find(|tool| tool.name == "reach").unwrap();
    let schema = Value::Object((*tool.input_schema).clone());
    assert_eq!(schema["anyOf"], json!([{ "required": ["phone"] }, { "required": ["mail"] }]));
    assert_eq!(schema["type"], "object", "what the parameters say of themselves stands");
    assert_eq!(schema["properties"]["phone"]["type"], "string");
}
