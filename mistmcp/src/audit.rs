//! Audit log: a JSON line for each tool call, with who called, what was called and how it ended. The main type is
//! [`AuditLog`].
//!
//! Lines are queued, and a thread of its own writes them, so that no call waits for a disk. The queue is bounded by the
//! bytes of its arguments, and of what the calls authenticate themselves with. While the file cannot be written, lines
//! wait in it. Where a line finds no room, the call goes unrecorded. If the operator requires the log, a call is refused in both
//! cases, and its answer is given out only once its line is written.

mod arguments;
mod line;
mod line_limit;
mod spelling;
mod sql;
mod target;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, oneshot};

use line::{Line, Outcome, Waiter};
pub(crate) use line_limit::LineLimit;
use target::Target;
use writer::{Message, Writer};

use crate::call::CallRecord;
use crate::error::ErrorKind;
use crate::key::{Key, encoded};
use crate::metrics::milliseconds;
use crate::mist::{Connection, Token};
use crate::text::shortened;
use crate::{Error, Result};

/// Memory of the queue, in units of [`UNIT`] bytes. A line has at least one.
const UNITS: usize = 64 * 1024;
const UNIT: usize = 1024;
/// How long the last lines may take to be written.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer waits for its line, where the log is required.
const LINE_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest subject that is written, in bytes. An issuer's are at most 255 characters.
const LONGEST_SUBJECT: usize = 1_000;

/// The audit log of a process.
#[derive(Debug)]
pub(crate) struct AuditLog {
    key: Key,
    queue: Sender<Message>,
    room: Arc<Semaphore>,
    state: Arc<State>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the writer reports.
#[derive(Debug, Default)]
struct State {
    /// Whether calls have to be written.
    is_required: bool,
    /// The last line could not be written, or the file not be opened anew, and is tried again.
    is_failing: AtomicBool,
    /// The process ends: the writer gives up what it cannot write.
    is_closing: AtomicBool,
    /// Calls that went unrecorded.
    lost: AtomicU64,
}

impl State {
    /// Notes that lines cannot be written now. Returns whether that is new.
    fn fail(&self) -> bool {
        !self.is_failing.swap(true, Ordering::AcqRel)
    }
}

fn log_failure(error: &str) {
    tracing::error!(error, "the audit log cannot be written; it is tried again");
}

/// Who calls: the subject of an access token; the client's own token, or that of a server without sign-in, as a keyed hash;
/// and the session.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    subject: Option<Arc<str>>,
    token_hash: Option<String>,
    session: Option<String>,
    /// What the request authenticates itself with, which is masked in the line.
    secrets: Vec<SecretString>,
    /// The limit of lines of its address, until Mist has accepted its token. None if its identity is verified otherwise.
    line_limit: Option<Arc<LineLimit>>,
}

impl Caller {
    pub(crate) fn limited(self, line_limit: Option<Arc<LineLimit>>) -> Self {
        Self { line_limit, ..self }
    }

    /// The bytes of the secrets, which are the only long part.
    fn bytes(&self) -> usize {
        self.secrets.iter().map(|secret| secret.expose_secret().len()).sum()
    }
}

/// The line of a call in progress. A call that ends without [`AuditEntry::end`] is written as one that the server broke off.
#[derive(Debug)]
pub(crate) struct AuditEntry {
    log: Arc<AuditLog>,
    started: Instant,
    record: Arc<CallRecord>,
    /// None if the line found no room, or was written.
    line: Option<Line>,
}

