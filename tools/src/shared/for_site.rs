use mistmcp::Choice;

/// Owned by a site.
#[derive(Clone, Copy, Choice)]
pub enum ForSite {
    /// Those of the organization and those of its sites
    Any,
    /// Those of the organization itself
    False,
    /// Those of its sites
    True,
}
