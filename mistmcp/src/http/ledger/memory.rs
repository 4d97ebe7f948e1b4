use std::sync::Arc;

use async_trait::async_trait;
use rmcp::transport::streamable_http_server::session::SessionStore;

use super::super::opened::{Opened, Terms};
use super::super::owner::Owner;
use super::{Found, Ledger, Record};

/// The ledger of a process that is alone: the sessions that it holds are all there are.
#[derive(Debug)]
pub(in super::super) struct Memory;

#[async_trait]
impl Ledger for Memory {
    async fn look_up(&self, _id: &str, _owner: Owner, _held: bool) -> Found {
        Found::AsHeld
    }

    async fn enter(&self, _id: &str, _owner: Owner, _terms: Terms, _opened: &Arc<Opened>) {}

    fn take_up(&self, _id: &str, _record: &Record, _opened: &Arc<Opened>) {}

    fn introduce(&self, _id: &str, _record: &Record) {}

    async fn end(&self, _id: &str) {}

    fn introductions(&self) -> Option<Arc<dyn SessionStore>> {
        None
    }

    fn is_there(&self) -> Option<bool> {
        None
    }
}
