use rmcp::model::{
    CacheScope, ErrorData, GetPromptRequestParams, GetPromptResult, ListPromptsResult, Prompt as Offered,
    PromptArgument as Asked, PromptMessage, Role,
};

use super::LIST_TTL_MS;
use crate::prompt::{Prompt, PromptArgument};
use crate::session::Settings;
use crate::text::visible;

pub(super) fn list(settings: &Settings) -> ListPromptsResult {
    let list = ListPromptsResult::with_all_items(settings.prompts().map(offered).collect());
    list.with_cache_scope(CacheScope::Private).with_ttl_ms(LIST_TTL_MS)
}

pub(super) fn get(
    settings: &Settings,
    request: GetPromptRequestParams,
) -> Result<GetPromptResult, ErrorData> {
    let given = request.arguments.unwrap_or_default();
    let text = settings
        .prompt(&request.name, &given)
        .map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
    let text = visible(&text).into_owned();
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]))
}

fn offered(prompt: &'static Prompt) -> Offered {
    let arguments = prompt.arguments.iter().map(asked).collect();
    Offered::new(prompt.name, Some(prompt.description), Some(arguments)).with_title(prompt.title)
}

fn asked(argument: &PromptArgument) -> Asked {
    let description = match argument.otherwise {
        Some(otherwise) => format!("{} [default: {otherwise}]", argument.description),
        None => argument.description.to_owned(),
    };
    let asked = Asked::new(argument.name).with_description(description);
    asked.with_required(argument.otherwise.is_none())
}
