//! What MCP deprecates among the requests and notifications to a client: sampling, roots and logging.
//!
//! No tool of this repository uses them. They are behind the feature `client-requests`, which is off by default; the
//! fixture server of MCP's conformance suite switches it on. Elicitation is not deprecated, and is in [`Call::ask`].

#![expect(deprecated, reason = "all of this module is deprecated in MCP")]

use parking_lot::Mutex;
use rmcp::model::{
    ClientCapabilities, CreateMessageRequest, CreateMessageRequestParams, ErrorCode, ErrorData, InputRequest,
    JsonObject, ListRootsRequest, LoggingLevel, LoggingMessageNotification, LoggingMessageNotificationParam,
    SamplingMessage, ServerCapabilities, ServerNotification, ServerRequest,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;

use super::{is_stateless, json_rpc};
use crate::call::{ClientRequest, Notification};
use crate::capability::Capability;
use crate::{Call, Error, Result};

/// The severity of a log message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For developers of the tool.
    Debug,
    /// Normal operation.
    Info,
    /// Something unusual.
    Notice,
    /// A possible problem.
    Warning,
    /// A failure.
    Error,
}

/// A folder in which a client works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The `file://` URI.
    pub uri: String,
    /// The display name.
    pub name: Option<String>,
}

impl Call {
    /// Sends a log message to the client, if the server [offers its log](crate::Server::with_log) and the client
    /// asked for that level.
    pub fn log(&self, level: Level, line: impl Into<String>) {
        self.notify(Notification::Log { level: level.into(), text: line.into() });
    }

    /// Requests text from the model of the client (sampling), of at most `max_tokens`. Works like [`Self::ask`].
    ///
    /// # Errors
    /// The client has no sampling, there is no response (yet), or it contains no text.
    pub async fn sample(&self, key: &str, prompt: impl Into<String>, max_tokens: u32) -> Result<String> {
        let request = ClientRequest::new(
            Capability::Sampling,
            prompt.into(),
            move |prompt| {
                let params =
                    CreateMessageRequestParams::new(vec![SamplingMessage::user_text(prompt)], max_tokens);
                Ok(InputRequest::CreateMessage(CreateMessageRequest::new(params)))
            },
            |response| text(response).is_some(),
        );
        text(&self.send_request(key, request).await?).ok_or_else(|| {
            Error::advice("The client's model answered, but not with a text. Ask it in other words.")
        })
    }

    /// Requests the folders in which the client works (roots). Works like [`Self::ask`].
    ///
    /// # Errors
    /// The client has no roots, or there is no response (yet).
    pub async fn roots(&self, key: &str) -> Result<Vec<Root>> {
        let request = ClientRequest::new(
            Capability::Roots,
            String::new(),
            |_| Ok(InputRequest::ListRoots(ListRootsRequest::default())),
            |response| roots(response).is_some(),
        );
        roots(&self.send_request(key, request).await?)
            .ok_or_else(|| Error::advice("The client answered, but not with its folders."))
    }
}

/// The text of a sampling response, which has one content block or several.
fn text(response: &Value) -> Option<String> {
    let content = response.get("content")?;
    let blocks = content.as_array().map_or(std::slice::from_ref(content), Vec::as_slice);
    let texts: Vec<_> = blocks.iter().filter_map(|block| block.get("text")?.as_str()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

fn roots(response: &Value) -> Option<Vec<Root>> {
    let root = |root: &Value| {
        let text = |name| root.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Root { uri: text("uri")?, name: text("name") })
    };
    response.get("roots")?.as_array()?.iter().map(root).collect()
}

/// The request to a legacy client.
pub(super) fn as_request(input: InputRequest) -> Result<ServerRequest> {
    match input {
        InputRequest::CreateMessage(request) => Ok(request.into()),
        InputRequest::ListRoots(request) => Ok(request.into()),
        _ => Err(Error::advice("Clients cannot be asked this.")),
    }
}

/// Whether a client declares the capability.
pub(super) fn is_declared(capability: Capability, capabilities: &ClientCapabilities) -> bool {
    match capability {
        Capability::Elicitation => false,
        Capability::Sampling => capabilities.sampling.is_some(),
        Capability::Roots => capabilities.roots.is_some(),
    }
}

/// The capabilities that a client must declare for this.
pub(super) fn required_capabilities(capability: Capability) -> ClientCapabilities {
    match capability {
        Capability::Elicitation => ClientCapabilities::default(),
        Capability::Sampling => ClientCapabilities::builder().enable_sampling().build(),
        Capability::Roots => ClientCapabilities::builder().enable_roots().build(),
    }
}

/// The log of a session to its client, with the lowest level that the client sets with `logging/setLevel`.
#[derive(Debug)]
pub(super) struct ClientLog(Mutex<LoggingLevel>);

impl Default for ClientLog {
    fn default() -> Self {
        Self(Mutex::new(LoggingLevel::Notice))
    }
}

impl ClientLog {
    pub(super) fn declare(capabilities: &mut ServerCapabilities) {
        capabilities.logging = Some(JsonObject::default());
    }

    /// The lowest level that the client of a request wants.
    pub(super) fn level(&self, context: &RequestContext<RoleServer>) -> Option<LoggingLevel> {
        if is_stateless(context) { context.meta.log_level() } else { Some(*self.0.lock()) }
    }

    pub(super) fn set_level(
        log: Option<&Self>,
        level: LoggingLevel,
        context: &RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let log = log.filter(|_| !is_stateless(context));
        let log = log.ok_or_else(|| {
            let words = json_rpc::unknown_method("logging/setLevel".to_owned());
            ErrorData::new(ErrorCode::METHOD_NOT_FOUND, words, None)
        })?;
        *log.0.lock() = level;
        Ok(())
    }
}

/// A log message, if it reaches the lowest level wanted. `LoggingLevel` has no order of its own.
pub(super) fn message(
    level: LoggingLevel,
    text: String,
    lowest: Option<LoggingLevel>,
) -> Option<ServerNotification> {
    let params = LoggingMessageNotificationParam::new(level, text.into());
    lowest
        .filter(|lowest| level as u8 >= *lowest as u8)
        .map(|_| LoggingMessageNotification::new(params).into())
}

impl From<Level> for LoggingLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::Debug,
            Level::Info => Self::Info,
            Level::Notice => Self::Notice,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sampling_response_has_one_block_or_several() {
        assert_eq!(text(&json!({ "content": { "type": "text", "text": "Paris" } })).unwrap(), "Paris");
        let several = json!({ "content": [{ "text": "Paris" }, { "type": "image" }, { "text": "it is" }] });
        assert_eq!(text(&several).unwrap(), "Paris\nit is");
        assert_eq!(text(&json!({ "content": { "type": "image", "data": "" } })), None);
    }

    #[test]
    fn a_root_without_a_uri_is_invalid() {
        assert_eq!(roots(&json!({ "roots": [{ "uri": "file:///a" }] })).unwrap()[0].uri, "file:///a");
        assert_eq!(roots(&json!({ "roots": [{ "name": "a" }] })), None);
    }
}
