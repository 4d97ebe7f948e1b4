use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use redis::Script;

use super::rate_limit::{Asking, Heard, Purpose};
use super::token_state::Key;
use crate::redis::{RedisClient, Unavailable};

/// A replica that has never heard how many there are takes it for so many.
const UNKNOWN_REPLICAS: u32 = 4;
/// How long a count lasts after its last call, in seconds: its hour is over then, whatever the clocks say.
const LASTS: u64 = 3_600;

/// Takes a call of the hour's budget, where there is one. Each replica has a count of its own, which it tells as it knows
/// it, so that nothing is counted twice, and calls that were made while Redis was away are there with the next one, or
/// where Redis has lost the others.
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

/// Keeps the longest time for which Mist has said that there is nothing.
static BLOCK: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local there = tonumber(redis.call('GET', KEYS[1]) or 0)
         if there < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end",
    )
});

/// Holds the count against Mist's, with what was taken since Mist was asked.
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

/// A token's budget as all replicas count it, in Redis: one step there for each request to Mist. Tokens are known there
/// by keyed hashes.
#[derive(Debug)]
pub(super) struct SharedRateLimit {
    link: Arc<RedisClient>,
    token: String,
}

impl SharedRateLimit {
    pub(super) fn new(link: Arc<RedisClient>, key: &Key) -> Self {
        let hash = link.key().hash(["budget", key.cloud.base().as_str(), key.token.expose()]);
        Self { link, token: URL_SAFE_NO_PAD.encode(&hash[..16]) }
    }

    /// Takes a call, or only looks, and tells how many this replica has made.
    pub(super) async fn ask(
        &self,
        asking: &Asking,
        purpose: Purpose,
        take: bool,
    ) -> Result<Heard, Unavailable> {
        let mut script = TAKE.prepare_invoke();
        script.key(self.calls(asking.hour)).key(self.limit()).key(self.blocked());
        script.arg(asking.limit).arg(purpose.reserve()).arg(self.link.replica()).arg(asking.own);
        script.arg(u8::from(take)).arg(LASTS);
        let (granted, calls, own, limit, blocked): (u8, u32, u32, u32, i64) = self.link.run(&script).await?;
        let blocked_until = Timestamp::from_millisecond(blocked).ok().filter(|_| blocked > 0);
        Ok(Heard { granted: granted == 1, calls, own, limit: (limit > 0).then_some(limit), blocked_until })
    }

    /// Mist has said that nothing is left.
    pub(super) async fn block(&self, until: Timestamp, wait: Duration) {
        let mut script = BLOCK.prepare_invoke();
        // A time to live of nothing is none.
        let lasts = wait.as_millis().max(1).to_string();
        script.key(self.blocked()).arg(until.as_millisecond()).arg(lasts);
        // Where Redis is away, each replica hears it from Mist.
        let _: Result<(), Unavailable> = self.link.run(&script).await;
    }

    /// Mist has said how many calls it has counted, and how many there may be, when this many were counted here.
    pub(super) async fn correct(&self, hour: i64, counted: u32, requests: u32, limit: u32) {
        let mut script = CORRECT.prepare_invoke();
        script.key(self.calls(hour)).key(self.limit()).arg(counted).arg(requests).arg(limit).arg(LASTS);
        let _: Result<(), Unavailable> = self.link.run(&script).await;
    }

    /// How many replicas there are, as far as this one has heard.
    pub(super) fn replicas(&self) -> u32 {
        self.link.replicas().unwrap_or(UNKNOWN_REPLICAS)
    }

    fn calls(&self, hour: i64) -> String {
        self.link.name("calls", &format!("{}:{hour}", self.token))
    }

    fn limit(&self) -> String {
        self.link.name("limit", &self.token)
    }

    fn blocked(&self) -> String {
        self.link.name("blocked", &self.token)
    }
}
