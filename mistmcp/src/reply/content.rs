//! A rendered reply: [`Content`].

use super::{Block, File, Format, write};
use crate::Result;

/// A rendered reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Text in the operator's format.
    Text(String),
    /// A file.
    File(File),
    /// Several blocks, or an image or audio.
    Blocks(Vec<Block>),
}

impl Content {
    /// Adds `notes` to the content, as a field or a block.
    pub(super) fn with_notes(self, notes: &[String], format: Format) -> Result<Self> {
        let notes = notes.join(" ");
        Ok(match self {
            content if notes.is_empty() => content,
            Self::Text(text) => Self::Text(match (format, text.strip_prefix('{')) {
                (Format::Json, Some("}")) => format!("{{\"taken\":{}}}", write(&notes, format)?),
                (Format::Json, Some(fields)) => format!("{{\"taken\":{},{fields}", write(&notes, format)?),
                (Format::Toon, _) => {
                    let note = write(&serde_json::json!({ "taken": notes }), format)?;
                    format!("{}\n{text}", note.trim_end())
                }
                (Format::Json, None) => format!("{{\"taken\":{},\"result\":{text}}}", write(&notes, format)?),
            }),
            Self::File(file) => Self::Blocks(vec![Block::text(notes), Block::File(file)]),
            Self::Blocks(blocks) => Self::Blocks(std::iter::once(Block::text(notes)).chain(blocks).collect()),
        })
    }

    /// Size in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::File(file) => file.bytes.len(),
            Self::Blocks(blocks) => blocks.iter().map(Block::len).sum(),
        }
    }
}
