use mistmcp::{Fields, ParamGroup, TimeWindow};

/// The rows of a time window, without a parameter for the next page: `next` leads there by the `cursor` that every
/// list takes.
#[derive(ParamGroup)]
pub struct Rows {
    /// The time to look at.
    #[flatten]
    pub window: TimeWindow,
    /// Number of rows in a page.
    #[brief = "Rows per page"]
    #[default = 100]
    pub limit: Option<u32>,
    /// Keep only these fields of each row: names with commas, and a dot for what is nested, such as
    /// `name,radio_stat.band_5.channel`.
    #[brief = "Keep only these fields of each row"]
    pub fields: Option<Fields>,
}
