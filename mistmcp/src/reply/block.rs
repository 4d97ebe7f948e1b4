//! Content blocks of replies: text, images, audio and files ([`Block`]).

use bytes::Bytes;

use super::Content;
use super::file::{File, check_size};
use super::secrets::{redact_file, redact_text};
use crate::Result;
use crate::text::shortened;

/// One content block of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Text.
    Text(String),
    /// An image, which the client shows.
    Image(Media),
    /// Audio, which the client plays.
    Audio(Media),
    /// A file, which the client saves.
    File(File),
}

/// Image or audio data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Media type, such as `image/png`.
    pub media_type: String,
    /// Content.
    pub bytes: Bytes,
}

impl Block {
    /// A text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An image with a media type such as `image/png`.
    pub fn image(media_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::Image(Media { media_type: media_type.into(), bytes: bytes.into() })
    }

    /// Audio with a media type such as `audio/wav`.
    pub fn audio(media_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::Audio(Media { media_type: media_type.into(), bytes: bytes.into() })
    }

    /// Size in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Image(media) | Self::Audio(media) => media.bytes.len(),
            Self::File(file) => file.bytes.len(),
        }
    }

    /// Applies the masks `text` and `bytes`.
    pub(crate) fn masked(self, text: impl Fn(String) -> String, bytes: impl Fn(Bytes) -> Bytes) -> Self {
        let media = |media: Media| Media { media_type: text(media.media_type), bytes: bytes(media.bytes) };
        match self {
            Self::Text(written) => Self::Text(text(written)),
            Self::Image(image) => Self::Image(media(image)),
            Self::Audio(audio) => Self::Audio(media(audio)),
            Self::File(file) => Self::File(file.masked(text, bytes)),
        }
    }
}

impl File {
    /// Applies the masks `text` and `bytes`.
    fn masked(self, text: impl Fn(String) -> String, bytes: impl Fn(Bytes) -> Bytes) -> Self {
        Self { name: text(self.name), media_type: text(self.media_type), bytes: bytes(self.bytes) }
    }
}

impl Content {
    /// Applies the masks `text` and `bytes`.
    pub(crate) fn masked(self, text: impl Fn(String) -> String, bytes: impl Fn(Bytes) -> Bytes) -> Self {
        match self {
            Self::Text(written) => Self::Text(text(written)),
            Self::File(file) => Self::File(file.masked(text, bytes)),
            Self::Blocks(blocks) => {
                Self::Blocks(blocks.into_iter().map(|block| block.masked(&text, &bytes)).collect())
            }
        }
    }
}

impl From<String> for Block {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Block {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<File> for Block {
    fn from(file: File) -> Self {
        Self::File(file)
    }
}

/// Redacts secrets in the block's text or file.
pub(super) fn without_secrets(block: Block) -> Block {
    match block {
        Block::Text(text) => Block::Text(redact_text("", &text).unwrap_or(text)),
        Block::File(file) => Block::File(redact_file(file)),
        Block::Image(_) | Block::Audio(_) => block,
    }
}

/// Fits blocks to the size limits: truncates text to `max_bytes` in total, and refuses other blocks that are too
/// large.
pub(super) fn within_limit(blocks: Vec<Block>, max_bytes: usize) -> Result<Vec<Block>> {
    let mut room = max_bytes;
    let mut fitting = Vec::with_capacity(blocks.len());
    for block in blocks {
        fitting.push(match block {
            Block::Text(text) => {
                let text = shortened(&crate::text::visible(&text), room);
                room = room.saturating_sub(text.len());
                Block::Text(text)
            }
            Block::File(file) => {
                file.check_size(max_bytes)?;
                Block::File(file)
            }
            Block::Image(ref media) | Block::Audio(ref media) => {
                check_size(&media.media_type, media.bytes.len(), max_bytes)?;
                block
            }
        });
    }
    Ok(fitting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_blocks_share_the_size_limit() {
        let fitting = within_limit(vec!["0123456789".into(), "0123456789".into(), "0".into()], 15).unwrap();
        assert_eq!(fitting, ["0123456789".into(), "01…".into(), "…".into()]);
    }

    #[test]
    fn an_image_that_is_too_large_is_refused_with_its_size() {
        let large = Block::image("image/png", vec![0; 1024 * 1024 + 1]);
        let refused = within_limit(vec!["look".into(), large], 100).unwrap_err();
        assert!(refused.to_string().contains("1048577 bytes"), "{refused}");
    }
}
