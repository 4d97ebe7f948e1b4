//! Connection of a client to one cloud ([`Connection`]).

use std::sync::Arc;

use bytes::Bytes;

use super::accounts::Account;
use super::cache::Ids;
use super::dispatch::Dispatcher;
use super::routing::Route;
use super::token_state::Key;
use super::{Cloud, Limits, Pool, Token, Tokens, ValidationLimiter};
use crate::known_tokens;
use crate::work::JobQueue;

/// Connection of a client to one cloud with one or several tokens. Rate limits and caches of a token are shared by
/// all connections of the pool with the same token and cloud.
#[derive(Debug)]
pub struct Connection {
    pub(super) dispatcher: Dispatcher,
    pub(super) org_id: Option<String>,
    /// Whether calls may do without it, if the client sees no such organization.
    pub(super) is_org_optional: bool,
    /// The account of the tokens, if they are one's.
    pub(super) account: Option<Arc<Account>>,
    /// The accounts among which requests are routed. `dispatcher` is that of the first.
    pub(super) routes: Option<Arc<[Route]>>,
    is_shared: bool,
    /// The queue of the jobs of the client's address, over HTTP.
    address_queue: Option<JobQueue>,
}

impl Connection {
    /// Creates a connection with `tokens` to `cloud`. Nothing is sent. Cheap enough to be made for each request.
    pub fn new(pool: Arc<Pool>, cloud: Cloud, tokens: impl Into<Tokens>, org_id: Option<String>) -> Self {
        let dispatcher = dispatcher(pool, cloud, tokens.into());
        Self {
            dispatcher,
            org_id,
            is_org_optional: false,
            account: None,
            routes: None,
            is_shared: false,
            address_queue: None,
        }
    }

    /// Creates a connection over these accounts. None if there is none.
    pub(crate) fn of_accounts(
        pool: &Arc<Pool>,
        accounts: &[Arc<Account>],
        org_id: Option<String>,
    ) -> Option<Self> {
        let dispatcher =
            |account: &Account| dispatcher(Arc::clone(pool), account.cloud.clone(), account.tokens.clone());
        let first = dispatcher(accounts.first()?);
        let (account, routes) = match accounts {
            [only] if only.orgs.is_none() => (Some(Arc::clone(only)), None),
            _ => {
                let route = |account: &Arc<Account>| Route {
                    account: Arc::clone(account),
                    dispatcher: dispatcher(account),
                };
                (None, Some(accounts.iter().map(route).collect()))
            }
        };
        Some(Self {
            dispatcher: first,
            org_id,
            is_org_optional: false,
            account,
            routes,
            is_shared: false,
            address_queue: None,
        })
    }

    /// The ids of all tokens.
    pub(super) fn ids(&self) -> Ids {
        match &self.routes {
            None => Arc::clone(&self.dispatcher.ids),
            Some(routes) => routes.iter().flat_map(|route| route.dispatcher.ids.iter().copied()).collect(),
        }
    }

    /// What the connection may see with its tokens, as a part of cache keys: its clouds, and the accounts with the
    /// organizations that they are used for. Accounts may share a token.
    pub(crate) fn scope(&self) -> String {
        let of = |Route { account, dispatcher }: &Route| {
            let orgs = match &account.orgs {
                Some(orgs) => orgs.iter().map(String::as_str).collect::<Vec<_>>().join(","),
                None => "*".to_owned(),
            };
            format!("{}:{orgs}:{};", account.name, dispatcher.cloud.base())
        };
        match &self.routes {
            Some(routes) => routes.iter().map(of).collect(),
            None => self.dispatcher.cloud.base().to_string(),
        }
    }

    /// The dispatchers of all tokens.
    pub(super) fn dispatchers(&self) -> impl Iterator<Item = &Dispatcher> {
        let routes = self.routes.as_deref().unwrap_or_default();
        let only = routes.is_empty().then_some(&self.dispatcher);
        only.into_iter().chain(routes.iter().map(|route| &route.dispatcher))
    }

