use mistmcp::ParamGroup;

/// A range of floors.
#[derive(ParamGroup)]
pub struct Floors {
    /// The lowest.
    #[default = 1.5]
    lowest: Option<i64>,
}

fn main() {}
