use mistmcp::{Fields, ParamGroup, TimeWindow};

/// The rows of a time window that has no next page: more of them only by a larger `limit` or a smaller window.
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
