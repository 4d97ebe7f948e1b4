use bytes::Bytes;

use crate::error::ErrorKind;
use crate::{Error, Result};

/// The largest file that is handed to a client, in bytes: in base64 it still fits what clients read at once.
pub(super) const LARGEST: usize = 1024 * 1024;

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
        if self.bytes.len() <= LARGEST { Ok(()) } else { Err(too_large(&self.name, self.bytes.len())) }
    }
}

pub(super) fn too_large(name: &str, bytes: usize) -> Error {
    Error::new(
        ErrorKind::Size,
        format!(
            "The file {name} has {bytes} bytes, more than the {LARGEST} that a client is handed. Tell the user to \
             download it in the Mist portal."
        ),
    )
}
