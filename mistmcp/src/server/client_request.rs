#![expect(
    deprecated,
    reason = "sampling, roots and logging go from MCP, but the clients that have them stay"
)]

use rmcp::model::{
    ClientCapabilities, CreateMessageRequest, CreateMessageRequestParams, ElicitRequest, ElicitRequestParams,
    InputRequest, ListRootsRequest, LoggingLevel, SamplingMessage, ServerRequest,
};

use crate::call::{ClientRequest, Level};
use crate::capability::Capability;
use crate::{Error, Result};

/// A question as MCP has it, which wraps it in one way for each era.
pub(super) fn as_input(question: ClientRequest) -> Result<InputRequest> {
    Ok(match question {
        ClientRequest::Form { message, form } => {
            let requested_schema = serde_json::from_value(form.to_value()).map_err(|error| {
                Error::advice(format!(
                    "A form has fields that are texts, numbers, booleans or choices, and this one does not: {error}."
                ))
            })?;
            let params = ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
            InputRequest::Elicitation(ElicitRequest::new(params))
        }
        ClientRequest::Model { prompt, max_tokens } => {
            let params =
                CreateMessageRequestParams::new(vec![SamplingMessage::user_text(prompt)], max_tokens);
            InputRequest::CreateMessage(CreateMessageRequest::new(params))
        }
        ClientRequest::Roots => InputRequest::ListRoots(ListRootsRequest::default()),
    })
}

pub(super) fn as_request(question: ClientRequest) -> Result<ServerRequest> {
    match as_input(question)? {
        InputRequest::Elicitation(request) => Ok(request.into()),
        InputRequest::CreateMessage(request) => Ok(request.into()),
        InputRequest::ListRoots(request) => Ok(request.into()),
        _ => Err(Error::advice("Clients cannot be asked this.")),
    }
}

pub(super) fn declared(capability: Capability, capabilities: &ClientCapabilities) -> bool {
    match capability {
        // A client of the first revision with forms says no more than that it asks.
        Capability::Elicitation => {
            capabilities.elicitation.as_ref().is_some_and(|asks| asks.form.is_some() || asks.url.is_none())
        }
        Capability::Sampling => capabilities.sampling.is_some(),
        Capability::Roots => capabilities.roots.is_some(),
    }
}

/// What a client would have to declare.
pub(super) fn wanted(capability: Capability) -> ClientCapabilities {
    match capability {
        Capability::Elicitation => ClientCapabilities::builder().enable_elicitation().build(),
        Capability::Sampling => ClientCapabilities::builder().enable_sampling().build(),
        Capability::Roots => ClientCapabilities::builder().enable_roots().build(),
    }
}

pub(super) fn level(level: Level) -> LoggingLevel {
    match level {
        Level::Debug => LoggingLevel::Debug,
        Level::Info => LoggingLevel::Info,
        Level::Notice => LoggingLevel::Notice,
        Level::Warning => LoggingLevel::Warning,
        Level::Error => LoggingLevel::Error,
    }
}

/// Whether a line of `level` is one that a client wants who asked for `least`. MCP's levels have no order of their own.
pub(super) fn reaches(level: LoggingLevel, least: LoggingLevel) -> bool {
    level as u8 >= least as u8
}
