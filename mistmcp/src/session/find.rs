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
use super::manage::description;
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
        let search = move || settings.search(&query).into_iter().map(description).collect::<Vec<_>>();
        let found = work::run(search).await?;
        if found.is_empty() {
            return Reply::json(json!({
                "tools": [],
                "note": "Nothing fits. These tools only read the Mist configuration, state and history; try other words.",
            }));
        }
        Reply::json(json!({ "tools": found }))
    }
}

impl Settings {
    /// The tools that fit a question best, among those that sessions may reach.
    pub(crate) fn search(&self, query: &str) -> Vec<&Entry> {
        let entries = self.catalog().entries();
        let found = self.index().search(query, |place| self.reaches(&entries[place]), SHOWN);
        found.into_iter().map(|place| &entries[place]).collect()
    }

    /// The names of the tools that `findTools` answers a query with where everything is allowed: for evaluating it.
    #[doc(hidden)]
    pub fn found(&self, query: &str) -> Vec<&'static str> {
        let found = self.index().search(query, |_| true, SHOWN);
        found.into_iter().map(|place| self.catalog().entries()[place].tool().name).collect()
    }
}
