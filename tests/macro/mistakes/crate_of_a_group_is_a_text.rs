use mistmcp::ParamGroup;

/// A range of floors.
#[derive(ParamGroup)]
#[mistmcp("mistmcp")]
pub struct Floors {
    /// The lowest.
    pub lowest: Option<u32>,
}

fn main() {}
