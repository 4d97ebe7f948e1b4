//! What one client may see and call, and the way of a call from its name to its answer.

mod access;
mod category_docs;
mod completion;
mod enabled_categories;
mod find;
mod instructions;
mod manage;
mod meta_tools;
mod mode;
mod prompts;
mod settings;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

pub(crate) use access::Access;
pub(crate) use enabled_categories::EnabledCategories;
pub(crate) use find::Found;
pub use find::{Questions, question_problems, registered as registered_questions};
pub use mode::Mode;
pub use settings::{Settings, SettingsError};

use crate::argument::Lookup;
use crate::catalog::Entry;
use crate::error::{ErrorKind, Known};
use crate::mist::{Connection, Disclosure, Mist, for_deadline};
use crate::reply::{Content, in_turns, redact_text};
use crate::suggestion::{did_you_mean, listed};
use crate::text::shortened;
use crate::{Call, Error, Result};

/// One client: what it has switched on, and the token and cloud that it calls with.
#[derive(Debug)]
pub struct Session {
    settings: Arc<Settings>,
    connection: Arc<Connection>,
    enabled: Arc<EnabledCategories>,
    /// Whether the client learns of changes of its list. One that does not is told how to call without the list.
    sees_changes: bool,
}

/// What a call came to.
#[derive(Debug)]
pub struct Outcome {
    /// The answer, or why there is none.
    pub content: Result<Content>,
    /// The call changed the list of tools.
    pub list_changed: bool,
}

impl Session {
    /// A session in which nothing is switched on yet.
    pub fn new(settings: Arc<Settings>, connection: Arc<Connection>, sees_changes: bool) -> Self {
        Self { settings, connection, enabled: Arc::default(), sees_changes }
    }

    /// The same session, with what is switched on kept elsewhere.
    pub(crate) fn with(self, enabled: Arc<EnabledCategories>) -> Self {
        Self { enabled, ..self }
    }

    /// The same client where every request stands for itself: nothing is switched on, and nothing stays so.
    pub fn afresh(&self) -> Self {
        Self::new(Arc::clone(&self.settings), Arc::clone(&self.connection), false)
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// The tools that are on, in the order in which every session lists them.
    pub fn listed(&self) -> impl Iterator<Item = &Entry> {
        let controls = self.controls().iter();
        controls
            .chain(self.settings.catalog().entries().iter().filter(|entry| self.access(entry) == Access::On))
    }

    /// Calls a tool that is on.
    ///
    /// # Errors
    /// In the outcome: as advice for the model. An unknown name is an [`ErrorKind::Tool`].
    pub async fn call(&self, name: &str, arguments: Map<String, Value>, call: &Call) -> Outcome {
        if let Some(control) = self.controls().iter().find(|control| control.tool().name == name) {
            return self.control(control, arguments, call).await;
        }
        let content = match self.entry(name) {
            Ok(entry) if self.access(entry) == Access::On => self.run(entry, arguments, call).await,
            Ok(entry) => Err(self.switched_off(entry)),
            Err(error) => Err(error),
        };
        Outcome { content, list_changed: false }
    }

    /// The names of an organization's sites, by id, or of its devices, by id and MAC address: none where Mist does not
    /// give them.
    pub(crate) async fn names_of(
        &self,
        lookup: Lookup,
        org_id: &str,
        call: &Call,
    ) -> HashMap<String, String> {
        let mist = Mist::new(Arc::clone(&self.connection), call.clone());
        self.within_deadline(mist.names_of(lookup, org_id), call).await.unwrap_or_default()
    }

    /// The name of a tool of this session, as the catalog has it.
    pub(crate) fn known(&self, name: &str) -> Option<&'static str> {
        let control = self.controls().iter().find(|control| control.tool().name == name);
        let reachable =
            || self.settings.catalog().find(name).filter(|entry| self.access(entry) != Access::Never);
        control.or_else(reachable).map(|entry| entry.tool().name)
    }

    /// The tool `name`, where this session may reach it at all.
    fn entry(&self, name: &str) -> Result<&Entry> {
        let catalog = self.settings.catalog();
        let reachable = |entry: &&Entry| self.access(entry) != Access::Never;
        catalog.find(name).filter(reachable).ok_or_else(|| {
            let callable = |entry: &&Entry| self.settings.calls(entry);
            let names = catalog.entries().iter().filter(callable).map(|entry| entry.tool().name);
            let remedy = match did_you_mean(name, names) {
                nothing if nothing.is_empty() => {
                    let there = listed(self.listed().map(|entry| entry.tool().name));
                    let others =
                        if self.controls().is_empty() { "" } else { "; `findTools` finds the others" };
                    format!("; there are {there}{others}.")
                }
                suggestion => suggestion,
            };
            let words = format!("There is no tool `{}` in this session{remedy}", shortened(name, 60));
            Error::new(ErrorKind::Tool, words)
        })
    }

    /// Runs a tool, within the time that a call may take, until it answers or its caller gives up.
    async fn run(&self, entry: &Entry, arguments: Map<String, Value>, call: &Call) -> Result<Content> {
        match self.within_deadline(self.answer(entry, arguments, call), call).await {
            Ok(content) => {
                Ok(content
                    .masked(|text| self.connection.mask(text), |bytes| self.connection.mask_bytes(bytes)))
            }
            Err(error) => {
                let error = error.for_session(|name| self.knows(name));
                Err(error.presentable(|text| self.masked(text)))
            }
        }
    }

    /// What this session knows of a tool's name.
    fn knows(&self, name: &str) -> Known {
        if self.controls().iter().any(|control| control.tool().name == name) {
            Known::Callable
        } else {
            self.settings.knows(name)
        }
    }

    /// What `work` comes to, within the time that a call may take, and for as long as its caller waits.
    async fn within_deadline<T>(&self, work: impl Future<Output = Result<T>>, call: &Call) -> Result<T> {
        let limit = self.connection.limits().timeout;
        tokio::select! {
            // What is answered from memory needs no timer.
            biased;
            outcome = work => outcome,
            () = call.outlasts(limit) => Err(for_deadline(limit)),
            () = call.cancelled() => Err(Error::new(ErrorKind::Deadline, "The call was cancelled.")),
        }
    }

    /// A text without this connection's tokens, and without other secrets unless they are to be shown.
    pub(crate) fn masked(&self, text: String) -> String {
        let text = self.connection.mask(text);
        if self.settings.rules().show_secrets {
            return text;
        }
        redact_text("", &text).unwrap_or(text)
    }

    /// Mist for a call. With the operator's token, look-ups repeat only what the session's own tools can list; with a
    /// token of its own, a client may see all that the token sees.
    fn mist(&self, call: Call) -> Mist {
        let mist = Mist::new(Arc::clone(&self.connection), call);
        if !self.connection.is_shared() {
            return mist;
        }
        let settings = Arc::clone(&self.settings);
        mist.disclosing(Disclosure::of_tools(move |tool| settings.knows(tool) == Known::Callable))
    }

    async fn answer(&self, entry: &Entry, arguments: Map<String, Value>, call: &Call) -> Result<Content> {
        let mist = self.mist(call.clone());
        let ask = |arguments| entry.run(arguments, &mist, call);
        let asked = |arguments: &Map<String, Value>| entry.asked(arguments);
        let repeatable = entry.tool().hints.repeatable();
        in_turns(repeatable, asked, self.settings.rules(), arguments, ask).await
    }
}
