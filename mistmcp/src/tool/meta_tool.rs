//! The tools of the session itself: [`MetaTool`].

/// What a tool of managed mode does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaTool {
    /// Switches categories on or off.
    Manage,
    /// Searches tools.
    Find,
    /// Calls a tool by name.
    Call,
}
