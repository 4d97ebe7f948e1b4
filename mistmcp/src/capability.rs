//! What an MCP client declares that it can do for the server: [`Capability`].

/// What a client can do for a server, as MCP calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Ask its user.
    Elicitation,
    /// Ask its model.
    Sampling,
    /// Tell the folders it works in.
    Roots,
}
