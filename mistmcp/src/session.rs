//! Session of a client: which tools it can see and call, and the execution of a call. The main type
//! is [`Session`].

mod access;
mod category_docs;
mod completion;
mod enabled_categories;
mod find;
mod instructions;
mod manage;
mod meta_tools;
mod mode;
mod policy;
mod prompts;
mod rows;
mod settings;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

pub(crate) use access::Access;
pub(crate) use completion::Completions;
pub(crate) use enabled_categories::EnabledCategories;
pub(crate) use find::Found;
pub use find::{Questions, question_problems, registered as registered_questions};
#[cfg(feature = "cli")]
pub(crate) use meta_tools::is_meta_tool;
pub use mode::Mode;
pub use policy::PolicyError;
pub use settings::{Settings, SettingsError};

use crate::argument::Lookup;
use crate::call::Stage;
use crate::catalog::Entry;
use crate::error::{ErrorKind, ToolStatus};
use crate::mist::{Connection, Disclosure, Mist, for_deadline};
use crate::reply::{Content, redact_text, refetch_to_fit};
use crate::suggestion::{did_you_mean_tool, listed};
use crate::text::shortened;
use crate::work::CallJobs;
use crate::{Call, Error, Result};

/// Session of a client: enabled categories, and the token and cloud of its calls.
#[derive(Clone, Debug)]
pub struct Session {
    settings: Arc<Settings>,
    connection: Arc<Connection>,
    enabled: Arc<EnabledCategories>,
    /// Whether the client handles `tools/list_changed`. If not, replies explain how to call tools
    /// that are not listed.
    sees_changes: bool,
    /// Identifies a session with several requests; none for a stateless request.
    id: Option<u64>,
}

/// Outcome of a call.
#[derive(Debug)]
pub struct Outcome {
    /// The content, or the error.
    pub content: Result<Content>,
    /// The data of the tool's view, if the client shows views and the tool has one.
    pub view_data: Option<Map<String, Value>>,
    /// Whether the call changed the list of tools.
    pub list_changed: bool,
}

impl Outcome {
    /// An outcome without data for a view.
    pub(crate) fn of(content: Result<Content>, list_changed: bool) -> Self {
        Self { content, view_data: None, list_changed }
    }
}

/// The reply of a call that succeeded.
struct ToolReply {
    content: Content,
    view_data: Option<Map<String, Value>>,
}

