//! Requests and notifications to the client of a call: [`ClientRequest`] and [`Notification`].

use schemars::Schema;
use serde_json::Value;

use crate::capability::Capability;

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

/// A request to the client.
#[derive(Clone, Debug)]
pub(crate) enum ClientRequest {
    Form { message: String, form: Schema },
    Model { prompt: String, max_tokens: u32 },
    Roots,
}

/// A notification to the client during a call.
#[derive(Clone, Debug)]
pub(crate) enum Notification {
    Progress { done: f64, total: Option<f64>, message: String },
    Log { level: Level, text: String },
}

impl Notification {
    /// The same with secrets masked.
    pub(crate) fn masked(self, mask: impl Fn(String) -> String) -> Self {
        match self {
            Self::Progress { done, total, message } => Self::Progress { done, total, message: mask(message) },
            Self::Log { level, text } => Self::Log { level, text: mask(text) },
        }
    }
}

impl ClientRequest {
    /// The same with secrets masked.
    pub(crate) fn masked(self, mask: impl Fn(String) -> String) -> Self {
        match self {
            Self::Form { message, form } => Self::Form { message: mask(message), form },
            Self::Model { prompt, max_tokens } => Self::Model { prompt: mask(prompt), max_tokens },
            Self::Roots => Self::Roots,
        }
    }

    pub(crate) fn capability(&self) -> Capability {
        match self {
            Self::Form { .. } => Capability::Elicitation,
            Self::Model { .. } => Capability::Sampling,
            Self::Roots => Capability::Roots,
        }
    }
}

impl ClientRequest {
    /// Whether a response is valid for this request. After an invalid one, the request is sent again.
    pub(crate) fn is_answered_by(&self, answer: &Value) -> bool {
        match self {
            Self::Form { form, .. } => super::fits(answer, form),
            Self::Model { .. } => text(answer).is_some(),
            Self::Roots => roots(answer).is_some(),
        }
    }
}

/// The text of a sampling response, which has one content block or several.
pub(super) fn text(answer: &Value) -> Option<String> {
    let content = answer.get("content")?;
    let blocks = content.as_array().map_or(std::slice::from_ref(content), Vec::as_slice);
    let texts: Vec<_> = blocks.iter().filter_map(|block| block.get("text")?.as_str()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

pub(super) fn roots(answer: &Value) -> Option<Vec<Root>> {
    let root = |root: &Value| {
        let text = |name| root.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Root { uri: text("uri")?, name: text("name") })
    };
    answer.get("roots")?.as_array()?.iter().map(root).collect()
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
        assert!(!ClientRequest::Roots.is_answered_by(&json!({ "roots": [{ "name": "a" }] })));
    }
}
