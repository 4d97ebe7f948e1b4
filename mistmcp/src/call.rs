//! One call of a tool, as its body sees it: how to tell and to ask the client on the other side.

mod client_request;
mod elicitation;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub(crate) use client_request::{ClientRequest, Notification};
pub use client_request::{Level, Root};
pub use elicitation::Form;
pub(crate) use elicitation::fits;

use crate::capability::Capability;
use crate::error::ErrorKind;
use crate::trace::Trace;
use crate::{Error, RequestBody, Result};

/// One call of a tool: how its caller hears of it, whom it can ask, and whether it still waits.
#[derive(Clone)]
pub struct Call {
    cancelled: CancellationToken,
    listener: Option<Arc<dyn Listener>>,
    waiting: Arc<Mutex<Waiting>>,
    /// The last progress that was told.
    last: Arc<Mutex<(f64, Option<f64>)>>,
    trace: Trace,
}

/// The client on the other side of a call.
pub(crate) trait Listener: Send + Sync {
    /// Tells it something, in order, and waits for nothing.
    fn tell(&self, told: Notification);

    /// Whether it can be asked for this.
    fn can(&self, capability: Capability) -> bool;

    /// Asks it. The answer is as MCP has it.
    fn ask<'a>(&'a self, key: &'a str, question: ClientRequest) -> Asking<'a>;
}

pub(crate) type Asking<'a> = Pin<Box<dyn Future<Output = Result<Value>> + Send + 'a>>;

/// How long a call has waited for answers of its client, which is not time of its own.
#[derive(Debug, Default)]
struct Waiting {
    ended: Duration,
    open: usize,
    since: Option<Instant>,
}

impl Call {
    pub(crate) fn new(cancelled: CancellationToken, listener: Option<Arc<dyn Listener>>) -> Self {
        let (waiting, last) = (Arc::default(), Arc::default());
        Self { cancelled, listener, waiting, last, trace: Trace::default() }
    }

    /// The same call, for a request that is traced.
    pub(crate) fn traced(self, trace: Trace) -> Self {
        Self { trace, ..self }
    }

    /// What is told of it to who traces it.
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// A call that nobody watches or cancels, and that can ask nobody.
    pub fn unattended() -> Self {
        Self::new(CancellationToken::new(), None)
    }

    /// Tells the caller how far the call is, where it asked to hear of that. `done` and `total` are of one unit, whichever it
    /// is, and `done` grows each time.
    ///
    /// ```
    /// # use mistmcp::Call;
    /// # fn look_at(call: &Call, sites: &[String]) {
    /// for (done, site) in (0_u32..).zip(sites) {
    ///     call.progress(done.into(), Some(sites.len() as f64), format!("looking at {site}"));
    /// }
    /// # }
    /// ```
    pub fn progress(&self, done: f64, total: Option<f64>, message: impl Into<String>) {
        if let Some(listener) = &self.listener {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = (done, total);
            listener.tell(Notification::Progress { done, total, message: message.into() });
        }
    }

    /// Tells the caller what the call waits for.
    pub(crate) fn note(&self, message: String) {
        // MCP has progress grow with each notification.
        const A_LITTLE: f64 = 0.001;
        if let Some(listener) = &self.listener {
            let (done, total) = {
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                last.0 += A_LITTLE;
                *last
            };
            listener.tell(Notification::Progress { done, total, message });
        }
    }

    /// Tells the caller what happens, where the server [offers its log](crate::Server::with_log) and the caller asked
    /// for lines of that level.
    pub fn log(&self, level: Level, line: impl Into<String>) {
        if let Some(listener) = &self.listener {
            listener.tell(Notification::Line { level, text: line.into() });
        }
    }

