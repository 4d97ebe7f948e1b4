use mistmcp::Choice;

/// Whether a site owns it.
#[derive(Clone, Copy, Choice)]
#[brief = "Owned by a site"]
pub enum ForSite {
    /// Those of the organization and those of its sites
    Any,
    /// Those of the organization itself
    False,
    /// Those of its sites
    True,
}
