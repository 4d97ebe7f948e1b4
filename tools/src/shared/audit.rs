use mistmcp::Choice;

/// Order of the rows.
#[derive(Clone, Copy, Choice)]
#[brief = "Order"]
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
