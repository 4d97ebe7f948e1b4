//! Requests to the client in the types of rmcp: elicitation, sampling, roots, and log levels.

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

/// Converts a request to an `InputRequest`, which stateless clients get in a result, and legacy clients as a request.
pub(super) fn as_input(request: ClientRequest) -> Result<InputRequest> {
    Ok(match request {
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

pub(super) fn as_request(request: ClientRequest) -> Result<ServerRequest> {
    match as_input(request)? {
        InputRequest::Elicitation(request) => Ok(request.into()),
        InputRequest::CreateMessage(request) => Ok(request.into()),
        InputRequest::ListRoots(request) => Ok(request.into()),
        _ => Err(Error::advice("Clients cannot be asked this.")),
    }
}

pub(super) fn declared(capability: Capability, capabilities: &ClientCapabilities) -> bool {
    match capability {
        // A client of the first revision with elicitation declares no modes.
        Capability::Elicitation => capabilities
            .elicitation
            .as_ref()
            .is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none()),
        Capability::Sampling => capabilities.sampling.is_some(),
        Capability::Roots => capabilities.roots.is_some(),
    }
}

/// The capabilities that a client must declare for this.
pub(super) fn required_capabilities(capability: Capability) -> ClientCapabilities {
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

/// Whether a message of `level` passes the lowest level wanted. LoggingLevel has no order of its own.
pub(super) fn reaches(level: LoggingLevel, minimum: LoggingLevel) -> bool {
    level as u8 >= minimum as u8
}
