//! Completion of argument values.

use super::Session;
use crate::Call;
use crate::prompt::Completed;
use crate::text::one_line;

impl Session {
    /// Completions of `written`, ignoring case: prefix matches first, then substring matches. Empty
    /// if Mist cannot be asked, because a completion list cannot carry an error.
    pub async fn complete(&self, what: Completed, written: &str) -> Vec<String> {
        self.complete_by(what, written, Call::unattended()).await
    }

    /// As [`Self::complete`], as part of a call.
    pub(crate) async fn complete_by(&self, what: Completed, written: &str, call: Call) -> Vec<String> {
        let names = match what {
            Completed::Category => {
                self.settings.categories().map(|category| category.name.to_owned()).collect()
            }
            Completed::Site => self.sites(call).await,
        };
        let written = written.trim().to_lowercase();
        let mut found: Vec<_> = names
            .into_iter()
            .map(|name| one_line(&name).into_owned())
            .filter_map(|name| name.to_lowercase().find(&written).map(|place| (place > 0, name)))
            .collect();
        found.sort();
        found.dedup();
        found.into_iter().map(|(_, name)| name).collect()
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
