use mistmcp::Choice;

/// Radio band.
#[derive(Clone, Copy, Choice)]
#[brief = 5]
pub enum Band {
    Any,
}

fn main() {}