impl Session {
    /// Creates a session without enabled categories.
    pub fn new(settings: Arc<Settings>, connection: Arc<Connection>, sees_changes: bool) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let id = sees_changes.then(|| LAST.fetch_add(1, Ordering::Relaxed));
        Self { settings, connection, enabled: Arc::default(), sees_changes, id }
    }

    /// Replaces the set of enabled categories by one that is shared.
    pub(crate) fn with(self, enabled: Arc<EnabledCategories>) -> Self {
        Self { enabled, ..self }
    }

    /// A stateless session of the same client: no categories are enabled, and changes do not
    /// persist.
    pub fn stateless(&self) -> Self {
        Self::new(Arc::clone(&self.settings), Arc::clone(&self.connection), false)
    }

    /// The same session over another connection.
    pub(crate) fn with_connection(&self, connection: Arc<Connection>) -> Self {
        Self { connection, ..self.clone() }
    }

    /// The operator's settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// The enabled tools, in the fixed order of every list.
    pub fn listed(&self) -> impl Iterator<Item = &Entry> {
        let meta_tools = self.meta_tools().iter();
        meta_tools.chain(
            self.settings.catalog().entries().iter().filter(|entry| self.access(entry) == Access::Listed),
        )
    }

    /// Calls an enabled tool.
    ///
    /// # Errors
    /// In the outcome, as advice for the model. An unknown name is an [`ErrorKind::Tool`].
    pub async fn call(&self, name: &str, arguments: Map<String, Value>, call: &Call) -> Outcome {
        if let Some(meta_tool) = self.meta_tool(name) {
            return self.call_meta_tool(meta_tool, arguments, call).await;
        }
        let ran = match self.entry(name) {
            Ok(entry) if self.access(entry) == Access::Listed => {
                let for_view = call.shows_views() && entry.tool().view.is_some();
                self.run(entry, arguments, for_view, call).await
            }
            Ok(entry) => Err(self.switched_off(entry)),
            Err(error) => Err(self.without_tokens(error)),
        };
        match ran {
            Ok(ToolReply { content, view_data }) => Outcome { view_data, ..Outcome::of(Ok(content), false) },
            Err(error) => Outcome::of(Err(error), false),
        }
    }

    /// Names of an organization's sites by id, or of its devices by id and MAC address; empty if
    /// Mist does not return them.
    pub(crate) async fn names_of(
        &self,
        lookup: Lookup,
        org_id: &str,
        call: &Call,
    ) -> HashMap<String, String> {
        let mist = Mist::new(Arc::clone(&self.connection), call.clone());
        self.within_deadline(mist.names_of(lookup, org_id), call).await.unwrap_or_default()
    }

    /// The static name of a tool that this session can reach.
    pub(crate) fn known(&self, name: &str) -> Option<&'static str> {
        let meta_tool = self.meta_tool(name);
        let reachable =
            || self.settings.catalog().find(name).filter(|entry| self.access(entry) != Access::Hidden);
        meta_tool.or_else(reachable).map(|entry| entry.tool().name)
    }

    /// The tool `name`, if this session can reach it.
    fn entry(&self, name: &str) -> Result<&Entry> {
        let catalog = self.settings.catalog();
        let reachable = |entry: &&Entry| self.access(entry) != Access::Hidden;
        catalog.find(name).filter(reachable).ok_or_else(|| {
            let callable = |entry: &&Entry| self.settings.calls(entry);
            let names = catalog.entries().iter().filter(callable).map(|entry| entry.tool().name);
            let remedy = did_you_mean_tool(name, names).unwrap_or_else(|| {
                let there = listed(self.listed().map(|entry| entry.tool().name));
                let others = if self.meta_tools().is_empty() { "" } else { "; `findTools` finds the others" };
                format!("; there are {there}{others}.")
            });
            let words = format!("There is no tool `{}` in this session{remedy}", shortened(name, 60));
            Error::own(ErrorKind::Tool, words)
        })
    }

    /// Runs a tool until it finishes, its deadline passes, or the call is cancelled. `for_view` adds the data of its
    /// view to the reply.
    async fn run(
        &self,
        entry: &Entry,
        arguments: Map<String, Value>,
        for_view: bool,
        call: &Call,
    ) -> Result<ToolReply> {
        let call = &call.clone().in_session(Arc::new(self.clone()));
        match self.within_deadline(self.answer(entry, arguments, for_view, call), call).await {
            Ok((content, view_data)) => {
                let masked = content
                    .masked(|text| self.connection.mask(text), |bytes| self.connection.mask_bytes(bytes));
                let view_data = view_data.map(|data| self.connection.mask(data));
                let view_data = view_data.and_then(|data| serde_json::from_str(&data).ok());
                Ok(ToolReply { content: masked, view_data })
            }
            Err(error) => Err(self.presentable(error)),
        }
    }

    /// How much this session knows of a tool's name.
    fn tool_status(&self, name: &str) -> ToolStatus {
        if self.meta_tool(name).is_some() { ToolStatus::Callable } else { self.settings.tool_status(name) }
    }

    /// Awaits `work` until the deadline of a call, or until the call is cancelled.
    async fn within_deadline<T>(&self, work: impl Future<Output = Result<T>>, call: &Call) -> Result<T> {
        let limit = self.connection.limits().timeout;
        let jobs = CallJobs::new(self.connection.job_queue());
        let late = async {
            call.outlasts(limit).await;
            if jobs.has_jobs() { Stage::Answer } else { call.stage() }
        };
        tokio::select! {
            // A result that is ready needs no timer.
            biased;
            outcome = jobs.scope(work) => outcome,
            stage = late => Err(for_deadline(limit, stage)),
            () = call.cancelled() => Err(Error::new(ErrorKind::Cancelled, "The call was cancelled.")),
        }
    }

    /// An error for this session's client: resolved for its tools, without this connection's tokens, and without other
    /// secrets unless they are shown.
    pub(crate) fn presentable(&self, error: Error) -> Error {
        error
            .for_session(|name| self.tool_status(name))
            .presentable(|text| self.masked(text), |text| self.connection.mask(text))
    }

    /// An error of this program's own words, without this connection's tokens in the names that it repeats.
    fn without_tokens(&self, error: Error) -> Error {
        error.presentable(|text| text, |text| self.connection.mask(text))
    }

    /// Masks this connection's tokens, and other secrets unless they are shown.
    pub(crate) fn masked(&self, text: String) -> String {
        let text = self.connection.mask(text);
        if self.settings.rules().show_secrets {
            return text;
        }
        redact_text("", &text).unwrap_or(text)
    }

    /// The Mist client of a call. With the operator's token, lookups repeat only what the session's
    /// own tools can list; with a token of its own, a client may see all that the token can.
    fn mist(&self, call: Call) -> Mist {
        let mist = Mist::new(Arc::clone(&self.connection), call);
        if !self.connection.is_shared() {
            return mist;
        }
        let settings = Arc::clone(&self.settings);
        mist.disclosing(Disclosure::of_tools(move |tool| settings.tool_status(tool) == ToolStatus::Callable))
    }

    async fn answer(
        &self,
        entry: &Entry,
        arguments: Map<String, Value>,
        for_view: bool,
        call: &Call,
    ) -> Result<(Content, Option<String>)> {
        let mist = self.mist(call.clone());
        let rules = self.settings.rules();
        let ask = |arguments| entry.run(arguments, rules.show_secrets, &mist, call);
        let repeatable = entry.tool().hints.repeatable();
        refetch_to_fit(repeatable, rules, for_view, arguments, ask).await
    }
}
