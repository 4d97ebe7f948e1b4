mistmcp::category! {
    listed morning
}

fn main() {}
