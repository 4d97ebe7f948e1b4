//! The default organization, of calls that name none.

use std::sync::atomic::Ordering;

use super::api::paths::{SELF, organization};
use super::routing::is_of_object;
use super::{Mist, Request};
use crate::error::ErrorKind;
use crate::{Error, Result};

/// What to do about a default organization that is not seen, behind the name of the parameter.
const REMEDY: &str =
    "the default has to be corrected: --org-id (or MISTMCP_ORG_ID) of the server, or `org_id` in its URL.";

impl Mist {
    /// The default organization.
    ///
    /// # Errors
    /// No account sees it, or several do.
    pub(super) async fn default_org(&self) -> Result<Option<String>> {
        let Some(org_id) = &self.connection.org_id else { return Ok(None) };
        let seen = match self.routes() {
            Some(routes) => self.route_of_org(routes, org_id).await.map(|_| ()),
            None if self.connection.is_org_optional => {
                let seen = self.names(SELF, None).await?;
                // The privileges of a provider do not name its organizations.
                let is_seen = seen.rows.iter().any(|row| row.id == *org_id || row.is_msp());
                return Ok(is_seen.then(|| org_id.clone()));
            }
            None => Ok(()),
        };
        match seen {
            Err(error) if error.kind() == ErrorKind::Missing => {
                if self.connection.is_org_optional {
                    return Ok(None);
                }
                let words = format!(
                    " It is the default of calls that name no organization: name another one in `org_id`, or {REMEDY}"
                );
                Err(error.append_own(words))
            }
            Err(error) => Err(error.append(" It is the default of calls that name no organization.")),
            Ok(()) => Ok(Some(org_id.clone())),
        }
    }

    /// The default organization, for a request of this call.
    ///
    /// # Errors
    /// As [`Self::default_org`].
    pub(super) async fn take_default_org(&self) -> Result<Option<String>> {
        let default = self.default_org().await?;
        if default.is_some() {
            self.uses_default_org.store(true, Ordering::Relaxed);
        }
        Ok(default)
    }

    /// The error of a call, or in its place one that says what to correct, if the call was about the default organization
    /// and the tokens do not see it.
    pub(crate) async fn of_default_org(&self, error: Error) -> Error {
        let is_used = self.uses_default_org.load(Ordering::Relaxed) && self.routes().is_none();
        let Some(org_id) = self.connection.org_id.as_deref().filter(|_| is_used) else { return error };
        let is_about_object = matches!(error.kind(), ErrorKind::Missing | ErrorKind::Permission);
        if !is_about_object || self.sees_org(org_id).await.unwrap_or(true) {
            return error;
        }
        let subject = match &self.connection.account {
            Some(account) => format!("The token of the account `{}`", account.name),
            None => "The API token".to_owned(),
        };
        let words = format!(
            "{subject} does not see the organization `{org_id}`, which is the default of calls that name none."
        );
        let hint = [("getSelf", " Name one in `org_id` that `getSelf` shows, or ")];
        Error::own(error.kind(), words).hint(hint, " Name another one in `org_id`, or ").append_own(REMEDY)
    }

    /// Whether the tokens of the only account see an organization.
    ///
    /// # Errors
    /// Mist does not say it.
    async fn sees_org(&self, org_id: &str) -> Result<bool> {
        let seen = self.names(SELF, None).await?;
        if seen.rows.iter().any(|row| row.id == org_id) {
            return Ok(true);
        }
        // The privileges of a provider do not name its organizations.
        match self.send(Request::get(&organization(org_id))).await {
            Err(error) if is_of_object(&error) => Ok(false),
            answer => answer.map(|_| true),
        }
    }
}
