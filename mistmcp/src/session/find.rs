//! Searching tools by what one wants to know: BM25F over the fields of each tool, with the synonyms of network
//! engineers, one typing mistake forgiven, and regard for what kind of answer, and of which site, is asked for.

mod change;
mod cues;
mod engine;
mod index;
mod lexicon;
mod profile;
mod question;
mod small;
mod spelling;
mod synonyms;
mod words;

use std::sync::Arc;

use serde_json::json;

pub(super) use engine::Engine as Index;

use super::control::Query;
use super::{Session, Settings};
use crate::Result;
use crate::argument::Arguments;
use crate::catalog::Entry;
use crate::reply::Reply;
use crate::work;

const SHOWN: usize = 5;

impl Session {
    pub(super) async fn find(&self, arguments: &mut Arguments) -> Result<Reply> {
        let Query(query) = arguments.take("query")?;
        let settings = Arc::clone(&self.settings);
        let search = move || {
            let found = settings.search(&query).into_iter();
            let found: Vec<_> = found.map(|entry| settings.description(entry)).collect();
            (found, settings.only_reads(&query))
        };
        let (found, only_reads) = work::run(search).await?;
        let note = match (found.is_empty(), only_reads) {
            (true, _) => {
                "Nothing fits. The tools are about the configuration, state and history of Mist; try other words."
            }
            (false, true) => {
                "No tool here changes anything. These show what is there; tell the user that the change has to be \
                 made in the Mist portal."
            }
            (false, false) => return Reply::json(json!({ "tools": found })),
        };
        Reply::json(json!({ "tools": found, "note": note }))
    }
}

impl Settings {
    /// The tools that fit a question best, among those that sessions may reach.
    pub(crate) fn search(&self, query: &str) -> Vec<&Entry> {
        let entries = self.catalog().entries();
        let found = self.index().search(query, |place| self.reaches(&entries[place]), SHOWN);
        found.into_iter().map(|place| &entries[place]).collect()
    }

    /// Whether a query orders a change, and no tool that sessions may reach makes any.
    #[doc(hidden)]
    pub fn only_reads(&self, query: &str) -> bool {
        self.tools().all(|entry| entry.tool().hints.read_only) && self.index().orders_change(query)
    }

    /// The names of the tools that `findTools` answers a query with where everything is allowed: for evaluating it.
    #[doc(hidden)]
    pub fn found(&self, query: &str) -> Vec<&'static str> {
        let found = self.index().search(query, |_| true, SHOWN);
        found.into_iter().map(|place| self.catalog().entries()[place].tool().name).collect()
    }
}
