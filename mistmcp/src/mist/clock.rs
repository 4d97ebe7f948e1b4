use jiff::Timestamp;

/// What time it is: the system's, or in tests one that was set and goes with tokio's.
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

    /// A clock that stands at `text` now.
    #[cfg(test)]
    pub(super) fn set(text: &str) -> Self {
        Self::Set { at: text.parse().unwrap(), since: tokio::time::Instant::now() }
    }
}
