//! Completion of argument values: [`Completions`].

use std::collections::HashSet;

use super::Session;
use crate::prompt::Completed;
use crate::text::one_line;
use crate::{Call, work};

/// The most values of a completion, which is MCP's own limit.
const MOST_VALUES: usize = rmcp::model::CompletionInfo::MAX_VALUES;
/// Names up to this number are compared on the async threads, which takes a millisecond at most.
const QUICK_NAMES: usize = 1_000;

/// The first completions of a value, and how many there are in total.
#[derive(Debug, Default)]
pub(crate) struct Completions {
    pub(crate) values: Vec<String>,
    pub(crate) total: usize,
}

impl Session {
    /// Completions of `written`, ignoring case: prefix matches first, then substring matches, 100 at most. Empty
    /// if Mist cannot be asked, because a completion list cannot carry an error.
    pub async fn complete(&self, what: Completed, written: &str) -> Vec<String> {
        self.complete_by(what, written, Call::unattended()).await.values
    }

    /// As [`Self::complete`], as part of a call.
    pub(crate) async fn complete_by(&self, what: Completed, written: &str, call: Call) -> Completions {
        let names = match what {
            Completed::Category => {
                self.settings.categories().map(|category| category.name.to_owned()).collect()
            }
            Completed::Site => self.sites(call).await,
        };
        let written = written.trim().to_lowercase();
        if names.len() <= QUICK_NAMES {
            return Completions::of(&names, &written);
        }
        // It is asked for at each key that a user types.
        work::run_short(move || Completions::of(&names, &written)).await.unwrap_or_default()
    }

    async fn sites(&self, call: Call) -> Vec<String> {
        let mist = self.mist(call);
        let asked = tokio::time::timeout(self.connection.limits().timeout, mist.site_names());
        match asked.await {
            Ok(Ok(names)) => names,
            Ok(Err(error)) => {
                let error = self.presentable(error);
                tracing::debug!(%error, "sites cannot be completed");
                Vec::new()
            }
            Err(_) => Vec::new(),
        }
    }
}

impl Completions {
    /// The names that contain `written`, which is in lower case.
    fn of(names: &[String], written: &str) -> Self {
        let found: HashSet<_> = names
            .iter()
            .filter_map(|name| {
                let name = one_line(name);
                name.to_lowercase().find(written).map(|place| (place > 0, name))
            })
            .collect();
        let total = found.len();
        let mut found: Vec<_> = found.into_iter().collect();
        if total > MOST_VALUES {
            found.select_nth_unstable(MOST_VALUES);
            found.truncate(MOST_VALUES);
        }
        found.sort_unstable();
        Self { values: found.into_iter().map(|(_, name)| name.into_owned()).collect(), total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_values_are_those_of_the_whole_list_in_order() {
        for count in [7, 100, 101, 5_000] {
            let names: Vec<_> = (0..count).map(|number| format!("{} Site {number}", number % 7)).collect();
            // Each name twice, and in another order.
            let names: Vec<_> = names.iter().rev().chain(&names).cloned().collect();
            for written in ["", "site", "3 s", "9", "no such"] {
                let mut all: Vec<_> = names
                    .iter()
                    .filter_map(|name| Some((name.to_lowercase().find(written)? > 0, name.as_str())))
                    .collect();
                all.sort_unstable();
                all.dedup();
                let Completions { values, total } = Completions::of(&names, written);
                assert_eq!(total, all.len(), "{count} {written}");
                let first: Vec<_> = all.into_iter().map(|(_, name)| name).take(100).collect();
                assert_eq!(values, first, "{count} {written}");
            }
        }
    }
}
