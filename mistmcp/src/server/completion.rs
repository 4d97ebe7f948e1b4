//! `completion/complete`: argument completion for prompts and the resource template.

use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, ErrorData, Reference};

use super::resources;
use crate::Call;
use crate::prompt::Completed;
use crate::session::{Completions, Session, Settings};
use crate::suggestion::{did_you_mean, remedy};
use crate::text::{shortened, visible};

pub(super) async fn complete(
    session: &Session,
    request: &CompleteRequestParams,
    call: Call,
) -> Result<CompleteResult, ErrorData> {
    let argument = request.argument.name.as_str();
    let Some(completed) = completed(session.settings(), &request.r#ref, argument)? else {
        return Ok(CompleteResult::new(CompletionInfo::default()));
    };
    let Completions { values, total } = session.complete_by(completed, &request.argument.value, call).await;
    let has_more = total > values.len();
    let completion = CompletionInfo::with_pagination(values, u32::try_from(total).ok(), has_more)
        .map_err(|error| ErrorData::internal_error(error, None))?;
    Ok(CompleteResult::new(completion))
}

/// What completes an argument. None for free text.
fn completed(
    settings: &Settings,
    reference: &Reference,
    argument: &str,
) -> Result<Option<Completed>, ErrorData> {
    let unknown = |what: &str, value: &str, names: Vec<&str>| missing(what, value, &remedy(value, names));
    match reference {
        Reference::Prompt(prompt_reference) => {
            let Some(prompt) = settings.prompts().find(|prompt| prompt.name == prompt_reference.name) else {
                // A misspelled prompt name gets a suggestion. Any other name may be a prompt of another session,
                // since the prompts depend on the enabled tools: it has no completions, and a user who types needs no
                // error.
                let name = &prompt_reference.name;
                return match did_you_mean(name, settings.prompts().map(|prompt| prompt.name)) {
                    Some(suggestion) => Err(missing("prompt", name, &suggestion)),
                    None => Ok(None),
                };
            };
            let known = prompt.arguments.iter().find(|known| known.name == argument);
            let names = || prompt.arguments.iter().map(|argument| argument.name).collect();
            known.map(|known| known.completed).ok_or_else(|| unknown("argument", argument, names()))
        }
        Reference::Resource(reference) if reference.uri == resources::CATEGORY => match argument {
            "category" => Ok(Some(Completed::Category)),
            other => Err(unknown("argument", other, vec!["category"])),
        },
        reference => {
            let value = reference.as_resource_uri().unwrap_or_default();
            Err(unknown("resource template", value, vec![resources::CATEGORY]))
        }
    }
}

fn missing(what: &str, value: &str, remedy: &str) -> ErrorData {
    const LONGEST: usize = 200;
    let value = shortened(&visible(value), LONGEST);
    ErrorData::invalid_params(format!("There is no {what} `{value}`{remedy}"), None)
}
