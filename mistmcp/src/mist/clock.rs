//! Wall clock, which tests can set ([`Clock`]).

use jiff::Timestamp;

/// The system's time; in tests, a set time that advances with tokio's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Clock {
    #[default]
    System,
    #[cfg(test)]
    Set { at: Timestamp, since: tokio::time::Instant },
}

impl Clock {
    pub(super) fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            #[cfg(test)]
            Self::Set { at, since } => at + since.elapsed(),
        }
    }

    /// A clock that shows `text` now.
    #[cfg(test)]
    pub(super) fn set(text: &str) -> Self {
        Self::Set { at: text.parse().unwrap(), since: tokio::time::Instant::now() }
    }
}
