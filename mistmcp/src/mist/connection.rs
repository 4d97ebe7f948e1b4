use std::sync::Arc;

use super::account::Key;
use super::line::Line;
use super::{Cloud, Limits, Pool, Tokens};
use crate::File;

/// A client's way to one cloud, with one token or several. What is counted and remembered for a token is shared by
/// all connections of that token and cloud in a pool.
#[derive(Debug)]
pub struct Connection {
    pub(super) line: Line,
    pub(super) org_id: Option<String>,
}

impl Connection {
    /// A connection with `tokens` to `cloud`; nothing is sent yet. It is cheap: one for each request will do.
    pub fn new(pool: Arc<Pool>, cloud: Cloud, tokens: impl Into<Tokens>, org_id: Option<String>) -> Self {
        let lease = |token| pool.accounts.lease(Key { cloud: cloud.clone(), token });
        let leases: Arc<[_]> = tokens.into().into_vec().into_iter().map(lease).collect();
        let mut ids: Vec<_> = leases.iter().map(|lease| lease.id).collect();
        ids.sort_unstable();
        Self { line: Line { pool, cloud, leases, ids: ids.into() }, org_id }
    }

    /// The cloud.
    pub fn cloud(&self) -> &Cloud {
        &self.line.cloud
    }

    /// What a call may cost.
    pub fn limits(&self) -> &Limits {
        &self.line.pool.limits
    }

    /// `text` with this connection's tokens masked.
    pub(crate) fn mask(&self, text: String) -> String {
        self.line.mask(text)
    }

    /// A file with this connection's tokens masked.
    pub(crate) fn mask_file(&self, file: File) -> File {
        let bytes = self.line.leases.iter().fold(file.bytes, |bytes, lease| lease.token().mask_bytes(bytes));
        File { bytes, ..file }
    }
}
