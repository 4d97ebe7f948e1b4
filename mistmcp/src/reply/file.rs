use bytes::Bytes;

use crate::error::ErrorKind;
use crate::{Error, Result};

/// The largest file that is handed to a client, in bytes: in base64 it still fits what clients read at once.
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
    pub(super) fn check_size(&self) -> Result<()> {
        if self.bytes.len() <= LARGEST {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Size,
            format!(
                "The file {} has {} bytes, more than the {LARGEST} that a client is handed. Tell the user to \
                 download it in the Mist portal.",
                self.name,
                self.bytes.len()
            ),
        ))
    }
}
