//! Connection of a client to one cloud ([`Connection`]).

use std::sync::Arc;

use bytes::Bytes;

use super::dispatch::Dispatcher;
use super::token_state::Key;
use super::{Cloud, Limits, Pacer, Pool, Token, Tokens};

/// Connection of a client to one cloud with one or several tokens. Rate limits and caches of a token are shared by
/// all connections of the pool with the same token and cloud.
#[derive(Debug)]
pub struct Connection {
    pub(super) dispatcher: Dispatcher,
    pub(super) org_id: Option<String>,
    is_shared: bool,
}

impl Connection {
    /// Creates a connection with `tokens` to `cloud`. Nothing is sent. Cheap enough to be made for each request.
    pub fn new(pool: Arc<Pool>, cloud: Cloud, tokens: impl Into<Tokens>, org_id: Option<String>) -> Self {
        let lease = |token| pool.registry.lease(Key { cloud: cloud.clone(), token });
        let leases: Arc<[_]> = tokens.into().into_vec().into_iter().map(lease).collect();
        let mut ids: Vec<_> = leases.iter().map(|lease| lease.id).collect();
        ids.sort_unstable();
        Self {
            dispatcher: Dispatcher { pool, cloud, leases, ids: ids.into(), pacer: None },
            org_id,
            is_shared: false,
        }
    }

    /// The same connection with a rate limit until Mist has accepted a token.
    pub(crate) fn paced(mut self, pacer: Arc<Pacer>) -> Self {
        self.dispatcher.pacer = Some(pacer);
        self
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
        self.dispatcher.leases.iter().map(|lease| lease.token())
    }

    /// Limits of a call.
    pub fn limits(&self) -> &Limits {
        &self.dispatcher.pool.limits
    }

    /// Masks this connection's tokens in `text` and escapes invisible characters.
    pub(crate) fn mask(&self, text: String) -> String {
        let mut text = self.dispatcher.mask(text);
        crate::text::show(&mut text);
        text
    }

    /// Masks this connection's tokens in `bytes`.
    pub(crate) fn mask_bytes(&self, bytes: Bytes) -> Bytes {
        self.dispatcher.leases.iter().fold(bytes, |bytes, lease| lease.mask().bytes(bytes))
    }
}
