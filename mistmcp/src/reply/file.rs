//! File that a tool returns ([`File`]).

use bytes::Bytes;

use crate::error::ErrorKind;
use crate::{Error, Result};

/// The largest file returned to a client, in bytes, unless the text limit is higher: in base64 it still fits the
/// message size that clients accept.
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
    /// Checks the size against the limits for a client with `max_bytes` of text.
    pub(super) fn check_size(&self, max_bytes: usize) -> Result<()> {
        check_size(&self.name, self.bytes.len(), max_bytes)
    }
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
            "The file {name} has {bytes} bytes, more than the {largest} that a client is handed. Tell the user to \
             download it in the Mist portal."
        ),
    ))
}
