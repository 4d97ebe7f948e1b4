//! Stub of the shared rate limit for builds without the feature `redis`: an uninhabited [`SharedRateLimit`].

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::rate_limit::{Purpose, SharedCounts, SharedRequest};
use super::token_state::Key;
use crate::redis::{RedisClient, Unavailable};

/// No shared limit.
#[derive(Debug)]
pub(super) enum SharedRateLimit {}

impl SharedRateLimit {
    pub(super) fn new(client: Arc<RedisClient>, _key: &Key) -> Self {
        match *client {}
    }

    pub(super) async fn request(
        &self,
        _request: &SharedRequest,
        _purpose: Purpose,
        _take: bool,
    ) -> Result<SharedCounts, Unavailable> {
        match *self {}
    }

    pub(super) async fn block(&self, _until: Timestamp, _wait: Duration) {
        match *self {}
    }

    pub(super) async fn correct(&self, _hour: i64, _counted: u32, _requests: u32, _limit: u32) {
        match *self {}
    }

    pub(super) fn replicas(&self) -> u32 {
        match *self {}
    }
}
