//! The writer of the audit log, on a thread of its own: [`Writer`].

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::OwnedSemaphorePermit;

use super::line::{LastMask, Line, Waiter};
use super::target::Target;
use super::{State, log_failure};

/// Bytes that are written at once at most.
const BATCH: usize = 64 * 1024;
/// Time between two attempts to write.
const RETRY: Duration = Duration::from_millis(250);
/// How long the reader of a FIFO may leave it full, and the time between two attempts meanwhile.
const STALL_TIMEOUT: Duration = Duration::from_secs(2);
const STALL_PAUSE: Duration = Duration::from_millis(5);
/// Attempts once the process ends.
const LAST_ATTEMPTS: usize = 4;

pub(super) enum Message {
    Line(Box<Line>),
    /// A line about lines that were left out, and its part of the queue.
    Omitted(String, OwnedSemaphorePermit),
    Reopen,
    End,
}

pub(super) struct Writer {
    target: Target,
    state: Arc<State>,
    /// Lines that are being written, each with where it starts in the batch. Their room in the queue is released
    /// afterwards.
    lines: Vec<(usize, Line)>,
    batch: Vec<u8>,
    last_mask: LastMask,
    /// What was received while the batch could not be written.
    backlog: VecDeque<Message>,
    /// The file could not be opened anew.
    is_outdated: bool,
}

impl Writer {
    pub(super) fn new(target: Target, state: Arc<State>) -> Self {
        let (lines, batch, backlog) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { target, state, lines, batch, last_mask: LastMask::default(), backlog, is_outdated: false }
    }

    /// Writes until the log is closed.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        while let Some(first) = self.backlog.pop_front().or_else(|| messages.recv().ok()) {
            let mut next = Some(first);
            while let Some(message) = next.take() {
                match message {
                    Message::Line(line) => self.add(*line),
                    Message::Omitted(line, _room) => self.add_text(line, messages),
                    Message::Reopen => {
                        self.flush(messages);
                        self.reopen();
                    }
                    Message::End => {
                        self.flush(messages);
                        // Corrections of lines whose answers were withheld.
                        while let Some(message) = self.backlog.pop_front() {
                            match message {
                                Message::Line(line) => self.add(*line),
                                Message::Omitted(line, _room) => self.add_text(line, messages),
                                Message::Reopen | Message::End => {}
                            }
                        }
                        return self.flush(messages);
                    }
                }
                if self.batch.len() < BATCH {
                    next = self.backlog.pop_front().or_else(|| messages.try_recv().ok());
                }
            }
            self.flush(messages);
        }
    }

    fn add(&mut self, mut line: Line) {
        line.withhold_given_up();
        let start = self.batch.len();
        self.batch.extend_from_slice(&line.written(&mut self.last_mask));
        self.lines.push((start, line));
    }

    /// Writes a line that no answer waits for. It is a batch of its own, since others are made anew from their calls.
    fn add_text(&mut self, line: String, messages: &Receiver<Message>) {
        self.flush(messages);
        self.batch = line.into_bytes();
        self.flush(messages);
    }

    fn reopen(&mut self) {
        let reopened = self.target.reopen();
        let was_outdated = std::mem::replace(&mut self.is_outdated, reopened.is_err());
        // The old file may be gone, so that lines in it prove nothing.
        if self.is_outdated && self.state.is_required {
            self.state.is_failing.store(true, Ordering::Release);
        }
        if let (Err(error), false) = (reopened, was_outdated) {
            let next =
                if self.state.is_required { "calls are refused" } else { "it goes on in the old file" };
            tracing::error!(%error, "the audit log cannot be opened anew; {next}");
        }
    }

    /// Writes to the file, which is opened anew first if that failed before and the log is required.
    fn write(&mut self, written: usize) -> io::Result<usize> {
        if self.is_outdated && self.state.is_required {
            self.target.reopen()?;
            self.is_outdated = false;
        }
        self.target.write(&self.batch[written..])
    }

    /// Ends the waiting of calls by `withhold`, and corrects their lines in the batch. One that is begun stays, and its
    /// correction follows.
    fn withhold(&mut self, written: usize, withhold: impl Fn(&mut Line) -> bool) {
        let mut is_changed = false;
        let first = self.lines.partition_point(|(start, _)| *start < written);
        for (index, (_, line)) in self.lines.iter_mut().enumerate() {
            if withhold(line) {
                line.is_partly_written = index < first;
                is_changed |= index >= first;
            }
        }
        if !is_changed {
            return;
        }
        self.batch.truncate(self.lines[first].0);
        for (start, line) in &mut self.lines[first..] {
            *start = self.batch.len();
            self.batch.extend_from_slice(&line.written(&mut self.last_mask));
        }
    }

    /// Writes the batch. What cannot be written is tried again until it can, in another file if the log is opened anew
    /// meanwhile, or until the process ends.
    fn flush(&mut self, messages: &Receiver<Message>) {
        let (mut written, mut attempts) = (0, 0);
        let mut stalled = None;
        while written < self.batch.len() {
            self.withhold(written, Line::withhold_given_up);
            match self.write(written) {
                Ok(count) if count > 0 => {
                    written += count;
                    stalled = None;
                    if self.state.is_failing.swap(false, Ordering::AcqRel) {
                        tracing::info!("the audit log can be written again");
                    }
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock
                        && !self.state.is_failing.load(Ordering::Acquire)
                        && stalled.get_or_insert_with(Instant::now).elapsed() < STALL_TIMEOUT =>
                {
                    std::thread::sleep(STALL_PAUSE);
                    continue;
                }
                outcome => {
                    // First of all, so that the client's next call is refused.
                    let is_new = self.state.fail();
                    self.withhold(written, Line::withhold);
                    let error = match outcome {
                        Ok(_) => "nothing was written".to_owned(),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                            "the reader of its FIFO does not take the lines".to_owned()
                        }
                        Err(error) => error.to_string(),
                    };
                    if is_new {
                        log_failure(&error);
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
        let lines = std::mem::take(&mut self.lines);
        if attempts > LAST_ATTEMPTS {
            return;
        }
        for (_, mut line) in lines.into_iter().rev() {
            let is_late = line.waiter.take().is_some_and(|Waiter { is_written, has_given_up }| {
                // A call that was cancelled does not wait either.
                is_written.send(()).is_err() && has_given_up.load(Ordering::Acquire)
            });
            // Its answer was withheld while it was being written: a line with the true outcome follows.
            if is_late || std::mem::take(&mut line.is_partly_written) {
                line.set_withheld();
                self.backlog.push_front(Message::Line(Box::new(line)));
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
                    line.withhold();
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
