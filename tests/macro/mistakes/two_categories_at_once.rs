mistmcp::category! {
    /// What I look at every morning.
    morning

    /// What I look at every evening.
    evening
}

fn main() {}
