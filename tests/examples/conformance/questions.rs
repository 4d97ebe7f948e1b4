//! What a tool can ask: the person in front of the client, its model, its folders. In both eras with the same code.

use mistmcp::schemars::{self, JsonSchema, Schema, json_schema};
use mistmcp::{Call, Capability, Form, Reply, Result, mist_tool};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "mistmcp::schemars")]
struct Account {
    /// User's response
    username: String,
    /// User's email address
    email: String,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "mistmcp::schemars")]
struct Name {
    /// What you are called.
    name: String,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "mistmcp::schemars")]
struct Color {
    /// The one you like best.
    color: String,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "mistmcp::schemars")]
struct Confirmation {
    /// Whether to go on.
    ok: bool,
}

/// Every primitive type, with a default.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "mistmcp::schemars")]
struct Defaults {
    #[schemars(extend("default" = "John Doe"))]
    name: String,
    #[schemars(extend("default" = 30))]
    age: u32,
    #[schemars(extend("default" = 95.5))]
    score: f64,
    #[schemars(schema_with = "status")]
    status: String,
    #[schemars(extend("default" = true))]
    verified: bool,
}

/// Every way to choose.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(crate = "mistmcp::schemars")]
struct Choices {
    #[schemars(schema_with = "untitled")]
    untitled_single: String,
    #[schemars(schema_with = "titled")]
    titled_single: String,
    #[schemars(schema_with = "legacy")]
    legacy_enum: String,
    #[schemars(schema_with = "untitled_several")]
    untitled_multi: Vec<String>,
    #[schemars(schema_with = "titled_several")]
    titled_multi: Vec<String>,
}

fn status(_: &mut schemars::SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" })
}

fn untitled(_: &mut schemars::SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["option1", "option2", "option3"] })
}

fn titled(_: &mut schemars::SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "oneOf": [
        { "const": "value1", "title": "First Option" },
        { "const": "value2", "title": "Second Option" },
        { "const": "value3", "title": "Third Option" },
    ] })
}

fn legacy(_: &mut schemars::SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"],
    })
}

fn untitled_several(_: &mut schemars::SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "enum": ["option1", "option2", "option3"] } })
}

fn titled_several(_: &mut schemars::SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "anyOf": [
        { "const": "value1", "title": "First Choice" },
        { "const": "value2", "title": "Second Choice" },
        { "const": "value3", "title": "Third Choice" },
    ] } })
}

fn outcome<T: std::fmt::Debug>(form: &Form<T>) -> String {
    match form {
        Form::Filled(content) => format!("action=accept, content={content:?}"),
        Form::Declined => "action=decline".to_owned(),
        Form::Closed => "action=cancel".to_owned(),
    }
}

/// What the client's model says.
#[mist_tool(category = "conformance", name = "test_sampling")]
pub(crate) async fn sampling(
    call: &Call,
    /// What it is asked.
    prompt: String,
) -> Result<Reply> {
    Ok(Reply::text(format!("LLM response: {}", call.sample("prompt", prompt, 100).await?)))
}

/// Who the user is.
#[mist_tool(category = "conformance", name = "test_elicitation")]
pub(crate) async fn elicitation(
    call: &Call,
    /// What the user reads.
    message: String,
) -> Result<Reply> {
    Ok(Reply::text(format!("User response: {}", outcome(&call.ask::<Account>("account", message).await?))))
}

/// A form with defaults.
#[mist_tool(category = "conformance", name = "test_elicitation_sep1034_defaults")]
pub(crate) async fn elicitation_defaults(call: &Call) -> Result<Reply> {
    let form = call.ask::<Defaults>("defaults", "Please check what is filled in.").await?;
    Ok(Reply::text(format!("Elicitation completed: {}", outcome(&form))))
}

/// A form with choices.
#[mist_tool(category = "conformance", name = "test_elicitation_sep1330_enums")]
pub(crate) async fn elicitation_enums(call: &Call) -> Result<Reply> {
    let form = call.ask::<Choices>("choices", "Please choose.").await?;
    Ok(Reply::text(format!("Elicitation completed: {}", outcome(&form))))
}

