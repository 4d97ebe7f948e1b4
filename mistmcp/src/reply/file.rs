use bytes::Bytes;

use crate::error::ErrorKind;
use crate::{Error, Result};

/// The largest file that is handed to a client, in bytes, unless its texts may be longer: in base64 it still fits what
/// clients read at once.
const LARGEST: usize = 1024 * 1024;

/// A file that a tool answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// Its media type, or nothing where that is not known.
    pub media_type: String,
    /// What is in it.
    pub bytes: Bytes,
}

impl File {
    /// Whether it may be handed to a client whose texts have `max_bytes` at most.
    pub(super) fn check_size(&self, max_bytes: usize) -> Result<()> {
        check_size(&self.name, self.bytes.len(), max_bytes)
    }
}

/// The same for what has no more than a name and a size.
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
