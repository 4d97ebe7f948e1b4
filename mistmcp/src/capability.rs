//! What an MCP client declares that it can do for the server: [`Capability`].

/// A client capability of MCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Requests to the user.
    Elicitation,
    /// Requests to the model.
    #[cfg(feature = "client-requests")]
    Sampling,
    /// The folders in which the client works.
    #[cfg(feature = "client-requests")]
    Roots,
}
