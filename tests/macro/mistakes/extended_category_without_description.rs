mistmcp::category! {
    extended morning
}

fn main() {}
