//! Size of serialized JSON, without building it ([`length`]).

use std::io::{Error, ErrorKind, Result, Write};

use serde::Serialize;

/// Bytes of a value's JSON.
pub(super) fn length(value: &impl Serialize) -> usize {
    length_within(value, usize::MAX).unwrap_or(usize::MAX)
}

/// As [`length`], or `None` if it exceeds `most`; serialization stops there.
pub(super) fn length_within(value: &impl Serialize, most: usize) -> Option<usize> {
    let mut count = Count { bytes: 0, most };
    serde_json::to_writer(&mut count, value).ok().map(|()| count.bytes)
}

/// Appends the JSON of a value to `text`. If the result would exceed `most`, `text` stays unchanged and the result
/// is `false`.
pub(super) fn add_within(text: &mut Vec<u8>, value: &impl Serialize, most: usize) -> bool {
    let before = text.len();
    let fits = serde_json::to_writer(Limited { text, most }, value).is_ok();
    if !fits {
        text.truncate(before);
    }
    fits
}

struct Count {
    bytes: usize,
    most: usize,
}

impl Write for Count {
    fn write(&mut self, part: &[u8]) -> Result<usize> {
        self.bytes += part.len();
        if self.bytes > self.most { Err(full()) } else { Ok(part.len()) }
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

struct Limited<'a> {
    text: &'a mut Vec<u8>,
    most: usize,
}

impl Write for Limited<'_> {
    fn write(&mut self, part: &[u8]) -> Result<usize> {
        if self.text.len() + part.len() > self.most {
            return Err(full());
        }
        self.text.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

fn full() -> Error {
    Error::from(ErrorKind::StorageFull)
}
