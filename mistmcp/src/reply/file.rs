//! File that a tool returns ([`File`]).

use std::borrow::Cow;

use bytes::Bytes;

use crate::error::ErrorKind;
use crate::text::visible;
use crate::{Error, Result};

/// The largest file returned to a client, in bytes, with its secrets hidden, unless the text limit is higher: in base64
/// it still fits the message size that clients accept.
const LARGEST: usize = 1024 * 1024;

/// A file that a tool returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// Its media type; empty if unknown.
    pub media_type: String,
    /// Its content.
    pub bytes: Bytes,
}

impl File {
    /// Its text as a client gets it, if it is text: by its media type, or by its content if the type may be either. None
    /// for a binary file, which a client gets in base64.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        let media_type = self.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if is_binary(&media_type) {
            return None;
        }
        let text = str::from_utf8(&self.bytes).ok()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let is_control = |byte: u8| byte < b' ' && !b"\t\n\r\x0c".contains(&byte) || byte == 0x7f;
        (media_type.starts_with("text/") || !text.bytes().any(is_control)).then(|| visible(text))
    }

    /// Checks the size against the limits for a client with `max_bytes` of text.
    pub(super) fn check_size(&self, max_bytes: usize) -> Result<()> {
        check_size(&self.name, self.text().map_or(self.bytes.len(), |text| text.len()), max_bytes)
    }
}

/// Whether files of this media type are binary, even if one has no byte that says so.
fn is_binary(media_type: &str) -> bool {
    const KINDS: [&str; 4] = ["image/", "audio/", "video/", "font/"];
    const TYPES: [&str; 4] = ["application/pdf", "application/zip", "application/gzip", "application/x-tar"];
    !media_type.ends_with("+xml")
        && (KINDS.iter().any(|kind| media_type.starts_with(kind)) || TYPES.contains(&media_type))
}

/// As above, for a name and a size.
pub(super) fn check_size(name: &str, bytes: usize, max_bytes: usize) -> Result<()> {
    let largest = LARGEST.max(max_bytes);
    if bytes <= largest {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Size,
        format!(
            "The file {name} has {bytes} bytes, more than the {largest} that a client is handed. It can be \
             downloaded in the Mist portal."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(media_type: &str, content: impl Into<Bytes>) -> File {
        File { name: "a".to_owned(), media_type: media_type.to_owned(), bytes: content.into() }
    }

    #[test]
    fn a_file_is_text_by_its_media_type_or_its_content() {
        for media_type in [
            "text/xml",
            "text/csv; charset=utf-8",
            "application/xml",
            "application/x-pem-file",
            "application/x-x509-ca-cert",
            "APPLICATION/JSON",
            "application/yaml",
            "application/octet-stream",
            "image/svg+xml",
            "",
        ] {
            assert_eq!(
                file(media_type, "<a>\r\n\tü</a>").text().as_deref(),
                Some("<a>\r\n\tü</a>"),
                "{media_type}"
            );
        }
        for media_type in ["image/png", "audio/wav", "application/pdf", "application/zip"] {
            assert_eq!(file(media_type, "%PDF-1.4 is ASCII here").text(), None, "{media_type}");
        }
        for content in [&b"\xff\xfea\0"[..], b"\x30\x82\x01\x0a", b"a\0b", b"PK\x03\x04"] {
            assert_eq!(file("application/octet-stream", content).text(), None, "{content:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let text = file("text/csv", "\u{feff}mac,name\n\u{feff}").text().unwrap().into_owned();
        assert!(text.starts_with("mac,name\n") && text.len() > "mac,name\n".len(), "{text}");
    }

    #[test]
    fn the_size_is_that_of_the_text_as_a_client_gets_it() {
        // Each of these is written as eight characters.
        let long = file("text/csv", "\u{200b}".repeat(LARGEST / 4));
        assert!(long.bytes.len() < LARGEST && long.check_size(60_000).is_err());
        assert!(long.check_size(3 * LARGEST).is_ok());
        assert!(file("text/csv", "x".repeat(LARGEST)).check_size(2_000).is_ok());
    }
}
