mistmcp::view! {
    "floor-plan" { title: "Floor plan", file: "views/floor-plan.html" }
}

fn main() {}