    /// Asks the person in front of the client to fill in a form: the fields of `T`, which are texts, numbers, booleans
    /// and choices, with their `///` as labels.
    ///
    /// Up to revision 2025-11-25 the call waits for the answer. From 2026-07-28 on a call that asks ends there with
    /// an error, which the body hands on with `?`; the client gets the question, and calls again with the answer. So a
    /// body runs from its beginning each time: ask first, act afterwards, and ask under the same `key` each time.
    /// What is known to be wanted is asked at once, with [`tokio::join!`](https://docs.rs/tokio/latest/tokio/macro.join.html):
    ///
    /// ```
    /// use mistmcp::{Call, Form, Reply, Result, mist_tool};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Deserialize, Serialize, mistmcp::schemars::JsonSchema)]
    /// #[schemars(crate = "mistmcp::schemars")]
    /// struct Visit {
    ///     /// Why you are at the site.
    ///     reason: String,
    /// }
    ///
    /// # mistmcp::category! {
    /// #     /// For this example.
    /// #     visits
    /// # }
    /// /// Notes why somebody visits a site.
    /// #[mist_tool(category = "visits")]
    /// pub async fn note_visit(call: &Call) -> Result<Reply> {
    ///     match call.ask::<Visit>("visit", "What brings you here?").await? {
    ///         Form::Filled(visit) => Reply::json(visit.reason),
    ///         Form::Declined | Form::Closed => Reply::json("Nothing was noted."),
    ///     }
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// The client cannot ask anybody, the answer is not there yet, or never comes.
    pub async fn ask<T: RequestBody>(&self, key: &str, message: impl Into<String>) -> Result<Form<T>> {
        let form = elicitation::of::<T>()?;
        elicitation::read(self.put(key, ClientRequest::Form { message: message.into(), form }).await?)
    }

    /// Asks the client's model, with so many tokens for its answer. Goes the way of [`Self::ask`].
    ///
    /// # Errors
    /// The client has no model for this, or its answer is not there yet, never comes, or is no text.
    pub async fn sample(&self, key: &str, prompt: impl Into<String>, max_tokens: u32) -> Result<String> {
        let answer = self.put(key, ClientRequest::Model { prompt: prompt.into(), max_tokens }).await?;
        client_request::text(&answer).ok_or_else(|| {
            Error::advice("The client's model answered, but not with a text. Ask it in other words.")
        })
    }

    /// Asks which folders the client works in. Goes the way of [`Self::ask`].
    ///
    /// # Errors
    /// The client has none, or its answer is not there yet, or never comes.
    pub async fn roots(&self, key: &str) -> Result<Vec<Root>> {
        let answer = self.put(key, ClientRequest::Roots).await?;
        client_request::roots(&answer)
            .ok_or_else(|| Error::advice("The client answered, but not with its folders."))
    }

    /// Whether the client can be asked for this. Asking one that cannot is an error.
    pub fn can(&self, capability: Capability) -> bool {
        self.listener.as_ref().is_some_and(|listener| listener.can(capability))
    }

    async fn put(&self, key: &str, question: ClientRequest) -> Result<Value> {
        let Some(listener) = &self.listener else { return Err(question.capability().missing()) };
        let _waiting = self.wait();
        listener.ask(key, question).await
    }

    /// Whether the caller has given up. A call that has been given up is also dropped at its next wait.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Returns when the caller gives up.
    pub async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    /// Returns when the call has taken `limit`. The time in which its client thinks does not count.
    pub(crate) async fn outlasts(&self, limit: Duration) {
        let began = Instant::now();
        loop {
            let own = began.elapsed().saturating_sub(self.waited());
            match limit.saturating_sub(own) {
                Duration::ZERO => return,
                left => tokio::time::sleep(left).await,
            }
        }
    }

    /// How long it has waited for answers of its client.
    pub(crate) fn waited(&self) -> Duration {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.ended + waiting.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn wait(&self) -> Wait {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.open += 1;
        waiting.since.get_or_insert_with(Instant::now);
        Wait(Arc::clone(&self.waiting))
    }
}

/// A question is open as long as it lives.
struct Wait(Arc<Mutex<Waiting>>);

impl Drop for Wait {
    fn drop(&mut self) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.open -= 1;
        if waiting.open == 0
            && let Some(since) = waiting.since.take()
        {
            waiting.ended += since.elapsed();
        }
    }
}

impl Capability {
    pub(crate) fn missing(self) -> Error {
        let what = match self {
            Self::Elicitation => "ask its user (`elicitation`)",
            Self::Sampling => "ask its model (`sampling`)",
            Self::Roots => "tell its folders (`roots`)",
        };
        Error::new(
            ErrorKind::Client(self),
            format!(
                "This tool needs a client that can {what}, and yours has not declared that it can. Use another tool."
            ),
        )
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Call").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
