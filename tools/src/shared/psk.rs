use mistmcp::ParamGroup;

/// What pre-shared keys are found by.
#[derive(ParamGroup)]
pub struct PreSharedKeyFilter {
    /// Name.
    pub name: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// Role.
    pub role: Option<String>,
}
