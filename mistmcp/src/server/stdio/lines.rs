//! The line decoder of the stdio transport: [`Lines`].

use std::io;

use bytes::{Bytes, BytesMut};
use tokio_util::codec::Decoder;

/// The longest line that is read, the same as in rmcp.
pub(super) const MAX_LINE_BYTES: usize = 16 << 20;

/// Splits input into lines of bounded length. The last one needs no line feed.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Bytes at the start of the buffer that have no line feed.
    searched: usize,
    /// Whether the rest of a line that is too long is being dropped.
    discarding: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Whole(Bytes),
    TooLong,
}

impl Decoder for Lines {
    type Item = Line;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Line>> {
        loop {
            let end = memchr::memchr(b'\n', &buffer[self.searched..]).map(|found| self.searched + found);
            let length = end.unwrap_or(buffer.len());
            if self.discarding {
                self.searched = 0;
                let _ = buffer.split_to(end.map_or(length, |end| end + 1));
                if end.is_none() {
                    return Ok(None);
                }
                self.discarding = false;
                continue;
            }
            if length > MAX_LINE_BYTES {
                self.discarding = true;
                return Ok(Some(Line::TooLong));
            }
            let Some(end) = end else {
                self.searched = length;
                return Ok(None);
            };
            self.searched = 0;
            let line = buffer.split_to(end + 1);
            return Ok(Some(Line::Whole(line.freeze().slice(..end))));
        }
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Line>> {
        if let Some(line) = self.decode(buffer)? {
            return Ok(Some(line));
        }
        self.searched = 0;
        let rest = buffer.split().freeze();
        Ok((!rest.is_empty()).then_some(Line::Whole(rest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<Line> {
        let (mut decoder, mut buffer, mut lines) = (Lines::default(), BytesMut::new(), Vec::new());
        for chunk in chunks {
            buffer.extend_from_slice(chunk);
            while let Some(line) = decoder.decode(&mut buffer).unwrap() {
                lines.push(line);
            }
        }
        while let Some(line) = decoder.decode_eof(&mut buffer).unwrap() {
            lines.push(line);
        }
        lines
    }

    fn whole(text: &'static str) -> Line {
        Line::Whole(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn lines_are_decoded_across_chunks_and_the_last_needs_no_line_feed() {
        assert_eq!(lines(&[b"a\nb", b"c", b"\n", b"\nd"]), [whole("a"), whole("bc"), whole(""), whole("d")]);
        assert_eq!(lines(&[b"a\n"]), [whole("a")]);
        assert_eq!(lines(&[]), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_dropped_and_the_next_is_read() {
        let long = vec![b'x'; MAX_LINE_BYTES];
        assert_eq!(lines(&[&long, b"y", b"z\nafter\n"]), [Line::TooLong, whole("after")]);
        assert_eq!(lines(&[&long, b"y\nafter"]), [Line::TooLong, whole("after")]);
        assert_eq!(lines(&[&long, b"y"]), [Line::TooLong]);
        assert_eq!(lines(&[&long, b"\n"]).len(), 1);
    }
}
