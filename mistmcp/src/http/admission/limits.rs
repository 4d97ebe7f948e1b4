//! The numbers of admission control: [`AdmissionLimits`] and constants.

use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;

/// Quotas that the operator sets. `docs/http.md` describes each.
#[derive(Clone, Debug)]
pub(crate) struct AdmissionLimits {
    /// Open connections, in total and per address.
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    /// Requests and streams in flight, in total and per address.
    pub(crate) requests: usize,
    pub(crate) requests_per_address: usize,
    /// Bytes of incomplete messages, and memory of large ones until their call has ended, in total. One address may use
    /// a quarter.
    pub(crate) body_bytes: usize,
    /// Bytes of responses that clients have not read yet, in total. One address may use a quarter.
    pub(crate) answer_bytes: usize,
    /// Sessions and streams of tokens that Mist has not accepted yet, per address.
    pub(crate) new_clients_per_address: usize,
    /// Requests a minute to Mist to validate such tokens, per address.
    pub(crate) new_tokens_per_minute: NonZeroU32,
    /// Proxies whose header names the client address.
    pub(crate) trusted_proxies: Vec<IpNet>,
}

/// Sessions and streams of tokens that Mist has not accepted yet, in total.
pub(super) const NEW_CLIENTS: usize = 2_048;
/// The divisor of the byte quotas for one address.
pub(super) const SHARE: usize = 4;
/// Large messages of one address that are parsed at once.
pub(super) const PARSES: usize = 2;
/// Searches of the web page from one address that run or wait.
pub(super) const SEARCHES: usize = 8;
/// How long a client may take to send a message.
pub(in crate::http) const SENDING: Duration = Duration::from_secs(15);
/// How long a client may leave a response unread, or a socket write blocked.
pub(super) const STALLED: Duration = Duration::from_secs(30);
/// How long a connection may be open without a request.
pub(super) const IDLE: Duration = Duration::from_secs(75);
/// How long a session or stream runs before the token is validated with Mist.
pub(in crate::http) const UNACCEPTED: Duration = Duration::from_mins(1);
/// How long it runs if Mist cannot be asked, because the address has used up its validation requests.
pub(in crate::http) const UNACCEPTED_AT_MOST: Duration = Duration::from_mins(5);
/// Connections beyond the limit that serve health probes alone.
pub(super) const RESERVE: usize = 64;
/// Streams of one HTTP/2 connection.
pub(in crate::http) const STREAMS: u32 = 32;
/// Flow-control windows: bytes that a client may send ahead on an HTTP/2 stream, and on a connection.
pub(in crate::http) const STREAM_WINDOW: u32 = 64 * 1024;
pub(in crate::http) const CONNECTION_WINDOW: u32 = 256 * 1024;
/// Bytes written to an HTTP/2 stream at once.
pub(super) const CHUNK: usize = 16 * 1024;