impl AuditLog {
    /// Opens the log and starts its writer. `key` is that of the hashes.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(crate) fn open(path: Option<PathBuf>, is_required: bool, key: Key) -> std::io::Result<Arc<Self>> {
        let target = Target::open(path)?;
        let (queue, messages) = channel();
        let state = Arc::new(State { is_required, ..State::default() });
        let writer = Writer::new(target, Arc::clone(&state));
        let thread =
            std::thread::Builder::new().name("audit".to_owned()).spawn(move || writer.run(&messages))?;
        let (room, thread) = (Arc::new(Semaphore::new(UNITS)), Mutex::new(Some(thread)));
        Ok(Arc::new(Self { key, queue, room, state, thread }))
    }

    /// Opens the file anew, after it was moved by a rotation.
    pub(crate) fn reopen(&self) {
        // The writer ends with the process.
        let _ = self.queue.send(Message::Reopen);
    }

    /// Writes all lines, and ends the writer.
    pub(crate) async fn close(&self) {
        self.state.is_closing.store(true, Ordering::Release);
        let _ = self.queue.send(Message::End);
        let Some(thread) = self.thread.lock().take() else { return };
        let ended = tokio::task::spawn_blocking(move || thread.join());
        if tokio::time::timeout(CLOSE_TIMEOUT, ended).await.is_err() {
            tracing::error!("the last lines of the audit log were not written in time");
        }
        let lost = self.state.lost.load(Ordering::Acquire);
        if lost > 0 {
            tracing::error!(lost, "calls are missing in the audit log");
        }
    }

    /// The caller of a request, which has authenticated itself with `credentials`. `tokens` are those that tell who calls, or
    /// what their call can see.
    pub(crate) fn caller<'a>(
        &self,
        subject: Option<Arc<str>>,
        tokens: impl IntoIterator<Item = &'a Token>,
        session: Option<&str>,
        credentials: impl IntoIterator<Item = &'a str>,
    ) -> Caller {
        let hash = |parts: Vec<&str>| encoded(&self.key.hash(parts)[..16]);
        let mut tokens = tokens.into_iter().map(Token::expose).peekable();
        let token_hash = tokens.peek().is_some().then(|| {
            let parts = std::iter::once("audit token").chain(tokens);
            hash(parts.collect())
        });
        let subject = subject.map(|subject| match subject.len() {
            ..=LONGEST_SUBJECT => subject,
            _ => shortened(&subject, LONGEST_SUBJECT).into(),
        });
        let secrets = credentials.into_iter().map(Into::into).collect();
        let session = session.map(|session| hash(vec!["audit session", session]));
        Caller { subject, token_hash, session, secrets, line_limit: None }
    }

    /// Writes that lines of calls from an address were left out. Returns false if the queue has no room.
    fn omitted(&self, address: &str, lines: u64) -> bool {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else { return false };
        let line =
            json!({ "time": format!("{:.3}", Timestamp::now()), "address": address, "omitted": lines });
        self.queue.send(Message::Omitted(format!("{line}\n"), room)).is_ok()
    }

    /// Begins the line of a call. `by_name` is the tool that it calls by its name.
    ///
    /// # Errors
    /// The log is required, and cannot take the line.
    pub(crate) fn begin(
        self: &Arc<Self>,
        caller: Caller,
        (tool, by_name, arguments): (&str, Option<&str>, &Map<String, Value>),
        connection: &Arc<Connection>,
        record: &Arc<CallRecord>,
    ) -> Result<AuditEntry> {
        let units = (tool.len() + by_name.map_or(0, str::len) + arguments::bytes(arguments) + caller.bytes())
            .div_ceil(UNIT)
            .clamp(1, UNITS);
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(units).ok();
        if room.is_none() {
            self.state.lost.fetch_add(1, Ordering::AcqRel);
        }
        let is_refused =
            self.state.is_required && (room.is_none() || self.state.is_failing.load(Ordering::Acquire));
        let line = room.map(|room| Line {
            time: Timestamp::now(),
            caller,
            account: None,
            tool: tool.to_owned(),
            called: by_name.map(str::to_owned),
            arguments: arguments.clone(),
            outcome: if is_refused {
                Outcome::Refused(ErrorKind::Audit)
            } else {
                Outcome::Failed(ErrorKind::Server)
            },
            bytes: 0,
            mist_calls: 0,
            milliseconds: 0,
            waiter: None,
            is_partly_written: false,
            is_short: false,
            connection: Arc::clone(connection),
            _room: room,
        });
        let (log, record) = (Arc::clone(self), Arc::clone(record));
        let entry = AuditEntry { log, started: Instant::now(), record, line };
        // The line of a refused call is written as soon as that is possible.
        if is_refused { Err(unwritable("The call was not made")) } else { Ok(entry) }
    }
}

impl AuditEntry {
    /// Ends the line with the outcome of the call: the bytes of its answer, or its error.
    ///
    /// # Errors
    /// The log is required, and the line cannot be written now.
    pub(crate) async fn end(mut self, outcome: Result<usize, ErrorKind>) -> Result<()> {
        let log = Arc::clone(&self.log);
        if let Some(line) = &mut self.line {
            line.bytes = outcome.unwrap_or(0);
            line.outcome = Outcome::of(match outcome {
                Err(ErrorKind::Access) if self.record.has_unknown_tool() => Some(ErrorKind::Tool),
                outcome => outcome.err(),
            });
        }
        self.limit();
        let Some(line) = self.line.as_mut().filter(|_| log.state.is_required) else { return Ok(()) };
        let (sender, mut is_written) = oneshot::channel();
        let has_given_up = Arc::new(AtomicBool::new(false));
        line.waiter = Some(Waiter { is_written: sender, has_given_up: Arc::clone(&has_given_up) });
        drop(self);
        let withheld = || Err(unwritable("The call was made, and its answer is withheld"));
        match tokio::time::timeout(LINE_TIMEOUT, &mut is_written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => withheld(),
            Err(_) => {
                has_given_up.store(true, Ordering::Release);
                // The writer can say no more that the line is written.
                is_written.close();
                if is_written.try_recv().is_ok() {
                    return Ok(());
                }
                if log.state.fail() {
                    log_failure("a line was not written in time");
                }
                withheld()
            }
        }
    }

    /// Shortens the line, or leaves it out, if Mist was not asked and knows nothing of the caller's token.
    fn limit(&mut self) {
        let Some(line) = &mut self.line else { return };
        let Some(line_limit) = line.caller.line_limit.take() else { return };
        if self.record.mist_calls() > 0 || line.connection.is_accepted() {
            return;
        }
        line.is_short = true;
        if !line_limit.take(Instant::now()) {
            self.line = None;
        }
    }
}

fn unwritable(what: &str) -> Error {
    let words = format!(
        "{what}, since the audit log of this server cannot be written. Its operator has to look at the file of \
         --audit-log."
    );
    Error::new(ErrorKind::Audit, words)
}

impl Drop for AuditEntry {
    fn drop(&mut self) {
        self.limit();
        let Some(mut line) = self.line.take() else { return };
        line.milliseconds = milliseconds(self.started.elapsed());
        line.mist_calls = self.record.mist_calls();
        let accounts = self.record.accounts();
        line.account = (!accounts.is_empty()).then(|| accounts.join(","));
        // The writer ends with the process.
        let _ = self.log.queue.send(Message::Line(Box::new(line)));
    }
}
