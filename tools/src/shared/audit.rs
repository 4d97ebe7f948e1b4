use mistmcp::Choice;

/// Order.
#[derive(Clone, Copy, Choice)]
pub enum AuditLogSort {
    /// Newest first
    #[mist("-timestamp")]
    Newest,
    /// By who did it
    AdminId,
    /// By where
    SiteId,
    /// Oldest first
    Timestamp,
}
