//! Exit codes of subcommands.

use std::process::ExitCode;
use std::{fmt, io};

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
4    there is no object of this name, Mist knows none of this id (404), or the tool is not allowed here
5    the hour's calls are used up (429)
6    Mist was not reached, or not in time
130  interrupted";

/// Error of a value of a flag or a variable: wrong usage.
#[derive(Debug)]
pub(super) struct Usage(anyhow::Error);

impl Usage {
    pub(super) fn of(error: impl Into<anyhow::Error>) -> anyhow::Error {
        Self(error.into()).into()
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:#}", self.0)
    }
}

impl std::error::Error for Usage {}

impl From<&anyhow::Error> for Exit {
    fn from(error: &anyhow::Error) -> Self {
        let io = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if io == Some(io::ErrorKind::Interrupted) {
            Self::Interrupted
        } else if error.is::<Usage>() {
            Self::Usage
        } else {
            Self::Failed
        }
    }
}

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
            ErrorKind::Missing | ErrorKind::Name => Self::Missing,
            ErrorKind::RateLimit => Self::RateLimit,
            ErrorKind::Network | ErrorKind::Deadline => Self::Unreachable,
            ErrorKind::Cancelled => Self::Interrupted,
            ErrorKind::Audit
            | ErrorKind::Busy
            | ErrorKind::Cloud
            | ErrorKind::Size
            | ErrorKind::Advice
            | ErrorKind::ClientRequest
            | ErrorKind::Server
            | ErrorKind::Client(_) => Self::Failed,
        }
    }
}
