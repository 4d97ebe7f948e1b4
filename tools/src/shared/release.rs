use mistmcp::Choice;

/// Release channel.
#[derive(Clone, Copy, Choice)]
pub enum ReleaseChannel {
    /// The earliest
    Alpha,
    /// Before it is stable
    Beta,
    /// For everybody
    Stable,
}
