//! Where the lines of the audit log go: [`Target`].

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Standard error, or a file.
#[derive(Debug)]
pub(super) enum Target {
    Stderr,
    File {
        path: PathBuf,
        file: File,
        /// The file ends within a line, as it does after a full disk: a line end comes first.
        is_within_line: bool,
        /// For a FIFO, which is opened by the runtime.
        runtime: Option<tokio::runtime::Handle>,
    },
}

impl Target {
    /// Opens a file, or standard error if there is no path.
    pub(super) fn open(path: Option<PathBuf>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self::Stderr) };
        let runtime = tokio::runtime::Handle::try_current().ok();
        let file = append_to(&path, runtime.as_ref())?;
        let is_within_line = ends_within_line(&path);
        Ok(Self::File { path, file, is_within_line, runtime })
    }

    pub(super) fn reopen(&mut self) -> io::Result<()> {
        if let Self::File { path, file, is_within_line, runtime } = self {
            *file = append_to(path, runtime.as_ref())?;
            *is_within_line = ends_within_line(path);
        }
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stderr => io::stderr().write(bytes),
            Self::File { file, is_within_line, .. } => {
                if *is_within_line && file.write(b"\n")? > 0 {
                    *is_within_line = false;
                }
                file.write(bytes)
            }
        }
    }
}

/// The file, readable for its owner alone where it is created.
fn append_to(path: &Path, runtime: Option<&tokio::runtime::Handle>) -> io::Result<File> {
    #[cfg(unix)]
    if let Some(runtime) = runtime
        && std::fs::metadata(path)
            .is_ok_and(|metadata| std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type()))
    {
        return fifo(path, runtime);
    }
    #[cfg(not(unix))]
    let _ = runtime;
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A FIFO. Without a reader, opening it as a file would wait for one.
#[cfg(unix)]
fn fifo(path: &Path, runtime: &tokio::runtime::Handle) -> io::Result<File> {
    let _context = runtime.enter();
    let sender = tokio::net::unix::pipe::OpenOptions::new().open_sender(path).map_err(|error| {
        // The system's word for it, "no such device or address", says little.
        io::Error::new(error.kind(), format!("no program reads this FIFO ({error}): start its reader first"))
    })?;
    // Left as it is: a write to a full FIFO is an error, and does not wait for the reader.
    sender.into_nonblocking_fd().map(File::from)
}

/// Whether a file ends with a part of a line. One that cannot be read is taken to end with a whole one.
fn ends_within_line(path: &Path) -> bool {
    let last = || -> io::Result<Option<u8>> {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Ok(None);
        }
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        Ok(Some(last[0]))
    };
    last().ok().flatten().is_some_and(|last| last != b'\n')
}
