//! Kinds of faults.

use std::time::Duration;

use serde::Deserialize;

/// A way for a request to go wrong.
///
/// Over HTTP the variant's name is the key `fault`, in lower case with underscores, and its fields stand
/// beside it: `{"fault": "status", "status": 429, "retry_after": 3}`, `{"fault": "slow", "milliseconds": 500}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// A status with a `detail`, before anything else is looked at.
    Status {
        /// The HTTP status: 429, 500, 502, 503, 504 or any other.
        status: u16,
        /// What `Retry-After` says, in seconds; no such header without it.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// The right answer, late.
    Slow {
        /// How late, in milliseconds.
        milliseconds: u64,
    },
    /// The length of the right answer and half of its body; then the connection is closed.
    CutOff,
    /// A page of HTML, as a proxy on the way would send it.
    Html {
        /// Its HTTP status: 502, or 200.
        status: u16,
    },
    /// 200, and nothing in it.
    Empty,
    /// 200, and a beginning of JSON that never ends.
    BrokenJson,
    /// 302 to somewhere else.
    Redirect {
        /// The address to go to.
        location: String,
    },
}

impl Fault {
    /// A status without `Retry-After`.
    pub fn status(status: u16) -> Fault {
        Fault::Status { status, retry_after: None }
    }

    /// 429, to be tried again after some seconds.
    pub fn too_many_requests(retry_after: u64) -> Fault {
        Fault::Status { status: 429, retry_after: Some(retry_after) }
    }

    /// The right answer after a delay.
    pub fn slow(delay: Duration) -> Fault {
        Fault::Slow { milliseconds: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX) }
    }
}
