use mistmcp::Choice;

/// Radio band.
#[derive(Clone, Copy, Choice)]
pub enum Band {
    /// 2.4 GHz
    #[mist("24")]
    Ghz24,
    /// 5 GHz
    #[mist("5")]
    Ghz5,
    /// A radio that serves 5 GHz alone
    #[mist("5-dedicated")]
    Ghz5Dedicated,
    /// A radio that can serve 5 GHz
    #[mist("5-selectable")]
    Ghz5Selectable,
    /// 6 GHz
    #[mist("6")]
    Ghz6,
    /// A radio that serves 6 GHz alone
    #[mist("6-dedicated")]
    Ghz6Dedicated,
    /// A radio that can serve 6 GHz
    #[mist("6-selectable")]
    Ghz6Selectable,
}

/// Radio band that a client is on.
#[derive(Clone, Copy, Choice)]
pub enum ClientBand {
    /// 2.4 GHz
    #[mist("24")]
    Ghz24,
    /// 5 GHz
    #[mist("5")]
    Ghz5,
    /// 6 GHz
    #[mist("6")]
    Ghz6,
}
