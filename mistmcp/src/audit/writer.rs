//! The writer of the audit log, on a thread of its own: [`Writer`].

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::State;
use super::line::Line;

/// Bytes that are written at once at most.
const BATCH: usize = 64 * 1024;
/// Time between two attempts to write.
const RETRY: Duration = Duration::from_millis(250);
/// Attempts once the process ends.
const LAST_ATTEMPTS: usize = 4;

pub(super) enum Message {
    Line(Box<Line>),
    Reopen,
    End,
}

/// Where lines go.
#[derive(Debug)]
pub(super) enum Target {
    Stderr,
    File { path: PathBuf, file: File },
}

impl Target {
    /// Opens a file, or standard error if there is no path.
    pub(super) fn open(path: Option<PathBuf>) -> io::Result<Self> {
        match path {
            None => Ok(Self::Stderr),
            Some(path) => Ok(Self::File { file: append_to(&path)?, path }),
        }
    }

    fn reopen(&mut self) -> io::Result<()> {
        if let Self::File { path, file } = self {
            *file = append_to(path)?;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stderr => io::stderr().write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }
}

/// The file, readable for its owner alone where it is created.
fn append_to(path: &PathBuf) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(super) struct Writer {
    target: Target,
    state: Arc<State>,
    /// Lines that are being written. Their room in the queue is released afterwards.
    lines: Vec<Line>,
    batch: Vec<u8>,
}

impl Writer {
    pub(super) fn new(target: Target, state: Arc<State>) -> Self {
        Self { target, state, lines: Vec::new(), batch: Vec::new() }
    }

    /// Writes until the log is closed.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(first) = messages.recv() {
            let mut next = Some(first);
            while let Some(message) = next.take() {
                match message {
                    Message::Line(mut line) => {
                        self.batch.extend_from_slice(&line.written());
                        self.lines.push(*line);
                    }
                    Message::Reopen => {
                        self.flush();
                        if let Err(error) = self.target.reopen() {
                            tracing::error!(%error, "the audit log cannot be opened anew; it goes on in the old file");
                        }
                    }
                    Message::End => return self.flush(),
                }
                if self.batch.len() < BATCH {
                    next = messages.try_recv().ok();
                }
            }
            self.flush();
        }
    }

    /// Writes the batch. What cannot be written is tried again until it can, or the process ends.
    fn flush(&mut self) {
        let (mut written, mut attempts) = (0, 0);
        while written < self.batch.len() {
            match self.target.write(&self.batch[written..]) {
                Ok(count) if count > 0 => {
                    written += count;
                    if self.state.is_failing.swap(false, Ordering::AcqRel) {
                        tracing::info!("the audit log can be written again");
                    }
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                outcome => {
                    if !self.state.is_failing.swap(true, Ordering::AcqRel) {
                        let error =
                            outcome.err().map_or_else(|| "nothing was written".to_owned(), |e| e.to_string());
                        tracing::error!(error, "the audit log cannot be written; it is tried again");
                    }
                }
            }
            if self.state.is_closing.load(Ordering::Acquire) {
                attempts += 1;
                if attempts > LAST_ATTEMPTS {
                    self.state.lost.fetch_add(self.lines.len() as u64, Ordering::AcqRel);
                    break;
                }
            }
            std::thread::sleep(RETRY);
        }
        self.batch.clear();
        self.lines.clear();
    }
}
