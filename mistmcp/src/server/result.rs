//! Conversion of a call outcome to an MCP result: [`from_outcome`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock, ErrorData, ResourceContents};
use serde_json::{Map, Value};

use crate::Result;
use crate::error::ErrorKind;
use crate::reply::{Block, Content, File, Media};
use crate::text::visible;

/// Characters that are percent-encoded in a segment of a URI: all but RFC 3986's unreserved ones.
const OUTSIDE_A_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Converts an outcome, with the data of the tool's view. Errors that a model can act on are results; only an unknown
/// tool is a protocol error.
pub(super) fn from_outcome(
    outcome: Result<Content>,
    view_data: Option<Map<String, Value>>,
) -> Result<CallToolResponse, ErrorData> {
    let mut result = match outcome {
        Ok(Content::Text(text)) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Ok(Content::File(file)) => CallToolResult::success(vec![ContentBlock::resource(resource(&file))]),
        Ok(Content::Blocks(blocks)) => CallToolResult::success(blocks.into_iter().map(block).collect()),
        Err(error) if error.kind() == ErrorKind::Tool => {
            return Err(ErrorData::invalid_params(error.to_string(), None));
        }
        Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
    };
    result.structured_content = view_data.map(Value::Object);
    Ok(result.into())
}

fn block(block: Block) -> ContentBlock {
    match block {
        Block::Text(text) => ContentBlock::text(text),
        Block::Image(Media { media_type, bytes }) => ContentBlock::image(STANDARD.encode(bytes), media_type),
        Block::Audio(Media { media_type, bytes }) => ContentBlock::audio(STANDARD.encode(bytes), media_type),
        Block::File(file) => ContentBlock::resource(resource(&file)),
    }
}

/// A file as an embedded resource: text, or base64 for binary data.
fn resource(file: &File) -> ResourceContents {
    let uri = format!("mistmcp:///{}", utf8_percent_encode(&visible(&file.name), OUTSIDE_A_SEGMENT));
    let media_type = visible(&file.media_type).into_owned();
    let contents = match file.text() {
        Some(text) => ResourceContents::text(text, uri),
        None => ResourceContents::blob(STANDARD.encode(&file.bytes), uri),
    };
    if media_type.is_empty() { contents } else { contents.with_mime_type(media_type) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_of_a_file_is_one_whatever_its_name() {
        for (name, wanted) in [
            ("devices.csv", "mistmcp:///devices.csv"),
            ("a b/c?d#e%20.csv", "mistmcp:///a%20b%2Fc%3Fd%23e%2520.csv"),
            ("Zürich [1].csv", "mistmcp:///Z%C3%BCrich%20%5B1%5D.csv"),
        ] {
            let file = File { name: name.to_owned(), media_type: "text/csv".to_owned(), bytes: "x".into() };
            let ResourceContents::TextResourceContents { uri, .. } = resource(&file) else {
                panic!("{name}")
            };
            assert_eq!(uri, wanted);
        }
    }
}
