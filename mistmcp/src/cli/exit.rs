//! Exit codes of subcommands.

use std::process::ExitCode;

use crate::error::ErrorKind;

/// Failure of a subcommand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Mist failed, or the program is not set up.
    Failed = 1,
    /// The command line or an argument is wrong.
    Usage = 2,
    /// Mist refuses the token, or the token may not see this.
    Refused = 3,
    /// There is no such thing.
    Missing = 4,
    /// The hour's calls are used up.
    RateLimit = 5,
    /// Mist was not reached, or not in time.
    Unreachable = 6,
    /// Ctrl-C or SIGTERM.
    Interrupted = 130,
}

/// All codes, for those who write scripts.
pub(super) const CODES: &str = "\
0    done
1    Mist failed, or the program is not set up: no token, no cloud; also where --all-pages stopped before the last page
2    wrong usage: a flag, an argument, the name of a tool; also where Mist says so (400)
3    Mist does not accept the token (401), or the token may not see this (403)
4    Mist knows no such object (404), or the tool is not allowed here
5    the hour's calls are used up (429)
6    Mist was not reached, or not in time
130  interrupted";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Arguments | ErrorKind::Tool | ErrorKind::Access | ErrorKind::Request => Self::Usage,
            ErrorKind::Token | ErrorKind::Permission => Self::Refused,
            ErrorKind::Missing => Self::Missing,
            ErrorKind::RateLimit => Self::RateLimit,
            ErrorKind::Network | ErrorKind::Deadline => Self::Unreachable,
            ErrorKind::Cancelled => Self::Interrupted,
            ErrorKind::Audit
            | ErrorKind::Busy
            | ErrorKind::Cloud
            | ErrorKind::Size
            | ErrorKind::Advice
            | ErrorKind::ClientRequest
            | ErrorKind::Client(_) => Self::Failed,
        }
    }
}
