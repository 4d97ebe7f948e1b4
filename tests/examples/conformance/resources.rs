//! The suite's resources and prompts. mistmcp's own are of another kind, so these are rmcp's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mistmcp::rmcp::model::{
    ContentBlock, ElicitRequest, ElicitRequestParams, ElicitationSchema, ErrorData, GetPromptRequestParams,
    GetPromptResponse, GetPromptResult, InputRequest, InputRequiredResult, Prompt, PromptArgument,
    PromptMessage, ReadResourceResult, Resource, ResourceContents, ResourceTemplate, Role,
};
use mistmcp::serde_json::{Value, json};

/// One red pixel, in PNG.
pub(crate) const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\xdac\xf8\xcf\xc0\0\0\x03\x01\x01\0\xf7\x03AC\0\0\0\0IEND\xaeB`\x82";

pub(crate) fn resources() -> Vec<Resource> {
    let resource = |uri, name, description, media_type| {
        Resource::new(uri, name).with_description(description).with_mime_type(media_type)
    };
    vec![
        resource("test://static-text", "static-text", "Words.", "text/plain"),
        resource("test://static-binary", "static-binary", "A picture.", "image/png"),
        resource("test://watched-resource", "watched-resource", "Words to subscribe to.", "text/plain"),
    ]
}

pub(crate) fn templates() -> Vec<ResourceTemplate> {
    let template = ResourceTemplate::new("test://template/{id}/data", "template");
    vec![template.with_description("Data of an id.").with_mime_type("application/json")]
}

pub(crate) fn read(uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let id = uri.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data"));
    let contents = match (uri, id) {
        ("test://static-text" | "test://watched-resource", _) => {
            let text = "This is the content of the static text resource.";
            ResourceContents::text(text, uri).with_mime_type("text/plain")
        }
        ("test://static-binary", _) => {
            ResourceContents::blob(STANDARD.encode(PIXEL), uri).with_mime_type("image/png")
        }
        (_, Some(id)) => {
            let text = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
            ResourceContents::text(text.to_string(), uri).with_mime_type("application/json")
        }
        _ => return Err(ErrorData::resource_not_found("Resource not found", Some(json!({ "uri": uri })))),
    };
    Ok(ReadResourceResult::new(vec![contents]))
}

pub(crate) fn prompts() -> Vec<Prompt> {
    let argument =
        |name: &str, description| PromptArgument::new(name).with_description(description).with_required(true);
    let prompt = |name: &str, description, arguments| Prompt::new(name, Some(description), arguments);
    vec![
        prompt("test_simple_prompt", "Words.", None),
        prompt(
            "test_prompt_with_arguments",
            "Words with arguments in them.",
            Some(vec![argument("arg1", "First test argument"), argument("arg2", "Second test argument")]),
        ),
        prompt(
            "test_prompt_with_embedded_resource",
            "A resource, and words.",
            Some(vec![argument("resourceUri", "URI of the resource to embed")]),
        ),
        prompt("test_prompt_with_image", "A picture, and words.", None),
        prompt("test_input_required_result_prompt", "Words that the user is asked for.", None),
    ]
}

pub(crate) fn prompt(request: &GetPromptRequestParams) -> Result<GetPromptResponse, ErrorData> {
    let argument = |name: &str| {
        let value =
            request.arguments.as_ref().and_then(|arguments| arguments.get(name)).and_then(Value::as_str);
        value.ok_or_else(|| ErrorData::invalid_params(format!("`{name}` is missing"), None))
    };
    let text = |text: &str| PromptMessage::new_text(Role::User, text);
    let block = |block| PromptMessage::new(Role::User, block);
    let messages = match request.name.as_str() {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            let (first, second) = (argument("arg1")?, argument("arg2")?);
            vec![text(&format!("Prompt with arguments: arg1='{first}', arg2='{second}'"))]
        }
        "test_prompt_with_embedded_resource" => {
            let words = "Embedded resource content for testing.";
            let resource =
                ResourceContents::text(words, argument("resourceUri")?).with_mime_type("text/plain");
            vec![block(ContentBlock::resource(resource)), text("Please process the embedded resource above.")]
        }
        "test_prompt_with_image" => {
            let image = ContentBlock::image(STANDARD.encode(PIXEL), "image/png");
            vec![block(image), text("Please analyze the image above.")]
        }
        "test_input_required_result_prompt" => {
            let answer = request.input_responses.as_ref().and_then(|answers| answers.get("user_context"));
            match answer.and_then(|answer| answer.pointer("/content/context")?.as_str()) {
                Some(context) => vec![text(&format!("The context is {context}."))],
                None => return asked_for_context().map(Into::into),
            }
        }
        name => return Err(ErrorData::invalid_params(format!("There is no prompt `{name}`"), None)),
    };
    Ok(GetPromptResult::new(messages).into())
}

fn asked_for_context() -> Result<InputRequiredResult, ErrorData> {
    let schema = ElicitationSchema::builder().required_string("context").build();
    let params = ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: "What context should the prompt use?".to_owned(),
        requested_schema: schema.map_err(|error| ErrorData::internal_error(error, None))?,
    };
    let question = InputRequest::Elicitation(ElicitRequest::new(params));
    Ok(InputRequiredResult::from_input_requests([("user_context".to_owned(), question)].into()))
}
