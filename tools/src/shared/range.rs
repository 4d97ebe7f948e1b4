use mistmcp::{ParamGroup, Time};

/// A time window of operations that take no `duration`.
#[derive(ParamGroup)]
pub struct TimeRange {
    /// Start of the window: a distance from now such as `-1d`, ISO 8601, or epoch seconds.
    #[brief = "Window start: -1d"]
    pub start: Option<Time>,
    /// End of the window, in the forms that `start` takes; now, if it is left out.
    #[brief = "End of the window"]
    pub end: Option<Time>,
}
