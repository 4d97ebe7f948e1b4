use mistmcp::{Fields, ParamGroup, TimeWindow};

/// The rows of a time window, without a parameter for the next page: `next` leads there by the `cursor` that every
/// list takes.
#[derive(ParamGroup)]
pub struct Rows {
    /// The time to look at.
    #[flatten]
    pub window: TimeWindow,
    /// Rows.
    #[default = 100]
    pub limit: Option<u32>,
    /// Columns.
    pub fields: Option<Fields>,
}