    /// The same connection with a rate limit until Mist has accepted a token.
    pub(crate) fn with_validation_limiter(mut self, validation_limiter: Arc<ValidationLimiter>) -> Self {
        self.dispatcher.validation_limiter = Some(validation_limiter);
        self
    }

    /// Marks the organization as one that the operator has set for clients with different accounts: it is that of the
    /// clients which see it.
    pub(crate) fn with_org_optional(self, is_org_optional: bool) -> Self {
        Self { is_org_optional, ..self }
    }

    /// Marks the tokens as the operator's: the client has none of its own.
    pub(crate) fn shared(self) -> Self {
        Self { is_shared: true, ..self }
    }

    /// Whether the tokens are the operator's.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The cloud.
    pub fn cloud(&self) -> &Cloud {
        &self.dispatcher.cloud
    }

    /// The tokens, to be hashed only.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.dispatchers().flat_map(|dispatcher| dispatcher.token_states.iter()).map(|state| state.token())
    }

    /// Whether Mist has accepted one of the tokens, and not refused it since.
    pub(crate) fn is_accepted(&self) -> bool {
        self.dispatchers()
            .flat_map(|dispatcher| dispatcher.token_states.iter())
            .any(|state| state.is_accepted())
    }

    /// The organization of calls that name none.
    pub(crate) fn org_id(&self) -> Option<&str> {
        self.org_id.as_deref()
    }

    /// Calls that are left in this hour, of all tokens that Mist has not refused. Of several accounts, the most.
    pub(crate) fn calls_left(&self) -> u32 {
        self.dispatchers().map(Dispatcher::calls_left).max().unwrap_or(0)
    }

    /// Limits of a call.
    pub fn limits(&self) -> &Limits {
        &self.dispatcher.pool.limits
    }

    /// The same connection with the queue of the jobs of its client's address.
    pub(crate) fn with_address_queue(self, queue: JobQueue) -> Self {
        Self { address_queue: Some(queue), ..self }
    }

    /// The queue of the jobs of its calls: that of its first token. It is that of the client's address as long as Mist has not
    /// accepted the token, because a client can invent tokens, and for clients that share the operator's.
    pub(crate) fn job_queue(&self) -> JobQueue {
        let states = &self.dispatcher.token_states;
        let is_of_client = !self.is_shared && states.iter().any(|state| state.is_accepted());
        let is_of_account = self.account.is_some() || self.routes.is_some();
        let by_address = self.address_queue.as_ref().filter(|_| !is_of_client && !is_of_account);
        by_address.or_else(|| states.first().map(|state| &state.job_queue)).cloned().unwrap_or_default()
    }

    /// Masks this connection's tokens and those of the operator in `text`, and escapes invisible characters.
    pub(crate) fn mask(&self, text: String) -> String {
        let mut text = self.mask_tokens(text);
        crate::text::show(&mut text);
        text
    }

    /// Masks this connection's tokens and those of the operator in `text`.
    pub(crate) fn mask_tokens(&self, text: String) -> String {
        known_tokens::mask(self.dispatchers().fold(text, |text, dispatcher| dispatcher.mask(text)))
    }

    /// Masks this connection's tokens and those of the operator in `bytes`.
    pub(crate) fn mask_bytes(&self, bytes: Bytes) -> Bytes {
        let token_states = self.dispatchers().flat_map(|dispatcher| dispatcher.token_states.iter());
        known_tokens::mask_bytes(token_states.fold(bytes, |bytes, state| state.mask().bytes(bytes)))
    }
}

fn dispatcher(pool: Arc<Pool>, cloud: Cloud, tokens: Tokens) -> Dispatcher {
    let state = |token| pool.registry.state_of(Key { cloud: cloud.clone(), token });
    let token_states: Arc<[_]> = tokens.into_vec().into_iter().map(state).collect();
    let mut ids: Vec<_> = token_states.iter().map(|state| state.id).collect();
    ids.sort_unstable();
    Dispatcher { pool, cloud, token_states, ids: ids.into(), validation_limiter: None }
}
