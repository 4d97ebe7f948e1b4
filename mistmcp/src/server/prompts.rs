//! `prompts/list` and `prompts/get`.

use rmcp::model::{
    CacheScope, ErrorData, GetPromptRequestParams, GetPromptResult, ListPromptsResult, Prompt as RmcpPrompt,
    PromptArgument as RmcpPromptArgument, PromptMessage, Role,
};

use super::LIST_TTL_MS;
use crate::prompt::{Prompt, PromptArgument};
use crate::session::Settings;
use crate::text::visible;

pub(super) fn list(settings: &Settings) -> ListPromptsResult {
    let list = ListPromptsResult::with_all_items(settings.prompts().map(rmcp_prompt).collect());
    list.with_cache_scope(CacheScope::Private).with_ttl_ms(LIST_TTL_MS)
}

pub(super) fn get(
    settings: &Settings,
    request: GetPromptRequestParams,
) -> Result<GetPromptResult, ErrorData> {
    let arguments = request.arguments.unwrap_or_default();
    let text = settings
        .prompt(&request.name, &arguments)
        .map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
    let text = visible(&text).into_owned();
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]))
}

fn rmcp_prompt(prompt: &'static Prompt) -> RmcpPrompt {
    let arguments = prompt.arguments.iter().map(rmcp_argument).collect();
    RmcpPrompt::new(prompt.name, Some(prompt.description), Some(arguments)).with_title(prompt.title)
}

fn rmcp_argument(argument: &PromptArgument) -> RmcpPromptArgument {
    let description = match argument.otherwise {
        Some(otherwise) => format!("{} [default: {otherwise}]", argument.description),
        None => argument.description.to_owned(),
    };
    let rmcp_argument = RmcpPromptArgument::new(argument.name).with_description(description);
    rmcp_argument.with_required(argument.otherwise.is_none())
}
