mistmcp::prompt! {
    /// Finds out which channels changed.
    channel_changes {
        title: "Channel changes",
        arguments: &[],
        task: "Which channels changed?",
        steps: &[],
        answer: "One line for each access point.",
    }
}

fn main() {}
