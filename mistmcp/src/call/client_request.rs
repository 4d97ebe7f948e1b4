//! Requests and notifications to the client of a call: [`ClientRequest`] and [`Notification`].

#![cfg_attr(feature = "client-requests", expect(deprecated, reason = "MCP deprecates logging to clients"))]

use rmcp::model::InputRequest;
#[cfg(feature = "client-requests")]
use rmcp::model::LoggingLevel;
use serde_json::Value;

use crate::capability::Capability;
use crate::error::ErrorKind;
use crate::{Error, Result};

/// A request to the client.
pub(crate) struct ClientRequest {
    pub(crate) capability: Capability,
    /// What the user or the model of the client reads.
    text: String,
    input: Box<dyn FnOnce(String) -> Result<InputRequest> + Send>,
    is_answered_by: Box<dyn Fn(&Value) -> bool + Send + Sync>,
}

/// A notification to the client during a call.
#[derive(Clone, Debug)]
pub(crate) enum Notification {
    Progress {
        done: f64,
        total: Option<f64>,
        message: String,
    },
    #[cfg(feature = "client-requests")]
    Log {
        level: LoggingLevel,
        text: String,
    },
}

impl Capability {
    pub(crate) fn missing(self) -> Error {
        let what = match self {
            Self::Elicitation => "ask its user (`elicitation`)",
            #[cfg(feature = "client-requests")]
            Self::Sampling => "ask its model (`sampling`)",
            #[cfg(feature = "client-requests")]
            Self::Roots => "tell its folders (`roots`)",
        };
        Error::new(
            ErrorKind::Client(self),
            format!(
                "This tool needs a client that can {what}, and yours has not declared that it can. Use another tool."
            ),
        )
    }
}

impl Notification {
    /// The same with secrets masked.
    pub(crate) fn masked(self, mask: impl Fn(String) -> String) -> Self {
        match self {
            Self::Progress { done, total, message } => Self::Progress { done, total, message: mask(message) },
            #[cfg(feature = "client-requests")]
            Self::Log { level, text } => Self::Log { level, text: mask(text) },
        }
    }

    /// The progress and its message.
    #[cfg_attr(
        not(feature = "client-requests"),
        expect(clippy::unnecessary_wraps, reason = "the log has none")
    )]
    pub(crate) fn progress(self) -> Option<(f64, String)> {
        match self {
            Self::Progress { done, message, .. } => Some((done, message)),
            #[cfg(feature = "client-requests")]
            Self::Log { .. } => None,
        }
    }
}

impl ClientRequest {
    /// A request with a text, from which `input` makes that of MCP.
    pub(crate) fn new(
        capability: Capability,
        text: String,
        input: impl FnOnce(String) -> Result<InputRequest> + Send + 'static,
        is_answered_by: impl Fn(&Value) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { capability, text, input: Box::new(input), is_answered_by: Box::new(is_answered_by) }
    }

    /// The same with secrets masked.
    pub(crate) fn masked(self, mask: impl Fn(String) -> String) -> Self {
        Self { text: mask(self.text), ..self }
    }

    /// Whether a response is valid for this request. After an invalid one, the request is sent again.
    pub(crate) fn is_answered_by(&self, response: &Value) -> bool {
        (self.is_answered_by)(response)
    }

    /// The request of MCP, which stateless clients get in a result, and legacy clients as a request.
    ///
    /// # Errors
    /// A form has fields that MCP does not know.
    pub(crate) fn into_input(self) -> Result<InputRequest> {
        (self.input)(self.text)
    }
}
