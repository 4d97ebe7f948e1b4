//! Errors of overlays: [`OverlayError`].

use std::{error::Error, fmt};

/// A change that cannot be laid over the demo network: which file, which entry, what is wrong, and what there is instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayError(String);

impl OverlayError {
    pub(crate) fn new(text: impl Into<String>) -> OverlayError {
        OverlayError(text.into())
    }
}

impl fmt::Display for OverlayError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for OverlayError {}
