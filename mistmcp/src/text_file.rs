//! Files of text that an operator names: settings, arguments, certificates. Reading one is bounded in time and memory:
//! only regular files are opened, and only up to a size.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::Path;
#[cfg(feature = "http")]
use std::time::SystemTime;

use thiserror::Error;

/// Size limit of a file that people write by hand.
pub(crate) const SMALL: u64 = 1 << 20;

/// Why a file of text cannot be read. The message repeats nothing of its content.
#[derive(Debug, Error)]
pub(crate) enum TextFileError {
    #[error("there is no such file")]
    Missing,
    #[error("it is {0}, not a regular file")]
    Kind(&'static str),
    #[error("it is larger than {}", size(*.0))]
    Large(u64),
    #[error("it is UTF-16, or no text at all: save it as UTF-8")]
    NoText,
    #[error("it is not UTF-8: save it as UTF-8")]
    NotUtf8,
    #[error("{0}")]
    Io(#[from] io::Error),
}

#[cfg(feature = "http")]
/// What of a file changes when its content does, or when another file takes its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    modified: SystemTime,
    length: u64,
    /// Device, number and time of the last change, where the system has them: a file that takes the place of another one
    /// may be as long and as old.
    identity: Option<(u64, u64, i64, i64)>,
}

#[cfg(feature = "http")]
impl Fingerprint {
    /// None if the system does not tell when the file was changed.
    pub(crate) fn of(metadata: &fs::Metadata) -> Option<Self> {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;

            Some((metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let identity = None;
        Some(Self { modified: metadata.modified().ok()?, length: metadata.len(), identity })
    }
}

fn size(bytes: u64) -> String {
    if bytes < 1 << 20 { format!("{} KiB", bytes >> 10) } else { format!("{} MiB", bytes >> 20) }
}

/// Reads a file as UTF-8, without a byte-order mark.
pub(crate) fn read(path: &Path, limit: u64) -> Result<String, TextFileError> {
    text(read_bytes(path, limit)?)
}

/// Reads a file in an encoding that contains ASCII, without the byte-order mark of UTF-8.
pub(crate) fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, TextFileError> {
    checked(read_whole(path, limit)?)
}

/// Reads a file as UTF-8. A byte-order mark stays.
pub(crate) fn read_with_mark(path: &Path, limit: u64) -> Result<String, TextFileError> {
    let bytes = read_whole(path, limit)?;
    refuse_utf16(&bytes)?;
    String::from_utf8(bytes).map_err(|_| TextFileError::NotUtf8)
}

/// Reads a stream as UTF-8, without a byte-order mark.
pub(crate) fn read_stream(stream: impl Read, limit: u64) -> Result<String, TextFileError> {
    text(checked(up_to(stream, limit)?)?)
}

/// Drops the byte-order mark of a text.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn text(bytes: Vec<u8>) -> Result<String, TextFileError> {
    String::from_utf8(bytes).map_err(|_| TextFileError::NotUtf8)
}

fn read_whole(path: &Path, limit: u64) -> Result<Vec<u8>, TextFileError> {
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => TextFileError::Missing,
        _ => TextFileError::Io(error),
    })?;
    // Opening a named pipe would wait for a writer, and a device may have no end.
    if !metadata.is_file() {
        return Err(TextFileError::Kind(kind(metadata.file_type())));
    }
    if metadata.len() > limit {
        return Err(TextFileError::Large(limit));
    }
    up_to(File::open(path)?, limit)
}

fn up_to(stream: impl Read, limit: u64) -> Result<Vec<u8>, TextFileError> {
    let mut bytes = Vec::new();
    stream.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(TextFileError::Large(limit)) } else { Ok(bytes) }
}

fn checked(mut bytes: Vec<u8>) -> Result<Vec<u8>, TextFileError> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    refuse_utf16(&bytes)?;
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    Ok(bytes)
}

/// UTF-16 is known by its byte-order mark, or without one by the zero bytes of its ASCII characters.
fn refuse_utf16(bytes: &[u8]) -> Result<(), TextFileError> {
    let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0);
    if is_utf16 { Err(TextFileError::NoText) } else { Ok(()) }
}

fn kind(file_type: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;

        if file_type.is_fifo() {
            return "a named pipe";
        }
        if file_type.is_socket() {
            return "a socket";
        }
        if file_type.is_char_device() || file_type.is_block_device() {
            return "a device";
        }
    }
    if file_type.is_dir() { "a folder" } else { "something else" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        read(&path, 100).map_err(|error| error.to_string())
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(read_as(b"\xef\xbb\xbfa\n").unwrap(), "a\n");
        assert_eq!(read_as(b"a\xef\xbb\xbf").unwrap(), "a\u{feff}");
        assert_eq!(read_stream(&b"\xef\xbb\xbf{}"[..], 100).unwrap(), "{}");
    }

    #[test]
    fn other_encodings_are_refused_with_the_remedy() {
        for bytes in [&b"\xff\xfea\0"[..], b"\xfe\xff\0a", b"a\0b\0", b"caf\xe9"] {
            let error = read_as(bytes).unwrap_err();
            assert!(error.contains("save it as UTF-8"), "{error}");
        }
    }

    #[test]
    fn what_is_larger_than_the_limit_is_refused() {
        assert_eq!(read_as(&[b'a'; 100]).unwrap().len(), 100);
        assert!(read_as(&[b'a'; 101]).unwrap_err().contains("larger"));
        assert!(matches!(read_stream(io::repeat(b'a'), SMALL), Err(TextFileError::Large(SMALL))));
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path(), 100).unwrap_err().to_string().contains("a folder"));
        assert!(matches!(read(&folder.path().join("none"), 100), Err(TextFileError::Missing)));
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            assert!(read(&pipe, 100).unwrap_err().to_string().contains("a named pipe"));
            assert!(read(Path::new("/dev/zero"), 100).unwrap_err().to_string().contains("a device"));
        }
    }
}
