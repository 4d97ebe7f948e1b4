//! Buffer of serialized rows, for truncating a list between rows ([`RowBuffer`]).

use serde_json::{Map, Value};

use super::measure::add_within;
use super::{Format, write};
use crate::{Result, work};

/// JSON of rows, one after the other, and the end offset of each.
pub(super) struct RowBuffer {
    text: Vec<u8>,
    pub(super) ends: Vec<usize>,
}

/// Bytes between the head of a list and its rows and after them, minus the head's closing bracket.
pub(super) const FRAME: usize = r#","results":[]}"#.len() - 1;

impl RowBuffer {
    /// Prepares and serializes as many rows as fit.
    pub(super) fn of(rows: &mut [Value], ready: &impl Fn(&mut Value), room: usize) -> Self {
        let mut written = Self { text: Vec::with_capacity(room.min(64 * 1024)), ends: Vec::new() };
        for row in rows {
            if work::is_abandoned() {
                break;
            }
            ready(row);
            if !written.text.is_empty() {
                written.text.push(b',');
            }
            if !add_within(&mut written.text, row, room) {
                break;
            }
            written.ends.push(written.text.len());
        }
        written
    }

    /// JSON of a list with the first `kept` rows.
    pub(super) fn in_frame(&self, head: &Map<String, Value>, kept: usize) -> Result<String> {
        let rows = kept.checked_sub(1).map_or(0, |last| self.ends[last]);
        let mut text = write(head, Format::Json)?;
        text.truncate(text.len() - 1);
        text.reserve_exact(rows + FRAME);
        text.push_str(if head.is_empty() { r#""results":["# } else { r#","results":["# });
        text.push_str(&String::from_utf8_lossy(&self.text[..rows]));
        text.push_str("]}");
        Ok(text)
    }
}
