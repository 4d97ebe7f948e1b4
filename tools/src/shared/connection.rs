use mistmcp::Choice;

/// State of the connection to Mist.
#[derive(Clone, Copy, Choice)]
#[brief = "State"]
pub enum ConnectionStatus {
    /// Connected or not
    All,
    /// Connected to Mist
    Connected,
    /// Not connected to Mist
    Disconnected,
}
