//! Kinds of errors: [`ErrorKind`].

use crate::capability::Capability;

/// Kind of an error, for code that handles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The arguments are invalid; no request was sent to Mist.
    Arguments,
    /// No object has the name in an argument.
    Name,
    /// The tool does not exist, or the session cannot call it.
    Tool,
    /// The session may not call the tool, directly or by this way.
    Access,
    /// The client has too many calls in flight.
    Busy,
    /// The call cannot be written to the audit log, which is required.
    Audit,
    /// Mist rejects the request (400 and similar).
    Request,
    /// Mist does not accept the token (401).
    Token,
    /// The token lacks the permission (403).
    Permission,
    /// Mist does not know the object (404).
    Missing,
    /// The hour's calls are used up (429, or this server's own count).
    RateLimit,
    /// Mist failed (5xx), or its answer is unreadable.
    Cloud,
    /// Mist could not be reached.
    Network,
    /// The call exceeded its deadline.
    Deadline,
    /// The client has cancelled the call.
    Cancelled,
    /// The server ended, or failed, before the call did.
    Server,
    /// The answer exceeds the size limit.
    Size,
    /// A tool's own message.
    Advice,
    /// The client must answer a request first, and call again with the answer.
    ClientRequest,
    /// The client lacks a capability that the tool needs.
    Client(Capability),
}

impl ErrorKind {
    /// Name in logs and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Name => "name",
            Self::Tool => "tool",
            Self::Access => "access",
            Self::Busy => "busy",
            Self::Audit => "audit",
            Self::Request => "request",
            Self::Token => "token",
            Self::Permission => "permission",
            Self::Missing => "missing",
            Self::RateLimit => "rate_limit",
            Self::Cloud => "cloud",
            Self::Network => "network",
            Self::Deadline => "deadline",
            Self::Cancelled => "cancelled",
            Self::Server => "server",
            Self::Size => "size",
            Self::Advice => "advice",
            Self::ClientRequest => "question",
            Self::Client(_) => "client",
        }
    }
}
