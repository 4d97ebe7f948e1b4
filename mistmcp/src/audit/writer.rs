//! The writer of the audit log, on a thread of its own: [`Writer`].

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::State;
use super::line::Line;
use super::target::Target;

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

pub(super) struct Writer {
    target: Target,
    state: Arc<State>,
    /// Lines that are being written. Their room in the queue is released afterwards.
    lines: Vec<Line>,
    batch: Vec<u8>,
    /// What was received while the batch could not be written.
    backlog: VecDeque<Message>,
}

impl Writer {
    pub(super) fn new(target: Target, state: Arc<State>) -> Self {
        Self { target, state, lines: Vec::new(), batch: Vec::new(), backlog: VecDeque::new() }
    }

    /// Writes until the log is closed.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        while let Some(first) = self.backlog.pop_front().or_else(|| messages.recv().ok()) {
            let mut next = Some(first);
            while let Some(message) = next.take() {
                match message {
                    Message::Line(mut line) => {
                        self.batch.extend_from_slice(&line.written());
                        self.lines.push(*line);
                    }
                    Message::Reopen => {
                        self.flush(messages);
                        self.reopen();
                    }
                    Message::End => return self.flush(messages),
                }
                if self.batch.len() < BATCH {
                    next = self.backlog.pop_front().or_else(|| messages.try_recv().ok());
                }
            }
            self.flush(messages);
        }
    }

    fn reopen(&mut self) {
        if let Err(error) = self.target.reopen() {
            tracing::error!(%error, "the audit log cannot be opened anew; it goes on in the old file");
        }
    }

    /// Writes the batch. What cannot be written is tried again until it can, in another file if the log is opened anew
    /// meanwhile, or until the process ends.
    fn flush(&mut self, messages: &Receiver<Message>) {
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
                    // Their calls do not wait any longer.
                    for line in &mut self.lines {
                        line.is_written = None;
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
            if self.pause(messages) {
                self.reopen();
                // The new file begins with a whole line.
                let whole = self.batch[..written].iter().rposition(|byte| *byte == b'\n');
                written = whole.map_or(0, |end| end + 1);
            }
        }
        self.batch.clear();
        for line in self.lines.drain(..) {
            if let Some(is_written) = line.is_written
                && attempts <= LAST_ATTEMPTS
            {
                // A call that was cancelled does not wait.
                let _ = is_written.send(());
            }
        }
    }

    /// Waits until the next attempt, and keeps what comes meanwhile. Whether the log is to be opened anew.
    fn pause(&mut self, messages: &Receiver<Message>) -> bool {
        let end = Instant::now() + RETRY;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match messages.recv_timeout(left) {
                Ok(Message::Reopen) => return true,
                Ok(Message::Line(mut line)) => {
                    line.is_written = None;
                    self.backlog.push_back(Message::Line(line));
                }
                Ok(message) => self.backlog.push_back(message),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => {
                    std::thread::sleep(left);
                    return false;
                }
            }
        }
    }
}