/// A question in the middle of a stream.
#[mist_tool(category = "conformance", name = "test_streaming_elicitation")]
pub(crate) async fn streaming_elicitation(call: &Call) -> Result<Reply> {
    Ok(Reply::text(outcome(&call.ask::<Confirmation>("confirm", "Please confirm").await?)))
}

/// What needs a model, whether or not the client has one.
#[mist_tool(category = "conformance", name = "test_missing_capability")]
pub(crate) async fn missing_capability(call: &Call) -> Result<Reply> {
    Ok(Reply::text(call.sample("anything", "Say anything.", 10).await?))
}

/// A greeting.
#[mist_tool(category = "conformance", name = "test_input_required_result_elicitation")]
pub(crate) async fn input_elicitation(call: &Call) -> Result<Reply> {
    match call.ask::<Name>("user_name", "What is your name?").await? {
        Form::Filled(Name { name }) => Ok(Reply::text(format!("Hello, {name}!"))),
        Form::Declined | Form::Closed => Ok(Reply::text("Hello!")),
    }
}

/// A capital.
#[mist_tool(category = "conformance", name = "test_input_required_result_sampling")]
pub(crate) async fn input_sampling(call: &Call) -> Result<Reply> {
    Ok(Reply::text(call.sample("capital_question", "What is the capital of France?", 100).await?))
}

/// The client's folders.
#[mist_tool(category = "conformance", name = "test_input_required_result_list_roots")]
pub(crate) async fn input_list_roots(call: &Call) -> Result<Reply> {
    let roots = call.roots("client_roots").await?;
    Ok(Reply::text(roots.into_iter().map(|root| root.uri).collect::<Vec<_>>().join("\n")))
}

/// A confirmation that comes back with the state.
#[mist_tool(category = "conformance", name = "test_input_required_result_request_state")]
pub(crate) async fn input_request_state(call: &Call) -> Result<Reply> {
    Ok(Reply::text(format!(
        "state-ok: {}",
        outcome(&call.ask::<Confirmation>("confirm", "Please confirm").await?)
    )))
}

/// A confirmation with a state that is not to be changed.
#[mist_tool(category = "conformance", name = "test_input_required_result_tampered_state")]
pub(crate) async fn input_tampered_state(call: &Call) -> Result<Reply> {
    Ok(Reply::text(outcome(&call.ask::<Confirmation>("confirm", "Please confirm").await?)))
}

/// Three questions at once.
#[mist_tool(category = "conformance", name = "test_input_required_result_multiple_inputs")]
pub(crate) async fn input_multiple(call: &Call) -> Result<Reply> {
    let (name, greeting, roots) = tokio::join!(
        call.ask::<Name>("user_name", "What is your name?"),
        call.sample("greeting", "Generate a greeting", 50),
        call.roots("client_roots"),
    );
    Ok(Reply::text(format!("{}: {} {:?}", outcome(&name?), greeting?, roots?)))
}

/// Two questions, one after the other.
#[mist_tool(category = "conformance", name = "test_input_required_result_multi_round")]
pub(crate) async fn input_multi_round(call: &Call) -> Result<Reply> {
    let name = call.ask::<Name>("step1", "Step 1: What is your name?").await?;
    let color = call.ask::<Color>("step2", "Step 2: What is your favorite color?").await?;
    Ok(Reply::text(format!("{}; {}", outcome(&name), outcome(&color))))
}

/// What the client can be asked, and nothing else.
#[mist_tool(category = "conformance", name = "test_input_required_result_capabilities")]
pub(crate) async fn input_capabilities(call: &Call) -> Result<Reply> {
    let name = async {
        if !call.can(Capability::Elicitation) {
            return Ok(String::new());
        }
        call.ask::<Name>("user_name", "What is your name?").await.map(|form| outcome(&form))
    };
    let greeting = async {
        if !call.can(Capability::Sampling) {
            return Ok(String::new());
        }
        call.sample("greeting", "Generate a greeting", 50).await
    };
    let (name, greeting) = tokio::join!(name, greeting);
    Ok(Reply::text(format!("{} {}", greeting?, name?)))
}
