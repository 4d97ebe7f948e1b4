use std::sync::Arc;

use bytes::Bytes;

use super::dispatch::Dispatcher;
use super::token_state::Key;
use super::{Cloud, Limits, Pacer, Pool, Token, Tokens};

/// A client's way to one cloud, with one token or several. What is counted and remembered for a token is shared by
/// all connections of that token and cloud in a pool.
#[derive(Debug)]
pub struct Connection {
    pub(super) line: Dispatcher,
    pub(super) org_id: Option<String>,
    is_shared: bool,
}

impl Connection {
    /// A connection with `tokens` to `cloud`; nothing is sent yet. It is cheap: one for each request will do.
    pub fn new(pool: Arc<Pool>, cloud: Cloud, tokens: impl Into<Tokens>, org_id: Option<String>) -> Self {
        let lease = |token| pool.accounts.lease(Key { cloud: cloud.clone(), token });
        let leases: Arc<[_]> = tokens.into().into_vec().into_iter().map(lease).collect();
        let mut ids: Vec<_> = leases.iter().map(|lease| lease.id).collect();
        ids.sort_unstable();
        Self {
            line: Dispatcher { pool, cloud, leases, ids: ids.into(), pacer: None },
            org_id,
            is_shared: false,
        }
    }

    /// The same connection, whose questions are paced until Mist has accepted a token.
    pub(crate) fn paced(mut self, pacer: Arc<Pacer>) -> Self {
        self.line.pacer = Some(pacer);
        self
    }

    /// The same connection, for a client that uses the operator's tokens and has none of its own.
    pub(crate) fn shared(self) -> Self {
        Self { is_shared: true, ..self }
    }

    /// Whether the tokens are the operator's, and the client has none of its own.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The cloud.
    pub fn cloud(&self) -> &Cloud {
        &self.line.cloud
    }

    /// Each of the tokens, for nothing but to be hashed.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.line.leases.iter().map(|lease| lease.token())
    }

    /// What a call may cost.
    pub fn limits(&self) -> &Limits {
        &self.line.pool.limits
    }

    /// `text` as the client gets it: this connection's tokens are masked, and invisible characters are escaped.
    pub(crate) fn mask(&self, text: String) -> String {
        let mut text = self.line.mask(text);
        crate::text::show(&mut text);
        text
    }

    /// `bytes` with this connection's tokens masked.
    pub(crate) fn mask_bytes(&self, bytes: Bytes) -> Bytes {
        self.line.leases.iter().fold(bytes, |bytes, lease| lease.mask().bytes(bytes))
    }
}
