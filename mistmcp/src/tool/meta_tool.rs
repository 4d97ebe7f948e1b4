//! Meta tools, which act on the session: [`MetaTool`].

/// Meta tool of managed mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaTool {
    /// Enables or disables categories.
    Manage,
    /// Searches tools.
    Find,
    /// Calls a tool by name.
    Call,
}
