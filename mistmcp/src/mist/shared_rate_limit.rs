//! Rate limit shared by all replicas through Redis ([`SharedRateLimit`]).

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::Timestamp;
use redis::Script;

use super::rate_limit::{Purpose, SharedCounts, SharedRequest};
use super::token_state::Key;
use crate::key::encoded;
use crate::redis::{RedisClient, Unavailable};

/// Number of replicas assumed before Redis has answered.
const UNKNOWN_REPLICAS: u32 = 4;
/// Time to live of a count after its last call, in seconds: by then its hour is over on every clock.
const LASTS: u64 = 3_600;

/// Takes a call of the hour if one is left. Each replica publishes its own count, so that nothing is counted twice,
/// and calls made while Redis was unavailable, or that Redis has lost, are added with the next one.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local blocked = redis.call('GET', KEYS[3])
         local told = redis.call('GET', KEYS[2])
         local limit = math.min(tonumber(ARGV[1]), tonumber(told or ARGV[1]))
         local calls = 0
         for _, of_one in ipairs(redis.call('HVALS', KEYS[1])) do calls = calls + tonumber(of_one) end
         local there = tonumber(redis.call('HGET', KEYS[1], ARGV[3]) or 0)
         local own = math.max(there, tonumber(ARGV[4]))
         calls = calls + own - there
         local granted = 0
         if not blocked and calls < limit - math.floor(limit / tonumber(ARGV[2])) then granted = 1 end
         local taken = granted * tonumber(ARGV[5])
         if own + taken > there then
             redis.call('HSET', KEYS[1], ARGV[3], own + taken)
             redis.call('EXPIRE', KEYS[1], ARGV[6])
         end
         return {granted, math.max(calls + taken, 0), own + taken, tonumber(told or 0), tonumber(blocked or 0)}",
    )
});

/// Keeps the longest block that Mist has asked for.
static BLOCK: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local there = tonumber(redis.call('GET', KEYS[1]) or 0)
         if there < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end",
    )
});

/// Corrects the count by Mist's own, plus the calls made since Mist was asked.
static CORRECT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local calls = 0
         for _, of_one in ipairs(redis.call('HVALS', KEYS[1])) do calls = calls + tonumber(of_one) end
         local since = math.max(calls - tonumber(ARGV[1]), 0)
         redis.call('HINCRBY', KEYS[1], 'mist', ARGV[2] + since - calls)
         redis.call('EXPIRE', KEYS[1], ARGV[4])
         if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4]) end",
    )
});

/// Rate limit of a token across all replicas: one Redis round trip for each Mist request. Keys contain keyed hashes
/// of tokens.
#[derive(Debug)]
pub(super) struct SharedRateLimit {
    redis: Arc<RedisClient>,
    token: String,
}

impl SharedRateLimit {
    pub(super) fn new(redis: Arc<RedisClient>, key: &Key) -> Self {
        let hash = redis.key().hash(["budget", key.cloud.base().as_str(), key.token.expose()]);
        Self { redis, token: encoded(&hash[..16]) }
    }

    /// Takes a call, or only reads the count, and publishes this replica's own.
    pub(super) async fn request(
        &self,
        request: &SharedRequest,
        purpose: Purpose,
        take: bool,
    ) -> Result<SharedCounts, Unavailable> {
        let mut script = TAKE.prepare_invoke();
        script.key(self.calls(request.hour)).key(self.limit()).key(self.blocked());
        script.arg(request.limit).arg(purpose.reserve()).arg(self.redis.replica()).arg(request.own);
        script.arg(u8::from(take)).arg(LASTS);
        let (granted, calls, own, limit, blocked): (u8, u32, u32, u32, i64) =
            self.redis.invoke_script(&script).await?;
        let blocked_until = Timestamp::from_millisecond(blocked).ok().filter(|_| blocked > 0);
        Ok(SharedCounts {
            granted: granted == 1,
            calls,
            own,
            limit: (limit > 0).then_some(limit),
            blocked_until,
        })
    }

    /// Records a 429 of Mist.
    pub(super) async fn block(&self, until: Timestamp, wait: Duration) {
        let mut script = BLOCK.prepare_invoke();
        // Redis rejects a time to live of zero.
        let lasts = wait.as_millis().max(1).to_string();
        script.key(self.blocked()).arg(until.as_millisecond()).arg(lasts);
        // While Redis is unavailable, each replica gets its own 429 from Mist.
        let _: Result<(), Unavailable> = self.redis.invoke_script(&script).await;
    }

    /// Corrects the count: Mist's count and limit, as of when `counted` calls were counted here.
    pub(super) async fn correct(&self, hour: i64, counted: u32, requests: u32, limit: u32) {
        let mut script = CORRECT.prepare_invoke();
        script.key(self.calls(hour)).key(self.limit()).arg(counted).arg(requests).arg(limit).arg(LASTS);
        let _: Result<(), Unavailable> = self.redis.invoke_script(&script).await;
    }

    /// Number of replicas, as last read from Redis.
    pub(super) fn replicas(&self) -> u32 {
        self.redis.replicas().unwrap_or(UNKNOWN_REPLICAS)
    }

    fn calls(&self, hour: i64) -> String {
        self.redis.name("calls", &format!("{}:{hour}", self.token))
    }

    fn limit(&self) -> String {
        self.redis.name("limit", &self.token)
    }

    fn blocked(&self) -> String {
        self.redis.name("blocked", &self.token)
    }
}
