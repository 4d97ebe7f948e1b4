//! Authentication of requests to `/mcp`: by an access token (OAuth), by the client token, or by a Mist token. The result is
//! [`Authenticated`].

use std::sync::Arc;

use http::header::HeaderMap;
use rmcp::handler::server::ServerHandler;

use super::credentials::{Admitted, own_token};
use super::mcp_handler::McpHandler;
use super::oauth::{OAuth, Verified};
use super::principal::Principal;
use super::query::Query;
use super::rejection::Rejection;
use crate::Tokens;
use crate::known_tokens::X_AUTHORIZATION;
use crate::mist::{Account, Cloud, Person};

/// Whose request it is, and the tokens that it may use.
#[derive(Debug)]
pub(super) struct Authenticated {
    pub(super) tokens: Tokens,
    pub(super) cloud: Cloud,
    /// Whether the tokens are the operator's.
    pub(super) is_shared: bool,
    /// The owner of its sessions.
    pub(super) principal: Principal,
    /// The subject of the access token.
    pub(super) subject: Option<Arc<str>>,
    /// The accounts of the subject.
    pub(super) accounts: Option<Arc<[Arc<Account>]>>,
    /// The access token, where there is one.
    pub(super) access: Option<Arc<Verified>>,
}

impl Authenticated {
    fn new(tokens: Tokens, cloud: Cloud, is_shared: bool, principal: Principal) -> Self {
        Self { tokens, cloud, is_shared, principal, subject: None, accounts: None, access: None }
    }
}

impl<H: ServerHandler> McpHandler<H> {
    pub(super) async fn authenticate(
        &self,
        headers: &HeaderMap,
        query: &Query,
    ) -> Result<Authenticated, Rejection> {
        if let Some(oauth) = &self.oauth {
            let access = oauth.authenticate(headers).await?;
            let authenticated = self.of_person(oauth, &access.person, headers, query)?;
            return Ok(Authenticated { access: Some(access), ..authenticated });
        }
        let Admitted { tokens, shared: is_shared } = self.configuration.credentials.admit(headers)?;
        let cloud = self.cloud(query, is_shared)?;
        let principal = Principal::of(&self.key, &tokens, &cloud);
        Ok(Authenticated::new(tokens, cloud, is_shared, principal))
    }

    /// The tokens of a person: their own, where they send one and may, or else those of their accounts.
    fn of_person(
        &self,
        oauth: &OAuth,
        person: &Person,
        headers: &HeaderMap,
        query: &Query,
    ) -> Result<Authenticated, Rejection> {
        let settings = oauth.settings();
        let principal = |own| Principal::of_subject(&self.key, &settings.issuer, &person.subject, own);
        let subject = Some(Arc::from(person.subject.as_str()));
        if !settings.own_token && headers.get(&X_AUTHORIZATION).is_some_and(|value| !value.is_empty()) {
            return Err(Rejection::request(
                "This server takes no Mist token of a client: leave `X-Authorization` out. It has the tokens of your \
                 accounts (its operator can allow own ones by --oauth-own-token).",
            ));
        }
        match own_token(headers)? {
            Some(tokens) if oauth.is_access_token(headers, &tokens) => {
                return Err(Rejection::request(
                    "`X-Authorization` holds an access token or a part of one, which is not sent to Mist: put a Mist API \
                     token there, or leave it out.",
                ));
            }
            Some(tokens) => {
                let cloud = self.cloud(query, false)?;
                let principal = principal(Some((&tokens, &cloud)));
                return Ok(Authenticated { subject, ..Authenticated::new(tokens, cloud, false, principal) });
            }
            None => {}
        }
        if let Some(tokens) = self.configuration.credentials.shared.clone() {
            // Those of the demo.
            let cloud = self.cloud(query, true)?;
            let authenticated = Authenticated::new(tokens, cloud, true, principal(None));
            return Ok(Authenticated { subject, ..authenticated });
        }
        let accounts = self.configuration.accounts.as_ref().map(|accounts| accounts.of(person));
        let mut accounts = accounts.unwrap_or_else(|| Arc::new([]));
        if accounts.is_empty() {
            oauth.log_person_without_account(person);
            let own =
                if settings.own_token { ", or send a Mist token of yours in `X-Authorization`" } else { "" };
            return Err(Rejection::forbidden(
                "no_account",
                format!(
                    "You are signed in, but no account of this server is yours. Ask its operator to add your user or one of \
                     your groups to the accounts file{own}."
                ),
            ));
        }
        if let Some(text) = &query.cloud {
            accounts = accounts.iter().filter(|account| account.cloud.is(text)).cloned().collect();
        }
        let Some(first) = accounts.first() else {
            return Err(Rejection::request(
                "None of your accounts is at the `cloud` in the URL: leave it out, or name another one.",
            ));
        };
        let (tokens, cloud) = (first.tokens.clone(), first.cloud.clone());
        let authenticated = Authenticated::new(tokens, cloud, true, principal(None));
        Ok(Authenticated { subject, accounts: Some(accounts), ..authenticated })
    }
}
