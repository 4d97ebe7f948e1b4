use mistmcp::ParamGroup;

/// What pre-shared keys are found by.
#[derive(ParamGroup)]
pub struct PreSharedKeyFilter {
    /// Name, as the rows show it.
    #[brief = "Name"]
    pub name: Option<String>,
    /// SSID.
    pub ssid: Option<String>,
    /// Role that the key gives.
    #[brief = "Role"]
    pub role: Option<String>,
}
