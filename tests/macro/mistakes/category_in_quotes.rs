mistmcp::category! {
    /// What I look at every morning.
    "morning"
}

fn main() {}
