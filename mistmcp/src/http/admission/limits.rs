use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;

/// What strangers and single clients may have of the server. The operator's choice; `docs/http.md` names each.
#[derive(Clone, Debug)]
pub(crate) struct AdmissionLimits {
    /// Open connections, in all and of one address.
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    /// Requests and streams under way, in all and of one address.
    pub(crate) requests: usize,
    pub(crate) requests_per_address: usize,
    /// Bytes of messages that are not complete yet, in all. One address may have a quarter.
    pub(crate) body_bytes: usize,
    /// Bytes of answers that clients have not taken yet, in all. One address may have a quarter.
    pub(crate) answer_bytes: usize,
    /// Sessions and streams of tokens that Mist has not accepted yet, of one address.
    pub(crate) new_clients_per_address: usize,
    /// Questions a minute to Mist with such tokens, from one address.
    pub(crate) new_tokens_per_minute: NonZeroU32,
    /// Proxies whose word is taken for the address of a client.
    pub(crate) trusted_proxies: Vec<IpNet>,
}

/// Sessions and streams of tokens that Mist has not accepted yet, in all.
pub(super) const NEW_CLIENTS: usize = 2_048;
/// One address may have this part of the bytes that there are.
pub(super) const SHARE: usize = 4;
/// How long a client may take to send a message.
pub(in crate::http) const SENDING: Duration = Duration::from_secs(15);
/// How long a client may leave an answer, or a write to its socket, where it is.
pub(super) const STALLED: Duration = Duration::from_secs(30);
/// How long a connection may be open without a request.
pub(super) const IDLE: Duration = Duration::from_secs(75);
/// How long a session or stream lasts before Mist is asked whether it accepts the token.
pub(in crate::http) const UNPROVEN: Duration = Duration::from_mins(1);
/// How long it lasts where Mist cannot be asked, since the address has used up its questions.
pub(in crate::http) const UNPROVEN_AT_MOST: Duration = Duration::from_mins(5);
/// Connections beyond the limit, on which probes alone are answered.
pub(super) const RESERVE: usize = 64;
/// Streams of one HTTP/2 connection.
pub(in crate::http) const STREAMS: u32 = 32;
/// What a client may send ahead on one HTTP/2 stream, and on all of a connection.
pub(in crate::http) const STREAM_WINDOW: u32 = 64 * 1024;
pub(in crate::http) const CONNECTION_WINDOW: u32 = 256 * 1024;
/// What is handed to an HTTP/2 stream at once.
pub(super) const CHUNK: usize = 16 * 1024;
