mistmcp::category! {
    morning
}

fn main() {}
